//! VHD files and streams, with `qemu-img` on the other side.

use std::{sync::Arc, time::SystemTime};

use bytes::Bytes;
use disk::{
    Content, Gaps, Kind, Map, Order, Piece, Sink, Source, State, image, raw,
    storage::{File, Memory},
    vhd::{self, DiskType, Footer, Options, Parent, Vhd},
};
use futures_util::stream;

use crate::lab::{Lab, Random, bytes_of, read_all};

const SIZE: u64 = 26 << 20;

async fn content(disk: &Arc<dyn Source>) -> Content {
    Content::of(disk.clone()).await.unwrap()
}

#[tokio::test]
async fn a_dynamic_image_streamed_is_read_by_qemu_and_back() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 3).await;
    let encoded = vhd::encode(content(&disk).await, &Options::default()).unwrap();
    let written = lab.keep("disk.vhd", encoded).await;
    assert_eq!(vhd::length(SIZE, content(&disk).await.map().map(|map| &**map)).unwrap(), written);
    assert!(written < SIZE, "blocks without data are left out");
    lab.same(("raw", "disk"), ("vpc", "disk.vhd"));

    let decoded = vhd::decode(lab.stream("disk.vhd").await, None).await.unwrap();
    assert_eq!((decoded.footer.disk_type, decoded.footer.size), (DiskType::Dynamic, SIZE));
    assert_eq!((decoded.content.order(), decoded.content.gaps()), (Order::Ascending, Gaps::Zero));
    assert_eq!(bytes_of(decoded.content).await, read_all(&*disk).await);
    assert!(vhd::check(lab.open("disk.vhd").await).await.unwrap().is_sound());
}

#[tokio::test]
async fn a_dynamic_image_of_qemu_is_read_at_random_places_and_as_stream() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 4).await;
    lab.run("qemu-img", &["convert", "-O", "vpc", "-o", "force_size=on", "disk", "disk.vhd"]);
    let image = Vhd::open(lab.open("disk.vhd").await).await.unwrap();
    let expected = read_all(&*disk).await;
    assert_eq!(read_all(&image).await, expected);
    let mut random = Random(1);
    for _ in 0..200 {
        let offset = random.next() % SIZE;
        let length = usize::try_from((random.next() % (5 << 20)).min(SIZE - offset)).unwrap();
        let start = usize::try_from(offset).unwrap();
        assert!(image.read_at(offset, length).await.unwrap() == expected[start..start + length], "{offset} {length}");
    }
    let decoded = vhd::decode(lab.stream("disk.vhd").await, None).await.unwrap();
    assert_eq!(bytes_of(decoded.content).await, expected);
    assert!(vhd::check(lab.open("disk.vhd").await).await.unwrap().is_sound());
}

#[tokio::test]
async fn fixed_images_pass_both_ways() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 5).await;
    lab.keep("streamed.vhd", vhd::encode_fixed(content(&disk).await, &Options::default()).unwrap()).await;
    lab.same(("raw", "disk"), ("vpc", "streamed.vhd"));
    vhd::write_fixed(content(&disk).await, lab.create("written.vhd").await, &Options::default()).await.unwrap();
    lab.same(("raw", "disk"), ("vpc", "written.vhd"));
    lab.run("qemu-img", &["convert", "-O", "vpc", "-o", "subformat=fixed,force_size=on", "disk", "foreign.vhd"]);
    for name in ["streamed.vhd", "written.vhd", "foreign.vhd"] {
        let image = Vhd::open(lab.open(name).await).await.unwrap();
        assert_eq!(read_all(&image).await, read_all(&*disk).await, "{name}");
        let decoded = vhd::decode(lab.stream(name).await, Some(SIZE + 512)).await.unwrap();
        assert_eq!(bytes_of(decoded.content).await, read_all(&*disk).await, "{name}");
        assert!(vhd::check(lab.open(name).await).await.unwrap().is_sound());
    }
    let error = vhd::decode(lab.stream("streamed.vhd").await, None).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NeedsSeek);
}

#[tokio::test]
async fn an_image_written_at_random_places_has_what_was_written() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 6).await;
    vhd::write(content(&disk).await, lab.create("disk.vhd").await, &Options::default()).await.unwrap();
    lab.same(("raw", "disk"), ("vpc", "disk.vhd"));

    let mut expected = read_all(&*disk).await;
    let mut random = Random(2);
    let mut image = Vhd::open(Arc::new(File::edit(lab.path("disk.vhd")).await.unwrap())).await.unwrap();
    for round in 0..60 {
        let offset = random.next() % SIZE / 512 * 512;
        let length = (random.next() % (3 << 20) / 512 * 512).min(SIZE - offset);
        let data = if round % 5 == 0 { vec![0; usize::try_from(length).unwrap()] } else { random.bytes(length) };
        let start = usize::try_from(offset).unwrap();
        expected[start..start + data.len()].copy_from_slice(&data);
        image.write_at(offset, data.into()).await.unwrap();
    }
    image.flush().await.unwrap();
    assert_eq!(read_all(&image).await, expected);
    std::fs::write(lab.path("expected"), &expected).unwrap();
    lab.same(("raw", "expected"), ("vpc", "disk.vhd"));
    assert!(vhd::check(lab.open("disk.vhd").await).await.unwrap().is_sound());
}

