//! A QCOW2 image that is made at random places.
//!
//! Clusters are placed one after the other as they come; tables are written when there is no room for them in memory, and
//! at the end.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{TryStreamExt, future::BoxFuture};

use super::{
    CLUSTER_BITS, Header, Options,
    entry::{self, COPIED, Cluster},
    refcounts::Refcounts,
};
use crate::{
    Content, Error, Gaps, MAX_PIECE, Map, Order, Result, SECTOR, Sink, Storage, codec::parallel, fields::be::put_u64,
    is_zero, source::check_range, storage::read_exact,
};

/// L2 tables in memory, in bytes: those of 32 GiB of disk in clusters of 64 KiB.
const TABLES: u64 = 4 << 20;
/// An entry of a cluster that is zero whatever the parent has.
const ZERO: u64 = 1;

struct Table {
    index: u64,
    bytes: Vec<u8>,
}

/// A QCOW2 image that is being made. Without a parent, what is zero takes no room.
pub struct Writer {
    storage: Arc<dyn Storage>,
    header: Header,
    options: Options,
    l1: Vec<u64>,
    /// L2 tables, the one used last at the end.
    tables: Vec<Table>,
    refcounts: Refcounts,
    /// The end of the last cluster.
    next: u64,
    /// Where the next compressed cluster goes, if there is room in the last one.
    packed: Option<u64>,
}

impl Writer {
    /// Makes `storage` an image of `size` bytes without clusters.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::TooLarge`] if the disk is larger than QCOW2 can have, [`crate::Kind::Io`].
    pub async fn create(storage: Arc<dyn Storage>, size: u64, options: Options) -> Result<Self> {
        let size = size.next_multiple_of(SECTOR);
        let cluster_bits = Map::new(size, 1 << CLUSTER_BITS).block_size().trailing_zeros();
        let mut header = Header::new(size, cluster_bits, options.compression.unwrap_or_default())?;
        let cluster = header.cluster();
        header.to_bytes(&options)?;
        storage.set_length(0).await?;
        let l1 = vec![0; header.l1_size as usize];
        let mut writer = Self {
            l1,
            tables: Vec::new(),
            refcounts: Refcounts::new(cluster, cluster),
            next: 2 * cluster,
            packed: None,
            storage,
            options,
            header: header.clone(),
        };
        writer.refcounts.add(0);
        writer.refcounts.add(cluster);
        let l1_clusters = (u64::from(header.l1_size) * 8).div_ceil(cluster);
        // Room in the refcount table for all clusters that there can be.
        let most = size.div_ceil(cluster) + u64::from(header.l1_size) + l1_clusters + 4;
        let blocks = most.div_ceil(cluster / 2 - 1) + 1;
        header.refcount_clusters = u32::try_from(blocks.div_ceil(cluster / 8) + 1)
            .map_err(|_| Error::too_large("QCOW2 refcount table", "the disk is too large"))?;
        header.refcount_offset = writer.place_all(header.refcount_clusters.into()).await?;
        header.l1_offset = writer.place_all(l1_clusters).await?;
        writer.header = header;
        writer.flush().await?;
        Ok(writer)
    }

    /// Places up to `count` clusters, neighbours in the image; returns where, and how many.
    async fn place(&mut self, count: u64) -> Result<(u64, u64)> {
        let cluster = self.header.cluster();
        if !self.refcounts.covers(self.next) {
            self.refcounts.grow(self.next, &*self.storage).await?;
            self.refcounts.add(self.next);
            self.next += cluster;
            self.packed = None;
        }
        let start = self.next;
        let mut placed = 0;
        while placed < count && self.refcounts.covers(self.next) {
            self.next += cluster;
            placed += 1;
        }
        Ok((start, placed))
    }

    /// Places `count` clusters for tables, all neighbours.
    async fn place_all(&mut self, count: u64) -> Result<u64> {
        let (start, placed) = self.place(count).await?;
        if placed < count {
            return Err(Error::too_large("QCOW2 table", "the disk is too large"));
        }
        self.count(start, count);
        Ok(start)
    }

    fn count(&mut self, start: u64, clusters: u64) {
        for at in 0..clusters {
            self.refcounts.add(start + at * self.header.cluster());
        }
    }

    /// Returns the L2 table for a cluster of the disk, and the place of its entry in it; makes it if there is none.
    async fn table(&mut self, block: u64) -> Result<(&mut Table, usize)> {
        let entries = self.header.l2_entries();
        let (index, within) = (block / entries, usize::try_from(block % entries).expect("within a table") * 8);
        if self.tables.last().is_none_or(|last| last.index != index) {
            if let Some(at) = self.tables.iter().position(|table| table.index == index) {
                let table = self.tables.remove(at);
                self.tables.push(table);
            } else {
                self.load(index).await?;
            }
        }
        Ok((self.tables.last_mut().expect("it was just put there"), within))
    }

