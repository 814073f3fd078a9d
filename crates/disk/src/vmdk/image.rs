//! A sparse VMDK that is read at random places.

use std::{collections::HashMap, fmt, ops::Range, sync::Arc};

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use parking_lot::Mutex;

use super::{
    Descriptor, Header,
    decode::{MARKER, check_grain},
    header::LENGTH,
};
use crate::{
    Error, Extent, Kind, MAX_EXTENTS, Result, SECTOR, Source, State, Storage,
    codec::{Codec, parallel},
    fields::{
        NONE,
        le::{get_u32, get_u64},
    },
    source::check_range,
    storage::{read_exact, read_large},
    vhd::shift,
};

/// Tables that are kept, in bytes: those of 64 GiB in grains of 64 KiB.
const TABLES: usize = 4 << 20;

/// Where a grain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grain {
    /// It is not there: zeros.
    Absent,
    /// At this byte.
    At(u64),
}

/// A monolithic sparse or stream-optimized VMDK that is read at random places.
pub struct Vmdk {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) header: Header,
    descriptor: Option<Descriptor>,
    /// Where the tables are, in sectors, four bytes each.
    directory: Vec<u8>,
    tables: Mutex<HashMap<u64, Bytes>>,
}

impl fmt::Debug for Vmdk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Vmdk");
        f.field("name", &self.storage.name()).field("header", &self.header).finish_non_exhaustive()
    }
}

impl Vmdk {
    /// Opens an image that is one file.
    ///
    /// # Errors
    ///
    /// [`Kind::Unsupported`] for a difference; whatever is wrong with header, descriptor and directory.
    pub async fn open(storage: Arc<dyn Storage>) -> Result<Self> {
        let image = Self::open_part(storage).await?;
        if let Some(descriptor) = &image.descriptor {
            descriptor.need_whole().map_err(|error| error.in_file(image.storage.name()))?;
        }
        Ok(image)
    }

    /// Opens one of the files of an image.
    pub(super) async fn open_part(storage: Arc<dyn Storage>) -> Result<Self> {
        let name = storage.name().to_owned();
        Self::try_open(storage).await.map_err(|error| error.in_file(name))
    }

    async fn try_open(storage: Arc<dyn Storage>) -> Result<Self> {
        let header = Header::read(&read_exact(&*storage, 0, LENGTH, "VMDK header").await?)?;
        let mut directory = header.directory;
        if directory == NONE {
            // The copy of the header before the end marker tells.
            let length = storage.length().await?;
            let Some(at) = length.checked_sub(2 * LENGTH as u64) else {
                return Err(Error::new(Kind::Truncated, "VMDK footer", "there is none").at(length));
            };
            let footer = read_exact(&*storage, at, LENGTH, "VMDK footer").await?;
            let footer = Header::read(&footer).map_err(|error| shift(error, at))?;
            if (footer.capacity, footer.grain, footer.grains) != (header.capacity, header.grain, header.grains) {
                return Err(Error::corrupt("VMDK footer", "it is not that of the image").at(at));
            }
            directory = footer.directory;
        }
        let Some(at) = directory.checked_mul(SECTOR).filter(|at| *at > 0) else {
            return Err(Error::corrupt("VMDK header", format!("the directory would be at sector {directory}")).at(56));
        };
        let length = usize::try_from(header.tables()).expect("the header has been checked") * 4;
        let directory = read_large(&*storage, at, length, "VMDK directory").await?;
        let mut descriptor = None;
        let (start, sectors) = header.descriptor;
        if start > 0 && sectors > 0 {
            let length = usize::try_from(sectors * SECTOR).expect("at most 1 MiB");
            let text = storage.read_at(start.saturating_mul(SECTOR), length).await?;
            let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
            let read = Descriptor::read(&String::from_utf8_lossy(text));
            descriptor = Some(read.map_err(|error| error.at(start.saturating_mul(SECTOR)))?);
        }
        Ok(Self { storage, header, descriptor, directory, tables: Mutex::default() })
    }

    /// Returns the header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the descriptor, if there is one in the image.
    pub fn descriptor(&self) -> Option<&Descriptor> {
        self.descriptor.as_ref()
    }

    /// Returns the table of the grains from the byte `offset` of the disk on, and its place.
    async fn table(&self, offset: u64) -> Result<Option<(u64, Bytes)>> {
        let index = usize::try_from(offset / self.header.table_covers()).expect("the directory is in memory");
        let at = u64::from(get_u32(&self.directory, index * 4)) * SECTOR;
        if at == 0 {
            return Ok(None);
        }
        if let Some(table) = self.tables.lock().get(&at) {
            return Ok(Some((at, table.clone())));
        }
        let length = self.header.grains as usize * 4;
        let table = read_exact(&*self.storage, at, length, "VMDK table").await?;
        let mut tables = self.tables.lock();
        if (tables.len() + 1) * length > TABLES {
            tables.clear();
        }
        tables.insert(at, table.clone());
        Ok(Some((at, table)))
    }

