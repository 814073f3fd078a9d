use std::io::Write;

use flate2::{Compression, write::DeflateEncoder};

use super::*;

/// Writes a file as a zip has it.
fn file(name: &str, content: &[u8], deflated: bool) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(content);
    let packed = if deflated {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).and_then(|()| encoder.finish()).expect("memory takes everything")
    } else {
        content.to_vec()
    };
    let mut bytes = b"PK\x03\x04\x14\0\0\0".to_vec();
    bytes.extend_from_slice(&(if deflated { 8_u16 } else { 0 }).to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&crc.sum().to_le_bytes());
    for length in [packed.len(), content.len()] {
        bytes.extend_from_slice(&u32::try_from(length).expect("it is small").to_le_bytes());
    }
    bytes.extend_from_slice(&u16::try_from(name.len()).expect("it is short").to_le_bytes());
    bytes.extend_from_slice(&[0; 2]);
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(&packed);
    bytes
}

const END: &[u8] = b"PK\x01\x02 and the rest";

fn content() -> Vec<u8> {
    (0..200_000_u32).flat_map(|number| (number / 7).to_le_bytes()).collect()
}

/// Unpacks an archive that comes in pieces of that length: name, length and all that comes, or what is wrong.
async fn unpacked(archive: &[u8], piece: usize) -> Result<(String, u64, Vec<u8>), String> {
    let pieces: Vec<io::Result<Bytes>> = archive.chunks(piece).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let mut member = Member::find(stream::iter(pieces), Kind::Iso).await?;
    let mut all = Vec::new();
    while let Some(piece) = member.pieces.next().await {
        all.extend_from_slice(&piece.map_err(|error| error.to_string())?);
        // Whoever has an error has not got all.
    }
    Ok((member.name, member.length, all))
}

fn zip(files: &[Vec<u8>]) -> Vec<u8> {
    [&files.concat(), END].concat()
}

#[tokio::test]
async fn the_image_is_unpacked_whatever_else_is_there_and_however_it_comes() {
    let content = content();
    for deflated in [false, true] {
        let archive = zip(&[file("src/notes.txt", b"notes", deflated), file("XS71E001.ISO", &content, deflated)]);
        for piece in [1, 1000, 1 << 20] {
            let (name, length, all) = unpacked(&archive, piece).await.expect("it is good");
            assert_eq!((&*name, length), ("XS71E001.ISO", content.len() as u64));
            assert!(all == content, "{deflated} {piece}");
        }
    }
    let empty = unpacked(&zip(&[file("a.iso", b"", false)]), 100).await.expect("it is empty");
    assert_eq!(empty.2, b"");
}

#[tokio::test]
async fn an_archive_that_is_cut_anywhere_never_gives_all() {
    let content = vec![7; 3000];
    for deflated in [false, true] {
        let archive = file("a.iso", &content, deflated);
        for end in 0..archive.len() {
            let came = unpacked(&archive[..end], 100).await;
            assert!(came.is_err(), "{deflated} {end}");
        }
    }
}

#[tokio::test]
async fn a_byte_that_is_wrong_is_noticed_before_the_last_piece() {
    let content: Vec<u8> = content().into_iter().step_by(97).collect();
    for deflated in [false, true] {
        let archive = zip(&[file("a.iso", &content, deflated)]);
        let body = 30 + "a.iso".len();
        for at in (body..archive.len() - END.len()).step_by(11) {
            let mut wrong = archive.clone();
            wrong[at] ^= 0x10;
            let came = unpacked(&wrong, 1000).await;
            assert!(came.is_err(), "{deflated} {at}");
        }
        // In the header a byte may not matter, as those of the time; what comes out is right then.
        for at in 0..body {
            let mut wrong = archive.clone();
            wrong[at] ^= 0xff;
            if let Ok((_, _, all)) = unpacked(&wrong, 1000).await {
                assert!(all == content, "{deflated} {at}");
            }
        }
    }
}

#[tokio::test]
async fn hostile_archives_are_refused() {
    let small = file("a.iso", b"content", false);
    let with = |at: usize, bytes: &[u8]| {
        let mut archive = small.clone();
        archive[at..at + bytes.len()].copy_from_slice(bytes);
        archive
    };
    // A bomb: a thousand times more than it says.
    let mut bomb = file("a.iso", &vec![0; 10 << 20], true);
    bomb[22..26].copy_from_slice(&10_000_u32.to_le_bytes());
    let many: Vec<Vec<u8>> = (0..100).map(|number| file(&format!("{number}.txt"), b"", false)).collect();
    for (archive, why) in [
        (zip(&[file("../../etc/a.iso", b"x", false)]), "is no name of a file"),
        (zip(&[file("/etc/a.iso", b"x", false)]), "is no name of a file"),
        (zip(&[file("C:\\a.iso", b"x", false)]), "is no name of a file"),
        (zip(&[file("a.xsupdate", b"x", false)]), "no `.iso` is in it"),
        (zip(&[]), "no `.iso` is in it"),
        (zip(&many), "more than 64 other files"),
        (b"<html>not found</html>".to_vec(), "it is no zip"),
        (Vec::new(), "it breaks off"),
        (zip(&[bomb]), "longer than its 10000 bytes"),
        (with(6, &[1]), "is encrypted"),
        (with(8, &[99]), "not known (99)"),
        (with(22, &[9]), "has two lengths"),
        (with(18, &[0xff; 8]), "has no length"),
        ([with(6, &[8])[..18].to_vec(), vec![0; 8], small[26..].to_vec()].concat(), "does not say before how long"),
        (with(14, &[0; 4]), "its checksum is wrong"),
    ] {
        let error = unpacked(&archive, 100).await.expect_err(why);
        assert!(error.contains(why), "{error}, not {why}");
    }
}

#[tokio::test]
async fn lengths_beyond_four_gibibytes_are_read_and_too_long_ones_refused() {
    let mut bytes = file("a.iso", b"", false);
    bytes[18..26].fill(0xff);
    bytes[28] = 20;
    bytes.extend_from_slice(&[1, 0, 16, 0]);
    for _ in 0..2 {
        bytes.extend_from_slice(&(5_u64 << 30).to_le_bytes());
    }
    let input = stream::iter([Ok(Bytes::from(bytes.clone()))]).chain(stream::pending());
    assert_eq!(Member::find(input, Kind::Iso).await.expect("it is large").length, 5 << 30);
    let last = bytes.len() - 16;
    for at in [last, last + 8] {
        bytes[at..at + 8].copy_from_slice(&(1_u64 << 60).to_le_bytes());
    }
    let input = stream::iter([Ok(Bytes::from(bytes))]);
    let error = Member::find(input, Kind::Iso).await.expect_err("it is too large");
    assert!(error.contains("is longer than"), "{error}");
}
