//! Writing and reading XVA.

use archive::{
    Compression, Fault,
    xva::{BLOCK, Checksum, ReadOptions, Reader, WriteOptions, Writer, length},
};

use crate::lab::{Filled, Lab, machine, read, two_disks, written};

async fn check(compression: Compression, checksum: Checksum) {
    let disks = two_disks();
    let archive = written(&disks, WriteOptions { compression, checksum, modified: 0 }).await;
    assert_eq!(Compression::of(&archive), compression);
    let read = read(&archive, ReadOptions::default()).await.unwrap();
    let ids: Vec<_> = read.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["Ref:12", "Ref:4"], "in the order of their ids as texts");
    for (id, bytes) in read {
        assert!(bytes == disks.iter().find(|disk| disk.id == id).unwrap().bytes(), "{id} is another");
    }
}

#[tokio::test]
async fn what_is_written_is_read_whatever_the_compression_and_checksum() {
    check(Compression::None, Checksum::XxHash).await;
    check(Compression::None, Checksum::Sha1).await;
    check(Compression::Gzip, Checksum::XxHash).await;
    check(Compression::Zstd, Checksum::Sha1).await;
}

#[tokio::test]
async fn tar_lists_the_members_that_hosts_write() {
    let lab = Lab::new();
    let disks = [
        Filled::new("Ref:4", 40 * BLOCK, &[(5 * BLOCK, &vec![1; 1 << 20])]),
        Filled::new("Ref:12", 2 * BLOCK + 512, &[(BLOCK + 9, b"x")]),
        Filled::new("Ref:3", 512, &[]),
    ];
    lab.write("vm.xva", &written(&disks, WriteOptions::default()).await);
    let listing = lab.run("tar", &["tvf", "vm.xva"]);
    let members: Vec<_> = listing
        .lines()
        .map(|line| {
            let fields: Vec<_> = line.split_whitespace().collect();
            (*fields.last().unwrap(), fields[2].parse::<u64>().unwrap())
        })
        .collect();
    assert_eq!(members[0].0, "ova.xml");
    assert_eq!(
        members[1..],
        [
            ("Ref:12/00000000", BLOCK),
            ("Ref:12/00000000.xxhash", 16),
            ("Ref:12/00000001", BLOCK),
            ("Ref:12/00000001.xxhash", 16),
            ("Ref:12/00000002", 512),
            ("Ref:12/00000002.xxhash", 16),
            ("Ref:3/00000000", 512),
            ("Ref:3/00000000.xxhash", 16),
            ("Ref:4/00000000", BLOCK),
            ("Ref:4/00000000.xxhash", 16),
            ("Ref:4/00000005", BLOCK),
            ("Ref:4/00000005.xxhash", 16),
            ("Ref:4/00000039", BLOCK),
            ("Ref:4/00000039.xxhash", 16),
        ]
    );
    lab.run("tar", &["xf", "vm.xva"]);
    assert_eq!(lab.read("Ref:4/00000005"), vec![1; 1 << 20]);
}

#[tokio::test]
async fn what_tar_has_packed_is_read() {
    let lab = Lab::new();
    let ova = machine(&[("Ref:1", BLOCK + 700)]);
    lab.write("ova.xml", &ova.write());
    lab.write("Ref:1/00000000", &vec![3; 1 << 20]);
    lab.write("Ref:1/00000001", &[4; 700]);
    for member in ["Ref:1/00000000", "Ref:1/00000001"] {
        let sum = lab.run("sha1sum", &[member]);
        lab.write(&format!("{member}.checksum"), sum.split(' ').next().unwrap().as_bytes());
    }
    let members = ["Ref:1/00000000", "Ref:1/00000000.checksum", "Ref:1/00000001", "Ref:1/00000001.checksum"];
    for format in ["--format=v7", "--format=ustar", "--format=gnu", "--format=pax"] {
        lab.run("tar", &[&["--force-local", format, "-cf", "vm.xva", "ova.xml"], &members[..]].concat());
        let disks = read(&lab.read("vm.xva"), ReadOptions::default()).await.unwrap();
        assert_eq!(disks.len(), 1);
        assert!(disks[0].1[..1 << 20] == vec![3; 1 << 20] && disks[0].1[1 << 20..] == [4; 700], "{format}");
    }
}

