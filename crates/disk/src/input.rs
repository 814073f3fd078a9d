//! An image that is read from front to back.

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{Error, Kind, Result};

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
}
