//! QCOW2 files and streams, with `qemu-img` on the other side.

use std::sync::Arc;

use bytes::Bytes;
use disk::{
    Content, Gaps, Kind, Map, Order, Piece, Sink, Source, State,
    adapter::Chain,
    qcow2::{self, Backing, Compression, Options, Qcow2, Writer},
    raw,
};
use futures_util::stream;

use crate::lab::{Lab, Random, bytes_of, read_all};

const SIZE: u64 = (40 << 20) + 5 * 512;

async fn content(disk: &Arc<dyn Source>) -> Content {
    Content::of(disk.clone()).await.unwrap()
}

fn qemu_finds_it_sound(lab: &Lab, name: &str) {
    lab.run("qemu-img", &["check", "-f", "qcow2", name]);
}

async fn is_sound(lab: &Lab, name: &str) {
    let report = qcow2::check(lab.open(name).await).await.unwrap();
    assert!(report.is_sound(), "{name}: {report}");
}

#[tokio::test]
async fn an_image_streamed_is_read_by_qemu_and_back() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 20).await;
    let encoded = qcow2::encode(content(&disk).await, &Options::default()).unwrap();
    let written = lab.keep("disk.qcow2", encoded).await;
    assert_eq!(qcow2::length(SIZE, content(&disk).await.map().map(|map| &**map)).unwrap(), written);
    assert!(written < SIZE, "clusters without data are left out");
    lab.same(("raw", "disk"), ("qcow2", "disk.qcow2"));
    qemu_finds_it_sound(&lab, "disk.qcow2");
    is_sound(&lab, "disk.qcow2").await;

    let decoded = qcow2::decode(lab.stream("disk.qcow2").await).await.unwrap();
    assert_eq!((decoded.content.order(), decoded.content.gaps()), (Order::Ascending, Gaps::Zero));
    assert!(decoded.content.map().is_some(), "all tables come first");
    assert_eq!(bytes_of(decoded.content).await, read_all(&*disk).await);
}

#[tokio::test]
async fn images_of_qemu_are_read_at_random_places_and_as_streams() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 21).await;
    let expected = read_all(&*disk).await;
    let kinds: [&[&str]; 8] = [
        &["-o", "compat=1.1"],
        &["-o", "compat=0.10"],
        &["-c"],
        &["-c", "-o", "compression_type=zstd"],
        &["-c", "-o", "compat=0.10"],
        &["-o", "cluster_size=4096"],
        &["-c", "-o", "cluster_size=2M"],
        &["-o", "cluster_size=512,refcount_bits=1"],
    ];
    for kind in kinds {
        lab.run("qemu-img", &[&["convert", "-O", "qcow2"], kind, &["disk", "foreign.qcow2"]].concat());
        let image = Qcow2::open(lab.open("foreign.qcow2").await).await.unwrap();
        assert!(read_all(&image).await == expected, "{kind:?}");
        let mut random = Random(22);
        for _ in 0..50 {
            let offset = random.next() % SIZE;
            let length = usize::try_from((random.next() % (3 << 20)).min(SIZE - offset)).unwrap();
            let start = usize::try_from(offset).unwrap();
            assert!(image.read_at(offset, length).await.unwrap() == expected[start..start + length], "{kind:?}");
        }
        let decoded = qcow2::decode(lab.stream("foreign.qcow2").await).await.unwrap();
        assert!(bytes_of(decoded.content).await == expected, "{kind:?} as a stream");
        is_sound(&lab, "foreign.qcow2").await;
    }
}

#[tokio::test]
async fn an_image_written_into_a_file_leaves_zeros_out() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 23).await;
    let zeros = Piece { offset: 30 << 20, data: vec![0; 1 << 20].into() };
    let whole = raw::decode(lab.stream("disk").await, SIZE);
    for compression in [None, Some(Compression::Zlib), Some(Compression::Zstd)] {
        let options = Options { compression, backing: None };
        qcow2::write(content(&disk).await, lab.create("disk.qcow2").await, &options).await.unwrap();
        lab.same(("raw", "disk"), ("qcow2", "disk.qcow2"));
        qemu_finds_it_sound(&lab, "disk.qcow2");
        is_sound(&lab, "disk.qcow2").await;
        let decoded = qcow2::decode(lab.stream("disk.qcow2").await).await.unwrap();
        assert!(bytes_of(decoded.content).await == read_all(&*disk).await, "{compression:?} as a stream");
    }
    qcow2::write(whole, lab.create("whole.qcow2").await, &Options::default()).await.unwrap();
    lab.same(("raw", "disk"), ("qcow2", "whole.qcow2"));
    assert!(std::fs::metadata(lab.path("whole.qcow2")).unwrap().len() < SIZE, "zeros are found");
    let nothing = Content::new(SIZE, stream::iter([Ok(zeros)]));
    qcow2::write(nothing, lab.create("empty.qcow2").await, &Options::default()).await.unwrap();
    assert!(std::fs::metadata(lab.path("empty.qcow2")).unwrap().len() <= 6 * 65536);
    qemu_finds_it_sound(&lab, "empty.qcow2");
}

