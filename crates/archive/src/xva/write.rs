//! Writing an XVA.

use tokio::io::AsyncWrite;

use super::{BLOCK, Checksum, DESCRIPTION, Disk, Ova};
use crate::{Compression, Encoder, Error, Fault, Result, tar};

/// A block as an array of memory.
const BLOCK_BYTES: usize = 1024 * 1024;
/// What a block of zeros has.
static ZEROS: [u8; BLOCK_BYTES] = [0; BLOCK_BYTES];

/// How an archive is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Compression of the whole archive.
    pub compression: Compression,
    /// Which checksum follows each block.
    pub checksum: Checksum,
    /// When all members were changed last, in seconds since the epoch, UTC.
    pub modified: u64,
}

/// Writes an XVA from front to back: the description, then disk by disk in the order of [`Ova::disks`].
///
/// ```no_run
/// # async fn write(ova: archive::xva::Ova) -> archive::Result<()> {
/// let mut xva = archive::xva::Writer::create(tokio::io::stdout(), &ova, Default::default()).await?;
/// for disk in xva.disks().to_vec() {
///     xva.begin_disk(&disk.id).await?;
///     xva.write(0, b"what the disk starts with").await?;
///     xva.end_disk().await?;
/// }
/// xva.finish().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Writer<W: AsyncWrite> {
    tar: tar::Writer<Encoder<W>>,
    checksum: Checksum,
    compression: Compression,
    disks: Vec<Disk>,
    /// Disks before this one have been written or passed over.
    next: usize,
    written: Vec<bool>,
    present: Option<Present>,
    /// Part of a block, with zeros where nothing has been written.
    block: Vec<u8>,
}

/// The disk whose blocks are written now.
#[derive(Debug)]
struct Present {
    disk: usize,
    /// End of what has been written, in bytes.
    end: u64,
    /// Index of the block that `block` has part of.
    filling: Option<u64>,
    /// Index of the last block in the archive.
    last: Option<u64>,
    /// How many numbers went to blocks without data.
    shift: u64,
}

