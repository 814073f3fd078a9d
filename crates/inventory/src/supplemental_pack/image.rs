//! The image while it arrives: that it is one, and how long it is, before anything is made at the pool.

use std::io;

use app::Received;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use op::{Error, Result};
use tokio::{
    fs::File,
    io::{AsyncSeekExt, AsyncWriteExt},
    sync::mpsc,
};
use tokio_util::io::ReaderStream;

use crate::image_disk::Pieces;

/// Where an ISO image says that it is one: its first volume descriptor is in sector 16 of 2048 bytes, and begins with a
/// type of one byte (ECMA-119, 8.1).
const MARK_AT: usize = 16 * 2048 + 1;

/// What stands there.
const MARK: &[u8] = b"CD001";

/// Longest image whose length the client does not tell, in bytes: it goes through a file here.
const LONGEST: u64 = 4 << 30;

/// Pieces that wait for each of several disks: the slowest is this far behind.
const BETWEEN: usize = 2;

/// Bytes that are read at once from a file here.
const PIECE: usize = 64 << 10;

/// An image that arrives.
pub(super) struct Image {
    /// Length, in bytes.
    pub(super) length: u64,
    pub(super) pieces: Pieces,
}

impl Image {
    /// Begins to read what a client sends.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameters`] for something else than an ISO image, [`Error::Refused`] for one that breaks off.
    pub(super) async fn of(received: Received) -> Result<Self> {
        let Received { length, body, .. } = received;
        let mut pieces = body.into_stream();
        let mut head = BytesMut::new();
        while head.len() < MARK_AT + MARK.len()
            && let Some(piece) = pieces.next().await
        {
            head.extend_from_slice(&piece.map_err(|error| broken(&error))?);
        }
        if head.get(MARK_AT..MARK_AT + MARK.len()) != Some(MARK) {
            return Err(Error::invalid("what was sent is no ISO image; supplemental packs are"));
        }
        let pieces = stream::once(async { Ok(head.freeze()) }).chain(pieces).boxed();
        match length {
            Some(length) => Ok(Self { length, pieces }),
            None => kept(pieces).await,
        }
    }

    /// Returns the pieces for each of `count` disks. None comes before the slowest has room for it; a disk that takes no
    /// more is left out.
    pub(super) fn shared(self, count: usize) -> Vec<Pieces> {
        if count == 1 {
            return vec![self.pieces];
        }
        let (senders, pieces): (Vec<_>, Vec<_>) = (0..count)
            .map(|_| {
                let (sender, receiver) = mpsc::channel(BETWEEN);
                let next = |mut receiver: mpsc::Receiver<_>| async move { Some((receiver.recv().await?, receiver)) };
                (sender, stream::unfold(receiver, next).boxed())
            })
            .unzip();
        tokio::spawn(spread(self.pieces, senders));
        pieces
    }
}

/// Says that an image did not come whole.
pub(super) fn broken(error: &io::Error) -> Error {
    Error::refused(format!("the image has not arrived whole: {error}"))
}

async fn spread(mut pieces: Pieces, mut senders: Vec<mpsc::Sender<io::Result<Bytes>>>) {
    while let Some(piece) = pieces.next().await {
        let mut taken = Vec::new();
        for sender in senders {
            let copy = match &piece {
                Ok(piece) => Ok(piece.clone()),
                Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
            };
            if sender.send(copy).await.is_ok() {
                taken.push(sender);
            }
        }
        senders = taken;
        if senders.is_empty() {
            return;
        }
    }
}

/// Takes an image whose length is not known into a file without a name, which goes when it has been read.
async fn kept(mut pieces: Pieces) -> Result<Image> {
    let failed = |error: io::Error| Error::failed(format!("the image cannot be kept here: {error}"));
    let mut file = File::from_std(tempfile::tempfile().map_err(failed)?);
    let mut length = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| broken(&error))?;
        length += piece.len() as u64;
        if length > LONGEST {
            return Err(Error::invalid(format!(
                "the image is longer than {LONGEST} bytes; say how long it is with `Content-Length`"
            )));
        }
        file.write_all(&piece).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    file.rewind().await.map_err(failed)?;
    Ok(Image { length, pieces: ReaderStream::with_capacity(file, PIECE).boxed() })
}

#[cfg(test)]
mod tests {
    use app::Content;

    use super::*;

    fn received(bytes: Vec<u8>, length: Option<u64>) -> Received {
        let pieces: Vec<Bytes> = bytes.chunks(1000).map(Bytes::copy_from_slice).collect();
        Received { length, content_type: None, body: Content::parts(pieces.into_iter()) }
    }

    fn iso(length: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = (0..251).cycle().take(length).collect();
        bytes[MARK_AT..MARK_AT + MARK.len()].copy_from_slice(MARK);
        bytes
    }

    async fn all(pieces: Pieces) -> Vec<u8> {
        pieces.map(|piece| piece.expect("it is good")).collect::<Vec<_>>().await.concat()
    }

    #[tokio::test]
    async fn an_image_is_passed_on_as_it_is_with_its_length_told_or_not() {
        let bytes = iso(100_000);
        for length in [Some(100_000), None] {
            let image = Image::of(received(bytes.clone(), length)).await.expect("it is one");
            assert_eq!(image.length, 100_000);
            assert!(all(image.pieces).await == bytes);
        }
    }

    #[tokio::test]
    async fn what_is_no_image_is_refused() {
        for bytes in [Vec::new(), iso(100_000)[..MARK_AT + 4].to_vec(), vec![0; 100_000]] {
            let refused = Image::of(received(bytes, None)).await.err().expect("it is none");
            assert_eq!(refused.code(), 10);
        }
    }

    #[tokio::test]
    async fn all_disks_get_the_same_and_one_that_stops_holds_up_nobody() {
        let bytes = iso(100_000);
        let image = Image::of(received(bytes.clone(), Some(100_000))).await.expect("it is one");
        let mut pieces = image.shared(3);
        drop(pieces.pop());
        let [one, two] = pieces.try_into().ok().expect("two are left");
        let (one, two) = tokio::join!(all(one), all(two));
        assert!(one == bytes && two == bytes);
    }

    #[tokio::test]
    async fn an_image_that_breaks_off_breaks_off_for_all() {
        let good = Ok(Bytes::from(iso(50_000)));
        let body = Content::stream(stream::iter([good, Err(io::Error::other("gone"))]));
        let image = Image::of(Received { length: Some(100_000), content_type: None, body }).await.expect("it begins");
        for pieces in image.shared(2) {
            let last = pieces.collect::<Vec<_>>().await.pop().expect("something");
            assert_eq!(last.expect_err("it broke off").to_string(), "gone");
        }
    }
}
