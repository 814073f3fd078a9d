//! A QCOW2 image that is written from front to back: tables first, all of whose clusters are then there.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;

use super::{CLUSTER_BITS, Header, Options, entry::COPIED, header::Compression};
use crate::{
    Content, Encoded, Error, Gaps, Kind, Map, Piece, Result, SECTOR,
    generator::{Out, generate},
    zero::zeros,
};

/// Where everything will be, in clusters.
struct Plan {
    header: Header,
    /// Where there are clusters, in blocks of a cluster.
    map: Map,
    /// L2 tables.
    tables: u64,
    /// Clusters of refcounts.
    refcounts: u64,
    /// Clusters of the L1 table.
    l1: u64,
    data: u64,
}

impl Plan {
    fn new(size: u64, map: Option<&Map>) -> Result<Self> {
        let size = size.next_multiple_of(SECTOR);
        // Above 16 TiB maps have larger blocks, hence so have the clusters.
        let cluster_bits = Map::new(size, 1 << CLUSTER_BITS).block_size().trailing_zeros();
        let mut header = Header::new(size, cluster_bits, Compression::Zlib)?;
        let map = match map {
            Some(map) => map.rescaled(1 << cluster_bits).of_size(size),
            None => Map::full(size, 1 << cluster_bits),
        };
        let data = map.allocated();
        let tables = (0..header.l1_size.into()).filter(|index| map.any(covered(&header, *index))).count() as u64;
        let l1 = (u64::from(header.l1_size) * 8).div_ceil(header.cluster());
        // Refcounts count themselves and their table, too: more of them until that is enough.
        let (a_block, a_table) = (header.cluster() / 2, header.cluster() / 8);
        let (mut refcounts, mut clusters) = (0, 0);
        loop {
            let total = 1 + clusters + refcounts + l1 + tables + data;
            let needed = (total.div_ceil(a_block), total.div_ceil(a_block).div_ceil(a_table));
            if needed == (refcounts, clusters) {
                break;
            }
            (refcounts, clusters) = needed;
        }
        header.refcount_offset = header.cluster();
        header.refcount_clusters =
            u32::try_from(clusters).map_err(|_| Error::too_large("QCOW2 refcount table", "the disk is too large"))?;
        header.l1_offset = (1 + clusters + refcounts) * header.cluster();
        Ok(Self { header, map, tables, refcounts, l1, data })
    }

    /// Returns where the L2 tables start, in clusters.
    fn l2(&self) -> u64 {
        1 + u64::from(self.header.refcount_clusters) + self.refcounts + self.l1
    }

    /// Returns how many clusters there are.
    fn total(&self) -> u64 {
        self.l2() + self.tables + self.data
    }

    /// Writes everything before the data, a cluster at a time.
    async fn write_tables(&self, out: &Out<Bytes>) {
        let cluster = self.header.cluster();
        let first = 1 + u64::from(self.header.refcount_clusters);
        let table = (0..self.refcounts).map(|block| (first + block) * cluster);
        self.write_entries(out, table, u64::from(self.header.refcount_clusters)).await;
        let (a_block, total) = (cluster / 2, self.total());
        for block in 0..self.refcounts {
            let used = usize::try_from((total - block * a_block).min(a_block)).expect("at most a cluster");
            let mut counts = [0, 1].repeat(used);
            counts.resize(usize::try_from(cluster).expect("at most 2 MiB"), 0);
            out.send(counts.into()).await;
        }
        let mut tables = 0;
        let l1 = (0..self.header.l1_size.into()).map(|index| {
            if !self.map.any(covered(&self.header, index)) {
                return 0;
            }
            tables += 1;
            ((self.l2() + tables - 1) * cluster) | COPIED
        });
        self.write_entries(out, l1, self.l1).await;
        let mut data = self.l2() + self.tables;
        for index in 0..u64::from(self.header.l1_size) {
            if !self.map.any(covered(&self.header, index)) {
                continue;
            }
            let first = index * self.header.l2_entries();
            let entries = (first..first + self.header.l2_entries()).map(|block| {
                if !self.map.has(block) {
                    return 0;
                }
                data += 1;
                ((data - 1) * cluster) | COPIED
            });
            let table: Vec<u8> = entries.flat_map(u64::to_be_bytes).collect();
            out.send(table.into()).await;
        }
    }

