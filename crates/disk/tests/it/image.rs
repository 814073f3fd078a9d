//! Images of any format: told, opened with their parents, converted and compared.

use disk::{
    Content, Kind, Map, Piece, Sink, Source,
    image::{self, Format, Image, Target},
    raw,
    storage::LocalFolder,
    vhd,
    vhd_dir::{self, Filter},
};
use futures_util::stream;

use crate::lab::{Lab, Random, alone, memory, read_all};

/// Whole sectors, few: all pairs of formats are tried.
const SIZE: u64 = (4 << 20) + 3 * 512;

fn target(format: Format) -> Target {
    Target { format, compress: false, fixed: false }
}

async fn open(lab: &Lab, name: &str) -> std::sync::Arc<dyn Source> {
    image::join(&image::open_chain(lab.path(name), None).await.unwrap()).unwrap()
}

#[tokio::test]
async fn any_format_becomes_any() {
    let lab = Lab::new();
    let disk = lab.disk("disk.raw", SIZE, 70).await;
    let expected = read_all(&*disk).await;
    for from in Format::ALL {
        let one = format!("one-{from}");
        let content = Content::of(disk.clone()).await.unwrap();
        image::write(content, target(from), lab.path(&one)).await.unwrap();
        assert_eq!(Image::open(lab.path(&one), None).await.unwrap().format(), from, "told by what it starts with");
        for to in Format::ALL {
            let two = format!("{from}-{to}");
            let content = Content::of(open(&lab, &one).await).await.unwrap();
            image::write(content, target(to), lab.path(&two)).await.unwrap();
            assert!(read_all(&*open(&lab, &two).await).await == expected, "{two}");
            assert!(image::check(lab.path(&two), None).await.unwrap().is_sound(), "{two}");
        }
    }
}

#[tokio::test]
async fn any_stream_becomes_any_stream() {
    let lab = Lab::new();
    let disk = lab.disk("disk.raw", SIZE, 71).await;
    let streams = [Format::Raw, Format::Vhd, Format::Qcow2, Format::Vmdk];
    for from in streams {
        let one = format!("one-{from}");
        let content = Content::of(disk.clone()).await.unwrap();
        let length = lab.keep(&one, image::encode(content, target(from)).unwrap()).await;
        for to in streams {
            let two = format!("{from}-{to}");
            let content = image::decode(lab.stream(&one).await, from, Some(length)).await.unwrap();
            lab.keep(&two, image::encode(content, target(to)).unwrap()).await;
            let name = if to == Format::Vhd { "vpc" } else { to.as_str() };
            lab.same(("raw", "disk.raw"), (name, &two));
        }
    }
    let content = Content::of(disk).await.unwrap();
    assert_eq!(image::encode(content, target(Format::VhdDir)).unwrap_err().kind(), Kind::NeedsSeek);
}

#[tokio::test]
async fn what_a_format_has_not_is_refused_before_there_is_a_file() {
    let lab = Lab::new();
    let content = |size| Content::new(size, stream::empty());
    let cases = [
        (1 << 20, Target { compress: true, ..target(Format::Vhd) }, Kind::Misuse),
        (1 << 20, Target { fixed: true, ..target(Format::Qcow2) }, Kind::Misuse),
        (3 << 40, target(Format::Vhd), Kind::TooLarge),
    ];
    for (size, target, kind) in cases {
        let error = image::write(content(size), target, lab.path("new")).await.unwrap_err();
        assert!(error.kind() == kind && !lab.path("new").exists(), "{error}");
    }
    assert!("vpc".parse::<Format>().unwrap() == Format::Vhd && "floppy".parse::<Format>().is_err());
}

