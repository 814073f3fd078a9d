//! A QCOW2 image that is read at random places.

use std::{collections::HashMap, fmt, ops::Range, sync::Arc};

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use parking_lot::Mutex;

use super::{
    Backing, Header,
    entry::{self, Cluster},
    header::{FIRST, LENGTH_2},
};
use crate::{
    Error, Extent, Kind, MAX_EXTENTS, Result, Source, State, Storage,
    codec::parallel,
    fields::be::get_u64,
    source::check_range,
    storage::{read_exact, read_large},
    zero::zeros,
};

/// L2 tables that are kept, in bytes: those of 64 GiB of disk in clusters of 64 KiB.
const TABLES: usize = 8 << 20;

/// A QCOW2 image that is read at random places. What its parent has is a hole; put that under it with `adapter::Chain`.
pub struct Qcow2 {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) header: Header,
    backing: Option<Backing>,
    /// The L1 table as it is in the image: the entries that the disk needs.
    pub(super) l1: Vec<u8>,
    /// L2 tables by their place.
    l2: Mutex<HashMap<u64, Bytes>>,
    /// The compressed cluster that was read last, by its place in the image.
    unpacked: Mutex<Option<(u64, Bytes)>>,
}

impl fmt::Debug for Qcow2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Qcow2");
        f.field("name", &self.storage.name()).field("header", &self.header).finish_non_exhaustive()
    }
}

/// Neighbouring clusters that are neighbours in the image, too.
struct Run {
    cluster: Cluster,
    /// Where it starts within the first cluster, and how long it is, in bytes.
    within: u64,
    length: u64,
}

impl Qcow2 {
    /// Opens an image.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with header and L1 table; [`Kind::Unsupported`] if it is encrypted or has its data in another file.
    pub async fn open(storage: Arc<dyn Storage>) -> Result<Self> {
        Self::try_open(&storage).await.map_err(|error| error.in_file(storage.name()))
    }

    async fn try_open(storage: &Arc<dyn Storage>) -> Result<Self> {
        let first = storage.read_at(0, FIRST).await?;
        if first.len() < LENGTH_2 {
            return Err(Error::new(Kind::Truncated, "QCOW2 header", format!("{} bytes are none", first.len())).at(0));
        }
        let header = Header::read(&first)?;
        let backing = header.read_backing(&storage.read_at(0, header.whole_length()).await?)?;
        let length = header.l1_needed()? as usize * 8;
        let l1 = read_large(&**storage, header.l1_offset, length, "QCOW2 L1 table").await?;
        Ok(Self { storage: Arc::clone(storage), header, backing, l1, l2: Mutex::default(), unpacked: Mutex::default() })
    }

    /// Returns the header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns how the image names its parent.
    pub fn backing(&self) -> Option<&Backing> {
        self.backing.as_ref()
    }

    /// Returns the L2 table for a byte of the disk, and its place.
    pub(super) async fn l2(&self, offset: u64) -> Result<Option<(u64, Bytes)>> {
        let index = offset / self.header.l2_covers();
        let l1 = get_u64(&self.l1, usize::try_from(index).expect("the table is in memory") * 8);
        let Some(at) = entry::l1(&self.header, l1, index)? else { return Ok(None) };
        if let Some(table) = self.l2.lock().get(&at) {
            return Ok(Some((at, table.clone())));
        }
        let length = usize::try_from(self.header.cluster()).expect("at most 2 MiB");
        let table = read_exact(&*self.storage, at, length, "QCOW2 L2 table").await?;
        let mut tables = self.l2.lock();
        if (tables.len() + 1) * length > TABLES {
            tables.clear();
        }
        tables.insert(at, table.clone());
        Ok(Some((at, table)))
    }

    /// Returns what is known of the range, as far as one L2 table tells.
    async fn runs(&self, range: Range<u64>) -> Result<Vec<Run>> {
        let cluster = self.header.cluster();
        let covers = self.header.l2_covers();
        let end = range.end.min((range.start / covers + 1).saturating_mul(covers));
        let Some((at, table)) = self.l2(range.start).await? else {
            return Ok(vec![Run { cluster: Cluster::Hole, within: 0, length: end - range.start }]);
        };
        let mut runs: Vec<Run> = Vec::new();
        let mut offset = range.start;
        while offset < end {
            let index = usize::try_from(offset % covers / cluster).expect("within the table");
            let found = entry::l2(&self.header, at, &table, index)?;
            let within = offset % cluster;
            let length = (cluster - within).min(end - offset);
            offset += length;
            let joins = runs.last().is_some_and(|last| match (last.cluster, found) {
                (Cluster::Hole, Cluster::Hole) | (Cluster::Zero, Cluster::Zero) => true,
                (Cluster::Data(from), Cluster::Data(to)) => from.checked_add(last.within + last.length) == Some(to),
                _ => false,
            });
            match runs.last_mut() {
                Some(last) if joins => last.length += length,
                _ => runs.push(Run { cluster: found, within, length }),
            }
        }
        Ok(runs)
    }

