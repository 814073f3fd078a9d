//! Raw disks, as files, streams, and as XAPI takes them.

use disk::{Content, Error, Kind, MAX_PIECE, Order, Piece, raw};
use futures_util::stream;

use crate::lab::{Lab, bytes_of, read_all};

const SIZE: u64 = (20 << 20) + 1536;

#[tokio::test]
async fn a_raw_disk_passes_a_stream_and_a_file() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 1).await;
    let encoded = raw::encode(Content::of(disk.clone()).await.unwrap()).unwrap();
    assert_eq!(encoded.length(), Some(SIZE));
    lab.keep("streamed", encoded).await;
    lab.same(("raw", "disk"), ("raw", "streamed"));

    let content = raw::decode(lab.stream("streamed").await, SIZE);
    raw::write(content, lab.create("written").await).await.unwrap();
    lab.same(("raw", "disk"), ("raw", "written"));
    let (one, other) = (disk::Source::extents(&lab.raw("written").await, 0..SIZE).await.unwrap(), 0..SIZE);
    assert!(one.len() > 3, "what is zero is a hole: {one:?}");
    assert_eq!(one.last().unwrap().end(), other.end);
}

#[tokio::test]
async fn chunks_of_xapi_leave_zeros_out() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 2).await;
    let encoded = raw::encode_chunked(Content::of(disk.clone()).await.unwrap()).unwrap();
    let written = lab.keep("chunked", encoded).await;
    assert!(written < SIZE / 2, "{written}");
    assert_eq!(bytes_of(raw::decode_chunked(lab.stream("chunked").await, SIZE)).await, read_all(&*disk).await);
}

#[tokio::test]
async fn a_raw_stream_that_is_too_short_or_too_long_is_refused() {
    for (size, kind) in [(1001, Kind::Corrupt), (1003, Kind::Truncated)] {
        let mut content = raw::decode(&[1; 1002][..], size);
        let error = loop {
            match content.next().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{size} bytes were taken"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[tokio::test]
async fn a_content_keeps_its_promises_or_fails() {
    let piece = |offset, length| Ok(Piece { offset, data: vec![1; length].into() });
    let bad: [(Vec<Result<Piece, Error>>, &str); 5] = [
        (vec![piece(512, 512), piece(0, 512)], "comes after"),
        (vec![piece(0, 0)], "0 bytes"),
        (vec![piece(1, 512)], "no whole sectors"),
        (vec![piece(9_999_872, 512)], "beyond the disk"),
        (vec![piece(0, MAX_PIECE + 512)], "2097664 bytes"),
    ];
    for (pieces, reason) in bad {
        let mut content = Content::new(10_000_000, stream::iter(pieces));
        let error = loop {
            match content.next().await {
                Ok(piece) => assert!(piece.is_some(), "no error: {reason}"),
                Err(error) => break error,
            }
        };
        assert!(error.to_string().contains(reason) && error.kind() == Kind::Misuse, "{error}");
        assert!(content.next().await.unwrap().is_none());
    }
    let any = Content::new(1024, stream::iter([piece(512, 512), piece(0, 512)])).with_order(Order::Any);
    assert_eq!(raw::encode(any).unwrap_err().kind(), Kind::NeedsSeek);
}

#[tokio::test]
async fn blocks_are_whole_and_without_zeros() {
    let piece = |offset, length| Ok(Piece { offset, data: vec![1; length].into() });
    let pieces = [
        piece(512, 512),
        piece(4096, 8192 + 512),
        Ok(Piece { offset: 20480, data: vec![0; 4096].into() }),
        piece(28672, 512),
    ];
    let content = Content::new(28672 + 1024, stream::iter(pieces));
    let blocks: Vec<_> = futures_util::TryStreamExt::try_collect(content.into_blocks(4096).unwrap()).await.unwrap();
    let seen: Vec<(u64, usize)> = blocks.iter().map(|block: &Piece| (block.offset, block.data.len())).collect();
    assert_eq!(seen, [(0, 4096), (4096, 4096), (8192, 4096), (12288, 4096), (28672, 1024)]);
    assert_eq!((blocks[0].data[511], blocks[0].data[512], blocks[0].data[1024]), (0, 1, 0));
}
