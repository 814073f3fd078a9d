//! Raw images: the bytes of the disk, nothing else; and the framing in which XAPI takes them with holes.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::io::AsyncRead;

use crate::{
    Content, Encoded, Error, Extent, MAX_PIECE, Piece, Result, Sink, Source, Storage,
    generator::generate,
    input::Input,
    source::check_range,
    storage::read_exact,
    zero::{runs, zeros},
};

/// What is looked at to find zeros when writing: a page, as file systems keep.
const PAGE: usize = 4096;
/// The same for a network, where each part costs a header.
const CHUNK: usize = 64 << 10;

/// A raw image that is read or written at random places. What is zero is not written.
#[derive(Clone)]
pub struct Raw {
    storage: Arc<dyn Storage>,
    size: u64,
}

impl Raw {
    /// Opens what `storage` has.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Io`].
    pub async fn open(storage: Arc<dyn Storage>) -> Result<Self> {
        let size = storage.length().await?;
        Ok(Self { storage, size })
    }

    /// Makes `storage` a disk of `size` bytes, all zeros.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Io`].
    pub async fn create(storage: Arc<dyn Storage>, size: u64) -> Result<Self> {
        storage.set_length(0).await?;
        storage.set_length(size).await?;
        Ok(Self { storage, size })
    }
}

impl Source for Raw {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, Result<Bytes>> {
        Box::pin(async move {
            check_range(self.size, offset, length as u64)?;
            read_exact(&*self.storage, offset, length, "raw disk").await
        })
    }

    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, Result<Vec<Extent>>> {
        Box::pin(async move {
            check_range(self.size, range.start, range.end.saturating_sub(range.start))?;
            self.storage.extents(range).await
        })
    }
}

impl Sink for Raw {
    fn size(&self) -> u64 {
        self.size
    }

    fn write_at(&mut self, offset: u64, data: Bytes) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            check_range(self.size, offset, data.len() as u64)?;
            self.storage.write_at(offset, data).await
        })
    }

    fn flush(&mut self) -> BoxFuture<'_, Result<()>> {
        self.storage.sync()
    }
}

/// Reads a raw disk of `size` bytes from front to back.
pub fn decode(reader: impl AsyncRead + Send + Unpin + 'static, size: u64) -> Content {
    let mut input = Input::new(reader);
    let pieces = generate(move |out| async move {
        while input.position() < size {
            let offset = input.position();
            let length = (size - offset).min(MAX_PIECE as u64);
            let length = usize::try_from(length).expect("at most a piece");
            out.send(Piece { offset, data: input.read(length, "raw disk").await? }).await;
        }
        match input.read_some(1, "end of the raw disk").await?.len() {
            0 => Ok(()),
            _ => Err(Error::corrupt("raw disk", format!("it goes on after its {size} bytes")).at(size)),
        }
    });
    Content::new(size, pieces)
}

/// Writes a raw disk from front to back, with all zeros. Its length is known.
///
/// # Errors
///
/// [`crate::Kind::Misuse`] for a difference, [`crate::Kind::NeedsSeek`] if pieces come in any order.
pub fn encode(mut content: Content) -> Result<Encoded> {
    content.need_whole("raw disk")?;
    content.need_ascending("raw disk")?;
    let size = content.size();
    let bytes = generate(move |out| async move {
        let mut at = 0;
        loop {
            let piece = content.next().await?;
            let next = piece.as_ref().map_or(size, |piece| piece.offset);
            while at < next {
                let length = (next - at).min(MAX_PIECE as u64);
                at += length;
                out.send(zeros(usize::try_from(length).expect("at most a piece"))).await;
            }
            let Some(piece) = piece else { return Ok(()) };
            at = piece.end();
            out.send(piece.data).await;
        }
    });
    Ok(Encoded::new(Some(size), bytes))
}

/// Writes a disk as XAPI's `import_raw_vdi` takes it with `chunked`: offset (u64, little-endian), length (u32,
/// little-endian), data, and at the end a chunk of length 0. Zeros are left out, so pieces may come in any order and
/// the length is not known before; the disk that takes it must be empty.
///
/// # Errors
///
/// [`crate::Kind::Misuse`] for a difference.
pub fn encode_chunked(mut content: Content) -> Result<Encoded> {
    content.need_whole("chunked disk")?;
    let header = |offset: u64, length: usize| {
        let mut header = [0; 12];
        header[..8].copy_from_slice(&offset.to_le_bytes());
        header[8..].copy_from_slice(&u32::try_from(length).expect("at most a piece").to_le_bytes());
        Bytes::copy_from_slice(&header)
    };
    let bytes = generate(move |out| async move {
        while let Some(piece) = content.next().await? {
            for run in runs(&piece.data, CHUNK) {
                out.send(header(piece.offset + run.start as u64, run.len())).await;
                out.send(piece.data.slice(run)).await;
            }
        }
        out.send(header(0, 0)).await;
        Ok(())
    });
    Ok(Encoded::new(None, bytes))
}

/// Reads what [`encode_chunked`] writes, as the disk of `size` bytes that XAPI makes of it.
pub fn decode_chunked(reader: impl AsyncRead + Send + Unpin + 'static, size: u64) -> Content {
    let mut input = Input::new(reader);
    let pieces = generate(move |out| async move {
        loop {
            let at = input.position();
            let header = input.read(12, "chunk header").await?;
            let offset = u64::from_le_bytes(header[..8].try_into().expect("eight bytes"));
            let length = u64::from(u32::from_le_bytes(header[8..].try_into().expect("four bytes")));
            if length == 0 {
                return Ok(());
            }
            let Some(end) = offset.checked_add(length).filter(|end| *end <= size) else {
                let reason = format!("{length} bytes at {offset} end beyond the disk of {size} bytes");
                return Err(Error::corrupt("chunk header", reason).at(at));
            };
            let mut offset = offset;
            while offset < end {
                let length = usize::try_from((end - offset).min(MAX_PIECE as u64)).expect("at most a piece");
                out.send(Piece { offset, data: input.read(length, "chunk").await? }).await;
                offset += length as u64;
            }
        }
    });
    Content::new(size, pieces).with_order(crate::Order::Any)
}

/// Writes a whole disk into `storage`, whatever the order of its pieces; zeros become holes.
///
/// # Errors
///
/// [`crate::Kind::Misuse`] for a difference; what reading or writing says.
pub async fn write(mut content: Content, storage: Arc<dyn Storage>) -> Result<()> {
    content.need_whole("raw disk")?;
    let mut raw = Raw::create(storage, content.size()).await?;
    while let Some(piece) = content.next().await? {
        for run in runs(&piece.data, PAGE) {
            raw.write_at(piece.offset + run.start as u64, piece.data.slice(run)).await?;
        }
    }
    raw.flush().await
}
