//! VHD directories: a dynamic or differencing VHD as files of a folder, for storage that cannot be written in part.
//!
//! `footer` and `header` are those of a VHD; `bat` has a bit a block, the most significant first, and as many bytes as there
//! are blocks; `blocks/<n / 1000>/<n % 1000>` is block *n*, bitmap and data, as in a VHD; `parentLocatorEntry0` … are the paths of
//! the parent. `chunk-filters.json` is a list with how all other files are compressed: nothing, `gzip` or `brotli`. This is
//! the layout in which Xen Orchestra keeps backups.

mod filter;
mod read;

use std::{fmt, sync::Arc};

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use parking_lot::Mutex;

pub use self::filter::Filter;
use crate::{
    Content, Error, Kind, Report, Result, SECTOR, Sink, is_zero,
    source::check_range,
    storage::Folder,
    vhd::{self, DiskType, Footer, Head, Header, bitmap},
};

/// Largest block, in bytes: a file has to fit into memory.
const MAX_BLOCK: u32 = 16 << 20;
/// Most entries of the table, whose file has a byte for each: sixteen times those of the largest disk in usual blocks.
const MAX_ENTRIES: u32 = 16 << 20;

/// A VHD directory that is read and written at random places.
pub struct VhdDir {
    folder: Arc<dyn Folder>,
    filter: Filter,
    footer: Footer,
    header: Header,
    /// A bit a block.
    bat: Vec<u8>,
    /// The block that was read last.
    last: Mutex<Option<(u64, Bytes)>>,
    /// The block that is being written: its file is written when another is, or at the end.
    open: Option<(u64, BytesMut)>,
}

impl fmt::Debug for VhdDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("VhdDir");
        f.field("name", &self.folder.name()).field("filter", &self.filter).finish_non_exhaustive()
    }
}

fn path(block: u64) -> String {
    format!("blocks/{}/{}", block / 1000, block % 1000)
}

impl VhdDir {
    /// Opens a directory.
    ///
    /// # Errors
    ///
    /// [`Kind::Truncated`] if one of its files is missing; whatever is wrong with them.
    pub async fn open(folder: Arc<dyn Folder>) -> Result<Self> {
        Self::try_open(&folder).await.map_err(|error| error.in_file(folder.name()))
    }

    async fn try_open(folder: &Arc<dyn Folder>) -> Result<Self> {
        let filter = match folder.get(filter::FILE, 4096).await? {
            Some(list) => Filter::read(&list)?,
            None => Filter::None,
        };
        let footer = need(&**folder, filter, "footer", 512).await?;
        let footer = Footer::read(&footer)?;
        if footer.disk_type == DiskType::Fixed {
            return Err(Error::corrupt("VHD footer", "a fixed disk has no blocks").at(60));
        }
        let header = Header::read(&need(&**folder, filter, "header", 1024).await?, footer.size)?;
        if header.block_size > MAX_BLOCK {
            let reason = format!("blocks of {} bytes do not fit into memory", header.block_size);
            return Err(Error::too_large("VHD header", reason).at(32));
        }
        if header.entries > MAX_ENTRIES {
            let reason = format!("a table of {} entries is larger than any disk needs", header.entries);
            return Err(Error::too_large("VHD header", reason).at(28));
        }
        let blocks = footer.size.div_ceil(header.block_size.into());
        let bits = usize::try_from(blocks.div_ceil(8)).expect("the header has been checked");
        let mut bat = some(&**folder, filter, "bat", header.entries as usize).await?;
        if bat.len() < bits {
            let reason = format!("it has {} bytes, the disk needs {bits}", bat.len());
            return Err(Error::new(Kind::Truncated, "VHD directory's `bat`", reason).at(bat.len() as u64));
        }
        bat.truncate(bits);
        Ok(Self {
            folder: Arc::clone(folder),
            filter,
            footer,
            header,
            bat: bat.to_vec(),
            last: Mutex::default(),
            open: None,
        })
    }

