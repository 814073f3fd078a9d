//! What a disk holds at one moment, as a source of images.

use std::{ops::Range, sync::Arc};

use bytes::{Bytes, BytesMut};
use disk::{Extent, MAX_EXTENTS, Source, State};
use futures_util::future::{BoxFuture, ready};

use super::{BLOCK, Disks, Layer, pieces};
use crate::Object;

/// What a disk holds at one moment; it shares the blocks.
pub(crate) struct View {
    size: u64,
    whole: Layer,
    /// What it is told as different from.
    base: Option<Layer>,
}

impl Disks {
    /// Returns what the first `size` bytes of a disk hold now, or what of it is different from `base`.
    pub(crate) fn view(&self, vdi: Object, size: u64, base: Option<Object>) -> View {
        View { size, whole: self.whole(vdi), base: base.map(|base| self.whole(base)) }
    }
}

impl View {
    fn state(&self, index: u64) -> State {
        match &self.base {
            Some(base) if self.whole.has_as(base, index) => State::Hole,
            _ if self.whole.has(index) => State::Data,
            _ => State::Zero,
        }
    }
}

impl Source for View {
    fn size(&self) -> u64 {
        self.size
    }

    fn block_size(&self) -> u32 {
        u32::try_from(BLOCK).expect("2 MiB fit")
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, disk::Result<Bytes>> {
        if offset.checked_add(length as u64).is_none_or(|end| end > self.size) {
            let error = disk::Error::misuse("range", "it ends beyond the disk");
            return Box::pin(ready(Err(error.at(offset))));
        }
        let (index, within) = (offset / BLOCK, offset % BLOCK);
        if within + length as u64 <= BLOCK
            && let Some(block) = self.whole.blocks.get(&index)
        {
            // Nothing is copied: a block that is written over meanwhile is another one then.
            let start = usize::try_from(within).expect("an offset within a block fits");
            let block = Bytes::from_owner(Shared(Arc::clone(block)));
            return Box::pin(ready(Ok(block.slice(start..start + length))));
        }
        let mut buffer = BytesMut::zeroed(length);
        for (index, within, part) in pieces(offset, length as u64) {
            self.whole.read(index, within, &mut buffer[part]);
        }
        Box::pin(ready(Ok(buffer.freeze())))
    }

    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, disk::Result<Vec<Extent>>> {
        let mut extents: Vec<Extent> = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let index = at / BLOCK;
            let (state, end) = (self.state(index), ((index + 1) * BLOCK).min(range.end));
            let count = extents.len();
            match extents.last_mut() {
                Some(last) if last.state == state => last.length += end - at,
                _ if count == MAX_EXTENTS => break,
                _ => extents.push(Extent { offset: at, length: end - at, state }),
            }
            at = end;
        }
        Box::pin(ready(Ok(extents)))
    }
}

/// A block that others have, too.
struct Shared(Arc<[u8]>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Layer {
    /// Returns whether a block is the same as in `other`, as far as that is seen without looking into it.
    fn has_as(&self, other: &Self, index: u64) -> bool {
        match (self.blocks.get(&index), other.blocks.get(&index)) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => self.story(index) == other.story(index),
            _ => false,
        }
    }

    /// Returns the seed of the story that tells a block.
    fn story(&self, index: u64) -> Option<u64> {
        self.stories.iter().find(|story| index < story.blocks).map(|story| story.seed)
    }
}
