//! A VHD that is read at random places.

use std::{collections::HashMap, fmt, ops::Range, sync::Arc};

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use parking_lot::Mutex;

use super::{BLOCK, DiskType, Footer, Header, Options, bat::Bat, bitmap, decode::shift, footer, header};
use crate::{
    Content, Error, Extent, Kind, MAX_EXTENTS, Result, SECTOR, Sink, Source, State, Storage,
    source::check_range,
    storage::{read_exact, read_large},
    zero::{runs, zeros},
};

/// Bitmaps that are kept, in bytes: those of 16 GiB of disk.
const BITMAPS: usize = 4 << 20;

/// A VHD that is read, and where it is no fixed one written, at random places.
///
/// A differencing image has holes; put its parent under it with `adapter::Chain`.
pub struct Vhd {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) footer: Footer,
    /// None of a fixed image.
    pub(super) header: Option<Header>,
    pub(super) bat: Bat,
    bitmaps: Mutex<HashMap<usize, Bytes>>,
    /// Where the next new block goes.
    pub(super) end: u64,
    /// Entries of the BAT that are not written yet.
    pub(super) unwritten: Option<Range<usize>>,
}

impl fmt::Debug for Vhd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vhd").field("name", &self.storage.name()).field("footer", &self.footer).finish_non_exhaustive()
    }
}

/// Part of a block.
struct Part {
    block: usize,
    /// Where it starts within the block, and how long it is, in bytes.
    within: u64,
    length: u64,
}

impl Vhd {
    /// Opens an image. Where its footer is damaged the copy at its start is taken, if there is one.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with footer, header and table.
    pub async fn open(storage: Arc<dyn Storage>) -> Result<Self> {
        Self::try_open(&storage).await.map_err(|error| error.in_file(storage.name()))
    }

    async fn try_open(storage: &Arc<dyn Storage>) -> Result<Self> {
        let length = storage.length().await?;
        let (footer, footer_at) = read_footer(&**storage, length).await?;
        let storage = Arc::clone(storage);
        if footer.disk_type == DiskType::Fixed {
            if length < footer.size + footer::LENGTH as u64 {
                let reason = format!("the disk has {} bytes, the image only {length}", footer.size);
                return Err(Error::new(Kind::Truncated, "VHD data", reason).at(length));
            }
            return Ok(Self::with(storage, footer, None, Bat::default(), length - footer::LENGTH as u64));
        }
        let header = read_exact(&*storage, footer.data_offset, header::LENGTH, "VHD header").await?;
        let header = Header::read(&header, footer.size).map_err(|error| shift(error, footer.data_offset))?;
        let table = Bat::needed(&header, footer.size) * 4;
        let table = read_large(&*storage, header.table_offset, table, "VHD block allocation table").await?;
        let bat = Bat::read(&table);
        let tables = header.table_offset.saturating_add((u64::from(header.entries) * 4).next_multiple_of(SECTOR));
        let first = header.table_offset.saturating_add(table.len() as u64);
        let blocks = bat.in_order(&header, first)?;
        let block_end = |(at, _): &(u64, u32)| at + header.bitmap_size() + u64::from(header.block_size);
        let locators = header.locators.iter().filter(|locator| locator.platform != 0);
        let locators = locators.map(|locator| locator.offset.saturating_add(locator.length.into()));
        let ends = [tables, footer.data_offset.saturating_add(header::LENGTH as u64)].into_iter().chain(locators);
        // New blocks take the place of the footer: programs have tables of their own before it.
        let end = ends.chain(blocks.last().map(block_end)).chain([footer_at]).max().expect("there are three");
        let end = end.checked_next_multiple_of(SECTOR).unwrap_or(u64::MAX / SECTOR * SECTOR);
        Ok(Self::with(storage, footer, Some(header), bat, end))
    }

    pub(super) fn with(storage: Arc<dyn Storage>, footer: Footer, header: Option<Header>, bat: Bat, end: u64) -> Self {
        Self { storage, footer, header, bat, bitmaps: Mutex::default(), end, unwritten: None }
    }

    /// Returns the footer.
    pub fn footer(&self) -> &Footer {
        &self.footer
    }

    /// Returns the header; none of a fixed image.
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Returns how many blocks the image has.
    pub fn blocks(&self) -> usize {
        self.bat.used()
    }