    /// Makes an empty directory for a disk of `size` bytes.
    ///
    /// # Errors
    ///
    /// [`Kind::TooLarge`] if the disk is larger than 2040 GiB, [`Kind::Io`].
    pub async fn create(folder: Arc<dyn Folder>, size: u64, filter: Filter, options: &vhd::Options) -> Result<Self> {
        let Head { footer, header, locators, .. } = Head::new(size, options)?;
        folder.put(filter::FILE, filter.to_json()).await?;
        for (at, (_, path)) in locators.into_iter().enumerate() {
            folder.put(&format!("parentLocatorEntry{at}"), filter.pack(&path)?).await?;
        }
        let bits = (header.entries as usize).div_ceil(8);
        let mut directory =
            Self { folder, filter, footer, header, bat: vec![0; bits], last: Mutex::default(), open: None };
        directory.flush().await?;
        Ok(directory)
    }

    /// Returns the footer.
    pub fn footer(&self) -> &Footer {
        &self.footer
    }

    /// Sets what the footer says of the image, as [`vhd::Vhd::set_footer`] does; it is written with the rest.
    pub fn set_footer(&mut self, change: impl FnOnce(&mut Footer)) {
        let Footer { data_offset, size, disk_type, .. } = self.footer;
        change(&mut self.footer);
        self.footer = Footer { data_offset, size, disk_type, ..self.footer.clone() };
    }

    /// Returns the header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns how the files are compressed.
    pub fn filter(&self) -> Filter {
        self.filter
    }

    /// Returns how many blocks there are.
    pub fn blocks(&self) -> u64 {
        self.bat.iter().map(|byte| u64::from(byte.count_ones())).sum()
    }

    fn has(&self, block: u64) -> bool {
        let byte = usize::try_from(block / 8).ok().and_then(|at| self.bat.get(at));
        byte.is_some_and(|byte| byte & (0x80 >> (block % 8)) != 0)
    }

    fn set(&mut self, block: u64) {
        self.bat[usize::try_from(block / 8).expect("within the disk")] |= 0x80 >> (block % 8);
    }

    fn bitmap_size(&self) -> usize {
        usize::try_from(self.header.bitmap_size()).expect("at most 64 KiB")
    }

    /// Returns a block that is there: bitmap and data.
    async fn block(&self, block: u64) -> Result<Bytes> {
        if let Some((open, data)) = &self.open
            && *open == block
        {
            return Ok(Bytes::copy_from_slice(data));
        }
        if let Some((last, data)) = &*self.last.lock()
            && *last == block
        {
            return Ok(data.clone());
        }
        let length = self.bitmap_size() + self.header.block_size as usize;
        let data = need(&*self.folder, self.filter, &path(block), length).await;
        let data = data.map_err(|error| error.in_file(format!("{}/{}", self.folder.name(), path(block))))?;
        *self.last.lock() = Some((block, data.clone()));
        Ok(data)
    }

    async fn write_part(&mut self, offset: u64, data: Bytes) -> Result<()> {
        let size = u64::from(self.header.block_size);
        let (block, within) = (offset / size, usize::try_from(offset % size).expect("within a block"));
        let difference = self.footer.disk_type == DiskType::Differencing;
        let is_new = !self.has(block);
        if is_new && !difference && is_zero(&data) {
            return Ok(());
        }
        let bitmap_size = self.bitmap_size();
        if self.open.as_ref().is_none_or(|(open, _)| *open != block) {
            self.store().await?;
            let whole = if is_new {
                let mut whole = BytesMut::zeroed(bitmap_size + self.header.block_size as usize);
                if !difference {
                    whole[..bitmap_size].fill(0xff);
                }
                whole
            } else {
                BytesMut::from(self.block(block).await?)
            };
            *self.last.lock() = None;
            self.open = Some((block, whole));
            self.set(block);
        }
        let (_, whole) = self.open.as_mut().expect("it was just opened");
        bitmap::set(&mut whole[..bitmap_size], within / 512..(within + data.len()).div_ceil(512));
        whole[bitmap_size + within..bitmap_size + within + data.len()].copy_from_slice(&data);
        Ok(())
    }

