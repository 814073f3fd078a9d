//! The bytes of an image in their order.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream::BoxStream};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio_util::io::StreamReader;

use crate::{Error, Result};

/// The bytes of an image in their order, made when they are asked for: what a request or an answer can have as body.
pub struct Encoded {
    length: Option<u64>,
    bytes: BoxStream<'static, Result<Bytes>>,
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoded").field("length", &self.length).finish_non_exhaustive()
    }
}

impl Encoded {
    /// Makes it of its bytes and their number, if that is known before.
    pub fn new(length: Option<u64>, bytes: impl Stream<Item = Result<Bytes>> + Send + 'static) -> Self {
        Self { length, bytes: bytes.boxed() }
    }

    /// Returns how many bytes come, exactly, if it is known before.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Returns it as a reader, whose errors [`Error::io`] turns back.
    pub fn into_reader(self) -> impl AsyncRead + Send + Unpin + 'static {
        StreamReader::new(self.bytes.map(|part| part.map_err(std::io::Error::from)))
    }

    /// Writes all of it and returns how many bytes there were.
    ///
    /// # Errors
    ///
    /// What reading the content says; [`crate::Kind::Io`] if it cannot be written.
    pub async fn write_to(mut self, writer: &mut (impl AsyncWrite + Unpin)) -> Result<u64> {
        let mut written = 0;
        while let Some(part) = self.bytes.next().await {
            let part = part?;
            writer.write_all(&part).await.map_err(|error| Error::io("output", error).at(written))?;
            written += part.len() as u64;
        }
        writer.flush().await.map_err(|error| Error::io("output", error).at(written))?;
        Ok(written)
    }
}

impl Stream for Encoded {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.bytes.poll_next_unpin(cx)
    }
}
