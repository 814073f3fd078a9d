//! Entries of L1 and L2 tables.

use super::Header;
use crate::{Error, Result, fields::be::get_u64};

/// The only reference to a cluster: it may be written in place.
pub(super) const COPIED: u64 = 1 << 63;
/// The cluster is compressed.
pub(super) const COMPRESSED: u64 = 1 << 62;
/// The cluster reads as zeros.
const ZERO: u64 = 1;
/// Where a cluster or table is.
const OFFSET: u64 = 0x00ff_ffff_ffff_fe00;

/// Where a cluster of the disk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cluster {
    /// Not here: the parent has it, or it is zero.
    Hole,
    /// It is zero.
    Zero,
    /// At this byte.
    Data(u64),
    /// Compressed, from this byte on, in at most so many bytes.
    Packed(u64, usize),
}

/// Reads an entry of the L1 table: where the L2 table is, if there is one. `index` is its place in the table.
///
/// # Errors
///
/// [`crate::Kind::Corrupt`] if it is at no cluster.
pub(super) fn l1(header: &Header, entry: u64, index: u64) -> Result<Option<u64>> {
    let offset = entry & OFFSET;
    if !offset.is_multiple_of(header.cluster()) {
        let reason = format!("entry {index} has a table at byte {offset}, which is no cluster");
        return Err(Error::corrupt("QCOW2 L1 table", reason).at(header.l1_offset + 8 * index));
    }
    Ok((offset != 0).then_some(offset))
}

/// Reads the entry at `index` of the L2 table at `table`, whose bytes are given.
///
/// # Errors
///
/// [`crate::Kind::Corrupt`] if the cluster is at none.
pub(super) fn l2(header: &Header, table: u64, bytes: &[u8], index: usize) -> Result<Cluster> {
    let entry = get_u64(bytes, index * 8);
    if entry == 0 {
        return Ok(Cluster::Hole);
    }
    if entry & COMPRESSED != 0 {
        let shift = 62 - (header.cluster_bits - 8);
        let offset = entry & ((1 << shift) - 1);
        let sectors = (entry & (COMPRESSED - 1)) >> shift;
        let length = (sectors + 1) * 512 - offset % 512;
        return Ok(Cluster::Packed(offset, usize::try_from(length).expect("at most two clusters")));
    }
    let offset = entry & OFFSET;
    if header.version >= 3 && entry & ZERO != 0 {
        return Ok(Cluster::Zero);
    }
    if !offset.is_multiple_of(header.cluster()) {
        let reason = format!("entry {index} has a cluster at byte {offset}, which is none");
        return Err(Error::corrupt("QCOW2 L2 table", reason).at(table + 8 * index as u64));
    }
    Ok(if offset == 0 { Cluster::Hole } else { Cluster::Data(offset) })
}

/// Makes the entry of a cluster that is compressed.
pub(super) fn packed(cluster_bits: u32, offset: u64, length: usize) -> u64 {
    let shift = 62 - (cluster_bits - 8);
    let sectors = (offset + length as u64 - 1) / 512 - offset / 512;
    COMPRESSED | (sectors << shift) | offset
}