/// Returns how long an uncompressed archive is, in bytes: of `ova`, and of blocks with these lengths (in bytes), of
/// which the first and the last of each disk are always there.
pub fn length(ova: &Ova, checksum: Checksum, blocks: impl IntoIterator<Item = u64>) -> u64 {
    let blocks = blocks.into_iter().map(|block| tar::taken(block) + tar::taken(checksum.length()));
    tar::taken(ova.write().len() as u64) + blocks.sum::<u64>() + 2 * tar::BLOCK as u64
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// Writes the description to `output`.
    ///
    /// # Errors
    ///
    /// If `output` fails, or the description has a disk without size.
    pub async fn create(output: W, ova: &Ova, options: Options) -> Result<Self> {
        let disks = ova.disks().map_err(Error::Usage)?;
        let mut tar = tar::Writer::new(Encoder::new(output, options.compression), options.modified);
        tar.member(DESCRIPTION, &ova.write()).await?;
        let written = vec![false; disks.len()];
        let block = Vec::new();
        let Options { checksum, compression, .. } = options;
        Ok(Self { tar, checksum, compression, disks, next: 0, written, present: None, block })
    }

    /// Returns the disks in the order in which they are to be written. One that is not required may be left out.
    pub fn disks(&self) -> &[Disk] {
        &self.disks
    }

    /// Returns how much has been written of the archive as it is when uncompressed, in bytes.
    pub fn at(&self) -> u64 {
        self.tar.at()
    }

    /// Begins the disk `id`.
    ///
    /// # Errors
    ///
    /// If the description has none, or its turn is over.
    pub async fn begin_disk(&mut self, id: &str) -> Result<()> {
        self.end_disk().await?;
        let disk = self.disks.iter().position(|disk| disk.id == id);
        let disk = disk.ok_or_else(|| Error::Usage(Fault::UnknownDisk(id.to_owned())))?;
        if disk < self.next {
            return Err(Error::Usage(Fault::DiskAgain(id.to_owned())));
        }
        self.next = disk + 1;
        self.written[disk] = true;
        self.present = Some(Present { disk, end: 0, filling: None, last: None, shift: 0 });
        Ok(())
    }

    /// Writes data at byte `at` of the present disk, which has zeros between what is written.
    ///
    /// # Errors
    ///
    /// If the data starts before the end of what was written, or ends after the end of the disk; or the output fails.
    pub async fn write(&mut self, mut at: u64, mut data: &[u8]) -> Result<()> {
        let present = self.present.as_mut().ok_or(Error::Usage(Fault::Foreign))?;
        let size = self.disks[present.disk].virtual_size;
        if at < present.end {
            return Err(Error::Usage(Fault::Order { number: at, before: present.end }));
        }
        let end = at.saturating_add(data.len() as u64);
        if end > size {
            return Err(Error::Usage(Fault::BeyondDisk { end, size }));
        }
        present.end = end;
        while !data.is_empty() {
            let index = at / BLOCK;
            let start = usize::try_from(at % BLOCK).expect("it is less than a block");
            let length = block_length(size, index);
            let (part, rest) = data.split_at(data.len().min(length - start));
            if self.present.as_ref().is_some_and(|present| present.filling != Some(index)) {
                self.flush_block().await?;
            }
            if part.len() == length {
                self.put(index, part).await?;
            } else {
                self.block.resize(length, 0);
                self.block[start..start + part.len()].copy_from_slice(part);
                if let Some(present) = &mut self.present {
                    present.filling = Some(index);
                }
            }
            at += part.len() as u64;
            data = rest;
        }
        Ok(())
    }

    /// Writes all of a disk: begins it, writes its content, ends it.
    ///
    /// # Errors
    ///
    /// As [`begin_disk`](Self::begin_disk) and [`write`](Self::write); if the content is of another size than the
    /// disk, is a difference, comes in another order than that of the disk, or cannot be read.
    pub async fn write_disk(&mut self, id: &str, mut content: disk::Content) -> Result<()> {
        self.begin_disk(id).await?;
        let size = self.present.as_ref().map_or(0, |present| self.disks[present.disk].virtual_size);
        if content.size() != size {
            return Err(Error::Usage(Fault::DiskSize { content: content.size(), size }));
        }
        if content.gaps() != disk::Gaps::Zero || content.order() != disk::Order::Ascending {
            return Err(Error::Usage(Fault::Partial));
        }
        let failed = |source| Error::Disk { disk: id.to_owned(), source };
        while let Some(piece) = content.next().await.map_err(failed)? {
            self.write(piece.offset, &piece.data).await?;
        }
        self.end_disk().await
    }

    /// Writes a block without data, as hosts do so that nobody takes a long hole for a dead connection, and hands on
    /// what has been held back. Does nothing before the first block of a disk.
    ///
    /// # Errors
    ///
    /// If the output fails.
    pub async fn keep_alive(&mut self) -> Result<()> {
        if let Some(present) = &mut self.present
            && let Some(last) = present.last
        {
            present.shift += 1;
            let (disk, number) = (present.disk, last + present.shift);
            self.member(disk, number, &[]).await?;
        }
        self.tar.flush().await
    }

    /// Ends the present disk.
    ///
    /// # Errors
    ///
    /// If the output fails.
    pub async fn end_disk(&mut self) -> Result<()> {
        self.flush_block().await?;
        let Some(present) = &self.present else { return Ok(()) };
        let size = self.disks[present.disk].virtual_size;
        if let Some(index) = size.div_ceil(BLOCK).checked_sub(1)
            && present.last != Some(index)
        {
            self.put(index, &ZEROS[..block_length(size, index)]).await?;
        }
        self.present = None;
        Ok(())
    }

    /// Ends the archive and the output, which it returns.
    ///
    /// # Errors
    ///
    /// If a disk that is required has not been written, or the output fails.
    pub async fn finish(mut self) -> Result<W> {
        self.end_disk().await?;
        if let Some((disk, _)) =
            self.disks.iter().zip(&self.written).find(|(disk, written)| disk.required && !**written)
        {
            return Err(Error::Usage(Fault::DiskMissing(disk.id.to_string())));
        }
        Ok(self.tar.finish().await?.into_inner())
    }

    /// Ends the archive without the disks that have not been written, as an export of records only.
    ///
    /// # Errors
    ///
    /// If the output fails.
    pub async fn finish_without_disks(mut self) -> Result<W> {
        self.end_disk().await?;
        Ok(self.tar.finish().await?.into_inner())
    }

    async fn flush_block(&mut self) -> Result<()> {
        let Some(index) = self.present.as_mut().and_then(|present| present.filling.take()) else { return Ok(()) };
        let mut block = std::mem::take(&mut self.block);
        let put = self.put(index, &block).await;
        block.clear();
        self.block = block;
        put
    }

    /// Writes the block `index` unless it is one of zeros that may be left out.
    async fn put(&mut self, index: u64, data: &[u8]) -> Result<()> {
        let present = self.present.as_mut().expect("blocks are written while there is a disk");
        let (disk, shift) = (present.disk, present.shift);
        let size = self.disks[disk].virtual_size;
        let is_end = index == 0 || (index + 1) * BLOCK >= size;
        if !is_end && disk::is_zero(data) {
            return Ok(());
        }
        let before = present.last.replace(index);
        if before.is_none() && index != 0 {
            self.member(disk, 0, &ZEROS[..block_length(size, 0)]).await?;
        }
        self.member(disk, index + shift, data).await
    }

    async fn member(&mut self, disk: usize, number: u64, data: &[u8]) -> Result<()> {
        let name = format!("{}/{number:08}", self.disks[disk].id);
        self.tar.member(&name, data).await?;
        if self.compression != Compression::None {
            // Compressing a block takes some milliseconds, for which others have waited.
            tokio::task::yield_now().await;
        }
        let checksum = self.checksum.of(data);
        self.tar.member(&format!("{name}.{}", self.checksum.extension()), checksum.as_bytes()).await
    }
}

/// Returns the length of the block `index` of a disk, in bytes.
fn block_length(size: u64, index: u64) -> usize {
    usize::try_from((size - index * BLOCK).min(BLOCK)).expect("a block fits into memory")
}