    /// Writes the file of the block that is being written.
    async fn store(&mut self) -> Result<()> {
        let Some((block, whole)) = self.open.take() else { return Ok(()) };
        let filter = self.filter;
        let whole = whole.freeze();
        let packed = crate::codec::parallel(vec![whole.clone()], move |plain| filter.pack(&plain)).await?;
        self.folder.put(&path(block), packed.into_iter().next().expect("one for one")).await?;
        *self.last.lock() = Some((block, whole));
        Ok(())
    }
}

/// Reads a file of exactly `length` bytes.
async fn need(folder: &dyn Folder, filter: Filter, path: &str, length: usize) -> Result<Bytes> {
    let data = some(folder, filter, path, length).await?;
    if data.len() < length {
        let reason = format!("`{path}` has {} bytes, not {length}", data.len());
        return Err(Error::new(Kind::Truncated, "VHD directory", reason));
    }
    Ok(data)
}

/// Reads a file of at most `length` bytes.
async fn some(folder: &dyn Folder, filter: Filter, path: &str, length: usize) -> Result<Bytes> {
    // What does not shrink grows a little.
    let most = length as u64 + length as u64 / 8 + 1024;
    let Some(packed) = folder.get(path, most).await? else {
        return Err(Error::new(Kind::Truncated, "VHD directory", format!("`{path}` is missing")));
    };
    let path = path.to_owned();
    let data = crate::codec::parallel(vec![packed], move |packed| filter.unpack(packed, length, &path)).await?;
    Ok(data.into_iter().next().expect("one for one"))
}

impl Sink for VhdDir {
    fn size(&self) -> u64 {
        self.footer.size
    }

    fn write_at(&mut self, offset: u64, data: Bytes) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let (mut offset, mut data) = (offset, data);
            check_range(self.footer.size, offset, data.len() as u64)?;
            if !offset.is_multiple_of(SECTOR) {
                return Err(Error::misuse("VHD directory", "a write has to start at a sector").at(offset));
            }
            let size = u64::from(self.header.block_size);
            while !data.is_empty() {
                let room = usize::try_from(size - offset % size).expect("within a block");
                let part = data.split_to(data.len().min(room));
                let length = part.len() as u64;
                self.write_part(offset, part).await?;
                offset += length;
            }
            Ok(())
        })
    }

    /// Writes the last block, `bat`, `header` and `footer`, in this order: without footer it is no VHD directory.
    fn flush(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.store().await?;
            let mut bat = self.bat.clone();
            bat.resize(self.header.entries as usize, 0);
            self.folder.put("bat", self.filter.pack(&bat)?).await?;
            self.folder.put("header", self.filter.pack(&self.header.to_bytes())?).await?;
            self.folder.put("footer", self.filter.pack(&self.footer.to_bytes())?).await
        })
    }
}

/// Writes a VHD directory; blocks of zeros are left out, except in a difference.
///
/// # Errors
///
/// [`Kind::TooLarge`] if the disk is larger than 2040 GiB, [`Kind::Misuse`] for a difference without parent; what reading or
/// writing says.
pub async fn write(content: Content, folder: Arc<dyn Folder>, filter: Filter, options: &vhd::Options) -> Result<()> {
    if options.parent.is_none() {
        content.need_whole("VHD directory")?;
    }
    let size = content.size().next_multiple_of(SECTOR);
    let mut directory = VhdDir::create(folder, size, filter, options).await?;
    let whole = options.parent.is_none() && content.order() == crate::Order::Ascending;
    let mut pieces = if whole { content.into_blocks(vhd::BLOCK)? } else { content.into_stream() };
    while let Some(piece) = futures_util::TryStreamExt::try_next(&mut pieces).await? {
        directory.write_at(piece.offset, piece.data).await?;
    }
    directory.flush().await
}

/// Checks a directory: its files, and that each block is there and whole.
///
/// # Errors
///
/// None now: what is wrong is in the report.
pub async fn check(folder: Arc<dyn Folder>) -> Result<Report> {
    let mut report = Report::default();
    let Some(directory) = report.need(VhdDir::open(folder).await) else { return Ok(report) };
    let blocks = directory.footer.size.div_ceil(directory.header.block_size.into());
    for block in (0..blocks).filter(|block| directory.has(*block)) {
        report.need(directory.block(block).await);
    }
    Ok(report)
}
