//! What disks hold: sparse bytes, shared between a disk and its snapshots until one is written.
//!
//! A disk is a layer of written blocks over another layer, as its VHD is. A block is 2 MiB, the
//! block of a VHD. What a story says is "used", from the start of the disk, costs no memory: such
//! blocks hold bytes that follow from a seed and their place, the same at each reading.

mod view;

pub(crate) use self::view::View;
use std::{collections::BTreeMap, ops::Range, sync::Arc};

use rustc_hash::FxHashMap;

use crate::Object;

/// Size of a block, in bytes; also what a VHD allocates at a time.
pub const BLOCK: u64 = 2 << 20;

/// Blocks from the first one on whose bytes follow from a seed.
#[derive(Clone, Copy, Debug)]
struct Story {
    blocks: u64,
    seed: u64,
}

/// What was written since the layer below was frozen.
#[derive(Clone, Debug, Default)]
struct Layer {
    below: Option<Object>,
    /// Blocks that clients wrote; they lie over the stories.
    blocks: BTreeMap<u64, Arc<[u8]>>,
    /// The first one that reaches a block tells what is in there.
    stories: Vec<Story>,
}

/// All that a disk holds, to be sent elsewhere.
pub(crate) struct Packed {
    /// Its stories: how many blocks from the first on, and the seed.
    pub(crate) stories: Vec<(u64, u64)>,
    /// The blocks written over them, each with its index.
    pub(crate) blocks: Vec<(u64, Arc<[u8]>)>,
}

/// Content of all disks of a pool, by their VDIs.
#[derive(Default)]
pub struct Disks {
    layers: FxHashMap<Object, Layer>,
}

impl Disks {
    /// Returns whether nothing was written to the disk's own layer.
    pub fn is_blank(&self, vdi: Object) -> bool {
        self.layers.get(&vdi).is_none_or(|layer| layer.blocks.is_empty() && layer.stories.is_empty())
    }

    /// Returns how much the disk's own layer takes, in bytes, a multiple of [`BLOCK`].
    pub fn used(&self, vdi: Object) -> i64 {
        let blocks = self.layers.get(&vdi).map_or(0, Layer::count);
        i64::try_from(blocks * BLOCK).unwrap_or(i64::MAX)
    }