#[tokio::test]
async fn the_first_difference_is_found() {
    let lab = Lab::new();
    let disk = lab.disk("disk.raw", SIZE, 72).await;
    lab.run("qemu-img", &["convert", "-O", "qcow2", "-c", "disk.raw", "disk.qcow2"]);
    let same = open(&lab, "disk.qcow2").await;
    assert_eq!(image::compare(disk.clone(), same.clone(), |_, _| {}).await.unwrap(), None);
    let mut bytes = read_all(&*disk).await;
    let mut random = Random(73);
    for _ in 0..5 {
        let at = usize::try_from(random.next() % SIZE).unwrap();
        bytes[at] ^= 1;
        std::fs::write(lab.path("other.raw"), &bytes).unwrap();
        let mut seen = (0, 0);
        let found =
            image::compare(same.clone(), open(&lab, "other.raw").await, |done, total| seen = (done, total)).await;
        assert_eq!(found.unwrap(), Some(at as u64));
        assert!(seen.0 <= seen.1);
        bytes[at] ^= 1;
    }
    // A longer disk is the same if the rest is zero.
    bytes.resize(bytes.len() + (3 << 20), 0);
    std::fs::write(lab.path("longer.raw"), &bytes).unwrap();
    assert_eq!(image::compare(same.clone(), open(&lab, "longer.raw").await, |_, _| {}).await.unwrap(), None);
    bytes[usize::try_from(SIZE).unwrap() + (2 << 20)] = 1;
    std::fs::write(lab.path("longer.raw"), &bytes).unwrap();
    let found = image::compare(open(&lab, "longer.raw").await, same, |_, _| {}).await.unwrap();
    assert_eq!(found, Some(SIZE + (2 << 20)));
}

#[tokio::test]
async fn parents_of_qcow2_are_found_and_loops_are_not_followed() {
    let lab = Lab::new();
    lab.disk("base.raw", SIZE, 74).await;
    let create = |parent: &str, format: &str, child: &str| {
        lab.run("qemu-img", &["create", "-f", "qcow2", "-b", parent, "-F", format, child]);
    };
    create("base.raw", "raw", "parent.qcow2");
    create("parent.qcow2", "qcow2", "child.qcow2");
    lab.run("qemu-io", &["-f", "qcow2", "-c", "write -P 5 1M 4k", "child.qcow2"]);
    lab.run("qemu-img", &["convert", "-O", "raw", "child.qcow2", "expected"]);
    let chain = image::open_chain(lab.path("child.qcow2"), None).await.unwrap();
    assert_eq!(
        chain.iter().map(|link| link.image.format()).collect::<Vec<_>>(),
        [Format::Qcow2, Format::Qcow2, Format::Raw]
    );
    assert!(read_all(&*image::join(&chain).unwrap()).await == std::fs::read(lab.path("expected")).unwrap());

    lab.run("qemu-img", &["rebase", "-u", "-b", "child.qcow2", "-F", "qcow2", "parent.qcow2"]);
    let error = image::open_chain(lab.path("child.qcow2"), None).await.unwrap_err();
    assert!(error.kind() == Kind::Parent && error.to_string().contains("its own ancestor"), "{error}");
    lab.run("qemu-img", &["rebase", "-u", "-b", "nowhere.qcow2", "-F", "qcow2", "parent.qcow2"]);
    let error = image::open_chain(lab.path("child.qcow2"), None).await.unwrap_err();
    assert!(error.kind() == Kind::Parent && error.to_string().contains("nowhere.qcow2"), "{error}");
    lab.run("qemu-img", &["rebase", "-u", "-b", "nbd://localhost/x", "-F", "raw", "parent.qcow2"]);
    let error = image::open_chain(lab.path("child.qcow2"), None).await.unwrap_err();
    assert!(error.kind() == Kind::Unsupported && error.to_string().contains("nbd://localhost/x"), "{error}");
}

#[tokio::test]
async fn an_alias_leads_to_a_directory() {
    let lab = Lab::new();
    let disk = lab.disk("disk.raw", SIZE, 75).await;
    let content = Content::of(disk.clone()).await.unwrap();
    image::write(content, target(Format::VhdDir), lab.path("data/1.vhd")).await.unwrap();
    std::fs::write(lab.path("disk.alias.vhd"), "data/1.vhd\n").unwrap();
    assert!(read_all(&*open(&lab, "disk.alias.vhd").await).await == read_all(&*disk).await);
    std::fs::write(lab.path("loop.alias.vhd"), "loop.alias.vhd").unwrap();
    assert_eq!(Image::open(lab.path("loop.alias.vhd"), None).await.unwrap_err().kind(), Kind::Corrupt);
}