    /// Reads a run that is in the image as it is.
    async fn read_data(&self, at: u64, length: usize) -> Result<Bytes> {
        let mut data = self.storage.read_at(at, length).await?;
        if data.len() < length {
            // The last cluster of the file may be cut: what is not there is zero, as in QEMU. A cluster that is not
            // there at all is a fault.
            if data.is_empty() || length - data.len() >= usize::try_from(self.header.cluster()).expect("at most 2 MiB")
            {
                let reason = format!("{} of its {length} bytes are there, then the image ends", data.len());
                return Err(Error::new(Kind::Truncated, "QCOW2 cluster", reason).at(at).in_file(self.storage.name()));
            }
            let mut whole = BytesMut::from(data);
            whole.resize(length, 0);
            data = whole.freeze();
        }
        Ok(data)
    }

    /// Reads compressed clusters, which are decompressed side by side.
    async fn unpack(&self, packed: Vec<(u64, usize)>) -> Result<Vec<Bytes>> {
        if let [(at, _)] = packed[..]
            && let Some((last, data)) = &*self.unpacked.lock()
            && *last == at
        {
            return Ok(vec![data.clone()]);
        }
        let mut jobs = Vec::with_capacity(packed.len());
        for (at, length) in packed {
            // The last sector may be cut off with the file.
            jobs.push((at, self.storage.read_at(at, length).await?));
        }
        let codec = self.header.compression.codec();
        let cluster = usize::try_from(self.header.cluster()).expect("at most 2 MiB");
        let work = move |(at, packed): (u64, Bytes)| {
            let data = codec.unpack(&packed, cluster, "QCOW2 compressed cluster").map_err(|error| error.at(at))?;
            Ok((at, data))
        };
        let data = parallel(jobs, work).await.map_err(|error| error.in_file(self.storage.name()))?;
        self.unpacked.lock().clone_from(&data.last().cloned());
        Ok(data.into_iter().map(|(_, data)| data).collect())
    }

    fn absent(&self) -> State {
        if self.backing.is_some() { State::Hole } else { State::Zero }
    }
}

impl Source for Qcow2 {
    fn size(&self) -> u64 {
        self.header.size
    }

    fn block_size(&self) -> u32 {
        1 << self.header.cluster_bits
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, Result<Bytes>> {
        Box::pin(async move {
            check_range(self.header.size, offset, length as u64)?;
            let end = offset + length as u64;
            let mut bytes = BytesMut::new();
            let mut at = offset;
            while at < end {
                let runs = self.runs(at..end).await?;
                let is_packed = |run: &Run| match run.cluster {
                    Cluster::Packed(at, length) => Some((at, length)),
                    _ => None,
                };
                let packed: Vec<_> = runs.iter().filter_map(is_packed).collect();
                let mut unpacked = if packed.is_empty() { Vec::new() } else { self.unpack(packed).await? }.into_iter();
                for run in runs {
                    let size = usize::try_from(run.length).expect("within the length");
                    let data = match run.cluster {
                        Cluster::Data(at) => self.read_data(at + run.within, size).await?,
                        Cluster::Packed(..) => {
                            let data = unpacked.next().expect("one for each");
                            let within = usize::try_from(run.within).expect("within a cluster");
                            data.slice(within..within + size)
                        }
                        Cluster::Hole | Cluster::Zero if size == length && length <= crate::MAX_PIECE => zeros(length),
                        Cluster::Hole | Cluster::Zero => {
                            bytes.resize(bytes.len() + size, 0);
                            at += run.length;
                            continue;
                        }
                    };
                    if size == length {
                        return Ok(data);
                    }
                    bytes.extend_from_slice(&data);
                    at += run.length;
                }
            }
            Ok(bytes.freeze())
        })
    }

    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, Result<Vec<Extent>>> {
        Box::pin(async move {
            check_range(self.header.size, range.start, range.end.saturating_sub(range.start))?;
            let mut extents: Vec<Extent> = Vec::new();
            let mut offset = range.start;
            while offset < range.end && extents.len() < MAX_EXTENTS {
                for run in self.runs(offset..range.end).await? {
                    let state = match run.cluster {
                        Cluster::Hole => self.absent(),
                        Cluster::Zero => State::Zero,
                        Cluster::Data(_) | Cluster::Packed(..) => State::Data,
                    };
                    match extents.last_mut() {
                        Some(last) if last.state == state => last.length += run.length,
                        _ => extents.push(Extent { offset, length: run.length, state }),
                    }
                    offset += run.length;
                }
            }
            extents.truncate(MAX_EXTENTS);
            Ok(extents)
        })
    }
}