#[tokio::test]
async fn compressed_images_are_smaller_and_qemu_reads_them() {
    let lab = Lab::new();
    let text: Vec<u8> = (0u32..200_000).flat_map(|number| format!("{number} bottles; ").into_bytes()).collect();
    let mut bytes = text.clone();
    bytes.extend(Random(3).bytes(1 << 20));
    bytes.extend(text);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    std::fs::write(lab.path("disk"), &bytes).unwrap();
    let disk = lab.raw("disk").await;
    for compression in [Compression::Zlib, Compression::Zstd] {
        let options = Options { compression: Some(compression), backing: None };
        qcow2::write(content(&disk).await, lab.create("disk.qcow2").await, &options).await.unwrap();
        lab.same(("raw", "disk"), ("qcow2", "disk.qcow2"));
        qemu_finds_it_sound(&lab, "disk.qcow2");
        is_sound(&lab, "disk.qcow2").await;
        let length = std::fs::metadata(lab.path("disk.qcow2")).unwrap().len();
        assert!(length < bytes.len() as u64 * 6 / 10, "{length} of {}", bytes.len());
        let image = Qcow2::open(lab.open("disk.qcow2").await).await.unwrap();
        assert_eq!(read_all(&image).await, bytes);
        let decoded = qcow2::decode(lab.stream("disk.qcow2").await).await.unwrap();
        assert_eq!(bytes_of(decoded.content).await, bytes);
    }
    let options = Options { compression: Some(Compression::Zlib), backing: None };
    assert_eq!(qcow2::encode(content(&disk).await, &options).unwrap_err().kind(), Kind::NeedsSeek);
}

#[tokio::test]
async fn an_image_written_at_random_places_has_what_was_written() {
    let lab = Lab::new();
    let mut expected = vec![0; usize::try_from(SIZE).unwrap()];
    let mut random = Random(24);
    let mut image = Writer::create(lab.create("disk.qcow2").await, SIZE, Options::default()).await.unwrap();
    for round in 0..120 {
        let offset = random.next() % SIZE / 512 * 512;
        let length = (random.next() % (1 << 20) / 512 * 512 + 512).min(SIZE - offset);
        let data = if round % 4 == 0 { vec![0; usize::try_from(length).unwrap()] } else { random.bytes(length) };
        let start = usize::try_from(offset).unwrap();
        expected[start..start + data.len()].copy_from_slice(&data);
        image.write_at(offset, data.into()).await.unwrap();
        if round == 60 {
            image.flush().await.unwrap();
            qemu_finds_it_sound(&lab, "disk.qcow2");
        }
    }
    image.flush().await.unwrap();
    std::fs::write(lab.path("expected"), &expected).unwrap();
    lab.same(("raw", "expected"), ("qcow2", "disk.qcow2"));
    qemu_finds_it_sound(&lab, "disk.qcow2");
    is_sound(&lab, "disk.qcow2").await;
}

/// Lets QEMU make `parent.qcow2` and `child.qcow2` above it; returns what they hold together.
fn family(lab: &Lab) -> Vec<u8> {
    lab.run("qemu-img", &["convert", "-O", "qcow2", "disk", "parent.qcow2"]);
    lab.run("qemu-img", &["create", "-f", "qcow2", "-b", "parent.qcow2", "-F", "qcow2", "child.qcow2"]);
    for command in ["write -P 7 1M 200k", "write -z 0 512k", "write -P 9 20M 64k", "write -z 30M 2M"] {
        lab.run("qemu-io", &["-f", "qcow2", "-c", command, "child.qcow2"]);
    }
    lab.run("qemu-img", &["convert", "-O", "raw", "child.qcow2", "expected"]);
    std::fs::read(lab.path("expected")).unwrap()
}

