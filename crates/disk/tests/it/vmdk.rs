//! VMDK files and streams, with `qemu-img` on the other side.

use std::sync::Arc;

use bytes::Bytes;
use disk::{
    Content, Kind, Order, Piece, Source, State, raw, vhd,
    vmdk::{self, Options, Vmdk},
};
use futures_util::stream;

use crate::lab::{Lab, Random, bytes_of, read_all};

const SIZE: u64 = (70 << 20) + 3 * 512;

async fn content(disk: &Arc<dyn Source>) -> Content {
    Content::of(disk.clone()).await.unwrap()
}

#[tokio::test]
async fn an_image_streamed_is_read_by_qemu_and_back() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 40).await;
    let encoded = vmdk::encode(content(&disk).await, &Options::default()).unwrap();
    assert_eq!(encoded.length(), None);
    assert!(lab.keep("disk.vmdk", encoded).await < SIZE);
    lab.same(("raw", "disk"), ("vmdk", "disk.vmdk"));
    let told = lab.run("qemu-img", &["info", "--output=json", "disk.vmdk"]);
    assert!(told.contains("\"create-type\": \"streamOptimized\""), "{told}");
    lab.run("qemu-img", &["check", "-f", "vmdk", "disk.vmdk"]);

    let decoded = vmdk::decode(lab.stream("disk.vmdk").await).await.unwrap();
    assert_eq!(decoded.descriptor.unwrap().create_type, "streamOptimized");
    assert!(bytes_of(decoded.content).await == read_all(&*disk).await);
    let image = Vmdk::open(lab.open("disk.vmdk").await).await.unwrap();
    assert!(read_all(&image).await == read_all(&*disk).await);
    let report = vmdk::check(lab.open("disk.vmdk").await).await.unwrap();
    assert!(report.is_sound(), "{report}");
}

#[tokio::test]
async fn images_of_qemu_are_read() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 41).await;
    let expected = read_all(&*disk).await;
    for kind in ["streamOptimized", "monolithicSparse", "monolithicSparse,zeroed_grain=on"] {
        let options = format!("subformat={kind}");
        lab.run("qemu-img", &["convert", "-O", "vmdk", "-o", &options, "disk", "foreign.vmdk"]);
        let image = Vmdk::open(lab.open("foreign.vmdk").await).await.unwrap();
        assert!(read_all(&image).await == expected, "{kind}");
        let mut random = Random(42);
        for _ in 0..50 {
            let offset = random.next() % SIZE;
            let length = usize::try_from((random.next() % (3 << 20)).min(SIZE - offset)).unwrap();
            let start = usize::try_from(offset).unwrap();
            assert!(image.read_at(offset, length).await.unwrap() == expected[start..start + length], "{kind}");
        }
        let report = vmdk::check(lab.open("foreign.vmdk").await).await.unwrap();
        assert!(report.is_sound(), "{kind}: {report}");
        let decoded = vmdk::decode(lab.stream("foreign.vmdk").await).await.unwrap();
        assert_eq!(
            decoded.content.map().is_some(),
            kind != "streamOptimized",
            "where tables come first there is a map"
        );
        assert_eq!(decoded.content.order(), Order::Ascending);
        assert!(bytes_of(decoded.content).await == expected, "{kind} as a stream");
    }
}

#[tokio::test]
async fn an_image_of_several_files_is_read_by_its_descriptor() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 43).await;
    for kind in ["monolithicFlat", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat"] {
        let options = format!("subformat={kind}");
        lab.run("qemu-img", &["convert", "-O", "vmdk", "-o", &options, "disk", "parts.vmdk"]);
        let image = vmdk::open_descriptor(lab.path("parts.vmdk")).await.unwrap();
        assert!(read_all(&*image).await == read_all(&*disk).await, "{kind}");
        assert!(bytes_of(content(&image).await).await == read_all(&*disk).await, "{kind}");
    }
    let text = std::fs::read_to_string(lab.path("parts.vmdk")).unwrap();
    let outside = text.replace("parts-f001.vmdk", "/etc/hostname");
    assert_ne!(outside, text);
    std::fs::write(lab.path("outside.vmdk"), outside).unwrap();
    let Err(error) = vmdk::open_descriptor(lab.path("outside.vmdk")).await else { panic!("it reached another folder") };
    assert!(error.kind() == Kind::Unsupported && error.to_string().contains("`/etc/hostname`"), "{error}");
}

#[tokio::test]
async fn a_stream_becomes_a_vhd_in_one_pass() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 44).await;
    lab.run("qemu-img", &["convert", "-O", "vmdk", "-o", "subformat=streamOptimized", "disk", "foreign.vmdk"]);
    let decoded = vmdk::decode(lab.stream("foreign.vmdk").await).await.unwrap();
    let encoded = vhd::encode(decoded.content, &vhd::Options::default()).unwrap();
    assert_eq!(encoded.length(), Some(vhd::length(decoded.header.size(), None).unwrap()));
    lab.keep("disk.vhd", encoded).await;
    let image = vhd::Vhd::open(lab.open("disk.vhd").await).await.unwrap();
    assert!(read_all(&image).await[..usize::try_from(SIZE).unwrap()] == read_all(&*disk).await[..]);

    let decoded = vmdk::decode(lab.stream("foreign.vmdk").await).await.unwrap();
    lab.keep("chunked", raw::encode_chunked(decoded.content).unwrap()).await;
    let chunks = raw::decode_chunked(lab.stream("chunked").await, SIZE);
    assert!(bytes_of(chunks).await == read_all(&*disk).await);
}

