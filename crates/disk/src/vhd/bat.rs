//! The block allocation table.

use std::ops::Range;

use bytes::Bytes;

use super::Header;
use crate::{Error, Result, SECTOR, fields::be::get_u32};

/// Entry of a block that is not there.
pub(crate) const UNUSED: u32 = u32::MAX;

/// For each block the sector of its bitmap, or [`UNUSED`].
#[derive(Clone, Debug, Default)]
pub(super) struct Bat(Vec<u32>);

impl Bat {
    /// Makes the table of a disk of `size` bytes without blocks.
    pub(super) fn new(header: &Header, size: u64) -> Self {
        Self(vec![UNUSED; Self::needed(header, size)])
    }

    /// Returns how many entries a disk of `size` bytes needs, for which the header has been checked.
    pub(super) fn needed(header: &Header, size: u64) -> usize {
        usize::try_from(size.div_ceil(header.block_size.into())).expect("the header has been checked")
    }

    /// Reads the entries that the disk needs.
    pub(super) fn read(bytes: &[u8]) -> Self {
        Self((0..bytes.len() / 4).map(|at| get_u32(bytes, 4 * at)).collect())
    }

    /// Returns the bytes of the table, with unused entries to the end of the last sector, and `entries` at least.
    pub(super) fn to_bytes(&self, entries: u32) -> Bytes {
        let length = (entries as usize).max(self.0.len()).next_multiple_of(128);
        let all = self.0.iter().copied().chain(std::iter::repeat(UNUSED)).take(length);
        all.flat_map(u32::to_be_bytes).collect::<Vec<_>>().into()
    }

    /// Returns the bytes of the whole sectors of the table that have the entries of `range`, and where they start in it.
    pub(super) fn sectors(&self, range: Range<usize>) -> (u64, Bytes) {
        const ENTRIES: usize = 512 / 4;
        let start = range.start / ENTRIES * ENTRIES;
        let end = range.end.next_multiple_of(ENTRIES);
        let entries = (start..end).map(|block| self.0.get(block).copied().unwrap_or(UNUSED));
        (start as u64 * 4, entries.flat_map(u32::to_be_bytes).collect::<Vec<_>>().into())
    }

    /// Returns how many blocks there are.
    pub(super) fn used(&self) -> usize {
        self.0.iter().filter(|entry| **entry != UNUSED).count()
    }

    /// Returns where the bitmap of a block is, in bytes.
    pub(super) fn get(&self, block: usize) -> Option<u64> {
        self.0.get(block).filter(|entry| **entry != UNUSED).map(|entry| u64::from(*entry) * SECTOR)
    }

    /// Places a block at a byte.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::TooLarge`] if the sector has no number.
    pub(super) fn set(&mut self, block: usize, offset: u64) -> Result<()> {
        let sector = u32::try_from(offset / SECTOR).ok().filter(|sector| *sector != UNUSED);
        self.0[block] =
            sector.ok_or_else(|| Error::too_large("VHD block", "the image has no room for it").at(offset))?;
        Ok(())
    }

    /// Returns the blocks that are there, in the order of the image: place in bytes, index.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Corrupt`] if one starts before `first`, or in another.
    pub(super) fn in_order(&self, header: &Header, first: u64) -> Result<Vec<(u64, u32)>> {
        let there = |(index, _): (usize, &u32)| Some((self.get(index)?, u32::try_from(index).expect("at most 2^24")));
        let mut blocks: Vec<_> = self.0.iter().enumerate().filter_map(there).collect();
        blocks.sort_unstable();
        let wrong = |index: u32, reason: String| {
            let at = header.table_offset + 4 * u64::from(index);
            Err(Error::corrupt("VHD block allocation table", reason).at(at))
        };
        if let Some((at, index)) = blocks.first().filter(|(at, _)| *at < first) {
            return wrong(
                *index,
                format!("block {index} would be at byte {at}, before the end of the tables at {first}"),
            );
        }
        let length = header.bitmap_size() + u64::from(header.block_size);
        for pair in blocks.windows(2) {
            let [(before, other), (at, index)] = [pair[0], pair[1]];
            if at - before < length {
                return wrong(index, format!("block {index} would be at byte {at}, within block {other} at {before}"));
            }
        }
        Ok(blocks)
    }
}
