//! The tar codec by itself.

use archive::{
    Error, Fault,
    tar::{Reader, Writer, is_start, taken},
};
use tokio::io::AsyncReadExt;

use crate::lab::Lab;

#[tokio::test]
async fn long_names_and_large_sizes_of_gnu_and_pax_are_read() {
    let lab = Lab::new();
    let long = format!("{}/{}.vmdk", "folder".repeat(20), "name".repeat(23));
    lab.write(&long, b"content");
    // A file of 9 GiB whose content never comes: only the header is read.
    std::fs::File::create(lab.path("large")).unwrap().set_len(9 << 30).unwrap();
    for format in ["--format=gnu", "--format=pax", "--format=ustar"] {
        lab.run("tar", &[format, "-cf", "some.tar", &long]);
        let archive = lab.read("some.tar");
        let mut tar = Reader::new(&archive[..]);
        let member = tar.next().await.unwrap().unwrap();
        assert_eq!((member.name.as_str(), member.size), (long.as_str(), 7), "{format}");
        assert_eq!(&tar.whole(100).await.unwrap()[..], b"content");
        assert!(tar.next().await.unwrap().is_none());
        tar.finish().await.unwrap();
    }
    for format in ["--format=gnu", "--format=pax"] {
        let head = lab.run("sh", &["-c", &format!("tar {format} -cf - large 2>/dev/null | head -c 4096 | base64 -w0")]);
        let head = base64(&head);
        let mut tar = Reader::new(&head[..]);
        assert_eq!(tar.next().await.unwrap().unwrap().size, 9 << 30, "{format}");
    }
}

fn base64(text: &str) -> Vec<u8> {
    let value = |c: u8| "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".bytes().position(|b| b == c);
    let sextets: Vec<_> = text.bytes().filter_map(value).collect();
    let group = |group: &[usize]| {
        let bits = group.iter().enumerate().fold(0, |bits, (at, sextet)| bits | sextet << (18 - 6 * at));
        [bits >> 16, bits >> 8, bits].map(|byte| u8::try_from(byte & 0xff).unwrap())[..group.len() - 1].to_vec()
    };
    sextets.chunks(4).flat_map(group).collect()
}

#[tokio::test]
async fn folders_are_passed_over() {
    let lab = Lab::new();
    lab.write("vm/a.ovf", b"1");
    lab.run("tar", &["cf", "some.tar", "./vm"]);
    let archive = lab.read("some.tar");
    let mut tar = Reader::new(&archive[..]);
    assert_eq!(tar.next().await.unwrap().unwrap().name, "vm/a.ovf");
}

#[tokio::test]
async fn sparse_files_are_refused_since_their_content_is_not_what_it_seems() {
    let lab = Lab::new();
    std::fs::File::create(lab.path("disk")).unwrap().set_len(1 << 20).unwrap();
    for format in ["--format=gnu", "--format=pax"] {
        lab.run("tar", &[format, "-S", "-cf", "some.tar", "disk"]);
        let archive = lab.read("some.tar");
        let error = Reader::new(&archive[..]).next().await.unwrap_err();
        assert_eq!(error.fault(), Some(&Fault::Type(b'S')), "{format}: {error}");
    }
}

#[tokio::test]
async fn content_is_a_stream_that_ends_with_the_member() {
    let mut tar = Writer::new(Vec::new(), 0);
    tar.member("a", &[1; 700]).await.unwrap();
    tar.begin("b", 4).await.unwrap();
    tar.write(b"ab").await.unwrap();
    tar.write(b"cd").await.unwrap();
    tar.end().await.unwrap();
    assert_eq!(tar.at(), taken(700) + taken(4));
    let archive = tar.finish().await.unwrap();
    assert!(is_start(&archive) && !is_start(&archive[..511]) && !is_start(&[0; 512]));
    let mut tar = Reader::new(&archive[..]);
    tar.next().await.unwrap();
    assert_eq!(tar.piece(200).await.unwrap().unwrap().len(), 200);
    let mut rest = Vec::new();
    tar.content().read_to_end(&mut rest).await.unwrap();
    assert_eq!(rest, [1; 500]);
    tar.next().await.unwrap();
    let mut all = String::new();
    tar.content().read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "abcd");
    assert!(tar.next().await.unwrap().is_none());
    let mut cut = Reader::new(&archive[..1000]);
    cut.next().await.unwrap();
    let error = cut.content().read_to_end(&mut rest).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    assert!(error.get_ref().unwrap().is::<Error>());
}

#[tokio::test]
async fn a_member_has_the_size_that_was_announced() {
    let mut tar = Writer::new(Vec::new(), 0);
    tar.begin("a", 3).await.unwrap();
    tar.write(b"ab").await.unwrap();
    let short = tar.begin("b", 1).await.unwrap_err();
    assert_eq!(short.fault(), Some(&Fault::MemberSize { written: 2, size: 3 }));
    let long = tar.write(b"cd").await.unwrap_err();
    assert_eq!(long.fault(), Some(&Fault::MemberSize { written: 4, size: 3 }));
}