    async fn load(&mut self, index: u64) -> Result<()> {
        let cluster = self.header.cluster();
        if (self.tables.len() as u64 + 1) * cluster > TABLES.max(2 * cluster) {
            let oldest = self.tables.remove(0);
            self.store(oldest).await?;
        }
        let length = usize::try_from(cluster).expect("at most 2 MiB");
        let slot = usize::try_from(index).expect("the table is in memory");
        let bytes = if self.l1[slot] == 0 {
            self.l1[slot] = self.place_all(1).await? | COPIED;
            // What the table tells of comes behind it, so that the image can be read in one pass.
            self.packed = None;
            vec![0; length]
        } else {
            read_exact(&*self.storage, self.l1[slot] & !COPIED, length, "QCOW2 L2 table").await?.to_vec()
        };
        self.tables.push(Table { index, bytes });
        Ok(())
    }

    async fn store(&self, table: Table) -> Result<()> {
        let at = self.l1[usize::try_from(table.index).expect("the table is in memory")] & !COPIED;
        self.storage.write_at(at, table.bytes.into()).await
    }

    async fn get(&mut self, block: u64) -> Result<Cluster> {
        // Without a table there is no cluster; it is not made only to look.
        let index = usize::try_from(block / self.header.l2_entries()).expect("the table is in memory");
        if self.l1[index] == 0 {
            return Ok(Cluster::Hole);
        }
        let header = self.header.clone();
        let (table, within) = self.table(block).await?;
        entry::l2(&header, 0, &table.bytes, within / 8)
    }

    async fn set(&mut self, block: u64, entry: u64) -> Result<()> {
        let (table, within) = self.table(block).await?;
        put_u64(&mut table.bytes, within, entry);
        Ok(())
    }

    /// Writes part of a cluster.
    async fn write_part(&mut self, offset: u64, data: Bytes) -> Result<()> {
        let cluster = self.header.cluster();
        let (block, within) = (offset / cluster, offset % cluster);
        let at = match self.get(block).await? {
            Cluster::Data(at) => at,
            Cluster::Packed(..) => return Err(twice(offset)),
            Cluster::Hole if self.options.backing.is_some() => {
                let reason = "only whole clusters can be written above a parent";
                return Err(Error::misuse("QCOW2 cluster", reason).at(offset));
            }
            Cluster::Hole | Cluster::Zero if is_zero(&data) => return Ok(()),
            Cluster::Hole | Cluster::Zero => {
                self.table(block).await?;
                let (at, _) = self.place(1).await?;
                self.count(at, 1);
                self.set(block, at | COPIED).await?;
                at
            }
        };
        self.storage.write_at(at + within, data).await
    }

    /// Writes whole clusters, of which the last may be cut by the end of the disk.
    async fn write_clusters(&mut self, offset: u64, data: Bytes) -> Result<()> {
        let cluster = self.header.cluster();
        let size = usize::try_from(cluster).expect("at most 2 MiB");
        let first = offset / cluster;
        // Runs of clusters without a place yet: the first, and the bytes of all.
        let mut new: Vec<(u64, std::ops::Range<usize>)> = Vec::new();
        for (block, start) in (first..).zip((0..data.len()).step_by(size)) {
            let end = (start + size).min(data.len());
            match self.get(block).await? {
                Cluster::Data(at) => self.storage.write_at(at, data.slice(start..end)).await?,
                Cluster::Packed(..) => return Err(twice(block * cluster)),
                Cluster::Hole | Cluster::Zero if !is_zero(&data[start..end]) => match new.last_mut() {
                    Some((_, run)) if run.end == start => run.end = end,
                    _ => new.push((block, start..end)),
                },
                Cluster::Hole if self.options.backing.is_some() => self.set(block, ZERO).await?,
                Cluster::Hole | Cluster::Zero => {}
            }
        }
        let Some(compression) = self.options.compression else {
            for (block, run) in new {
                self.write_new(block, data.slice(run)).await?;
            }
            return Ok(());
        };
        let single = |(first, run): (u64, std::ops::Range<usize>)| {
            let data = data.slice(run);
            (first..)
                .zip((0..data.len()).step_by(size))
                .map(move |(block, start)| (block, data.slice(start..(start + size).min(data.len()))))
                .collect::<Vec<_>>()
        };
        self.write_packed(compression.codec(), new.into_iter().flat_map(single).collect()).await
    }

    /// Places the clusters of `data`, of which the first is `block`, and writes them at once where they are neighbours.
    async fn write_new(&mut self, block: u64, data: Bytes) -> Result<()> {
        let cluster = self.header.cluster();
        let (mut block, mut data) = (block, data);
        while !data.is_empty() {
            // The table stands before its clusters, so that the image can be read in one pass.
            self.table(block).await?;
            let entries = self.header.l2_entries();
            let together = (entries - block % entries).min((data.len() as u64).div_ceil(cluster));
            let (start, placed) = self.place(together).await?;
            self.count(start, placed);
            let (table, within) = self.table(block).await?;
            for index in 0..placed {
                let at = within + 8 * usize::try_from(index).expect("within a table");
                put_u64(&mut table.bytes, at, (start + index * cluster) | COPIED);
            }
            let length = usize::try_from(placed * cluster).map_or(data.len(), |length| length.min(data.len()));
            self.storage.write_at(start, data.split_to(length)).await?;
            block += placed;
        }
        Ok(())
    }