#[tokio::test]
async fn the_description_comes_back_as_it_was() {
    let ova = machine(&[("Ref:1", BLOCK), ("Ref:10", 512)]);
    let archive =
        written(&[Filled::new("Ref:1", BLOCK, &[]), Filled::new("Ref:10", 512, &[])], WriteOptions::default()).await;
    let xva = Reader::open(&archive[..], ReadOptions::default()).await.unwrap();
    // Hosts write integers as texts, which is how they come back.
    assert_eq!(xva.ova().write(), ova.write());
    let vms: Vec<_> = xva.ova().vms().collect();
    assert_eq!(vms[0].name_label, "db <1> & \"friends\"");
    assert_eq!((vms[0].vbds.len(), &vms[0].vifs[..]), (3, &["Ref:vif"][..]));
    let typed: xapi_types::class::Vm = xva.ova().get("Ref:0").unwrap().record().unwrap();
    assert_eq!(typed.memory_static_max, 4 << 30);
    let required: Vec<_> = xva.disks().iter().map(|disk| (disk.id.as_str(), disk.required)).collect();
    assert_eq!(required, [("Ref:1", true), ("Ref:10", true), ("Ref:iso", false)]);
}

#[tokio::test]
async fn a_block_without_data_keeps_the_connection_alive_and_moves_nothing() {
    let ova = machine(&[("Ref:1", 9 * BLOCK)]);
    let mut xva = Writer::create(Vec::new(), &ova, WriteOptions::default()).await.unwrap();
    xva.begin_disk("Ref:1").await.unwrap();
    xva.keep_alive().await.unwrap();
    xva.write(BLOCK, &vec![1; 1 << 20]).await.unwrap();
    xva.keep_alive().await.unwrap();
    xva.write(5 * BLOCK, b"half a block").await.unwrap();
    xva.keep_alive().await.unwrap();
    xva.keep_alive().await.unwrap();
    xva.write(7 * BLOCK, &[3; 100]).await.unwrap();
    let archive = xva.finish().await.unwrap();
    let lab = Lab::new();
    lab.write("vm.xva", &archive);
    let listing = lab.run("tar", &["tf", "vm.xva"]);
    let blocks: Vec<_> = listing.lines().filter(|name| name.starts_with("Ref:1/") && !name.contains('.')).collect();
    let numbers = ["00000000", "00000001", "00000002", "00000003", "00000004", "00000008", "00000010", "00000011"];
    assert_eq!(blocks, numbers.map(|number| format!("Ref:1/{number}")));
    let disks = read(&archive, ReadOptions::default()).await.unwrap();
    let data = [(BLOCK, &vec![1; 1 << 20][..]), (5 * BLOCK, b"half a block"), (7 * BLOCK, &[3; 100])];
    assert!(disks[0].1 == Filled::new("Ref:1", 9 * BLOCK, &data).bytes());
}

#[tokio::test]
async fn the_length_of_an_archive_is_known_before() {
    let disks = [Filled::new("Ref:1", 3 * BLOCK + 512, &[(BLOCK, &vec![1; 1 << 20])])];
    for checksum in [Checksum::XxHash, Checksum::Sha1] {
        let archive = written(&disks, WriteOptions { checksum, ..Default::default() }).await;
        let told = length(&machine(&[("Ref:1", 3 * BLOCK + 512)]), checksum, [BLOCK, BLOCK, 512]);
        assert_eq!(told, archive.len() as u64);
    }
}

#[tokio::test]
async fn a_disk_may_be_passed_over() {
    let archive = written(&two_disks(), WriteOptions::default()).await;
    let mut xva = Reader::open(&archive[..], ReadOptions::default()).await.unwrap();
    assert_eq!(xva.next_disk().await.unwrap().unwrap().id, "Ref:12");
    assert_eq!(xva.next_disk().await.unwrap().unwrap().id, "Ref:4");
    assert_eq!(xva.next_block().await.unwrap().unwrap().at, 0);
    assert_eq!(xva.next_block().await.unwrap().unwrap().at, 4 * BLOCK);
    assert!(xva.next_disk().await.unwrap().is_none());
    xva.finish().await.unwrap();
}

