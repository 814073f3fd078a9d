//! An export as a disk.

use std::ops::Range;

use bytes::Bytes;
use disk::{Extent, MAX_EXTENTS, Source, State};
use futures_util::future::BoxFuture;

use super::Client;
use crate::wire::{BASE_ALLOCATION, allocation};

impl Source for Client {
    fn size(&self) -> u64 {
        self.export.size
    }

    fn block_size(&self) -> u32 {
        let preferred = self.export.block.preferred;
        if preferred.is_power_of_two() { preferred.clamp(512, 2 << 20) } else { 4096 }
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, disk::Result<Bytes>> {
        Box::pin(async move { self.read(offset, length).await.map_err(|error| disk::Error::from(error).at(offset)) })
    }

    /// Tells what the server says; nothing is known where it says nothing.
    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, disk::Result<Vec<Extent>>> {
        Box::pin(async move {
            let failed = |error| disk::Error::from(error).at(range.start);
            self.check(range.start, range.end.saturating_sub(range.start)).map_err(failed)?;
            let mut extents: Vec<Extent> = Vec::new();
            if !self.export.tells_allocation() {
                let all = Extent { offset: range.start, length: range.end - range.start, state: State::Data };
                return Ok(Some(all).filter(|all| all.length > 0).into_iter().collect());
            }
            let mut at = range.start;
            while at < range.end {
                for status in self.status(BASE_ALLOCATION, at..range.end).await.map_err(failed)? {
                    // A hole may hold anything if it is not said to be zero.
                    let state = if status.flags & allocation::ZERO != 0 { State::Zero } else { State::Data };
                    let full = extents.len() == MAX_EXTENTS;
                    match extents.last_mut() {
                        Some(last) if last.state == state => last.length += status.length,
                        _ if full => return Ok(extents),
                        _ => extents.push(Extent { offset: at, length: status.length, state }),
                    }
                    at += status.length;
                }
            }
            Ok(extents)
        })
    }
}
