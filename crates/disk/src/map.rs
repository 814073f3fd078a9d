//! Where a disk has data: one bit a block.

use std::ops::Range;

/// Most blocks of a map: its bits take 32 MiB then. 16 TiB in blocks of 64 KiB are as many.
const MAX_BLOCKS: u64 = 1 << 28;

/// Which blocks of a disk may hold data. It promises nothing of those that do, and zeros (or the parent) in all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    size: u64,
    /// log2 of the block's size in bytes.
    shift: u32,
    bits: Vec<u64>,
}

impl Map {
    /// Makes the map of a disk of `size` bytes without data. `block` is the size of a block in bytes, a power of two;
    /// blocks are larger than that where the map would take more than 32 MiB.
    pub fn new(size: u64, block: u32) -> Self {
        let mut shift = block.max(1).next_power_of_two().trailing_zeros();
        while size.div_ceil(1 << shift) > MAX_BLOCKS {
            shift += 1;
        }
        let words = size.div_ceil(1 << shift).div_ceil(64);
        Self { size, shift, bits: vec![0; usize::try_from(words).expect("at most MAX_BLOCKS / 64")] }
    }

    /// Makes the map of a disk that may hold data everywhere.
    pub fn full(size: u64, block: u32) -> Self {
        let mut map = Self::new(size, block);
        map.set(0..size);
        map
    }

    /// Makes the map of a disk of which bits tell, the most significant first, what is in blocks of `block` bytes: what XAPI
    /// tells of changed blocks, in blocks of 64 KiB. What bits are missing for is taken as changed.
    pub fn of_bits(size: u64, block: u32, bits: &[u8]) -> Self {
        let mut map = Self::new(size, block);
        let block = u64::from(block.max(1).next_power_of_two());
        for index in 0..size.div_ceil(block) {
            let byte = usize::try_from(index / 8).ok().and_then(|at| bits.get(at));
            if byte.is_none_or(|byte| byte & (0x80 >> (index % 8)) != 0) {
                map.set(index * block..(index + 1) * block);
            }
        }
        map
    }

    /// Returns the virtual size of the disk, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the size of a block, in bytes: a power of two.
    pub fn block_size(&self) -> u64 {
        1 << self.shift
    }

    /// Returns how many blocks there are, with and without data.
    pub fn blocks(&self) -> u64 {
        self.size.div_ceil(self.block_size())
    }

    /// Returns how many blocks may hold data.
    pub fn allocated(&self) -> u64 {
        self.bits.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Returns whether the block, counted from 0, may hold data; one behind the end does not.
    pub fn has(&self, block: u64) -> bool {
        let word = usize::try_from(block / 64).ok().and_then(|at| self.bits.get(at));
        word.is_some_and(|word| word & (1 << (block % 64)) != 0)
    }

    /// Marks each block that the range of bytes touches; what is behind the end is left out.
    pub fn set(&mut self, range: Range<u64>) {
        let end = range.end.min(self.size);
        if range.start >= end {
            return;
        }
        let (first, last) = (range.start >> self.shift, (end - 1) >> self.shift);
        let mut block = first;
        while block <= last {
            let word = &mut self.bits[usize::try_from(block / 64).expect("within the map")];
            if block % 64 == 0 && last - block >= 63 {
                *word = u64::MAX;
                block += 64;
            } else {
                *word |= 1 << (block % 64);
                block += 1;
            }
        }
    }

    /// Returns whether a block that the range touches may hold data.
    pub fn any(&self, range: Range<u64>) -> bool {
        self.next(range.start).is_some_and(|found| found.start < range.end.min(self.size))
    }

    /// Returns the first range of bytes from `from` on that may hold data, as long as it goes on; it starts at `from`
    /// or at a block, and ends at a block or the end of the disk.
    pub fn next(&self, from: u64) -> Option<Range<u64>> {
        if from >= self.size {
            return None;
        }
        let first = self.find(from >> self.shift, true)?;
        let end = self.find(first, false).unwrap_or_else(|| self.blocks());
        Some((first << self.shift).max(from)..(end << self.shift).min(self.size))
    }

    /// Returns the ranges of bytes that may hold data, in order.
    pub fn ranges(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        let mut from = 0;
        std::iter::from_fn(move || {
            let found = self.next(from)?;
            from = found.end;
            Some(found)
        })
    }

    /// Returns the same in blocks of another size: a block has data if it touches one that has.
    #[must_use]
    pub fn rescaled(&self, block: u32) -> Self {
        let mut map = Self::new(self.size, block);
        if map.shift == self.shift {
            return self.clone();
        }
        for range in self.ranges() {
            map.set(range);
        }
        map
    }

    /// Returns the map of a disk that is a bit longer or shorter, by less than a block.
    pub(crate) fn of_size(&self, size: u64) -> Self {
        let mut map = Self::new(size, u32::try_from(self.block_size()).unwrap_or(1 << 31));
        self.ranges().for_each(|range| map.set(range));
        map
    }

    /// Finds the first block from `block` on that has data, or has none.
    fn find(&self, block: u64, with: bool) -> Option<u64> {
        let start = usize::try_from(block / 64).ok()?;
        for (at, word) in self.bits.iter().enumerate().skip(start) {
            let mut word = if with { *word } else { !*word };
            if at == start {
                word &= u64::MAX << (block % 64);
            }
            if word != 0 {
                let found = at as u64 * 64 + u64::from(word.trailing_zeros());
                return (found < self.blocks()).then_some(found);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_join_what_touches() {
        let mut map = Map::new(1_000_000, 4096);
        map.set(4096..8192);
        map.set(8192..8193);
        map.set(999_999..2_000_000);
        assert_eq!(map.ranges().collect::<Vec<_>>(), [4096..12288, 999_424..1_000_000]);
        assert_eq!(map.allocated(), 3);
        assert!(map.any(0..4097) && !map.any(0..4096) && map.any(12287..12288) && !map.any(12288..999_424));
    }

    #[test]
    fn a_range_may_start_within_a_block() {
        let map = Map::full(1 << 30, 2 << 20);
        assert_eq!(map.next(5), Some(5..1 << 30));
        assert_eq!(map.next(1 << 30), None);
        assert_eq!(map.allocated(), 512);
    }

    #[test]
    fn a_map_takes_32_mib_at_most() {
        let map = Map::full(u64::MAX / 2, 512);
        assert_eq!(map.bits.len() * 8, 32 << 20);
        assert_eq!(map.next(0), Some(0..u64::MAX / 2));
    }

    #[test]
    fn larger_blocks_have_data_where_smaller_ones_had() {
        let mut map = Map::new(1 << 24, 65536);
        map.set(0..1);
        map.set(5 << 20..(5 << 20) + 1);
        assert_eq!(map.rescaled(2 << 20).ranges().collect::<Vec<_>>(), [0..2 << 20, 4 << 20..6 << 20]);
    }
}
