//! Streams in both directions, and reading so many bytes of one.

use std::io;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};

/// A stream in both directions, plain or within TLS.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// Any stream in both directions.
pub(crate) type Stream = Box<dyn Duplex>;

/// Reads so many bytes; what may be a lot grows as it comes.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin), length: usize) -> io::Result<BytesMut> {
    let mut bytes = BytesMut::with_capacity(length);
    while bytes.len() < length {
        let left = (length - bytes.len()) as u64;
        if stream.take(left).read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(bytes)
}

/// Reads and drops so many bytes.
pub(crate) async fn pass(stream: &mut (impl AsyncRead + Unpin), mut length: u64) -> io::Result<()> {
    let mut scratch = Vec::with_capacity(64 << 10);
    while length > 0 {
        scratch.clear();
        let read = stream.take(length.min(64 << 10)).read_buf(&mut scratch).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        length -= read as u64;
    }
    Ok(())
}