/// Writes `grand.vhd`, `parent.vhd` and `child.vhd`, and returns what they hold together.
async fn family(lab: &Lab) -> Vec<u8> {
    let disk = lab.disk("disk", SIZE, 7).await;
    let options = Options::default();
    vhd::write(content(&disk).await, lab.create("grand.vhd").await, &options).await.unwrap();
    let mut expected = read_all(&*disk).await;
    let mut above = ("grand.vhd", options.uuid);
    for (name, seed) in [("parent.vhd", 8), ("child.vhd", 9)] {
        let parent = Parent { uuid: above.1, timestamp: 0, name: above.0.to_owned() };
        let options = Options { parent: Some(parent), ..Options::default() };
        let mut image = Vhd::create(lab.create(name).await, SIZE, &options).await.unwrap();
        let mut random = Random(seed);
        for round in 0..10 {
            let offset = random.next() % (SIZE - (1 << 20)) / 512 * 512;
            let data = if round % 3 == 0 { vec![0; 65536] } else { random.bytes(4096 + 512) };
            let start = usize::try_from(offset).unwrap();
            expected[start..start + data.len()].copy_from_slice(&data);
            image.write_at(offset, data.into()).await.unwrap();
        }
        image.flush().await.unwrap();
        above = (name, options.uuid);
    }
    expected
}

async fn chain(lab: &Lab, name: &str) -> Arc<dyn Source> {
    image::join(&image::open_chain(lab.path(name), None).await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_chain_is_read_as_one_disk() {
    let lab = Lab::new();
    let expected = family(&lab).await;
    assert_eq!(image::open_chain(lab.path("child.vhd"), None).await.unwrap().len(), 3);
    let chain = chain(&lab, "child.vhd").await;
    assert_eq!(read_all(&*chain).await, expected);
    assert_eq!(bytes_of(content(&chain).await).await, expected);
    lab.keep("whole.vhd", vhd::encode(content(&chain).await, &Options::default()).unwrap()).await;
    std::fs::write(lab.path("expected"), &expected).unwrap();
    lab.same(("raw", "expected"), ("vpc", "whole.vhd"));
}

#[tokio::test]
async fn a_difference_passes_a_stream_as_it_is() {
    let lab = Lab::new();
    let expected = family(&lab).await;
    let child = Vhd::open(lab.open("child.vhd").await).await.unwrap();
    let header = child.header().unwrap().clone();
    let parent = Parent { uuid: header.parent_uuid, timestamp: 0, name: header.parent_name.clone() };
    let options = Options { uuid: child.footer().uuid, parent: Some(parent), ..Options::default() };
    let difference = Content::of_difference(Arc::new(child)).await.unwrap();
    lab.keep("again.vhd", vhd::encode(difference, &options).unwrap()).await;
    assert_eq!(read_all(&*chain(&lab, "again.vhd").await).await, expected);

    let decoded = vhd::decode(lab.stream("again.vhd").await, None).await.unwrap();
    assert_eq!((decoded.content.gaps(), decoded.header.unwrap().parent_uuid), (Gaps::Parent, header.parent_uuid));
    vhd::write(decoded.content, lab.create("third.vhd").await, &options).await.unwrap();
    assert_eq!(read_all(&*chain(&lab, "third.vhd").await).await, expected);
    let decoded = vhd::decode(lab.stream("again.vhd").await, None).await.unwrap();
    assert_eq!(raw::encode(decoded.content).unwrap_err().kind(), Kind::Misuse);
}

#[tokio::test]
async fn a_parent_that_is_missing_another_or_its_own_child_is_refused() {
    let lab = Lab::new();
    family(&lab).await;
    std::fs::copy(lab.path("grand.vhd"), lab.path("kept.vhd")).unwrap();
    vhd::write(Content::new(SIZE, stream::empty()), lab.create("grand.vhd").await, &Options::default()).await.unwrap();
    let error = image::open_chain(lab.path("child.vhd"), None).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Parent, "{error}");
    assert!(error.to_string().contains("is not found") && error.to_string().contains("parent.vhd"), "{error}");
    std::fs::remove_file(lab.path("grand.vhd")).unwrap();
    assert_eq!(image::open_chain(lab.path("child.vhd"), None).await.unwrap_err().kind(), Kind::Parent);

    let child = Vhd::open(lab.open("child.vhd").await).await.unwrap();
    let grand = Vhd::open(lab.open("kept.vhd").await).await.unwrap();
    let loops = Parent { uuid: child.footer().uuid, timestamp: 0, name: "child.vhd".to_owned() };
    let options = Options { uuid: grand.footer().uuid, parent: Some(loops), ..Options::default() };
    Vhd::create(lab.create("grand.vhd").await, SIZE, &options).await.unwrap();
    let error = image::open_chain(lab.path("child.vhd"), None).await.unwrap_err();
    assert!(error.to_string().contains("its own ancestor"), "{error}");
}

#[tokio::test]
async fn without_a_map_every_block_is_written() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 10).await;
    let encoded = vhd::encode(raw::decode(lab.stream("disk").await, SIZE), &Options::default()).unwrap();
    assert_eq!(encoded.length(), Some(vhd::length(SIZE, None).unwrap()));
    lab.keep("disk.vhd", encoded).await;
    lab.same(("raw", "disk"), ("vpc", "disk.vhd"));
    let image = Vhd::open(lab.open("disk.vhd").await).await.unwrap();
    assert_eq!((image.blocks(), read_all(&image).await), (13, read_all(&*disk).await));
}

