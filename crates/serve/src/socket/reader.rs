//! The read side of a client's socket, as the WebSocket library sees it.
//!
//! The library answers pings and close frames by itself. What it writes goes to the outbox, because the
//! other half of the socket belongs to the writer.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::outbox::Outbox;

/// What the reading task knows of the bytes that come in.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// Bytes received in all.
    pub(super) received: AtomicU64,
    /// Bytes that may still come before a message must be complete.
    allowance: AtomicUsize,
}

impl Meter {
    /// Allows so many bytes until the next call.
    pub(super) fn allow(&self, bytes: usize) {
        self.allowance.store(bytes, Ordering::Relaxed);
    }

    fn count(&self, bytes: usize) -> io::Result<()> {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
        let left = self.allowance.load(Ordering::Relaxed).checked_sub(bytes);
        let Some(left) = left else { return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "message too large")) };
        self.allowance.store(left, Ordering::Relaxed);
        Ok(())
    }
}

pub(super) struct ReadSide<R> {
    pub(super) io: R,
    pub(super) outbox: Arc<Outbox>,
    pub(super) meter: Arc<Meter>,
}

impl<R: AsyncRead + Unpin> AsyncRead for ReadSide<R> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = to.filled().len();
        let read = Pin::new(&mut self.io).poll_read(cx, to);
        if let Poll::Ready(Ok(())) = read {
            self.meter.count(to.filled().len() - before)?;
        }
        read
    }
}

impl<R: Unpin> AsyncWrite for ReadSide<R> {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, frames: &[u8]) -> Poll<io::Result<usize>> {
        self.outbox.control(Bytes::copy_from_slice(frames));
        Poll::Ready(Ok(frames.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
