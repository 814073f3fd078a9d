//! A disk that is written at random places.

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::Result;

/// A disk that is written at random places, by one writer.
///
/// What was never written reads as zeros, or as the parent where there is one.
pub trait Sink: Send {
    /// Returns the virtual size, in bytes.
    fn size(&self) -> u64;

    /// Writes `data` at `offset`, both of whole sectors of 512 bytes except at the end of the disk.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Misuse`] if it ends beyond the disk or is of no whole sectors; what the storage says.
    fn write_at(&mut self, offset: u64, data: Bytes) -> BoxFuture<'_, Result<()>>;

    /// Writes what is still in memory (tables, a footer), so that the image is whole. More may be written afterwards,
    /// which another call makes whole.
    ///
    /// # Errors
    ///
    /// What the storage says.
    fn flush(&mut self) -> BoxFuture<'_, Result<()>>;
}
