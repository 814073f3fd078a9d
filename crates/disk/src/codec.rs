//! Compression of clusters and grains.

use std::io::Read;

use bytes::Bytes;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use crate::{Error, Result};

/// Largest window of a zstd frame that is decoded, log2 of bytes: that of the largest cluster.
const ZSTD_WINDOW: u32 = 21;

/// How something is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// Deflate without a header, with a window of 4 KiB: QCOW2's `zlib`.
    Deflate,
    /// Deflate with zlib's header: VMDK's.
    Zlib,
    /// A zstd frame.
    Zstd,
}

impl Codec {
    /// Compresses `data`; none if that does not make it smaller than `most` bytes.
    pub(crate) fn pack(self, data: &[u8], most: usize) -> Option<Vec<u8>> {
        let mut packed = Vec::with_capacity(most);
        match self {
            Self::Zstd => packed = zstd::bulk::compress(data, 1).ok()?,
            Self::Deflate | Self::Zlib => {
                let mut deflate = match self {
                    Self::Deflate => Compress::new_with_window_bits(Compression::fast(), false, 12),
                    _ => Compress::new(Compression::fast(), true),
                };
                let status = deflate.compress_vec(data, &mut packed, FlushCompress::Finish).ok()?;
                if status != Status::StreamEnd {
                    return None;
                }
            }
        }
        (packed.len() < most).then_some(packed)
    }

    /// Decompresses `packed` to exactly `length` bytes; what follows in `packed` is padding.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Corrupt`] if it is damaged or holds less or, where that is seen, more.
    pub(crate) fn unpack(self, packed: &[u8], length: usize, what: &'static str) -> Result<Bytes> {
        let bad = |reason: String| Error::corrupt(what, reason);
        let mut data = Vec::with_capacity(length);
        match self {
            Self::Zstd => {
                let mut open = || {
                    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?.single_frame();
                    decoder.window_log_max(ZSTD_WINDOW)?;
                    decoder.take(length as u64).read_to_end(&mut data)
                };
                open().map_err(|error| bad("it cannot be decompressed".into()).because(error))?;
            }
            Self::Deflate | Self::Zlib => {
                let mut inflate = match self {
                    Self::Deflate => Decompress::new_with_window_bits(false, 12),
                    _ => Decompress::new(true),
                };
                let done = inflate.decompress_vec(packed, &mut data, FlushDecompress::Finish);
                match done {
                    Ok(_) => {}
                    Err(error) => return Err(bad("it cannot be decompressed".into()).because(error)),
                }
            }
        }
        if data.len() < length {
            return Err(bad(format!("{} bytes come out of it, not {length}", data.len())));
        }
        data.truncate(length);
        Ok(data.into())
    }
}

/// Does `work` for each item on threads that may block, some at once, and returns the results in order.
///
/// # Errors
///
/// The first of the results that is one.
pub(crate) async fn parallel<T, R>(
    items: Vec<T>,
    work: impl Fn(T) -> Result<R> + Clone + Send + 'static,
) -> Result<Vec<R>>
where
    T: Send + 'static,
    R: Send + 'static,
{
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len()).max(1);
    let share = items.len().div_ceil(threads);
    let mut items = items.into_iter();
    let mut jobs = Vec::new();
    loop {
        let part: Vec<T> = items.by_ref().take(share).collect();
        if part.is_empty() {
            break;
        }
        let work = work.clone();
        jobs.push(tokio::task::spawn_blocking(move || part.into_iter().map(work).collect::<Result<Vec<R>>>()));
    }
    let mut results = Vec::new();
    for job in jobs {
        results.extend(job.await.map_err(|error| Error::io("worker", std::io::Error::other(error)))??);
    }
    Ok(results)
}