    /// Returns the blocks, by their index from 0, that hold something in any layer, in order.
    pub fn allocated(&self, vdi: Object) -> Vec<u64> {
        let told = self.chain(vdi).map(Layer::told).max().unwrap_or(0);
        let written = self.chain(vdi).flat_map(|layer| layer.blocks.range(told..).map(|(index, _)| *index));
        let mut all: Vec<u64> = (0..told).chain(written).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Reads `buffer.len()` bytes from `offset`; what was never written is zero.
    pub fn read(&self, vdi: Object, offset: u64, buffer: &mut [u8]) {
        buffer.fill(0);
        for (index, within, part) in pieces(offset, buffer.len() as u64) {
            if let Some(layer) = self.chain(vdi).find(|layer| layer.has(index)) {
                layer.read(index, within, &mut buffer[part]);
            }
        }
    }

    /// Writes `bytes` at `offset`; zeros where nothing is take no memory.
    pub fn write(&mut self, vdi: Object, offset: u64, bytes: &[u8]) {
        for (index, within, part) in pieces(offset, bytes.len() as u64) {
            let piece = &bytes[part];
            let start = usize::try_from(within).expect("an offset within a block fits");
            let own = self.layers.entry(vdi).or_default().blocks.get_mut(&index).and_then(Arc::get_mut);
            if let Some(block) = own {
                block[start..start + piece.len()].copy_from_slice(piece);
                continue;
            }
            let is_blank = !self.chain(vdi).any(|layer| layer.has(index));
            if is_blank && piece.iter().all(|byte| *byte == 0) {
                continue;
            }
            let mut block = vec![0; usize::try_from(BLOCK).expect("2 MiB fit")];
            if piece.len() as u64 != BLOCK {
                self.read(vdi, index * BLOCK, &mut block);
            }
            block[start..start + piece.len()].copy_from_slice(piece);
            self.layers.entry(vdi).or_default().blocks.insert(index, block.into());
        }
    }

    /// Returns how many blocks of [`BLOCK`] bytes clients have written, in all disks together.
    pub fn held(&self) -> usize {
        self.layers.values().map(|layer| layer.blocks.len()).sum()
    }

    /// Lets the first `bytes` bytes of a disk be in use, with content that follows from `seed`.
    pub fn fill(&mut self, vdi: Object, bytes: u64, seed: u64) {
        let blocks = bytes.div_ceil(BLOCK);
        let layer = self.layers.entry(vdi).or_default();
        layer.blocks = layer.blocks.split_off(&blocks);
        layer.stories.insert(0, Story { blocks, seed });
    }

    /// Moves what the disk wrote into `base`, on which it hangs from now on.
    pub(crate) fn freeze(&mut self, vdi: Object, base: Object) {
        let layer = self.layers.remove(&vdi).unwrap_or_default();
        self.layers.insert(base, layer);
        self.branch(base, vdi);
    }

    /// Makes `disk` an empty layer over `base`.
    pub(crate) fn branch(&mut self, base: Object, disk: Object) {
        self.layers.insert(disk, Layer { below: Some(base), ..Layer::default() });
    }

    /// Makes `copy` a layer of its own with all that `source` holds.
    pub(crate) fn copy(&mut self, source: Object, copy: Object) {
        let whole = self.whole(source);
        self.layers.insert(copy, whole);
    }

    /// Returns all that a disk holds, as one layer.
    fn whole(&self, vdi: Object) -> Layer {
        let mut whole = Layer::default();
        for layer in self.chain(vdi) {
            whole.lay_over(layer);
        }
        whole
    }

    /// Returns all that a disk holds.
    pub(crate) fn pack(&self, vdi: Object) -> Packed {
        let whole = self.whole(vdi);
        let stories = whole.stories.iter().map(|story| (story.blocks, story.seed)).collect();
        Packed { stories, blocks: whole.blocks.into_iter().collect() }
    }

    /// Makes `disk` a layer of its own that holds `stories`, as of [`Disks::pack`].
    pub(crate) fn tell(&mut self, disk: Object, stories: impl IntoIterator<Item = (u64, u64)>) {
        let stories = stories.into_iter().map(|(blocks, seed)| Story { blocks, seed }).collect();
        self.layers.insert(disk, Layer { stories, ..Layer::default() });
    }

    /// Puts what only `base` has into `child`, which then hangs on what `base` hung on.
    pub(crate) fn merge(&mut self, base: Object, child: Object) {
        let Some(below) = self.layers.remove(&base) else { return };
        let above = self.layers.entry(child).or_default();
        above.lay_over(&below);
        above.below = below.below;
    }

    /// Forgets a disk.
    pub(crate) fn remove(&mut self, vdi: Object) {
        self.layers.remove(&vdi);
    }

    /// Returns the layers of a disk, the uppermost first.
    fn chain(&self, vdi: Object) -> impl Iterator<Item = &Layer> {
        std::iter::successors(self.layers.get(&vdi), |layer| self.layers.get(&layer.below?))
    }
}

// === impl Layer ===

impl Layer {
    /// Returns how many blocks from the first one on a story tells of.
    fn told(&self) -> u64 {
        self.stories.iter().map(|story| story.blocks).max().unwrap_or(0)
    }

    fn count(&self) -> u64 {
        let told = self.told();
        told + self.blocks.range(told..).count() as u64
    }

    fn has(&self, index: u64) -> bool {
        index < self.told() || self.blocks.contains_key(&index)
    }

    fn read(&self, index: u64, within: u64, buffer: &mut [u8]) {
        if let Some(bytes) = self.blocks.get(&index) {
            let start = usize::try_from(within).expect("an offset within a block fits");
            buffer.copy_from_slice(&bytes[start..start + buffer.len()]);
        } else if let Some(story) = self.stories.iter().find(|story| index < story.blocks) {
            for (at, byte) in (within..).zip(buffer) {
                *byte = story_byte(story.seed, index * BLOCK + at);
            }
        }
    }

