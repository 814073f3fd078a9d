//! What a host tells of itself for those who look for a fault: logs, settings and measurements in one archive.
//!
//! It has no length: the host closes the connection at its end, which looks the same when it is cut off. So the last
//! bytes are compared with what each `bzip2` stream ends with: 48 bits that say so, 32 bits of checksum, and zeros up to
//! the next byte.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::time::Instant;

use crate::{Error, Pool, endpoint::Content};

/// What a `bzip2` stream begins with.
const BEGIN: &[u8] = b"BZh";

/// What says that a `bzip2` stream ends, 48 bits: the digits of the square root of pi.
const END: u128 = 0x1772_4538_5090;

/// Bytes from which the end can be told: its bits, the checksum, and what fills the last byte.
const TAIL: usize = 11;

/// The archive of a host while it arrives; dropping it ends the connection to the host.
#[derive(Debug)]
pub struct SystemStatus {
    content: Content,
    /// How long the host may be silent in between: it runs tools that take their time.
    patience: Duration,
    begun: bool,
    tail: Tail,
}

impl Pool {
    /// Asks the host whose `host.address` is `host` for the archive, a tar compressed with bzip2.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call); [`Error::Answer`] for an answer that is none.
    pub async fn system_status(&self, host: &str) -> Result<SystemStatus, Error> {
        let core = self.core();
        let patience = core.options.limits.read;
        let endpoint = core.endpoint(&core.options.address.member(host)?)?;
        let reply = core.get(&endpoint, "/system-status?output=tar.bz2", Instant::now() + patience).await?;
        let content = Content::of(&endpoint, reply);
        Ok(SystemStatus { content, patience, begun: false, tail: Tail::default() })
    }
}

impl SystemStatus {
    /// Returns the next piece, or nothing at the end of a whole archive.
    ///
    /// # Errors
    ///
    /// [`Error::Broken`] for an archive that ends in the middle, [`Error::Answer`] for something else than an archive,
    /// [`Error::Timeout`] for a host that is silent for as long as a read may take.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let piece = self.content.next(self.patience).await?;
        let endpoint = self.content.endpoint();
        match &piece {
            Some(piece) => {
                if !self.begun && piece.iter().zip(BEGIN).any(|(has, expected)| has != expected) {
                    return Err(endpoint.nonsense("what it sends as its status is no archive"));
                }
                self.begun = true;
                self.tail.push(piece);
            }
            None if !self.tail.is_end() => {
                return Err(endpoint.broken("the host closed it in the middle of an archive"));
            }
            None => {}
        }
        Ok(piece)
    }

    /// Returns the pieces as a stream, each asked for when it is wanted; it ends with the first error.
    pub fn pieces(self) -> impl Stream<Item = Result<Bytes, Error>> + Send {
        stream::try_unfold(self, |mut status| async move { Ok(status.next().await?.map(|piece| (piece, status))) })
    }
}

/// The last bytes of what has come.
#[derive(Debug, Default)]
struct Tail(u128);

impl Tail {
    fn push(&mut self, piece: &[u8]) {
        for byte in &piece[piece.len().saturating_sub(TAIL)..] {
            self.0 = (self.0 << 8 | u128::from(*byte)) & ((1 << (8 * TAIL)) - 1);
        }
    }

    /// Returns whether a `bzip2` stream ends here.
    fn is_end(&self) -> bool {
        (0..8).any(|fill| self.0 & ((1 << fill) - 1) == 0 && self.0 >> (fill + 32) & ((1 << 48) - 1) == END)
    }
}

#[cfg(test)]
mod tests {
    use super::Tail;

    /// `bzip2` of nothing, and of `a\n`.
    const WHOLE: [&[u8]; 2] = [
        b"BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0",
        b"BZh91AY&SY\x63\x3e\xd6\xe2\0\0\0\xc1\0\0\x10\x20\0\x20\0\x21\x00\x82\xb1\x77\x24\x53\x85\x09\x06\x33\xed\x6e\x20",
    ];

    fn is_end(pieces: &[&[u8]]) -> bool {
        let mut tail = Tail::default();
        for piece in pieces {
            tail.push(piece);
        }
        tail.is_end()
    }

    #[test]
    fn an_archive_ends_where_its_last_bits_say_so_however_it_is_cut_into_pieces() {
        for whole in WHOLE {
            for at in 0..whole.len() {
                let (begin, end) = whole.split_at(at);
                assert!(is_end(&[begin, end]), "{at}");
                assert!(!is_end(&[begin]), "{at}");
            }
        }
        assert!(!is_end(&[]));
    }
}