#[tokio::test]
async fn a_merged_parent_may_take_the_place_of_its_child() {
    let lab = Lab::new();
    let disk = lab.disk("disk.raw", SIZE, 76).await;
    for format in [Format::Vhd, Format::VhdDir] {
        let base = vhd::Options::default();
        let child = options(base.uuid, "base.vhd");
        let grandchild = options(child.uuid, "child.vhd");
        let (base_path, child_path) = (lab.path("base.vhd"), lab.path("child.vhd"));
        let content = Content::of(disk.clone()).await.unwrap();
        let write = |offset, byte| (offset, bytes::Bytes::from(vec![byte; 4096]));
        let changes = [(&child, write(1 << 20, 1)), (&grandchild, write((1 << 20) + 2048, 2))];
        if format == Format::Vhd {
            vhd::write(content, lab.create("base.vhd").await, &base).await.unwrap();
        } else {
            let folder = std::sync::Arc::new(LocalFolder::new(&base_path));
            vhd_dir::write(content, folder, Filter::None, &base).await.unwrap();
        }
        for (name, (options, (offset, data))) in ["child.vhd", "grandchild.vhd"].iter().zip(changes) {
            let mut image: Box<dyn Sink> = if format == Format::Vhd {
                Box::new(vhd::Vhd::create(lab.create(name).await, SIZE, options).await.unwrap())
            } else {
                let folder = std::sync::Arc::new(LocalFolder::new(lab.path(name)));
                Box::new(vhd_dir::VhdDir::create(folder, SIZE, Filter::None, options).await.unwrap())
            };
            image.write_at(offset, data).await.unwrap();
            image.flush().await.unwrap();
        }
        let expected = read_all(&*open(&lab, "grandchild.vhd").await).await;
        let merged = image::merge(&child_path, true, |_| {}).await.unwrap();
        assert!(merged == child_path && !base_path.exists());
        let chain = image::open_chain(lab.path("grandchild.vhd"), None).await.unwrap();
        assert_eq!(chain.len(), 2);
        assert!(read_all(&*image::join(&chain).unwrap()).await == expected);
        let merged = image::merge(lab.path("grandchild.vhd"), false, |_| {}).await.unwrap();
        assert!(merged == child_path && lab.path("grandchild.vhd").exists());
        assert!(read_all(&*open(&lab, "child.vhd").await).await == expected);
        let error = image::merge(&child_path, false, |_| {}).await.unwrap_err();
        assert!(error.kind() == Kind::Misuse && error.to_string().contains("no parent"), "{error}");
        for name in ["child.vhd", "grandchild.vhd"] {
            let path = lab.path(name);
            if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
        }
    }
}

fn options(parent: uuid::Uuid, name: &str) -> vhd::Options {
    let parent = vhd::Parent { uuid: parent, timestamp: 0, name: name.to_owned() };
    vhd::Options { parent: Some(parent), ..vhd::Options::default() }
}

#[test]
fn streams_take_little_memory_whatever_the_size() {
    alone("image::streams");
}