    /// Returns the part of a block at the start of a range of a dynamic image.
    fn part(header: &Header, offset: u64, length: u64) -> Part {
        let size = u64::from(header.block_size);
        let block = usize::try_from(offset / size).expect("the header has been checked");
        Part { block, within: offset % size, length: length.min(size - offset % size) }
    }

    fn keep(&self, block: usize, bitmap: Bytes) {
        let mut bitmaps = self.bitmaps.lock();
        if bitmaps.len() * bitmap.len() >= BITMAPS {
            bitmaps.clear();
        }
        bitmaps.insert(block, bitmap);
    }

    /// Returns the bitmap of a block at `at`.
    pub(super) async fn bitmap(&self, header: &Header, block: usize, at: u64) -> Result<Bytes> {
        let kept = self.bitmaps.lock().get(&block).cloned();
        if let Some(bitmap) = kept {
            return Ok(bitmap);
        }
        let length = usize::try_from(header.bitmap_size()).expect("at most 64 KiB");
        let bitmap = read_exact(&*self.storage, at, length, "VHD block bitmap").await?;
        self.keep(block, bitmap.clone());
        Ok(bitmap)
    }

    /// Replaces the bitmap of a block at `at`.
    pub(super) async fn put_bitmap(&self, block: usize, at: u64, bitmap: Bytes) -> Result<()> {
        self.keep(block, bitmap.clone());
        self.storage.write_at(at, bitmap).await
    }

    /// Reads part of a block.
    async fn read_part(&self, header: &Header, part: &Part) -> Result<Bytes> {
        let length = usize::try_from(part.length).expect("the caller has room for it");
        let Some(at) = self.bat.get(part.block) else {
            return Ok(if length <= crate::MAX_PIECE { zeros(length) } else { vec![0; length].into() });
        };
        let bitmap_size = header.bitmap_size();
        let kept = self.bitmaps.lock().get(&part.block).cloned();
        let (bitmap, data) = match kept {
            Some(bitmap) => {
                let from = at + bitmap_size + part.within;
                (bitmap, read_exact(&*self.storage, from, length, "VHD block").await?)
            }
            None if part.within == 0 => {
                // Both at once: they are neighbours.
                let mut data = read_exact(
                    &*self.storage,
                    at,
                    length + usize::try_from(bitmap_size).expect("at most 64 KiB"),
                    "VHD block",
                )
                .await?;
                let bitmap = data.split_to(usize::try_from(bitmap_size).expect("at most 64 KiB"));
                self.keep(part.block, Bytes::copy_from_slice(&bitmap));
                (bitmap, data)
            }
            None => {
                let bitmap = self.bitmap(header, part.block, at).await?;
                let from = at + bitmap_size + part.within;
                (bitmap, read_exact(&*self.storage, from, length, "VHD block").await?)
            }
        };
        let sector = |byte: u64| usize::try_from(byte).expect("within a block") / 512;
        let (first, last) = (sector(part.within), sector(part.within + part.length + 511));
        if bitmap::runs_or_all(&bitmap, first..last).iter().all(|(_, there)| *there) {
            return Ok(data);
        }
        let mut data = BytesMut::from(data);
        for (run, there) in bitmap::runs(&bitmap, first..last) {
            if !there {
                let within = |sector: usize| (sector as u64 * SECTOR).saturating_sub(part.within).min(part.length);
                let [start, end] =
                    [run.start, run.end].map(|sector| usize::try_from(within(sector)).expect("in memory"));
                data[start..end].fill(0);
            }
        }
        Ok(data.freeze())
    }

    /// State of what the image does not have.
    fn absent(&self) -> State {
        if self.footer.disk_type == DiskType::Differencing { State::Hole } else { State::Zero }
    }
}

/// Reads the footer at the end, or if that is none the copy at the start; and tells where it is.
async fn read_footer(storage: &dyn Storage, length: u64) -> Result<(Footer, u64)> {
    let Some(at) = length.checked_sub(footer::LENGTH as u64) else {
        return Err(Error::new(Kind::Truncated, "VHD footer", format!("{length} bytes are no VHD")).at(0));
    };
    let last = read_exact(storage, at, footer::LENGTH, "VHD footer").await?;
    let error = match Footer::read(&last) {
        Ok(footer) => return Ok((footer, at)),
        Err(error) => shift(error, at),
    };
    let first = read_exact(storage, 0, footer::LENGTH, "VHD footer").await?;
    match Footer::read(&first) {
        Ok(footer) if footer.disk_type != DiskType::Fixed => Ok((footer, 0)),
        _ => Err(error),
    }
}