#[tokio::test]
async fn what_writers_do_wrong_is_refused() {
    let ova = machine(&[("Ref:1", 2 * BLOCK), ("Ref:2", BLOCK)]);
    let mut xva = Writer::create(Vec::new(), &ova, WriteOptions::default()).await.unwrap();
    let unknown = xva.begin_disk("Ref:9").await.unwrap_err();
    assert_eq!(unknown.fault(), Some(&Fault::UnknownDisk("Ref:9".to_owned())));
    assert!(xva.write(0, b"x").await.is_err(), "no disk has begun");
    xva.begin_disk("Ref:1").await.unwrap();
    xva.write(100, b"x").await.unwrap();
    assert_eq!(xva.write(100, b"x").await.unwrap_err().fault(), Some(&Fault::Order { number: 100, before: 101 }));
    let beyond = xva.write(2 * BLOCK - 1, b"xy").await.unwrap_err();
    assert_eq!(beyond.fault(), Some(&Fault::BeyondDisk { end: 2 * BLOCK + 1, size: 2 * BLOCK }));
    xva.end_disk().await.unwrap();
    assert_eq!(xva.begin_disk("Ref:1").await.unwrap_err().fault(), Some(&Fault::DiskAgain("Ref:1".to_owned())));
    assert_eq!(xva.finish().await.unwrap_err().fault(), Some(&Fault::DiskMissing("Ref:2".to_owned())));
}

#[tokio::test]
async fn a_disk_of_two_tebibytes_takes_what_its_data_takes() {
    const SIZE: u64 = 2 << 40;
    let ova = machine(&[("Ref:1", SIZE)]);
    let mut xva = Writer::create(Vec::new(), &ova, WriteOptions::default()).await.unwrap();
    xva.begin_disk("Ref:1").await.unwrap();
    xva.write(SIZE / 2, b"middle").await.unwrap();
    let archive = xva.finish().await.unwrap();
    assert!(archive.len() < 4 << 20, "{} bytes", archive.len());
    let mut xva = Reader::open(&archive[..], ReadOptions::default()).await.unwrap();
    xva.next_disk().await.unwrap();
    let mut places = Vec::new();
    while let Some(block) = xva.next_block().await.unwrap() {
        places.push(block.at);
    }
    assert_eq!(places, [0, SIZE / 2, SIZE - BLOCK]);
}

#[tokio::test]
async fn disks_go_in_and_out_as_contents_of_images() {
    let lab = Lab::new();
    let disks = two_disks();
    let ova = machine(&disks.iter().map(|disk| (disk.id, disk.size)).collect::<Vec<_>>());
    let mut xva = Writer::create(Vec::new(), &ova, WriteOptions::default()).await.unwrap();
    for id in ["Ref:12", "Ref:4"] {
        let filled = disks.iter().find(|disk| disk.id == id).unwrap();
        lab.write(id, &filled.bytes());
        let file = disk::storage::File::open(lab.path(id)).await.unwrap();
        let source = disk::raw::Raw::open(std::sync::Arc::new(file)).await.unwrap();
        xva.write_disk(id, disk::Content::of(std::sync::Arc::new(source)).await.unwrap()).await.unwrap();
    }
    let archive: &'static [u8] = xva.finish().await.unwrap().leak();
    assert!(archive == written(&disks, WriteOptions::default()).await);
    let mut xva = Reader::open(archive, ReadOptions::default()).await.unwrap();
    while let Some(disk) = xva.next_disk().await.unwrap() {
        let (content, loan) = xva.lend_disk();
        let file = std::sync::Arc::new(disk::storage::File::create(lab.path("out")).await.unwrap());
        disk::raw::write(content, file).await.unwrap();
        assert!(lab.read("out") == lab.read(&disk.id), "{} is another", disk.id);
        xva = loan.back().await.unwrap();
    }
    xva.finish().await.unwrap();
}

#[tokio::test]
async fn a_damaged_block_is_an_error_of_the_content() {
    let mut archive = written(&two_disks(), WriteOptions::default()).await;
    let place = archive.windows(5).position(|bytes| bytes == b"start").unwrap();
    archive[place] ^= 1;
    let mut xva = Reader::open(&*archive.leak(), ReadOptions::default()).await.unwrap();
    xva.next_disk().await.unwrap();
    let (mut content, loan) = xva.lend_disk();
    let error = content.next().await.unwrap_err();
    assert_eq!(error.kind(), disk::Kind::Corrupt);
    assert!(error.to_string().contains("`Ref:12/00000000`"), "{error}");
    assert!(loan.back().await.is_none());
}

#[tokio::test]
async fn content_of_another_size_is_refused() {
    let ova = machine(&[("Ref:1", BLOCK)]);
    let mut xva = Writer::create(Vec::new(), &ova, WriteOptions::default()).await.unwrap();
    let content = disk::raw::decode(&b""[..], 512);
    let error = xva.write_disk("Ref:1", content).await.unwrap_err();
    assert_eq!(error.fault(), Some(&Fault::DiskSize { content: 512, size: BLOCK }));
}
