//! Writing and reading OVA.

use std::sync::Arc;

use archive::{
    Compression, Error, Fault, Format, Result, Upload,
    ova::{Reader, WriteOptions, Writer, measure},
    sniff::{START, sniff},
    tar,
};
use tokio::io::AsyncReadExt;

use crate::{
    lab::Lab,
    ovf::{VMWARE, package},
};

/// Reads all of an archive: each file's name and content.
async fn read(archive: &[u8]) -> Result<Vec<(String, Vec<u8>)>> {
    let mut ova = Reader::open(archive).await?;
    let mut files = Vec::new();
    while let Some(member) = ova.next().await? {
        let mut content = Vec::new();
        // The error of the content is told by `next`, too, with the member.
        let _ = ova.content().read_to_end(&mut content).await;
        files.push((member.name, content));
    }
    ova.finish().await?;
    assert!(ova.ovf().is_some());
    Ok(files)
}

async fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Writer::new(Vec::new(), 0);
    for (name, content) in members {
        tar.member(name, content).await.unwrap();
    }
    tar.finish().await.unwrap()
}

async fn written() -> Vec<u8> {
    let mut ova = Writer::create(Vec::new(), "web", &package(), WriteOptions::default()).await.unwrap();
    ova.file("disk1.vmdk", 512, &[1; 512][..]).await.unwrap();
    ova.file("disk2.vmdk", 3, &b"abc"[..]).await.unwrap();
    ova.finish().await.unwrap()
}

const DISKS: [(&str, &[u8]); 2] = [("web-disk1.vmdk", b"not a disk"), ("web-disk2.vmdk.gz", b"nor this")];

/// A manifest of these files, made by the programs that people have.
fn manifest(kind: &str, program: &str, files: &[(&str, &[u8])]) -> String {
    let lab = Lab::new();
    let line = |(name, content): &(&str, &[u8])| {
        lab.write(name, content);
        let sum = lab.run(program, &[name]);
        format!("{kind}({name})= {}\n", sum.split(' ').next().unwrap())
    };
    files.iter().map(line).collect()
}

#[tokio::test]
async fn what_is_written_is_read_and_listed_by_tar() {
    let archive = written().await;
    let files = read(&archive).await.unwrap();
    assert_eq!(files, [("disk1.vmdk".to_owned(), vec![1; 512]), ("disk2.vmdk".to_owned(), b"abc".to_vec())]);
    let lab = Lab::new();
    lab.write("web.ova", &archive);
    assert_eq!(lab.run("tar", &["tf", "web.ova"]), "web.ovf\ndisk1.vmdk\ndisk2.vmdk\nweb.mf\n");
    lab.run("tar", &["xf", "web.ova"]);
    // As `sha256sum` wants it.
    let sums = String::from_utf8(lab.read("web.mf")).unwrap();
    let lines = sums.lines().map(|line| {
        let (name, digits) = line.strip_prefix("SHA256(").unwrap().split_once(")= ").unwrap();
        format!("{digits}  {name}\n")
    });
    lab.write("sums", lines.collect::<String>().as_bytes());
    assert_eq!(lab.run("sha256sum", &["--check", "sums"]), "web.ovf: OK\ndisk1.vmdk: OK\ndisk2.vmdk: OK\n");
}