    /// Compresses clusters side by side, and packs them; those that do not shrink are written as they are.
    async fn write_packed(&mut self, codec: crate::codec::Codec, new: Vec<(u64, Bytes)>) -> Result<()> {
        let size = usize::try_from(self.header.cluster()).expect("at most 2 MiB");
        let pack = move |(block, mut data): (u64, Bytes)| {
            if data.len() < size {
                let mut whole = data.to_vec();
                whole.resize(size, 0);
                data = whole.into();
            }
            Ok((block, codec.pack(&data, size), data))
        };
        let mut start = None;
        let mut buffer = Vec::new();
        for (block, packed, data) in parallel(new, pack).await? {
            let Some(packed) = packed else {
                self.write_new(block, data).await?;
                continue;
            };
            self.table(block).await?;
            let at = self.place_packed(packed.len() as u64).await?;
            self.set(block, entry::packed(self.header.cluster_bits, at, packed.len())).await?;
            if start.is_some_and(|start| start + buffer.len() as u64 != at) {
                let start = start.replace(at).expect("it was just seen");
                self.storage.write_at(start, std::mem::take(&mut buffer).into()).await?;
            }
            start.get_or_insert(at);
            buffer.extend_from_slice(&packed);
        }
        match start {
            Some(start) => self.storage.write_at(start, buffer.into()).await,
            None => Ok(()),
        }
    }

    /// Finds room for a compressed cluster: behind the one before, if that was the last thing placed.
    async fn place_packed(&mut self, length: u64) -> Result<u64> {
        let cluster = self.header.cluster();
        let at = match self.packed {
            // It fits into what is left of the last cluster.
            Some(at) if at + length <= at.next_multiple_of(cluster) => at,
            // It goes on in the next, which is free and has a refcount.
            Some(at) if at.next_multiple_of(cluster) == self.next && self.refcounts.covers(self.next) => {
                self.next += cluster;
                at
            }
            _ => self.place(1).await?.0,
        };
        for touched in at / cluster..=(at + length - 1) / cluster {
            self.refcounts.add(touched * cluster);
        }
        self.packed = Some(at + length).filter(|end| !end.is_multiple_of(cluster));
        Ok(at)
    }
}

fn twice(offset: u64) -> Error {
    Error::misuse("QCOW2 cluster", "a compressed cluster cannot be written twice").at(offset)
}

impl Sink for Writer {
    fn size(&self) -> u64 {
        self.header.size
    }

    fn write_at(&mut self, offset: u64, data: Bytes) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let (mut offset, mut data) = (offset, data);
            check_range(self.header.size, offset, data.len() as u64)?;
            let cluster = self.header.cluster();
            while !data.is_empty() {
                let within = offset % cluster;
                let whole = data.len() as u64 / cluster * cluster;
                let to_end = offset + data.len() as u64 == self.header.size;
                let length = match within {
                    0 if to_end => data.len() as u64,
                    0 if whole > 0 => whole,
                    _ => (cluster - within).min(data.len() as u64),
                };
                let part = data.split_to(usize::try_from(length).expect("at most all"));
                if within == 0 && (length >= cluster || offset + length == self.header.size) {
                    self.write_clusters(offset, part).await?;
                } else {
                    self.write_part(offset, part).await?;
                }
                offset += length;
            }
            Ok(())
        })
    }

    fn flush(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            for table in &self.tables {
                let at = self.l1[usize::try_from(table.index).expect("the table is in memory")] & !COPIED;
                self.storage.write_at(at, Bytes::copy_from_slice(&table.bytes)).await?;
            }
            let l1: Vec<u8> = self.l1.iter().flat_map(|entry| entry.to_be_bytes()).collect();
            self.storage.write_at(self.header.l1_offset, l1.into()).await?;
            let table = self.refcounts.write(self.header.refcount_clusters, &*self.storage).await?;
            self.storage.write_at(self.header.refcount_offset, table).await?;
            self.storage.write_at(0, self.header.to_bytes(&self.options)?).await?;
            self.storage.set_length(self.next).await?;
            self.storage.sync().await
        })
    }
}

/// Writes an image into `storage`, whatever the order of pieces; without a parent, zeros are left out.
///
/// # Errors
///
/// [`crate::Kind::Misuse`] for a difference without parent, or one whose pieces are no whole clusters; what reading or writing
/// says.
pub async fn write(content: Content, storage: Arc<dyn Storage>, options: &Options) -> Result<()> {
    if options.backing.is_none() {
        content.need_whole("QCOW2")?;
    }
    let mut image = Writer::create(storage, content.size(), options.clone()).await?;
    let mut pieces = if content.gaps() == Gaps::Zero && content.order() == Order::Ascending {
        content.into_blocks(u32::try_from(MAX_PIECE).expect("2 MiB"))?
    } else {
        content.into_stream()
    };
    while let Some(piece) = pieces.try_next().await? {
        image.write_at(piece.offset, piece.data).await?;
    }
    image.flush().await
}