    /// Takes in what `below` has where this layer has nothing.
    fn lay_over(&mut self, below: &Self) {
        let told = self.told();
        for (index, bytes) in below.blocks.range(told..) {
            self.blocks.entry(*index).or_insert_with(|| Arc::clone(bytes));
        }
        self.stories.extend(&below.stories);
    }
}

/// Returns the byte at `place` of a story: a little text that repeats, with the sector's number.
fn story_byte(seed: u64, place: u64) -> u8 {
    let word = (seed ^ (place >> 9)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
    b'a' + u8::try_from((word >> (8 * (place & 7))) % 26).expect("below 26")
}

/// Cuts `length` bytes from `offset` at the borders of blocks: index, offset within, part of the bytes.
fn pieces(offset: u64, length: u64) -> impl Iterator<Item = (u64, u64, Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        (done < length).then(|| {
            let at = offset + done;
            let within = at % BLOCK;
            let take = (BLOCK - within).min(length - done);
            let range = |number: u64| usize::try_from(number).expect("a buffer's length fits");
            let part = range(done)..range(done + take);
            done += take;
            (at / BLOCK, within, part)
        })
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{BLOCK, Disks};
    use crate::Object;

    fn disk(number: u128) -> Object {
        Object::from_uuid(Uuid::from_u128(number))
    }

    fn read(disks: &Disks, vdi: Object, offset: u64) -> [u8; 4] {
        let mut bytes = [9; 4];
        disks.read(vdi, offset, &mut bytes);
        bytes
    }

    #[test]
    fn what_was_never_written_is_zero_and_takes_nothing() {
        let mut disks = Disks::default();
        assert_eq!(read(&disks, disk(1), 12345), [0; 4]);
        disks.write(disk(1), BLOCK - 2, &[1, 2, 3, 4]);
        assert_eq!(read(&disks, disk(1), BLOCK - 2), [1, 2, 3, 4]);
        assert_eq!(read(&disks, disk(1), BLOCK - 6), [0; 4]);
        assert_eq!(disks.allocated(disk(1)), [0, 1]);
    }

    #[test]
    fn zeros_take_nothing_unless_they_hide_something() {
        let mut disks = Disks::default();
        let (vdi, base) = (disk(1), disk(2));
        disks.write(vdi, 0, &[0; 4096]);
        assert_eq!((disks.held(), disks.is_blank(vdi)), (0, true));
        disks.write(vdi, 0, &[1; 4]);
        disks.write(vdi, 1, &[0; 2]);
        assert_eq!((read(&disks, vdi, 0), disks.held()), ([1, 0, 0, 1], 1));
        disks.freeze(vdi, base);
        disks.write(vdi, 0, &[0; 4]);
        assert_eq!((read(&disks, vdi, 0), read(&disks, base, 0), disks.held()), ([0; 4], [1, 0, 0, 1], 2));
    }

    #[test]
    fn a_snapshot_keeps_what_the_disk_overwrites() {
        let mut disks = Disks::default();
        let (vdi, base, snapshot) = (disk(1), disk(2), disk(3));
        disks.write(vdi, 0, &[1; 4]);
        disks.freeze(vdi, base);
        disks.branch(base, snapshot);
        disks.write(vdi, 2, &[7; 4]);
        assert_eq!(read(&disks, vdi, 0), [1, 1, 7, 7]);
        assert_eq!(read(&disks, snapshot, 0), [1; 4]);
    }

    #[test]
    fn merging_changes_no_byte() {
        let mut disks = Disks::default();
        let (vdi, base) = (disk(1), disk(2));
        disks.fill(vdi, 3 * BLOCK, 42);
        disks.freeze(vdi, base);
        disks.write(vdi, BLOCK, &[5; 4]);
        let before = [read(&disks, vdi, 0), read(&disks, vdi, BLOCK), read(&disks, vdi, 2 * BLOCK)];
        disks.merge(base, vdi);
        assert_eq!([read(&disks, vdi, 0), read(&disks, vdi, BLOCK), read(&disks, vdi, 2 * BLOCK)], before);
        assert_eq!(disks.allocated(vdi), [0, 1, 2]);
    }

    #[test]
    fn a_copy_has_all_layers_in_one() {
        let mut disks = Disks::default();
        let (vdi, base, copy) = (disk(1), disk(2), disk(3));
        disks.write(vdi, 0, &[1; 4]);
        disks.freeze(vdi, base);
        disks.write(vdi, BLOCK, &[2; 4]);
        disks.copy(vdi, copy);
        disks.remove(vdi);
        disks.remove(base);
        assert_eq!((read(&disks, copy, 0), read(&disks, copy, BLOCK)), ([1; 4], [2; 4]));
    }
}