#[tokio::test]
async fn a_piece_outside_of_the_map_is_an_error() {
    let piece = Piece { offset: 4 << 20, data: Bytes::from_static(&[1; 512]) };
    let mut map = Map::new(SIZE, vhd::BLOCK);
    map.set(0..1);
    let content = Content::new(SIZE, stream::iter([Ok(piece)])).with_map(map);
    let encoded = vhd::encode(content, &Options::default()).unwrap();
    let error = encoded.write_to(&mut tokio::io::sink()).await.unwrap_err();
    assert!(error.kind() == Kind::Misuse && error.offset() == Some(4 << 20), "{error}");
}

#[tokio::test]
async fn blocks_in_any_order_are_read_and_padding_is_passed_over() {
    let lab = Lab::new();
    let mut image = Vhd::create(lab.create("disk.vhd").await, SIZE, &Options::default()).await.unwrap();
    for block in [5u8, 1, 12, 3] {
        image.write_at(u64::from(block) * (2 << 20), vec![block; 4096].into()).await.unwrap();
    }
    image.flush().await.unwrap();
    let mut bytes = std::fs::read(lab.path("disk.vhd")).unwrap();
    bytes.extend([7; 12345]);
    let decoded = vhd::decode(std::io::Cursor::new(bytes.clone()), None).await.unwrap();
    assert_eq!(decoded.content.order(), Order::Any);
    assert_eq!(bytes_of(decoded.content).await, read_all(&image).await);
    let decoded = vhd::decode(std::io::Cursor::new(bytes.clone()), None).await.unwrap();
    raw::write(decoded.content, lab.create("disk").await).await.unwrap();
    lab.same(("raw", "disk"), ("vpc", "disk.vhd"));
    // At random places, the padding hides the footer at the end: the copy serves.
    let image = Vhd::open(Arc::new(Memory::new(&bytes))).await.unwrap();
    assert_eq!(image.blocks(), 4);
}