impl Source for Vhd {
    fn size(&self) -> u64 {
        self.footer.size
    }

    fn block_size(&self) -> u32 {
        self.header.as_ref().map_or(64 << 10, |header| header.block_size)
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, Result<Bytes>> {
        Box::pin(async move {
            check_range(self.footer.size, offset, length as u64)?;
            let Some(header) = &self.header else {
                return read_exact(&*self.storage, offset, length, "VHD data").await;
            };
            let part = Self::part(header, offset, length as u64);
            if part.length == length as u64 {
                return self.read_part(header, &part).await;
            }
            let mut bytes = BytesMut::with_capacity(length);
            while bytes.len() < length {
                let part = Self::part(header, offset + bytes.len() as u64, (length - bytes.len()) as u64);
                bytes.extend_from_slice(&self.read_part(header, &part).await?);
            }
            Ok(bytes.freeze())
        })
    }

    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, Result<Vec<Extent>>> {
        Box::pin(async move {
            check_range(self.footer.size, range.start, range.end.saturating_sub(range.start))?;
            let Some(header) = &self.header else { return self.storage.extents(range).await };
            let mut extents: Vec<Extent> = Vec::new();
            let mut offset = range.start;
            while offset < range.end && extents.len() < MAX_EXTENTS {
                let part = Self::part(header, offset, range.end - offset);
                let mut add = |length: u64, state: State| {
                    match extents.last_mut() {
                        Some(last) if last.state == state => last.length += length,
                        _ => extents.push(Extent { offset, length, state }),
                    }
                    offset += length;
                };
                match self.bat.get(part.block) {
                    None => add(part.length, self.absent()),
                    Some(_) if self.absent() == State::Zero => add(part.length, State::Data),
                    Some(at) => {
                        let bitmap = self.bitmap(header, part.block, at).await?;
                        let end = part.within + part.length;
                        let sector = |byte: u64| usize::try_from(byte / SECTOR).expect("within a block");
                        let runs = bitmap::runs_or_all(&bitmap, sector(part.within)..sector(end + SECTOR - 1));
                        for (run, there) in runs {
                            let start = (run.start as u64 * SECTOR).max(part.within);
                            let length = (run.end as u64 * SECTOR).min(end) - start;
                            add(length, if there { State::Data } else { self.absent() });
                        }
                    }
                }
            }
            extents.truncate(MAX_EXTENTS);
            Ok(extents)
        })
    }
}

/// Writes a dynamic or, with a parent in `options`, a differencing image into `storage`, whatever the order of pieces.
/// Blocks of zeros are left out.
///
/// # Errors
///
/// [`Kind::TooLarge`] if the disk is larger than 2040 GiB, [`Kind::Misuse`] for a difference without parent; what reading or
/// writing says.
pub async fn write(mut content: Content, storage: Arc<dyn Storage>, options: &Options) -> Result<()> {
    if options.parent.is_none() {
        content.need_whole("VHD")?;
    }
    let mut image = Vhd::create(storage, content.size(), options).await?;
    while let Some(piece) = content.next().await? {
        let mut piece = piece;
        while !piece.data.is_empty() {
            let room = u64::from(BLOCK) - piece.offset % u64::from(BLOCK);
            let room = usize::try_from(room).expect("within a block");
            let part = piece.data.split_to(piece.data.len().min(room));
            let offset = piece.offset;
            piece.offset += part.len() as u64;
            image.write_at(offset, part).await?;
        }
    }
    image.flush().await
}

/// Writes a fixed image into `storage`, whatever the order of pieces; zeros become holes of the file.
///
/// # Errors
///
/// As [`write()`].
pub async fn write_fixed(mut content: Content, storage: Arc<dyn Storage>, options: &Options) -> Result<()> {
    content.need_whole("VHD")?;
    let size = super::checked_size(content.size())?;
    storage.set_length(0).await?;
    storage.set_length(size).await?;
    while let Some(piece) = content.next().await? {
        for run in runs(&piece.data, 4096) {
            storage.write_at(piece.offset + run.start as u64, piece.data.slice(run)).await?;
        }
    }
    let footer = Footer::new(size, DiskType::Fixed, options.uuid, options.timestamp);
    storage.write_at(size, Bytes::copy_from_slice(&footer.to_bytes())).await?;
    storage.sync().await
}
