//! Archives that are damaged or made to do harm.

use archive::{
    Error, Fault,
    tar::Writer,
    xva::{BLOCK, Checksum, ReadOptions, WriteOptions},
};
use xapi_types::Value;

use crate::lab::{Filled, Lab, machine, read, text, two_disks, version, written};

/// An archive of these members.
async fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = Writer::new(Vec::new(), 0);
    for (name, content) in members {
        tar.member(name, content).await.unwrap();
    }
    tar.finish().await.unwrap()
}

const ZEROS: &[u8] = &[0; 1 << 20];
const ZEROS_SUM: &[u8] = b"3b71f43ff30f4b15b5cd85dd9e95ebc7e84eb5a3";

/// A machine with the disk `Ref:1` of two blocks; `members` come after the description.
async fn with(members: &[(&str, &[u8])]) -> Vec<u8> {
    let ova = machine(&[("Ref:1", 2 * BLOCK)]).write();
    packed(&[&[("ova.xml", &ova[..])], members].concat()).await
}

/// Reads an archive that is wrong, and returns the member at which and what is said of it.
async fn refused(archive: &[u8]) -> (String, Fault) {
    match read(archive, ReadOptions::default()).await.unwrap_err() {
        Error::Member { member, fault, .. } => (member, fault),
        Error::Archive { fault, .. } => (String::new(), fault),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_wrong_checksum_is_told_with_the_member_and_its_place() {
    let mut archive = written(&two_disks(), WriteOptions::default()).await;
    let place = archive.windows(5).position(|bytes| bytes == b"start").unwrap();
    archive[place] ^= 1;
    let error = read(&archive, ReadOptions::default()).await.unwrap_err();
    let told = error.to_string();
    let expected = format!("member `Ref:12/00000000` at byte {} of the archive: its xxHash is ", place - 512);
    assert!(told.starts_with(&expected), "{told}");
    let ignored = read(&archive, ReadOptions { ignore_checksums: true, ..Default::default() }).await.unwrap();
    assert_eq!(&ignored[0].1[..5], b"rtart");
}

#[tokio::test]
async fn an_archive_that_is_cut_anywhere_is_an_error() {
    let disks = [Filled::new("Ref:1", 2 * BLOCK, &[(0, b"a"), (BLOCK, b"b")])];
    for compression in [archive::Compression::None, archive::Compression::Gzip, archive::Compression::Zstd] {
        let archive = written(&disks, WriteOptions { compression, ..Default::default() }).await;
        // Of the two blocks of zeros at the end, one may be missing.
        let uncut = if compression == archive::Compression::None { archive.len() - 512 } else { archive.len() };
        let step = (uncut / 97).max(1);
        for length in (0..uncut).rev().step_by(step).chain([uncut - 1, 1, 3, 511, 512, 513]) {
            let error = read(&archive[..length], ReadOptions::default()).await.expect_err(&length.to_string());
            let is_told = matches!(error, Error::Truncated { .. } | Error::Archive { fault: Fault::NoOvaXml, .. });
            assert!(is_told, "cut at {length}: {error:?}");
        }
    }
}

#[tokio::test]
async fn what_is_no_xva_says_so() {
    let nonsense: Vec<u8> = (0..4096_u32).map(|n| (n * 7 % 251) as u8).collect();
    assert_eq!(refused(&nonsense).await, (String::new(), Fault::NoOvaXml));
    assert_eq!(refused(&[0; 1024]).await, (String::new(), Fault::NoOvaXml));
    let other = packed(&[("vm.ovf", b"<Envelope/>")]).await;
    assert_eq!(refused(&other).await, ("vm.ovf".to_owned(), Fault::NoOvaXml));
    let late = packed(&[("Ref:1/00000000", ZEROS), ("ova.xml", b"")]).await;
    assert_eq!(refused(&late).await, ("Ref:1/00000000".to_owned(), Fault::NoOvaXml));
}

#[tokio::test]
async fn a_description_stands_once() {
    let archive = with(&[("ova.xml", b"again")]).await;
    assert_eq!(refused(&archive).await, ("ova.xml".to_owned(), Fault::Twice));
}

#[tokio::test]
async fn entities_are_not_declared() {
    let bomb = b"<!DOCTYPE v [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><value>&b;</value>";
    let archive = packed(&[("ova.xml", bomb)]).await;
    let (member, fault) = refused(&archive).await;
    assert_eq!(member, "ova.xml");
    assert!(fault.to_string().contains("<!DOCTYPE"), "{fault}");
}

async fn check_description(document: &[u8], told: &str) {
    let (member, fault) = refused(&packed(&[("ova.xml", document)]).await).await;
    assert_eq!((member.as_str(), fault.to_string().as_str()), ("ova.xml", told));
}

#[tokio::test]
async fn a_description_that_is_wrong_says_what_is_wrong() {
    let bad = |change: fn(&mut archive::xva::Ova)| {
        let mut ova = machine(&[("Ref:1", 512)]);
        change(&mut ova);
        ova.write()
    };
    check_description(b"\xff", "byte 0 is no UTF-8").await;
    check_description(b"<value><struct></struct></value>", "it has no `version`").await;
    let twice = bad(|ova| ova.objects.push(ova.objects[0].clone()));
    check_description(&twice, "two objects are called `Ref:0`").await;
    let size = bad(|ova| ova.objects[8].snapshot = Value::structure([("virtual_size", text("-1"))]));
    check_description(&size, "the disk `Ref:1` has no size").await;
    let class = bad(|ova| ova.objects[0].class = "".into());
    check_description(&class, "object 0 has no `class`").await;
    let deep = ["<value><array><data>".repeat(100), "</data></array></value>".repeat(100)].concat();
    check_description(deep.as_bytes(), "values nested deeper than 64 levels in the XML document").await;
}

#[tokio::test]
async fn a_huge_description_is_not_read() {
    let mut archive = packed(&[("ova.xml", b"")]).await;
    // Sizes past 8 GiB are binary: one is written by the codec itself, the content never comes.
    let mut tar = Writer::new(Vec::new(), 0);
    tar.begin("ova.xml", 9 << 30).await.unwrap();
    assert!(tar.end().await.is_err());
    archive[124..136].copy_from_slice(b"77777777777\0");
    let sum: u32 = archive[..512]
        .iter()
        .enumerate()
        .map(|(at, b)| if (148..156).contains(&at) { 32 } else { u32::from(*b) })
        .sum();
    archive[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let limit = 32 << 20;
    assert_eq!(refused(&archive).await, ("ova.xml".to_owned(), Fault::Oversize { size: (8 << 30) - 1, limit }));
}

#[tokio::test]
async fn a_decompression_bomb_is_stopped_at_its_first_member() {
    let lab = Lab::new();
    // 64 MiB of white space are 64 KiB of gzip.
    let mut description = vec![b' '; 64 << 20];
    description[..7].copy_from_slice(b"<value>");
    lab.write("vm.xva", &packed(&[("ova.xml", &description)]).await);
    lab.run("gzip", &["vm.xva"]);
    let archive = lab.read("vm.xva.gz");
    assert!(archive.len() < 100_000);
    assert_eq!(refused(&archive).await, ("ova.xml".to_owned(), Fault::Oversize { size: 64 << 20, limit: 32 << 20 }));
}

#[tokio::test]
async fn zeros_without_end_after_the_archive_are_not_read_on() {
    let lab = Lab::new();
    let mut archive = written(&[], WriteOptions::default()).await;
    archive.resize(archive.len() + (16 << 20), 0);
    lab.write("vm.xva", &archive);
    lab.run("zstd", &["-q", "vm.xva"]);
    assert_eq!(refused(&lab.read("vm.xva.zst")).await, (String::new(), Fault::Trailing(4 << 20)));
}

#[tokio::test]
async fn a_frame_of_zstd_that_asks_for_much_memory_is_refused() {
    let lab = Lab::new();
    let mut archive = written(&[], WriteOptions::default()).await;
    archive.resize(140 << 20, 0);
    lab.write("vm.xva", &archive);
    lab.run("zstd", &["-q", "--long=27", "vm.xva"]);
    let error = read(&lab.read("vm.xva.zst"), ReadOptions::default()).await.unwrap_err();
    assert!(matches!(error, Error::Read { .. }), "{error:?}");
}

async fn check_members(members: &[(&str, &[u8])], member: &str, fault: Fault) {
    assert_eq!(refused(&with(members).await).await, (member.to_owned(), fault));
}

#[tokio::test]
async fn blocks_in_wrong_places_are_refused() {
    let block = |name: &'static str| [(name, ZEROS)];
    check_members(&block("Ref:2/00000000"), "Ref:2/00000000", Fault::UnknownDisk("Ref:2".into())).await;
    check_members(&block("Ref:1/00000001"), "Ref:1/00000001", Fault::NoChecksum).await;
    check_members(&block("Ref:1/+0000001"), "Ref:1/+0000001", Fault::Foreign).await;
    check_members(&block("Ref:1/99999999999999999999"), "Ref:1/99999999999999999999", Fault::Foreign).await;
    check_members(&block("README"), "README", Fault::Foreign).await;
    check_members(&block("Ref:1/00000000.checksum"), "Ref:1/00000000.checksum", Fault::StrayChecksum).await;
    let first = [("Ref:1/00000001", ZEROS), ("Ref:1/00000001.checksum", ZEROS_SUM)];
    check_members(&first, "Ref:1/00000001", Fault::FirstBlock(1)).await;
    let good = [("Ref:1/00000000", ZEROS), ("Ref:1/00000000.checksum", ZEROS_SUM)];
    let again = [&good[..], &good].concat();
    check_members(&again, "Ref:1/00000000", Fault::Order { number: 0, before: 0 }).await;
    let short = Fault::DiskIncomplete { disk: "Ref:1".into(), end: BLOCK, size: 2 * BLOCK };
    check_members(&good, "Ref:1/00000000", short).await;
    for (number, end) in [("Ref:1/00000002", 2 * BLOCK), ("Ref:1/18446744073709551615", u64::MAX)] {
        let sum = format!("{number}.checksum");
        let beyond = [&good[..], &[(number, ZEROS), (sum.as_str(), ZEROS_SUM)]].concat();
        let (member, fault) = refused(&with(&beyond).await).await;
        assert_eq!((member.as_str(), fault), (number, Fault::BeyondDisk { end, size: 2 * BLOCK }));
    }
    check_members(&[], "", Fault::DiskMissing("Ref:1".into())).await;
    read(&with(&[]).await, ReadOptions { disks_optional: true, ..Default::default() }).await.unwrap();
}

#[tokio::test]
async fn disks_do_not_take_turns() {
    let ova = machine(&[("Ref:1", BLOCK), ("Ref:2", BLOCK)]).write();
    let one: [(&str, &[u8]); 2] = [("Ref:1/00000000", ZEROS), ("Ref:1/00000000.checksum", ZEROS_SUM)];
    let two: [(&str, &[u8]); 2] = [("Ref:2/00000000", ZEROS), ("Ref:2/00000000.checksum", ZEROS_SUM)];
    let members = [&[("ova.xml", &ova[..])][..], &one, &two, &[("Ref:1/00000001", ZEROS)]].concat();
    let refused = refused(&packed(&members).await).await;
    assert_eq!(refused, ("Ref:1/00000001".to_owned(), Fault::DiskAgain("Ref:1".into())));
}

#[tokio::test]
async fn the_last_block_may_be_filled_up_with_zeros_only() {
    let ova = machine(&[("Ref:1", 512)]).write();
    let mut content = vec![0; 1 << 20];
    content[..512].fill(9);
    let archive = |content: Vec<u8>| {
        let ova = ova.clone();
        async move {
            let lab = Lab::new();
            lab.write("block", &content);
            let sum = lab.run("sha1sum", &["block"]);
            let sum = sum.split(' ').next().unwrap();
            let members: [(&str, &[u8]); 3] =
                [("ova.xml", &ova), ("Ref:1/00000000", &content), ("Ref:1/00000000.checksum", sum.as_bytes())];
            packed(&members).await
        }
    };
    let good = archive(content.clone()).await;
    assert!(read(&good, ReadOptions::default()).await.unwrap()[0].1 == [9; 512]);
    content[512] = 1;
    let bad = archive(content).await;
    let beyond = Fault::BeyondDisk { end: BLOCK, size: 512 };
    assert_eq!(refused(&bad).await, ("Ref:1/00000000".to_owned(), beyond));
}

#[tokio::test]
async fn archives_of_version_1_have_no_checksums_beside_blocks() {
    let mut ova = machine(&[("Ref:1", BLOCK)]);
    ova.version = version(1);
    let description = ova.write();
    let members: [(&str, &[u8]); 3] =
        [("ova.xml", &description), ("Ref:1/00000000", ZEROS), ("checksum.xml", b"<table/>")];
    assert_eq!(read(&packed(&members).await, ReadOptions::default()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn names_that_lead_elsewhere_are_refused() {
    for name in ["../../etc/passwd", "/etc/passwd", "Ref:1/../ova.xml"] {
        let mut archive = packed(&[("x", b"")]).await;
        archive[..100].fill(0);
        archive[..name.len()].copy_from_slice(name.as_bytes());
        let sum: u32 = archive[..512]
            .iter()
            .enumerate()
            .map(|(at, b)| if (148..156).contains(&at) { 32 } else { u32::from(*b) })
            .sum();
        archive[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        assert_eq!(refused(&archive).await, (name.to_owned(), Fault::Name));
    }
}

#[tokio::test]
async fn links_are_refused() {
    let lab = Lab::new();
    std::os::unix::fs::symlink("/etc/passwd", lab.path("ova.xml")).unwrap();
    lab.run("tar", &["cf", "vm.xva", "ova.xml"]);
    assert_eq!(refused(&lab.read("vm.xva")).await, ("ova.xml".to_owned(), Fault::Type(b'2')));
}

#[test]
fn a_checksum_of_zeros_is_the_one_used_here() {
    // The constant above is of no use if the checksum is of something else.
    let lab = Lab::new();
    lab.write("zeros", ZEROS);
    assert!(lab.run("sha1sum", &["zeros"]).as_bytes().starts_with(ZEROS_SUM));
    assert_eq!(Checksum::default(), Checksum::XxHash);
}
