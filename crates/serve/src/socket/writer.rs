//! Writes what waits for a client to its socket.
//!
//! Nothing is copied on the way to the kernel: a message goes out as a list of slices, of which most are the
//! bytes that the store holds. With TLS the slices are gathered first, since each would be a record.

use std::{
    io::{self, IoSlice},
    sync::Arc,
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    time::timeout,
};

use super::{
    frame::{Opcode, header},
    outbox::{Item, Next, Outbox},
};

/// A client that takes nothing for so long is cut.
const STALL: Duration = Duration::from_secs(30);
/// A message in parts is sent in fragments of about this size, so that pongs and pings can go between.
const FRAGMENT: usize = 256 * 1024;
/// What one system call takes (`IOV_MAX`), less room for the header.
const SLICES: usize = 1000;
/// Gathered before it is encrypted; what rustls takes at once.
const GATHER: usize = 64 * 1024;

pub(super) struct Writer<W> {
    io: W,
    outbox: Arc<Outbox>,
    vectored: bool,
    batch: Vec<Bytes>,
    size: usize,
    gathered: BytesMut,
}

/// Why writing ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The close frame is out, or the peer has gone.
    Done,
    /// The peer read nothing for too long.
    Stalled,
    /// The connection broke.
    Broken,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    pub(super) fn new(io: W, outbox: Arc<Outbox>) -> Self {
        let vectored = io.is_write_vectored();
        Self { io, outbox, vectored, batch: Vec::new(), size: 0, gathered: BytesMut::new() }
    }

    /// Writes until the connection ends.
    pub(super) async fn run(mut self) -> End {
        match self.write_all().await {
            Ok(()) => End::Done,
            Err(error) if error.kind() == io::ErrorKind::TimedOut => End::Stalled,
            Err(_) => End::Broken,
        }
    }

    async fn write_all(&mut self) -> io::Result<()> {
        loop {
            match self.outbox.next() {
                Next::Item(item) => self.item(item).await?,
                Next::CatchUp(behind) => {
                    if let Some(notice) = behind.into_notice() {
                        self.item(Item::Notice(Arc::new(notice))).await?;
                    }
                }
                Next::Wait => {
                    self.flush().await?;
                    self.outbox.filled().await;
                }
                Next::Close(frame) => {
                    self.push(frame).await?;
                    self.flush().await?;
                    return timeout(STALL, self.io.shutdown()).await?;
                }
                Next::End => return self.flush().await,
            }
        }
    }

    async fn item(&mut self, item: Item) -> io::Result<()> {
        match item {
            Item::Frames(frames) => self.push(frames).await,
            Item::Message { slices, call } => {
                let length = slices.iter().map(Bytes::len).sum();
                self.push(header(Opcode::Text, true, length)).await?;
                for slice in slices {
                    self.push(slice).await?;
                }
                drop(call);
                Ok(())
            }
            Item::Parts { head, parts, tail, call } => {
                self.parts(head, parts, tail).await?;
                drop(call);
                Ok(())
            }
            Item::Notice(notice) => {
                for item in notice.items() {
                    Box::pin(self.item(item)).await?;
                }
                Ok(())
            }
        }
    }

    /// Writes one message as fragments that are made one at a time.
    async fn parts(
        &mut self,
        head: Bytes,
        mut parts: Box<dyn Iterator<Item = Bytes> + Send>,
        tail: Bytes,
    ) -> io::Result<()> {
        let mut opcode = Opcode::Text;
        let mut fragment = vec![head];
        let mut size = fragment[0].len();
        loop {
            let part = parts.next();
            let last = part.is_none();
            let part = part.unwrap_or_else(|| tail.clone());
            size += part.len();
            fragment.push(part);
            if !last && size < FRAGMENT && fragment.len() < SLICES {
                continue;
            }
            self.push(header(opcode, last, size)).await?;
            for part in fragment.drain(..) {
                self.push(part).await?;
            }
            if last {
                return Ok(());
            }
            if let Some(control) = self.outbox.next_control() {
                self.push(control).await?;
            }
            (opcode, size) = (Opcode::Continuation, 0);
        }
    }

    /// Adds bytes to what goes out next.
    async fn push(&mut self, bytes: Bytes) -> io::Result<()> {
        self.size += bytes.len();
        self.batch.push(bytes);
        if self.size >= FRAGMENT || self.batch.len() >= SLICES { self.send().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.send().await?;
        timeout(STALL, self.io.flush()).await?
    }

    async fn send(&mut self) -> io::Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        if !self.vectored {
            return self.gather().await;
        }
        let mut slices: Vec<_> = self.batch.iter().map(|bytes| IoSlice::new(bytes)).collect();
        let mut rest = &mut slices[..];
        while !rest.is_empty() {
            let written = timeout(STALL, self.io.write_vectored(rest)).await??;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            IoSlice::advance_slices(&mut rest, written);
        }
        self.batch.clear();
        self.size = 0;
        Ok(())
    }

    async fn gather(&mut self) -> io::Result<()> {
        for bytes in self.batch.drain(..) {
            for piece in bytes.chunks(GATHER) {
                self.gathered.extend_from_slice(piece);
                if self.gathered.len() >= GATHER {
                    write_buffer(&mut self.io, &mut self.gathered).await?;
                }
            }
        }
        self.size = 0;
        write_buffer(&mut self.io, &mut self.gathered).await
    }
}

async fn write_buffer(io: &mut (impl AsyncWrite + Unpin), buffer: &mut BytesMut) -> io::Result<()> {
    let mut rest = &buffer[..];
    while !rest.is_empty() {
        let written = timeout(STALL, io.write(rest)).await??;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        rest = &rest[written..];
    }
    buffer.clear();
    Ok(())
}
