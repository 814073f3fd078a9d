//! Bytes in memory: images that arrive whole and small, and what tests make of images.

use bytes::{Bytes, BytesMut};
use futures_util::future::{BoxFuture, ready};
use parking_lot::RwLock;

use super::Storage;
use crate::{Error, Result};

/// Bytes in memory.
#[derive(Debug, Default)]
pub struct Memory(RwLock<BytesMut>);

impl Memory {
    /// Keeps a copy of `bytes`.
    pub fn new(bytes: &[u8]) -> Self {
        Self(RwLock::new(bytes.into()))
    }

    /// Returns a copy of what it keeps.
    pub fn to_bytes(&self) -> Bytes {
        Bytes::copy_from_slice(&self.0.read())
    }

    fn resize(bytes: &mut BytesMut, length: u64) -> Result<()> {
        let length = usize::try_from(length).ok().filter(|length| isize::try_from(*length).is_ok());
        let Some(length) = length else {
            return Err(Error::too_large("memory", "it cannot be kept there"));
        };
        bytes.resize(length, 0);
        Ok(())
    }
}

impl Storage for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn length(&self) -> BoxFuture<'_, Result<u64>> {
        Box::pin(ready(Ok(self.0.read().len() as u64)))
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, Result<Bytes>> {
        let bytes = self.0.read();
        let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)).unwrap_or_default();
        Box::pin(ready(Ok(Bytes::copy_from_slice(&rest[..length.min(rest.len())]))))
    }

    fn write_at(&self, offset: u64, data: Bytes) -> BoxFuture<'_, Result<()>> {
        let mut bytes = self.0.write();
        let end = offset.saturating_add(data.len() as u64);
        let written = if end > bytes.len() as u64 { Self::resize(&mut bytes, end) } else { Ok(()) };
        let written = written.map(|()| {
            let end = usize::try_from(end).expect("it is kept in memory");
            bytes[end - data.len()..end].copy_from_slice(&data);
        });
        Box::pin(ready(written))
    }

    fn set_length(&self, length: u64) -> BoxFuture<'_, Result<()>> {
        Box::pin(ready(Self::resize(&mut self.0.write(), length)))
    }

    fn sync(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(ready(Ok(())))
    }
}