    /// Returns the grains of a range, as far as one table tells: each with where it starts within, and how long it is.
    pub(super) async fn grains(&self, range: Range<u64>) -> Result<Vec<(Grain, u64, u64)>> {
        let grain = u64::from(self.header.grain_size());
        let covers = self.header.table_covers();
        let end = range.end.min((range.start / covers + 1) * covers);
        let Some((_, table)) = self.table(range.start).await? else {
            return Ok(vec![(Grain::Absent, 0, end - range.start)]);
        };
        let mut grains = Vec::new();
        let mut offset = range.start;
        while offset < end {
            let slot = usize::try_from(offset % covers / grain).expect("within the table");
            let found = match get_u32(&table, slot * 4) {
                0 => Grain::Absent,
                1 if self.header.has_zero_grains() => Grain::Absent,
                sector => Grain::At(u64::from(sector) * SECTOR),
            };
            let within = offset % grain;
            let length = (grain - within).min(end - offset);
            grains.push((found, within, length));
            offset += length;
        }
        Ok(grains)
    }

    /// Reads a compressed grain at byte `at`, of which the disk has `length` bytes at `offset`.
    pub(super) async fn packed(&self, at: u64, offset: u64) -> Result<(u64, Bytes, usize)> {
        let grain = self.header.grain_size() as usize;
        let mut packed = self.storage.read_at(at, grain + 512).await?;
        if packed.len() < MARKER {
            return Err(Error::new(Kind::Truncated, "VMDK grain", "the image ends before").at(at));
        }
        let (sector, size) = (get_u64(&packed, 0), get_u32(&packed, 8));
        check_grain(&self.header, at, sector, size)?;
        if sector * SECTOR != offset {
            let reason = format!("it is sector {sector} of the disk, the table has it at {}", offset / SECTOR);
            return Err(Error::corrupt("VMDK grain", reason).at(at));
        }
        let size = size as usize + MARKER;
        if packed.len() < size {
            packed = read_exact(&*self.storage, at, size, "VMDK grain").await?;
        }
        let length = usize::try_from((self.header.size() - offset).min(grain as u64)).expect("at most a grain");
        Ok((at, packed.slice(MARKER..size), length))
    }

    /// Decompresses the grains of a range.
    async fn unpack(&self, start: u64, grains: &[(Grain, u64, u64)]) -> Result<Vec<Bytes>> {
        let mut jobs = Vec::new();
        let mut offset = start;
        for (grain, within, length) in grains {
            if let Grain::At(at) = grain {
                jobs.push(self.packed(*at, offset - within).await?);
            }
            offset += length;
        }
        let work = |(at, packed, length): (u64, Bytes, usize)| {
            Codec::Zlib.unpack(&packed, length, "VMDK grain").map_err(|error| error.at(at))
        };
        parallel(jobs, work).await
    }
}

impl Source for Vmdk {
    fn size(&self) -> u64 {
        self.header.size()
    }

    fn block_size(&self) -> u32 {
        self.header.grain_size()
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, Result<Bytes>> {
        Box::pin(async move {
            check_range(self.size(), offset, length as u64)?;
            let end = offset + length as u64;
            let mut bytes = BytesMut::with_capacity(length);
            let mut at = offset;
            while at < end {
                let grains = self.grains(at..end).await?;
                let compressed = self.header.is_compressed();
                let unpacked = if compressed { self.unpack(at, &grains).await? } else { Vec::new() };
                let mut unpacked = unpacked.into_iter();
                for (grain, within, size) in grains {
                    at += size;
                    let size = usize::try_from(size).expect("within the length");
                    let start = usize::try_from(within).expect("within a grain");
                    match grain {
                        Grain::Absent => bytes.resize(bytes.len() + size, 0),
                        Grain::At(_) if compressed => {
                            bytes.extend_from_slice(&unpacked.next().expect("one for each")[start..start + size]);
                        }
                        Grain::At(place) => {
                            let data = read_exact(&*self.storage, place + within, size, "VMDK grain").await?;
                            bytes.extend_from_slice(&data);
                        }
                    }
                }
            }
            Ok(bytes.freeze())
        })
    }

    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, Result<Vec<Extent>>> {
        Box::pin(async move {
            check_range(self.size(), range.start, range.end.saturating_sub(range.start))?;
            let mut extents: Vec<Extent> = Vec::new();
            let mut offset = range.start;
            while offset < range.end && extents.len() < MAX_EXTENTS {
                for (grain, _, length) in self.grains(offset..range.end).await? {
                    let state = if grain == Grain::Absent { State::Zero } else { State::Data };
                    match extents.last_mut() {
                        Some(last) if last.state == state => last.length += length,
                        _ => extents.push(Extent { offset, length, state }),
                    }
                    offset += length;
                }
            }
            extents.truncate(MAX_EXTENTS);
            Ok(extents)
        })
    }
}