#[tokio::test]
async fn a_child_of_qemu_is_read_above_its_parent() {
    let lab = Lab::new();
    lab.disk("disk", SIZE, 25).await;
    let expected = family(&lab);
    let child = Qcow2::open(lab.open("child.qcow2").await).await.unwrap();
    let backing = Backing { name: "parent.qcow2".into(), format: Some("qcow2".into()) };
    assert_eq!(child.backing(), Some(&backing));
    let states: Vec<_> = child.extents(0..SIZE).await.unwrap().iter().map(|extent| extent.state).collect();
    assert_eq!(states.iter().filter(|state| **state == State::Zero).count(), 2, "{states:?}");
    let parent = Qcow2::open(lab.open("parent.qcow2").await).await.unwrap();
    let child: Arc<dyn Source> = Arc::new(child);
    let chain: Arc<dyn Source> = Arc::new(Chain::new([child.clone(), Arc::new(parent)]).unwrap());
    assert_eq!(read_all(&*chain).await, expected);

    // The difference alone, as file and as stream, above the same parent.
    let options = Options { compression: None, backing: Some(backing) };
    let difference = Content::of_difference(child.clone()).await.unwrap();
    qcow2::write(difference, lab.create("again.qcow2").await, &options).await.unwrap();
    let difference = Content::of_difference(child.clone()).await.unwrap();
    lab.keep("streamed.qcow2", qcow2::encode(difference, &options).unwrap()).await;
    let decoded = qcow2::decode(lab.stream("child.qcow2").await).await.unwrap();
    assert_eq!(decoded.content.gaps(), Gaps::Parent);
    qcow2::write(decoded.content, lab.create("decoded.qcow2").await, &options).await.unwrap();
    for name in ["again.qcow2", "streamed.qcow2", "decoded.qcow2"] {
        lab.same(("raw", "expected"), ("qcow2", name));
        qemu_finds_it_sound(&lab, name);
    }
}

#[tokio::test]
async fn half_a_cluster_above_a_parent_is_refused() {
    let lab = Lab::new();
    let piece = || stream::iter([Ok(Piece { offset: 65536, data: Bytes::from_static(&[1; 512]) })]);
    let content = || Content::new(1 << 20, piece()).with_gaps(Gaps::Parent).with_map(Map::full(1 << 20, 65536));
    let backing = Some(Backing { name: "parent".into(), format: None });
    let options = Options { compression: None, backing };
    let error = qcow2::write(content(), lab.create("child.qcow2").await, &options).await.unwrap_err();
    assert!(error.kind() == Kind::Misuse && error.offset() == Some(65536), "{error}");
    let encoded = qcow2::encode(content(), &options).unwrap();
    assert_eq!(encoded.write_to(&mut tokio::io::sink()).await.unwrap_err().kind(), Kind::Misuse);
    assert_eq!(qcow2::encode(content(), &Options::default()).unwrap_err().kind(), Kind::Misuse);
}

#[tokio::test]
async fn what_is_not_read_is_named() {
    let lab = Lab::new();
    lab.run("qemu-img", &["create", "-f", "qcow2", "-o", "data_file=outside.raw", "external.qcow2", "1M"]);
    lab.run("qemu-img", &["create", "-f", "qcow2", "-o", "extended_l2=on", "extended.qcow2", "1M"]);
    lab.run("qemu-img", &["create", "-f", "qcow2", "luks.qcow2", "1M"]);
    let mut bytes = std::fs::read(lab.path("luks.qcow2")).unwrap();
    // The method of encryption. Making such an image takes time of which QEMU wants to know how much.
    bytes[35] = 2;
    std::fs::write(lab.path("luks.qcow2"), bytes).unwrap();
    let cases =
        [("external.qcow2", "`outside.raw`"), ("extended.qcow2", "extended L2 entries"), ("luks.qcow2", "LUKS")];
    for (name, reason) in cases {
        let error = Qcow2::open(lab.open(name).await).await.unwrap_err();
        assert!(error.kind() == Kind::Unsupported && error.to_string().contains(reason), "{error}");
        let error = qcow2::decode(lab.stream(name).await).await.unwrap_err();
        assert!(error.kind() == Kind::Unsupported && error.to_string().contains(reason), "{error}");
    }
}

