//! What has changed since a moment.

use std::{ops::Range, sync::Arc};

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;

use crate::{Error, Extent, MAX_EXTENTS, Map, Result, Source, State, source::check_range};

/// The blocks of a disk that have changed, as a difference: all others are holes.
///
/// XAPI tells them as a bitmap (`VDI.list_changed_blocks`), which [`Map::of_bits`] reads.
pub struct Changed {
    source: Arc<dyn Source>,
    map: Map,
}

impl Changed {
    /// Takes the blocks of `map` of a disk.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Misuse`] if the map is of a disk of another size.
    pub fn new(source: Arc<dyn Source>, map: Map) -> Result<Self> {
        if map.size() != source.size() {
            let reason = format!("it is of a disk of {} bytes, this one has {}", map.size(), source.size());
            return Err(Error::misuse("map of changes", reason));
        }
        Ok(Self { source, map })
    }

    /// Returns the end of what is like the byte at `offset`, and whether that has changed.
    fn part(&self, offset: u64, end: u64) -> (u64, bool) {
        match self.map.next(offset) {
            Some(range) if range.start == offset => (range.end.min(end), true),
            Some(range) => (range.start.min(end), false),
            None => (end, false),
        }
    }
}

impl Source for Changed {
    fn size(&self) -> u64 {
        self.source.size()
    }

    fn block_size(&self) -> u32 {
        u32::try_from(self.map.block_size()).unwrap_or(1 << 31)
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, Result<Bytes>> {
        Box::pin(async move {
            check_range(self.size(), offset, length as u64)?;
            let end = offset + length as u64;
            let mut bytes = BytesMut::new();
            let mut at = offset;
            while at < end {
                let (until, changed) = self.part(at, end);
                let part = usize::try_from(until - at).expect("within the length");
                if changed {
                    let data = self.source.read_at(at, part).await?;
                    if part == length {
                        return Ok(data);
                    }
                    bytes.extend_from_slice(&data);
                } else {
                    bytes.resize(bytes.len() + part, 0);
                }
                at = until;
            }
            Ok(bytes.freeze())
        })
    }

    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, Result<Vec<Extent>>> {
        Box::pin(async move {
            check_range(self.size(), range.start, range.end.saturating_sub(range.start))?;
            let mut extents = Vec::new();
            let mut at = range.start;
            while at < range.end && extents.len() < MAX_EXTENTS {
                let (until, changed) = self.part(at, range.end);
                if !changed {
                    extents.push(Extent { offset: at, length: until - at, state: State::Hole });
                    at = until;
                    continue;
                }
                for extent in self.source.extents(at..until).await? {
                    // What has changed is told, even where it has become a hole without a parent.
                    let state = if extent.state == State::Data { State::Data } else { State::Zero };
                    extents.push(Extent { state, ..extent });
                    at = extent.end();
                }
            }
            extents.truncate(MAX_EXTENTS);
            Ok(extents)
        })
    }
}
