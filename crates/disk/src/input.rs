//! An image that is read from front to back.

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{Error, Kind, Result};

/// Bytes that are read and thrown away at once.
const SKIP: usize = 64 << 10;
/// Bytes of a table that are read at once.
const PART: usize = 1 << 20;

/// A reader that knows where it is.
pub(crate) struct Input {
    reader: Box<dyn AsyncRead + Send + Unpin>,
    at: u64,
}

impl Input {
    pub(crate) fn new(reader: impl AsyncRead + Send + Unpin + 'static) -> Self {
        Self { reader: Box::new(reader), at: 0 }
    }

    /// Returns how many bytes have been read.
    pub(crate) fn position(&self) -> u64 {
        self.at
    }

    /// Reads `length` bytes of `what`; the caller has checked that it is no absurd number.
    ///
    /// # Errors
    ///
    /// [`Kind::Truncated`] if there are fewer, [`Kind::Io`].
    pub(crate) async fn read(&mut self, length: usize, what: &'static str) -> Result<Bytes> {
        let bytes = self.read_some(length, what).await?;
        if bytes.len() < length {
            let reason = format!("{} of its {length} bytes are there, then the image ends", bytes.len());
            return Err(Error::new(Kind::Truncated, what, reason).at(self.at - bytes.len() as u64));
        }
        Ok(bytes)
    }

    /// Reads up to `length` bytes of `what`; fewer at the end only.
    ///
    /// # Errors
    ///
    /// [`Kind::Io`].
    pub(crate) async fn read_some(&mut self, length: usize, what: &'static str) -> Result<Bytes> {
        let start = self.at;
        let mut buffer = BytesMut::with_capacity(length);
        while buffer.len() < length {
            let mut rest = (&mut self.reader).take((length - buffer.len()) as u64);
            match rest.read_buf(&mut buffer).await {
                Ok(0) => break,
                Ok(read) => self.at += read as u64,
                Err(error) => return Err(Error::io(what, error).at(start)),
            }
        }
        Ok(buffer.freeze())
    }

    /// Passes over what is before the byte `to`, where `what` is.
    ///
    /// # Errors
    ///
    /// [`Kind::NeedsSeek`] if that has been passed, otherwise as [`Self::read`].
    pub(crate) async fn skip_to(&mut self, to: u64, what: &'static str) -> Result<()> {
        if to < self.at {
            let reason =
                format!("it comes before what has been read, up to byte {}: it cannot be read in one pass", self.at);
            return Err(Error::new(Kind::NeedsSeek, what, reason).at(to));
        }
        let mut buffer = BytesMut::with_capacity(SKIP);
        while self.at < to {
            buffer.clear();
            let length = (to - self.at).min(SKIP as u64);
            let read = (&mut self.reader).take(length).read_buf(&mut buffer).await;
            match read.map_err(|error| Error::io(what, error).at(to))? {
                0 => {
                    let reason = format!("the image ends before, at byte {}", self.at);
                    return Err(Error::new(Kind::Truncated, what, reason).at(to));
                }
                read => self.at += read as u64,
            }
        }
        Ok(())
    }

    /// Reads a table of `length` bytes, a part at a time, so that an image which only promises it takes no memory.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub(crate) async fn read_large(&mut self, length: usize, what: &'static str) -> Result<Vec<u8>> {
        let mut table = Vec::new();
        while table.len() < length {
            table.extend_from_slice(&self.read((length - table.len()).min(PART), what).await?);
        }
        Ok(table)
    }

    /// Reads to the end, but `most` bytes at most, and throws it away, so that who sends it can end.
    ///
    /// # Errors
    ///
    /// [`Kind::Io`].
    pub(crate) async fn drain(&mut self, most: u64) -> Result<()> {
        let until = self.at.saturating_add(most);
        while self.at < until && !self.read_some(SKIP, "end of the image").await?.is_empty() {}
        Ok(())
    }
}