#[tokio::test]
async fn a_stream_cut_anywhere_is_truncated() {
    let lab = Lab::new();
    let disk = lab.disk("disk", 5 << 20, 11).await;
    lab.keep("disk.vhd", vhd::encode(content(&disk).await, &Options::default()).unwrap()).await;
    let bytes = std::fs::read(lab.path("disk.vhd")).unwrap();
    let places = [512, 600, 1536, 2000, 2048, 2500, 2560, 3000, 1 << 20, bytes.len() - 512, bytes.len() - 1];
    for length in places {
        let error = match vhd::decode(std::io::Cursor::new(bytes[..length].to_vec()), None).await {
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
async fn disks_above_2040_gib_are_refused_and_2040_gib_are_not() {
    let lab = Lab::new();
    let mut image = Vhd::create(lab.create("disk.vhd").await, vhd::MAX_SIZE, &Options::default()).await.unwrap();
    image.write_at(vhd::MAX_SIZE - 512, Bytes::from_static(&[1; 512])).await.unwrap();
    image.write_at(1 << 40, Bytes::from_static(&[2; 512])).await.unwrap();
    image.flush().await.unwrap();
    let told = lab.run("qemu-img", &["info", "--output=json", "disk.vhd"]);
    assert!(told.contains(&format!("\"virtual-size\": {}", vhd::MAX_SIZE)), "{told}");
    let image = Vhd::open(lab.open("disk.vhd").await).await.unwrap();
    assert_eq!(image.read_at(vhd::MAX_SIZE - 512, 512).await.unwrap(), [1; 512][..]);
    let extents = image.extents(0..vhd::MAX_SIZE).await.unwrap();
    assert_eq!(extents.iter().filter(|extent| extent.state == State::Data).count(), 2);

    let error = Vhd::create(lab.create("large.vhd").await, vhd::MAX_SIZE + 512, &Options::default()).await.unwrap_err();
    assert!(error.kind() == Kind::TooLarge && error.to_string().contains("2040 GiB"), "{error}");
    let content = Content::new(vhd::MAX_SIZE + 1, stream::empty());
    assert_eq!(vhd::encode(content, &Options::default()).unwrap_err().kind(), Kind::TooLarge);
}

#[tokio::test]
async fn a_damaged_footer_is_told_and_its_copy_taken() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 12).await;
    vhd::write(content(&disk).await, lab.create("disk.vhd").await, &Options::default()).await.unwrap();
    let mut bytes = std::fs::read(lab.path("disk.vhd")).unwrap();
    let end = bytes.len() - 512;
    let footer = Footer::read(&bytes[end..]).unwrap();
    let age = vhd::Options::default().timestamp - footer.timestamp;
    assert!(age < 3600 && SystemTime::now().elapsed().is_ok(), "{age}");
    bytes[end + 70] ^= 1;
    let storage = Arc::new(Memory::new(&bytes));
    assert_eq!(read_all(&Vhd::open(storage.clone()).await.unwrap()).await, read_all(&*disk).await);
    let report = vhd::check(storage).await.unwrap();
    assert_eq!(report.problems().len(), 1, "{report}");
    assert_eq!(report.problems()[0].offset(), Some(end as u64));
}

#[tokio::test]
async fn the_largest_disks_full_and_fragmented_are_opened() {
    let lab = Lab::new();
    let blocks = vhd::MAX_SIZE >> 21;
    for every in [1, 2] {
        let mut map = Map::new(vhd::MAX_SIZE, vhd::BLOCK);
        (0..blocks).step_by(every).for_each(|block| map.set(block << 21..(block << 21) + 1));
        let there = blocks / every as u64;
        let content = Content::new(vhd::MAX_SIZE, stream::empty()).with_map(map);
        let encoded = vhd::encode(content, &Options::default()).unwrap();
        // Header and table only: the blocks are holes of the file, in which all sectors are absent.
        lab.keep_start("disk.vhd", encoded, 2048 + 4 * blocks).await;
        let image: Arc<dyn Source> = Arc::new(Vhd::open(lab.open("disk.vhd").await).await.unwrap());
        assert_eq!(Content::of(image.clone()).await.unwrap().map().unwrap().allocated(), there);
        assert!(image.read_at(vhd::MAX_SIZE - 4096, 4096).await.unwrap() == [0; 4096][..]);
        let decoded = vhd::decode(lab.stream("disk.vhd").await, None).await.unwrap();
        assert_eq!((decoded.content.map().unwrap().allocated(), decoded.content.order()), (there, Order::Ascending));
    }
}

#[tokio::test]
async fn a_parent_made_after_the_child_is_another() {
    let lab = Lab::new();
    let parent = Options { timestamp: 10_000_000, ..Options::default() };
    Vhd::create(lab.create("parent.vhd").await, SIZE, &parent).await.unwrap();
    for (timestamp, fits) in [(0, true), (10_000_000, true), (20_000_000, true), (9_990_000, true), (9_000_000, false)]
    {
        let named = Parent { uuid: parent.uuid, timestamp, name: "parent.vhd".into() };
        let options = Options { parent: Some(named), ..Options::default() };
        Vhd::create(lab.create("child.vhd").await, SIZE, &options).await.unwrap();
        match image::open_chain(lab.path("child.vhd"), None).await {
            Ok(chain) => assert!(fits && chain.len() == 2, "{timestamp}"),
            Err(error) => assert!(!fits && error.to_string().contains("made at 10000000"), "{error}"),
        }
    }
}

#[tokio::test]
async fn an_image_without_blocks_passes_a_stream_whatever_its_table_leaves_of_the_last_sector() {
    let lab = Lab::new();
    for blocks in [1, 10, 128, 300] {
        let size = blocks * u64::from(vhd::BLOCK);
        let empty = Content::new(size, stream::empty()).with_map(Map::new(size, vhd::BLOCK));
        lab.keep("empty.vhd", vhd::encode(empty, &Options::default()).unwrap()).await;
        let mut decoded = vhd::decode(lab.stream("empty.vhd").await, None).await.unwrap();
        assert_eq!((decoded.footer.size, decoded.content.next().await.unwrap()), (size, None));
    }
}
