//! A disk that is read at random places.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::{Error, Result};

/// Extents that one call tells at most: 96 KiB of them, whatever the disk looks like.
pub const MAX_EXTENTS: usize = 4096;

/// What is known of a range without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// There may be something other than zeros.
    Data,
    /// It reads as zeros.
    Zero,
    /// This image says nothing: a parent does. Without a parent it reads as zeros.
    Hole,
}

/// A range of a disk of one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Where it starts, in bytes.
    pub offset: u64,
    /// How long it is, in bytes; never 0.
    pub length: u64,
    /// What is known of it.
    pub state: State,
}

impl Extent {
    /// Returns where it ends: the offset of the first byte behind it.
    pub fn end(&self) -> u64 {
        self.offset + self.length
    }
}

/// A disk that is read at random places, by several readers at once.
pub trait Source: Send + Sync {
    /// Returns the virtual size, in bytes.
    fn size(&self) -> u64;

    /// Returns the size, in bytes, of the blocks in which it is best read: a power of two, 512 or more.
    fn block_size(&self) -> u32 {
        64 << 10
    }

    /// Reads exactly `length` bytes. What is in a hole reads as zeros.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Misuse`] if the range ends beyond the disk; whatever is wrong with the image there.
    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, Result<Bytes>>;

    /// Tells what is known of the range from its start on, without gaps and in order: to its end, or as far as
    /// [`MAX_EXTENTS`] reach. An empty range has none. Neighbours may be of one state.
    ///
    /// # Errors
    ///
    /// As [`Self::read_at`].
    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, Result<Vec<Extent>>> {
        Box::pin(async move {
            check_range(self.size(), range.start, range.end.saturating_sub(range.start))?;
            Ok(all_data(range))
        })
    }
}

impl<T: Source + ?Sized> Source for Arc<T> {
    fn size(&self) -> u64 {
        (**self).size()
    }

    fn block_size(&self) -> u32 {
        (**self).block_size()
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, Result<Bytes>> {
        (**self).read_at(offset, length)
    }

    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, Result<Vec<Extent>>> {
        (**self).extents(range)
    }
}

/// Returns the one extent of a range of which nothing is known.
pub(crate) fn all_data(range: Range<u64>) -> Vec<Extent> {
    let length = range.end.saturating_sub(range.start);
    if length == 0 { Vec::new() } else { vec![Extent { offset: range.start, length, state: State::Data }] }
}

/// Checks that a range is within a disk.
///
/// # Errors
///
/// [`crate::Kind::Misuse`] if it is not.
pub(crate) fn check_range(size: u64, offset: u64, length: u64) -> Result<()> {
    if offset.checked_add(length).is_none_or(|end| end > size) {
        let reason = format!("{length} bytes from there end beyond the disk of {size} bytes");
        return Err(Error::misuse("range", reason).at(offset));
    }
    Ok(())
}