#[tokio::test]
async fn members_come_in_any_order_and_checksums_of_any_kind() {
    let descriptor = ("web.ovf", VMWARE.as_bytes());
    for (kind, program) in [("SHA1", "sha1sum"), ("SHA256", "sha256sum"), ("SHA512", "sha512sum")] {
        let sums = manifest(kind, program, &[&[descriptor], &DISKS[..]].concat());
        let manifest = ("web.mf", sums.as_bytes());
        let [one, two] = DISKS;
        for members in [
            [descriptor, manifest, one, two],
            [descriptor, one, two, manifest],
            [one, two, descriptor, manifest],
            [one, two, manifest, descriptor],
            [manifest, one, descriptor, two],
        ] {
            assert_eq!(read(&packed(&members).await).await.unwrap().len(), 2);
            for changed in [one, two, descriptor] {
                let mut archive = packed(&members).await;
                // Of the descriptor a letter of a comment, which leaves it one.
                let word = if changed.0 == descriptor.0 { b"a comment" } else { changed.1 };
                let place = archive.windows(word.len()).position(|bytes| bytes == word).unwrap();
                archive[place] ^= 1;
                let error = read(&archive).await.unwrap_err();
                let Error::Member { member, fault: Fault::Checksum { .. }, .. } = &error else { panic!("{error:?}") };
                assert_eq!(member, changed.0, "{kind}");
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_checksum_is_an_error_of_the_content_at_its_end() {
    let sums = manifest("SHA256", "sha256sum", &[("web-disk1.vmdk", b"another")]);
    let [one, two] = DISKS;
    let archive = packed(&[("a.ovf", VMWARE.as_bytes()), ("a.mf", sums.as_bytes()), one, two]).await;
    let mut ova = Reader::open(&archive[..]).await.unwrap();
    ova.next().await.unwrap();
    let mut content = Vec::new();
    let error = ova.content().read_to_end(&mut content).await.unwrap_err();
    assert_eq!((error.kind(), content.as_slice()), (std::io::ErrorKind::InvalidData, one.1));
    assert!(matches!(ova.next().await, Err(Error::Member { fault: Fault::Checksum { .. }, .. })));
}

#[tokio::test]
async fn a_file_is_lent_to_what_reads_it_and_the_reader_comes_back() {
    let lab = Lab::new();
    lab.run("qemu-img", &["create", "-q", "-f", "raw", "disk.raw", "1M"]);
    lab.run("qemu-img", &["convert", "-O", "vmdk", "-o", "subformat=streamOptimized", "disk.raw", "web-disk1.vmdk"]);
    lab.write("web-disk2.vmdk", &lab.read("web-disk1.vmdk"));
    lab.run("gzip", &["web-disk2.vmdk"]);
    lab.write("web.ovf", VMWARE.as_bytes());
    lab.run("tar", &["cf", "web.ova", "web.ovf", "web-disk1.vmdk", "web-disk2.vmdk.gz"]);
    let archive: &'static [u8] = lab.read("web.ova").leak();
    let mut ova = Reader::open(archive).await.unwrap();
    let mut found = Vec::new();
    while let Some(member) = ova.next().await.unwrap() {
        let (lent, loan) = ova.lend();
        let mut upload = Upload::open(lent).await.unwrap();
        let mut image = Vec::new();
        upload.content.read_to_end(&mut image).await.unwrap();
        assert!(image == lab.read("web-disk1.vmdk"), "{} is another", member.name);
        found.push((upload.format, upload.compression));
        drop(upload);
        ova = loan.back().await.unwrap();
    }
    assert_eq!(found, [(Format::Vmdk, Compression::None), (Format::Vmdk, Compression::Gzip)]);
}

#[tokio::test]
async fn a_reader_comes_back_from_a_file_that_was_read_in_part() {
    let archive: &'static [u8] = written().await.leak();
    let mut ova = Reader::open(archive).await.unwrap();
    ova.next().await.unwrap();
    let (mut lent, loan) = ova.lend();
    lent.read_exact(&mut [0; 100]).await.unwrap();
    drop(lent);
    let mut ova = loan.back().await.unwrap();
    assert_eq!(ova.next().await.unwrap().unwrap().name, "disk2.vmdk");
    assert!(ova.next().await.unwrap().is_none());
}

async fn refused(archive: &[u8]) -> (String, Fault) {
    match read(archive).await.unwrap_err() {
        Error::Member { member, fault, .. } => (member, fault),
        Error::Archive { fault, .. } => (String::new(), fault),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_lone_descriptor_is_told_from_a_package() {
    let (_, fault) = refused(VMWARE.as_bytes()).await;
    assert_eq!(fault, Fault::LoneDescriptor);
    let told = "this is only the descriptor of a package (`.ovf`), the disks are not in it; give the whole package as one `.ova` file";
    assert_eq!(fault.to_string(), told);
}

#[tokio::test]
async fn what_is_missing_or_there_twice_is_said() {
    let descriptor = ("web.ovf", VMWARE.as_bytes());
    let [one, two] = DISKS;
    assert_eq!(refused(&packed(&[one, two]).await).await, (String::new(), Fault::NoDescriptor));
    assert_eq!(refused(&packed(&[]).await).await, (String::new(), Fault::NoDescriptor));
    let missing = Fault::FileMissing("web-disk2.vmdk.gz".to_owned());
    assert_eq!(refused(&packed(&[descriptor, one]).await).await, (String::new(), missing));
    let twice = [descriptor, one, two, descriptor];
    assert_eq!(refused(&packed(&twice).await).await, ("web.ovf".to_owned(), Fault::Twice));
    assert_eq!(refused(&packed(&[descriptor, one, one]).await).await, (one.0.to_owned(), Fault::Twice));
    let manifests = [("a.mf", &b""[..]), ("b.mf", b"")];
    assert_eq!(refused(&packed(&manifests).await).await, ("b.mf".to_owned(), Fault::Twice));
}

#[tokio::test]
async fn an_archive_that_is_cut_anywhere_is_an_error() {
    let archive = written().await;
    for length in (0..archive.len() - 512).step_by(7) {
        assert!(read(&archive[..length]).await.is_err(), "cut at {length}");
    }
}

#[tokio::test]
async fn no_changed_byte_makes_reading_panic() {
    let archive = written().await;
    for at in (0..archive.len()).step_by(3) {
        let mut bad = archive.clone();
        bad[at] ^= 0x15;
        let _ = read(&bad).await;
    }
}

#[tokio::test]
async fn what_writers_do_wrong_is_refused() {
    let ovf = package();
    let start = || Writer::create(Vec::new(), "web", &ovf, WriteOptions::default());
    let mut ova = start().await.unwrap();
    let order = ova.file("disk2.vmdk", 1, &b"x"[..]).await.unwrap_err();
    assert_eq!(order.fault(), Some(&Fault::FileOrder("disk2.vmdk".to_owned())));
    let mut ova = start().await.unwrap();
    let short = ova.file("disk1.vmdk", 2, &b"x"[..]).await.unwrap_err();
    assert_eq!(short.fault(), Some(&Fault::MemberSize { written: 1, size: 2 }));
    let missing = start().await.unwrap().finish().await.unwrap_err();
    assert_eq!(missing.fault(), Some(&Fault::FileMissing("disk1.vmdk".to_owned())));
    let elsewhere = Writer::create(Vec::new(), "../web", &package(), WriteOptions::default()).await.unwrap_err();
    assert_eq!(elsewhere.fault(), Some(&Fault::Name));
}

/// Makes disks into a package, by way of images whose lengths are found out first.
async fn exported(lab: &Lab, disks: &[(&str, u64)]) -> Vec<u8> {
    let mut ovf = package();
    let mut images = Vec::new();
    for ((name, size), (file, disk)) in disks.iter().zip(ovf.files.iter_mut().zip(&mut ovf.disks)) {
        let image = async || {
            let file = disk::storage::File::open(lab.path(name)).await.unwrap();
            let raw = disk::raw::Raw::open(Arc::new(file)).await.unwrap();
            let content = disk::Content::of(Arc::new(raw)).await.unwrap();
            disk::vmdk::encode(content, &disk::vmdk::Options::default()).unwrap()
        };
        let length = measure(image().await).await.unwrap();
        (file.size, disk.capacity) = (Some(length), *size);
        images.push((file.href.clone(), length, image().await));
    }
    let mut ova = Writer::create(Vec::new(), "web", &ovf, WriteOptions::default()).await.unwrap();
    for (href, length, image) in images {
        ova.image(&href, Some(length), image).await.unwrap();
    }
    ova.finish().await.unwrap()
}

#[tokio::test]
async fn disks_go_out_as_vmdk_and_come_back() {
    let lab = Lab::new();
    let sizes = [("one.raw", 40 << 20), ("two.raw", (8 << 20) + 512)];
    for (name, size) in sizes {
        lab.run("qemu-img", &["create", "-q", "-f", "raw", name, &size.to_string()]);
        lab.run("qemu-io", &["-f", "raw", "-c", "write -q -P 7 5M 3M", name]);
    }
    let archive = exported(&lab, &sizes).await;
    lab.write("web.ova", &archive);
    lab.run("tar", &["xf", "web.ova"]);
    for (name, image) in [("one.raw", "disk1.vmdk"), ("two.raw", "disk2.vmdk")] {
        lab.run("qemu-img", &["compare", "-f", "raw", "-F", "vmdk", name, image]);
    }
    let mut ova = Reader::open(&*archive.leak()).await.unwrap();
    let disks = ova.ovf().unwrap().vms[0].disks.len();
    let mut names = sizes.iter().map(|(name, _)| name);
    while ova.next().await.unwrap().is_some() {
        let (lent, loan) = ova.lend();
        let decoded = disk::vmdk::decode(lent).await.unwrap();
        let file = Arc::new(disk::storage::File::create(lab.path("back.raw")).await.unwrap());
        disk::raw::write(decoded.content, file).await.unwrap();
        assert!(lab.read("back.raw") == lab.read(names.next().unwrap()));
        ova = loan.back().await.unwrap();
    }
    ova.finish().await.unwrap();
    assert_eq!((disks, names.next()), (2, None));
}

#[tokio::test]
async fn an_image_whose_length_is_not_known_is_refused() {
    let lab = Lab::new();
    lab.write("one.raw", &[0; 512]);
    let ovf = package();
    let mut ova = Writer::create(Vec::new(), "web", &ovf, WriteOptions::default()).await.unwrap();
    let image = disk::vmdk::encode(disk::raw::decode(&[0; 512][..], 512), &disk::vmdk::Options::default()).unwrap();
    let error = ova.image("disk1.vmdk", None, image).await.unwrap_err();
    assert_eq!(error.fault(), Some(&Fault::LengthUnknown("disk1.vmdk".to_owned())));
}

#[tokio::test]
async fn what_nobody_reads_of_a_compressed_archive_has_an_end() {
    let lab = Lab::new();
    let mut tar = tar::Writer::new(Vec::new(), 0);
    tar.member("web.ovf", VMWARE.as_bytes()).await.unwrap();
    let mut archive = tar.finish().await.unwrap();
    archive.truncate(archive.len() - 1024);
    // A file of 70 GiB, of which hardly anything comes.
    std::fs::File::create(lab.path("junk")).unwrap().set_len(70 << 30).unwrap();
    lab.run("sh", &["-c", "tar --format=gnu -cf - junk 2>/dev/null | head -c 10000 > head"]);
    archive.extend(lab.read("head"));
    lab.write("web.ova", &archive);
    lab.run("gzip", &["web.ova"]);
    let archive = lab.read("web.ova.gz");
    let mut ova = Reader::open(&archive[..]).await.unwrap();
    assert_eq!(ova.next().await.unwrap().unwrap().size, 70 << 30);
    let error = ova.next().await.unwrap_err();
    assert_eq!(error.fault(), Some(&Fault::Oversize { size: 70 << 30, limit: 64 << 30 }));
}

#[tokio::test]
async fn a_folder_around_all_and_what_macos_adds_change_nothing() {
    let lab = Lab::new();
    std::fs::create_dir(lab.path("vm")).unwrap();
    let sums = manifest("SHA256", "sha256sum", &[&[("web.ovf", VMWARE.as_bytes())], &DISKS[..]].concat());
    lab.write("vm/web.ovf", VMWARE.as_bytes());
    lab.write("vm/web.mf", sums.as_bytes());
    lab.write("vm/._web.ovf", b"\0\x05\x16\x07");
    for (name, content) in DISKS {
        lab.write(&format!("vm/{name}"), content);
    }
    for format in ["--format=gnu", "--format=pax"] {
        lab.run("tar", &[format, "-cf", "web.ova", "vm"]);
        let archive = lab.read("web.ova");
        let mut files = read(&archive).await.unwrap();
        files.sort();
        let expected = DISKS.map(|(name, content)| (name.to_owned(), content.to_vec()));
        assert_eq!(files, expected, "{format}");
        assert_eq!(sniff(&archive[..START.min(archive.len())]).await.1, Format::Ova, "{format}");
    }
}
