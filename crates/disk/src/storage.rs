//! Where an image is kept: bytes that are read and written at any place.

mod file;
mod folder;
mod memory;

use std::ops::Range;

use bytes::Bytes;
use futures_util::future::BoxFuture;

pub use self::{
    file::File,
    folder::{Folder, LocalFolder},
    memory::Memory,
};
use crate::{Error, Extent, Kind, Result, State};

/// The bytes of an image, at random places: a file, or memory.
pub trait Storage: Send + Sync {
    /// Returns its name, for messages.
    fn name(&self) -> &str;

    /// Returns its length, in bytes.
    ///
    /// # Errors
    ///
    /// [`Kind::Io`].
    fn length(&self) -> BoxFuture<'_, Result<u64>>;

    /// Reads up to `length` bytes from `offset` on; fewer at the end only.
    ///
    /// # Errors
    ///
    /// [`Kind::Io`].
    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, Result<Bytes>>;

    /// Writes `data` at `offset`; what is between the end and it becomes zeros.
    ///
    /// # Errors
    ///
    /// [`Kind::Io`].
    fn write_at(&self, offset: u64, data: Bytes) -> BoxFuture<'_, Result<()>>;

    /// Cuts it to `length` bytes, or adds zeros.
    ///
    /// # Errors
    ///
    /// [`Kind::Io`].
    fn set_length(&self, length: u64) -> BoxFuture<'_, Result<()>>;

    /// Waits until what was written is safe.
    ///
    /// # Errors
    ///
    /// [`Kind::Io`].
    fn sync(&self) -> BoxFuture<'_, Result<()>>;

    /// Tells what is known of a range without reading it, as [`crate::Source::extents`] does.
    ///
    /// # Errors
    ///
    /// [`Kind::Io`].
    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, Result<Vec<Extent>>> {
        let length = range.end.saturating_sub(range.start);
        let all = (length > 0).then_some(Extent { offset: range.start, length, state: State::Data });
        Box::pin(async move { Ok(all.into_iter().collect()) })
    }
}

/// Reads exactly `length` bytes of `what`; the caller has checked that it is no absurd number.
///
/// # Errors
///
/// [`Kind::Truncated`] if there are fewer, [`Kind::Io`].
pub(crate) async fn read_exact(storage: &dyn Storage, offset: u64, length: usize, what: &'static str) -> Result<Bytes> {
    let bytes = storage.read_at(offset, length).await?;
    if bytes.len() < length {
        let reason = format!("{} of its {length} bytes are there, then the image ends", bytes.len());
        return Err(Error::new(Kind::Truncated, what, reason).at(offset).in_file(storage.name()));
    }
    Ok(bytes)
}

/// Bytes of a table that are read at once.
const PART: usize = 1 << 20;

/// Reads a table of `length` bytes, a part at a time, so that an image which only promises it takes no memory.
///
/// # Errors
///
/// As [`read_exact`].
pub(crate) async fn read_large(
    storage: &dyn Storage,
    offset: u64,
    length: usize,
    what: &'static str,
) -> Result<Vec<u8>> {
    let mut table = Vec::new();
    while table.len() < length {
        let at = offset.checked_add(table.len() as u64);
        let at = at.ok_or_else(|| Error::corrupt(what, "it would be beyond any image").at(offset))?;
        table.extend_from_slice(&read_exact(storage, at, (length - table.len()).min(PART), what).await?);
    }
    Ok(table)
}
