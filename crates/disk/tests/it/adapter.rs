//! Sources made of sources, throttled contents, and contents put on disk for a moment.

use std::sync::Arc;

use bytes::Bytes;
use disk::{
    Content, Gaps, Kind, Map, Order, Piece, Source, State,
    adapter::{Changed, Rechunk, Throttle},
    image, qcow2, raw, vhd, vmdk,
};
use futures_util::stream;
use tokio::time::Instant;

use crate::lab::{Lab, Random, bytes_of, read_all};

const SIZE: u64 = (10 << 20) + 512;

#[tokio::test]
async fn only_what_has_changed_is_told() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 60).await;
    // Blocks 0, 3 and 160, the last, which has one sector.
    let mut bits = [0; 21];
    (bits[0], bits[20]) = (0b1001_0000, 0b1000_0000);
    let changed = Changed::new(disk.clone(), Map::of_bits(SIZE, 64 << 10, &bits)).unwrap();
    let expected = read_all(&*disk).await;
    assert_eq!(changed.read_at(0, 65536).await.unwrap(), expected[..65536]);
    assert_eq!(changed.read_at(65536, 65536).await.unwrap(), vec![0; 65536]);
    let extents = changed.extents(0..SIZE).await.unwrap();
    let holes: Vec<_> = extents.iter().filter(|extent| extent.state == State::Hole).collect();
    assert_eq!((holes.len(), holes[0].offset, holes[1].end()), (2, 65536, 10 << 20));
    let mut difference = Content::of_difference(Arc::new(changed)).await.unwrap();
    assert_eq!(difference.gaps(), Gaps::Parent);
    let mut bytes = 0;
    while let Some(piece) = difference.next().await.unwrap() {
        let start = usize::try_from(piece.offset).unwrap();
        assert_eq!(piece.data, expected[start..start + piece.data.len()]);
        bytes += piece.data.len();
    }
    assert_eq!(bytes, 2 * 65536 + 512);
    let error = Changed::new(disk, Map::full(SIZE + 1, 512)).err().unwrap();
    assert_eq!(error.kind(), Kind::Misuse);
}

#[tokio::test]
async fn small_reads_become_whole_blocks() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 61).await;
    let expected = read_all(&*disk).await;
    let source = Rechunk::new(disk.clone(), 1 << 20).unwrap();
    let mut random = Random(62);
    for _ in 0..100 {
        let offset = random.next() % SIZE;
        let length = usize::try_from((random.next() % (3 << 20)).min(SIZE - offset)).unwrap();
        let start = usize::try_from(offset).unwrap();
        assert!(source.read_at(offset, length).await.unwrap() == expected[start..start + length]);
    }
    assert_eq!(source.read_at(SIZE, 1).await.unwrap_err().kind(), Kind::Misuse);
    assert_eq!(source.read_at(SIZE, 0).await.unwrap(), Bytes::new());
    assert!(Rechunk::new(disk, 3000).is_err());
}

#[tokio::test(start_paused = true)]
async fn pieces_pass_no_faster_than_the_limit() {
    let pieces = (0..10).map(|at| Ok(Piece { offset: at * 4096, data: Bytes::from_static(&[1; 4096]) }));
    let contents: Vec<_> =
        (0..2).map(|_| Content::new(1 << 20, stream::iter(pieces.clone().collect::<Vec<_>>()))).collect();
    let throttle = Throttle::new(4096);
    let start = Instant::now();
    let drained = contents.into_iter().map(|content| {
        let mut content = throttle.content(content);
        async move { while content.next().await.unwrap().is_some() {} }
    });
    futures_util::future::join_all(drained).await;
    // Twenty pieces of a second each, of which the first need not wait.
    assert_eq!(start.elapsed().as_secs(), 19);
}

#[tokio::test]
async fn a_spooled_stream_has_a_map_and_an_order() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 63).await;
    lab.run("qemu-img", &["convert", "-O", "vmdk", "-o", "subformat=streamOptimized", "disk", "disk.vmdk"]);
    let decoded = vmdk::decode(lab.stream("disk.vmdk").await).await.unwrap();
    let spooled = decoded.content.spool(&lab.path(""), 1 << 30).await.unwrap();
    assert!(spooled.map().unwrap().allocated() < SIZE / 65536);
    assert_eq!(spooled.order(), Order::Ascending);
    let length = vhd::length(SIZE, spooled.map().map(|map| &**map)).unwrap();
    let encoded = vhd::encode(spooled, &vhd::Options::default()).unwrap();
    assert_eq!(lab.keep("disk.vhd", encoded).await, length);
    let image = vhd::Vhd::open(lab.open("disk.vhd").await).await.unwrap();
    assert!(read_all(&image).await == read_all(&*disk).await);

    // Clusters in any order come in that of the disk.
    lab.run("qemu-img", &["create", "-f", "qcow2", "any.qcow2", "4M"]);
    for command in ["write -P 1 2M 64k", "write -P 2 0 64k"] {
        lab.run("qemu-io", &["-f", "qcow2", "-c", command, "any.qcow2"]);
    }
    let decoded = qcow2::decode(lab.stream("any.qcow2").await).await.unwrap();
    assert_eq!(decoded.content.order(), Order::Any);
    let spooled = decoded.content.spool(&lab.path(""), 1 << 30).await.unwrap();
    lab.keep("any", raw::encode(spooled).unwrap()).await;
    lab.same(("qcow2", "any.qcow2"), ("raw", "any"));
    let decoded = qcow2::decode(lab.stream("any.qcow2").await).await.unwrap();
    let error = decoded.content.spool(&lab.path(""), 100_000).await.unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
    assert!(bytes_of(Content::of(disk).await.unwrap()).await.len() as u64 == SIZE);
}

#[tokio::test]
async fn a_child_may_be_larger_or_smaller_than_its_parent() {
    let lab = Lab::new();
    lab.disk("parent.raw", SIZE, 64).await;
    for size in ["4M", "30M"] {
        lab.run("qemu-img", &["create", "-f", "qcow2", "-b", "parent.raw", "-F", "raw", "child.qcow2", size]);
        lab.run("qemu-io", &["-f", "qcow2", "-c", "write -P 9 1M 100k", "child.qcow2"]);
        lab.run("qemu-img", &["convert", "-O", "raw", "child.qcow2", "expected"]);
        let chain = image::join(&image::open_chain(lab.path("child.qcow2"), None).await.unwrap()).unwrap();
        let expected = std::fs::read(lab.path("expected")).unwrap();
        assert!(read_all(&*chain).await == expected, "{size}");
        assert!(bytes_of(Content::of(chain.clone()).await.unwrap()).await == expected, "{size}");
        let extents = chain.extents(0..chain.size()).await.unwrap();
        let gapless = extents.windows(2).all(|pair| pair[0].end() == pair[1].offset);
        assert!(gapless && extents.last().unwrap().end() == chain.size(), "{extents:?}");
        assert!(extents.iter().all(|extent| extent.state != State::Hole), "{extents:?}");
    }
}