    /// Writes a table of so many clusters.
    async fn write_entries(&self, out: &Out<Bytes>, entries: impl Iterator<Item = u64>, clusters: u64) {
        let cluster = usize::try_from(self.header.cluster()).expect("at most 2 MiB");
        let mut entries = entries.fuse();
        for _ in 0..clusters {
            let mut table = BytesMut::with_capacity(cluster);
            table.extend(entries.by_ref().take(cluster / 8).flat_map(u64::to_be_bytes));
            table.resize(cluster, 0);
            out.send(table.freeze()).await;
        }
    }
}

/// Returns what an L2 table tells of.
fn covered(header: &Header, index: u64) -> std::ops::Range<u64> {
    index * header.l2_covers()..(index + 1) * header.l2_covers()
}

/// Returns the length of the image that [`encode`] makes of a disk, in bytes: without a map each cluster is written.
///
/// # Errors
///
/// [`Kind::TooLarge`] if the disk is larger than QCOW2 can have.
pub fn length(size: u64, map: Option<&Map>) -> Result<u64> {
    let plan = Plan::new(size, map)?;
    Ok(plan.total() * plan.header.cluster())
}

/// Writes an image from front to back. Its length is known.
///
/// The tables come first, so the clusters are those of the content's map, and all of them if it has none: what turns out
/// to be zero is written as zeros. [`super::write`] leaves zeros out, and compresses.
///
/// # Errors
///
/// [`Kind::NeedsSeek`] if pieces come in any order or compression is wanted, [`Kind::Misuse`] for a difference without parent,
/// [`Kind::TooLarge`]. Later, [`Kind::Misuse`] if a piece is outside of the map, or if one of a difference is no whole cluster.
pub fn encode(content: Content, options: &Options) -> Result<Encoded> {
    content.need_ascending("QCOW2")?;
    if options.backing.is_none() {
        content.need_whole("QCOW2")?;
    }
    if options.compression.is_some() {
        let reason = "compressed clusters are placed before their tables are known: write to a file";
        return Err(Error::new(Kind::NeedsSeek, "QCOW2", reason));
    }
    let plan = Plan::new(content.size(), content.map().map(Arc::as_ref))?;
    let length = plan.total() * plan.header.cluster();
    let header = plan.header.to_bytes(options)?;
    let is_difference = content.gaps() == Gaps::Parent;
    let cluster = u32::try_from(plan.header.cluster()).expect("at most 2 MiB");
    let mut clusters =
        if is_difference { content.into_whole_blocks(cluster)? } else { content.into_blocks(cluster)? };
    let bytes = generate(move |out| async move {
        out.send(header).await;
        plan.write_tables(&out).await;
        let outside = |piece: &Piece| {
            Error::misuse("QCOW2 cluster", "the content has something outside of its map").at(piece.offset)
        };
        let cluster = u64::from(cluster);
        let mut next = clusters.try_next().await?;
        for block in 0..plan.map.blocks() {
            if !plan.map.has(block) {
                continue;
            }
            let mut missing = usize::try_from(cluster).expect("at most 2 MiB");
            match next.take() {
                Some(piece) if piece.offset == block * cluster => {
                    missing -= piece.data.len();
                    out.send(piece.data).await;
                    next = clusters.try_next().await?;
                }
                Some(piece) if piece.offset < block * cluster => return Err(outside(&piece)),
                Some(_) | None if is_difference => {
                    let reason = "the map of a difference promises a cluster that does not come";
                    return Err(Error::misuse("QCOW2 cluster", reason).at(block * cluster));
                }
                other => next = other,
            }
            if missing > 0 {
                out.send(zeros(missing)).await;
            }
        }
        next.map_or(Ok(()), |piece| Err(outside(&piece)))
    });
    Ok(Encoded::new(Some(length), bytes))
}
