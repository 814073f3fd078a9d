//! Reading in larger blocks than are asked for.

use std::{ops::Range, sync::Arc};

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use parking_lot::Mutex;

use crate::{Error, Extent, MAX_PIECE, Result, Source, source::check_range};

/// A disk that is read in whole blocks, of which the last is kept: for sources where each read costs a round trip.
pub struct Rechunk {
    source: Arc<dyn Source>,
    block: u32,
    last: Mutex<Option<(u64, Bytes)>>,
}

impl Rechunk {
    /// Reads `source` in blocks of `block` bytes: a power of two, at least 512 and at most [`MAX_PIECE`].
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Misuse`] for another size.
    pub fn new(source: Arc<dyn Source>, block: u32) -> Result<Self> {
        if !block.is_power_of_two() || block < 512 || block as usize > MAX_PIECE {
            return Err(Error::misuse("blocks", format!("{block} bytes are no size of a block")));
        }
        Ok(Self { source, block, last: Mutex::default() })
    }

    async fn block(&self, start: u64) -> Result<Bytes> {
        if let Some((at, data)) = &*self.last.lock()
            && *at == start
        {
            return Ok(data.clone());
        }
        let length = u64::from(self.block).min(self.size() - start);
        let data = self.source.read_at(start, usize::try_from(length).expect("at most a block")).await?;
        *self.last.lock() = Some((start, data.clone()));
        Ok(data)
    }
}

impl Source for Rechunk {
    fn size(&self) -> u64 {
        self.source.size()
    }

    fn block_size(&self) -> u32 {
        self.block
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, Result<Bytes>> {
        Box::pin(async move {
            check_range(self.size(), offset, length as u64)?;
            let mut bytes = BytesMut::new();
            while bytes.len() < length {
                let at = offset + bytes.len() as u64;
                let start = at / u64::from(self.block) * u64::from(self.block);
                let within = usize::try_from(at - start).expect("within a block");
                let block = self.block(start).await?;
                let part = (length - bytes.len()).min(block.len() - within);
                if part == length {
                    return Ok(block.slice(within..within + part));
                }
                bytes.extend_from_slice(&block[within..within + part]);
            }
            Ok(bytes.freeze())
        })
    }

    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, Result<Vec<Extent>>> {
        self.source.extents(range)
    }
}