/// 1 GiB of data on a disk of 1 TiB: VHD, QCOW2, VHD, chunks, each read from the one before.
#[tokio::test]
#[ignore = "run by the test above in a process of its own"]
async fn streams() {
    let size = 1 << 40;
    let places = (0..512_u64).map(|at| at << 31);
    let mut map = Map::new(size, vhd::BLOCK);
    places.clone().for_each(|offset| map.set(offset..offset + (2 << 20)));
    let data = bytes::Bytes::from(vec![7; 2 << 20]);
    let before = memory();
    let content = Content::new(size, stream::iter(places.map(move |offset| Ok(Piece { offset, data: data.clone() }))));
    let vhd = image::encode(content.with_map(map), target(Format::Vhd)).unwrap();
    let content = image::decode(vhd.into_reader(), Format::Vhd, None).await.unwrap();
    let qcow2 = image::encode(content, target(Format::Qcow2)).unwrap();
    let length = qcow2.length().unwrap();
    let content = image::decode(qcow2.into_reader(), Format::Qcow2, None).await.unwrap();
    let vhd = image::encode(content, target(Format::Vhd)).unwrap();
    let content = image::decode(vhd.into_reader(), Format::Vhd, None).await.unwrap();
    let chunks = raw::encode_chunked(content).unwrap();
    let written = chunks.write_to(&mut tokio::io::sink()).await.unwrap();
    assert!(written > 1 << 30 && length > 1 << 30, "{written}");
    let after = memory();
    assert!(after[0] - before[0] < 48 << 10, "{} KiB became {}", before[0], after[0]);
}

#[tokio::test]
async fn disks_of_no_whole_sectors_and_of_none_pass() {
    let lab = Lab::new();
    for size in [0, 1, 511, 513, 65537] {
        let bytes = Random(size).bytes(size);
        std::fs::write(lab.path("disk.raw"), &bytes).unwrap();
        for format in [Format::Vhd, Format::VhdDir, Format::Qcow2, Format::Vmdk] {
            let name = format!("{size}-{format}");
            let content = Content::of(lab.raw("disk.raw").await).await.unwrap();
            image::write(content, target(format), lab.path(&name)).await.unwrap();
            let mut padded = bytes.clone();
            padded.resize(bytes.len().next_multiple_of(512), 0);
            assert!(read_all(&*open(&lab, &name).await).await == padded, "{name}");
            assert!(image::check(lab.path(&name), None).await.unwrap().is_sound(), "{name}");
            if format == Format::VhdDir {
                continue;
            }
            let content = Content::of(lab.raw("disk.raw").await).await.unwrap();
            lab.keep(&name, image::encode(content, target(format)).unwrap()).await;
            assert!(read_all(&*open(&lab, &name).await).await == padded, "{name} streamed");
        }
    }
}

/// Hands out some of an image, then fails as a connection does.
struct Broken(std::io::Cursor<Vec<u8>>);

impl tokio::io::AsyncRead for Broken {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        if self.0.position() == self.0.get_ref().len() as u64 {
            return std::task::Poll::Ready(Err(std::io::ErrorKind::ConnectionReset.into()));
        }
        std::pin::Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_told_as_it_is_through_every_format() {
    let lab = Lab::new();
    let disk = lab.disk("disk.raw", SIZE, 77).await;
    let streams = [Format::Raw, Format::Vhd, Format::Qcow2, Format::Vmdk];
    for from in streams {
        let content = Content::of(disk.clone()).await.unwrap();
        let length = lab.keep("whole", image::encode(content, target(from)).unwrap()).await;
        let mut half = std::fs::read(lab.path("whole")).unwrap();
        half.truncate(half.len() * 3 / 4);
        for to in streams {
            let reader = Broken(std::io::Cursor::new(half.clone()));
            let content = image::decode(reader, from, Some(length)).await.unwrap();
            // Once more through a reader, as requests do: the error is still the same.
            let mut passed = image::encode(content, target(to)).unwrap().into_reader();
            let error = tokio::io::copy(&mut passed, &mut tokio::io::sink()).await.unwrap_err();
            let error = disk::Error::io("request", error);
            let cause = std::error::Error::source(&error).and_then(|cause| cause.downcast_ref::<std::io::Error>());
            assert_eq!(cause.unwrap().kind(), std::io::ErrorKind::ConnectionReset, "{from} to {to}: {error}");
            assert!(error.kind() == Kind::Io && error.what() != "request", "{from} to {to}: {error}");
        }
        for to in Format::ALL {
            let reader = Broken(std::io::Cursor::new(half.clone()));
            let content = image::decode(reader, from, Some(length)).await.unwrap();
            let error = image::write(content, target(to), lab.path(&format!("{from}-{to}"))).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Io, "{from} to {to}: {error}");
        }
    }
}