#[tokio::test]
async fn a_damaged_grain_is_found_by_its_checksum() {
    let lab = Lab::new();
    let piece = Piece { offset: 65536, data: Random(5).bytes(65536).into() };
    let encoded = vmdk::encode(Content::new(1 << 20, stream::iter([Ok(piece)])), &Options::default()).unwrap();
    lab.keep("disk.vmdk", encoded).await;
    let mut bytes = std::fs::read(lab.path("disk.vmdk")).unwrap();
    bytes[65536 + 12 + 30_000] ^= 1;
    let mut decoded = vmdk::decode(std::io::Cursor::new(bytes.clone())).await.unwrap();
    let error = decoded.content.next().await.unwrap_err();
    assert!(error.kind() == Kind::Corrupt && error.offset() == Some(65536), "{error}");
    let image = Vmdk::open(Arc::new(disk::storage::Memory::new(&bytes))).await.unwrap();
    assert_eq!(image.read_at(0, 65536).await.unwrap(), vec![0; 65536]);
    assert_eq!(image.read_at(65536, 65536).await.unwrap_err().kind(), Kind::Corrupt);
    let report = vmdk::check(Arc::new(disk::storage::Memory::new(&bytes))).await.unwrap();
    assert_eq!(report.problems().len(), 1, "{report}");
}

#[tokio::test]
async fn a_stream_cut_anywhere_is_truncated() {
    let lab = Lab::new();
    let disk = lab.disk("disk", 5 << 20, 45).await;
    lab.keep("disk.vmdk", vmdk::encode(content(&disk).await, &Options::default()).unwrap()).await;
    let bytes = std::fs::read(lab.path("disk.vmdk")).unwrap();
    for length in [0, 511, 512, 10_000, 65_536, 65_600, 70_000, bytes.len() - 512, bytes.len() - 1] {
        let error = match vmdk::decode(std::io::Cursor::new(bytes[..length].to_vec())).await {
            Err(error) => error,
            Ok(mut decoded) => loop {
                match decoded.content.next().await {
                    Ok(piece) => assert!(piece.is_some(), "{length} bytes were taken"),
                    Err(error) => break error,
                }
            },
        };
        assert_eq!(error.kind(), Kind::Truncated, "{length}: {error}");
    }
}

#[tokio::test]
async fn two_tib_are_written_and_more_are_refused() {
    let lab = Lab::new();
    let pieces = [0, 1 << 40, vmdk::MAX_SIZE - 512];
    let pieces = pieces.map(|offset| Ok(Piece { offset, data: Bytes::from_static(&[7; 512]) }));
    let content = Content::new(vmdk::MAX_SIZE, stream::iter(pieces));
    lab.keep("large.vmdk", vmdk::encode(content, &Options::default()).unwrap()).await;
    lab.run("qemu-img", &["check", "-f", "vmdk", "large.vmdk"]);
    let image = Vmdk::open(lab.open("large.vmdk").await).await.unwrap();
    let extents = image.extents(0..vmdk::MAX_SIZE).await.unwrap();
    let data: Vec<_> =
        extents.iter().filter(|extent| extent.state == State::Data).map(|extent| extent.offset).collect();
    assert_eq!(data, [0, 1 << 40, vmdk::MAX_SIZE - 65536]);
    assert_eq!(image.read_at(vmdk::MAX_SIZE - 512, 512).await.unwrap(), [7; 512][..]);

    let content = Content::new(vmdk::MAX_SIZE + 1, stream::empty());
    let error = vmdk::encode(content, &Options::default()).unwrap_err();
    assert!(error.kind() == Kind::TooLarge && error.to_string().contains("2 TiB"), "{error}");
}

#[tokio::test]
async fn a_difference_is_refused_with_its_parent() {
    let lab = Lab::new();
    lab.run("qemu-img", &["create", "-f", "vmdk", "parent.vmdk", "4M"]);
    lab.run("qemu-img", &["create", "-f", "vmdk", "-b", "parent.vmdk", "-F", "vmdk", "child.vmdk"]);
    let error = Vmdk::open(lab.open("child.vmdk").await).await.unwrap_err();
    assert!(error.kind() == Kind::Unsupported && error.to_string().contains("`parent.vmdk`"), "{error}");
}

#[tokio::test]
async fn grains_of_a_sparse_stream_may_come_in_any_order() {
    let lab = Lab::new();
    lab.run("qemu-img", &["create", "-f", "vmdk", "disk.vmdk", "200M"]);
    for command in ["write -P 1 100M 64k", "write -P 2 0 3M", "write -P 3 199M 1M"] {
        lab.run("qemu-io", &["-f", "vmdk", "-c", command, "disk.vmdk"]);
    }
    let decoded = vmdk::decode(lab.stream("disk.vmdk").await).await.unwrap();
    assert_eq!((decoded.content.order(), decoded.content.map().unwrap().allocated()), (Order::Any, 1 + 48 + 16));
    raw::write(decoded.content, lab.create("disk.raw").await).await.unwrap();
    lab.same(("vmdk", "disk.vmdk"), ("raw", "disk.raw"));

    let bytes = std::fs::read(lab.path("disk.vmdk")).unwrap();
    let mut cut = vmdk::decode(std::io::Cursor::new(bytes[..bytes.len() - 70_000].to_vec())).await.unwrap().content;
    let error = loop {
        match cut.next().await {
            Ok(piece) => assert!(piece.is_some(), "a cut image was taken"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), Kind::Truncated, "{error}");
}