#[tokio::test]
async fn tables_behind_what_they_tell_of_need_a_file() {
    let lab = Lab::new();
    lab.run("qemu-img", &["create", "-f", "qcow2", "disk.qcow2", "2G"]);
    // Overwritten in the wrong order: the second table and its data come first.
    for command in ["write -P 1 1G 64k", "write -P 2 0 64k"] {
        lab.run("qemu-io", &["-f", "qcow2", "-c", command, "disk.qcow2"]);
    }
    let mut content = qcow2::decode(lab.stream("disk.qcow2").await).await.unwrap().content;
    assert_eq!(content.order(), Order::Any);
    let mut seen = Vec::new();
    while let Some(piece) = content.next().await.unwrap() {
        seen.push((piece.offset, piece.data[0]));
    }
    assert_eq!(seen, [(1 << 30, 1), (0, 2)]);

    // The L1 table moved behind the data, as growing an image does.
    let mut bytes = std::fs::read(lab.path("disk.qcow2")).unwrap();
    let l1 = usize::try_from(u64::from_be_bytes(bytes[40..48].try_into().unwrap())).unwrap();
    let table = bytes[l1..l1 + 65536].to_vec();
    bytes.resize(bytes.len().next_multiple_of(65536), 0);
    let moved = bytes.len() as u64;
    bytes[40..48].copy_from_slice(&moved.to_be_bytes());
    bytes.extend(table);
    std::fs::write(lab.path("moved.qcow2"), &bytes).unwrap();
    let error = qcow2::decode(lab.stream("moved.qcow2").await).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NeedsSeek, "{error}");
    assert!(Qcow2::open(lab.open("moved.qcow2").await).await.unwrap().read_at(0, 1).await.unwrap() == [2][..]);
}

#[tokio::test]
async fn two_tib_empty_full_and_fragmented_take_little_memory() {
    const LARGE: u64 = 2 << 40;
    let lab = Lab::new();
    qcow2::write(Content::new(LARGE, stream::empty()), lab.create("empty.qcow2").await, &Options::default())
        .await
        .unwrap();
    qemu_finds_it_sound(&lab, "empty.qcow2");
    let image = Qcow2::open(lab.open("empty.qcow2").await).await.unwrap();
    let extents = image.extents(0..LARGE).await.unwrap();
    assert_eq!((extents.len(), extents[0].length, extents[0].state), (1, LARGE, State::Zero));

    // Far apart: each in a table of its own, more tables than are kept.
    let places: Vec<u64> = (0..200).map(|at| at * (LARGE / 200) / 65536 * 65536).collect();
    let pieces = places.clone().into_iter().map(|offset| Ok(Piece { offset, data: vec![5; 65536].into() }));
    let scattered = Content::new(LARGE, stream::iter(pieces.collect::<Vec<_>>()));
    qcow2::write(scattered, lab.create("scattered.qcow2").await, &Options::default()).await.unwrap();
    qemu_finds_it_sound(&lab, "scattered.qcow2");
    let image: Arc<dyn Source> = Arc::new(Qcow2::open(lab.open("scattered.qcow2").await).await.unwrap());
    let again = Content::of(image).await.unwrap();
    assert_eq!(again.map().unwrap().allocated(), 200);
    let mut again = qcow2::decode(lab.stream("scattered.qcow2").await).await.unwrap().content;
    let mut seen = Vec::new();
    while let Some(piece) = again.next().await.unwrap() {
        seen.push(piece.offset);
    }
    assert_eq!(seen, places);

    // Full: the length is known without a byte of it.
    assert_eq!(qcow2::length(LARGE, None).unwrap(), LARGE + 65536 * (1 + 1 + 1025 + 1 + 4096));
}

#[tokio::test]
async fn every_other_cluster_of_64_gib_is_known_after_the_tables() {
    const LARGE: u64 = 64 << 30;
    let lab = Lab::new();
    let mut map = Map::new(LARGE, 65536);
    (0..LARGE >> 17).for_each(|pair| map.set(pair << 17..(pair << 17) + 1));
    let content = Content::new(LARGE, stream::empty()).with_map(map);
    let encoded = qcow2::encode(content, &Options::default()).unwrap();
    let tables = encoded.length().unwrap() - (LARGE >> 1);
    lab.keep_start("disk.qcow2", encoded, tables).await;
    qemu_finds_it_sound(&lab, "disk.qcow2");
    let mut content = qcow2::decode(lab.stream("disk.qcow2").await).await.unwrap().content;
    assert_eq!((content.map().unwrap().allocated(), content.order()), (LARGE >> 17, Order::Ascending));
    let offsets = [content.next().await.unwrap().unwrap().offset, content.next().await.unwrap().unwrap().offset];
    assert_eq!(offsets, [0, 1 << 17]);
    let image = Qcow2::open(lab.open("disk.qcow2").await).await.unwrap();
    let extents = image.extents(1 << 35..LARGE).await.unwrap();
    assert_eq!((extents.len(), extents[0].state, extents[1].state), (disk::MAX_EXTENTS, State::Data, State::Zero));
}
