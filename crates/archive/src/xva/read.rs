//! Reading an XVA.

use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use tokio::io::AsyncRead;

use super::{BLOCK, Checksum, DESCRIPTION, Disk, Ova};
use crate::{
    Compression, Decoder, Error, Fault, Loan, Result,
    tar::{self, Member},
};

/// Largest description that is read, in bytes. A machine takes some 50 KiB, with many snapshots a few MiB.
const LARGEST_DESCRIPTION: u64 = 32 * 1024 * 1024;
/// Largest block that is read, in bytes: all known writers have blocks of 1 MiB.
const LARGEST_BLOCK: u64 = 4 * BLOCK;
/// Longest checksum with what may stand around it, in bytes.
const LARGEST_CHECKSUM: u64 = 128;
/// Most blocks without data in a disk: one each five seconds of six days.
const MOST_EMPTY: u32 = 100_000;
/// Table of checksums at the end of archives of version 1, which is not read.
const OLD_CHECKSUMS: &str = "checksum.xml";

/// What is asked of an archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Take blocks whose checksum is wrong or missing, as hosts do with `force`.
    pub ignore_checksums: bool,
    /// Take an archive without some or all disks, such as one of records only (`/export_metadata`).
    pub disks_optional: bool,
}

/// A block of a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Where on the disk it belongs, in bytes.
    pub at: u64,
    /// Its content; never empty, never past the end of the disk.
    pub data: Bytes,
}

/// Reads an XVA from front to back: the description, then disk by disk, block by block.
///
/// ```no_run
/// # async fn read(input: impl tokio::io::AsyncRead + Unpin) -> archive::Result<()> {
/// let mut xva = archive::xva::Reader::open(input, Default::default()).await?;
/// println!("{} objects", xva.ova().objects.len());
/// while let Some(disk) = xva.next_disk().await? {
///     while let Some(block) = xva.next_block().await? {
///         println!("{} at {} of {}", block.data.len(), block.at, disk.virtual_size);
///     }
/// }
/// xva.finish().await
/// # }
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    tar: tar::Reader<Decoder<R>>,
    options: Options,
    compression: Compression,
    ova: Ova,
    disks: Vec<Disk>,
    /// Which disks have come.
    came: Vec<bool>,
    /// A member whose header has been read, but not its content.
    pending: Option<Member>,
    present: Option<Present>,
    /// What a number stands for, in bytes; known with the first block.
    unit: Option<u64>,
}

/// The disk whose blocks come now.
#[derive(Debug)]
struct Present {
    disk: usize,
    /// Number of the last block.
    before: Option<u64>,
    /// End of the last block on the disk, in bytes.
    end: u64,
    /// Blocks without data.
    empty: u32,
    /// The last member of it, for messages.
    member: Member,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    /// Reads the description of the archive that `input` has, compressed or not.
    ///
    /// # Errors
    ///
    /// If `input` fails or is no XVA.
    pub async fn open(input: R, options: Options) -> Result<Self> {
        let decoder = Decoder::open(input).await.map_err(|source| Error::Read { at: 0, source })?;
        let compression = decoder.compression();
        let mut tar = tar::Reader::new(decoder);
        let no_xva = || Error::Archive { at: 0, fault: Fault::NoOvaXml };
        let first = match tar.next().await {
            Ok(first) => first.ok_or_else(no_xva)?,
            Err(Error::Archive { fault: Fault::HeaderSum { .. } | Fault::HeaderNumber(_), .. }) => return Err(no_xva()),
            Err(error) => return Err(error),
        };
        if first.name != DESCRIPTION {
            return Err(Error::member(&first.name, first.at, Fault::NoOvaXml));
        }
        let document = tar.whole(LARGEST_DESCRIPTION).await?;
        let wrong = |fault| Error::member(&first.name, first.at, fault);
        let ova = Ova::parse(&document).map_err(wrong)?;
        let disks = ova.disks().map_err(wrong)?;
        let came = vec![false; disks.len()];
        Ok(Self { tar, options, compression, ova, disks, came, pending: None, present: None, unit: None })
    }

    /// Returns what the archive describes.
    pub fn ova(&self) -> &Ova {
        &self.ova
    }

    /// Returns the disks of the description, in the order in which their blocks come.
    pub fn disks(&self) -> &[Disk] {
        &self.disks
    }

    /// Returns how the archive is compressed.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// Returns how much has been read of the archive as it is when uncompressed, in bytes.
    pub fn at(&self) -> u64 {
        self.tar.at()
    }

    /// Returns the next disk, or nothing at the end of the archive. Blocks that have not been read of the disk before
    /// are passed over, and checked, too.
    ///
    /// # Errors
    ///
    /// If the input fails, something else stands there, or a disk that has to be there is not.
    pub async fn next_disk(&mut self) -> Result<Option<Disk>> {
        while self.next_block().await?.is_some() {}
        loop {
            let Some(member) = self.member().await? else {
                return self.all_came().map(|()| None);
            };
            if member.name == OLD_CHECKSUMS && !self.ova.version.has_checksums() {
                self.tar.whole(LARGEST_DESCRIPTION).await?;
                continue;
            }
            let wrong = |fault| Error::member(&member.name, member.at, fault);
            let (id, _) = name(&member.name).map_err(wrong)?;
            let disk = self.disks.iter().position(|disk| disk.id == id);
            let disk = disk.ok_or_else(|| wrong(Fault::UnknownDisk(id.to_owned())))?;
            if std::mem::replace(&mut self.came[disk], true) {
                return Err(wrong(Fault::DiskAgain(id.to_owned())));
            }
            self.present = Some(Present { disk, before: None, end: 0, empty: 0, member: member.clone() });
            self.pending = Some(member);
            return Ok(Some(self.disks[disk].clone()));
        }
    }

    /// Returns the next block of the present disk with data in it, or nothing at the end of the disk. Between the
    /// blocks the disk has zeros.
    ///
    /// # Errors
    ///
    /// If the input fails, the block is damaged or in a wrong place, or the disk is not complete at its end.
    pub async fn next_block(&mut self) -> Result<Option<Block>> {
        loop {
            let Some(present) = &self.present else { return Ok(None) };
            let disk = present.disk;
            let Some(member) = self.member().await? else { return self.end_disk().map(|()| None) };
            let number = match name(&member.name) {
                Ok((id, number)) if id == self.disks[disk].id => number,
                Err(Fault::Foreign) if member.name == OLD_CHECKSUMS && !self.ova.version.has_checksums() => {
                    self.pending = Some(member);
                    return self.end_disk().map(|()| None);
                }
                Ok(_) => {
                    self.pending = Some(member);
                    return self.end_disk().map(|()| None);
                }
                Err(fault) => return Err(Error::member(&member.name, member.at, fault)),
            };
            let data = self.tar.whole(LARGEST_BLOCK).await?;
            self.verify(&member, &data).await?;
            let block =
                self.place(number, data, &member).map_err(|fault| Error::member(&member.name, member.at, fault))?;
            if let Some(present) = &mut self.present {
                present.member = member;
            }
            if !block.data.is_empty() {
                return Ok(Some(block));
            }
        }
    }

    /// Makes what is left of the present disk a content of its own, for what writes disks. The reader comes back when
    /// the content has been read to its end; if it is dropped before, or fails, the reader is gone with it.
    ///
    /// # Panics
    ///
    /// If no disk is present: [`next_disk`](Self::next_disk) has returned one.
    pub fn lend_disk(self) -> (disk::Content, Loan<Self>)
    where
        R: Send + 'static,
    {
        let present = self.present.as_ref().expect("a disk is lent while it is present");
        let size = self.disks[present.disk].virtual_size;
        let (back, loan) = Loan::new();
        let pieces = stream::try_unfold(Some((self, back)), |state| async {
            let Some((mut reader, back)) = state else { return Ok(None) };
            if let Some(block) = reader.next_block().await? {
                return Ok(Some((block, Some((reader, back)))));
            }
            back.give(reader);
            Ok::<_, Error>(None)
        });
        let pieces = pieces.map_err(disk::Error::from).map_ok(|block| stream::iter(cut(block).map(Ok))).try_flatten();
        (disk::Content::new(size, pieces), loan)
    }

    /// Reads what follows the archive, so that its compression is checked to the last byte.
    ///
    /// # Errors
    ///
    /// If the input fails, or more follows than programs fill an archive up with.
    pub async fn finish(&mut self) -> Result<()> {
        self.tar.finish().await
    }

    async fn member(&mut self) -> Result<Option<Member>> {
        if let Some(member) = self.pending.take() {
            return Ok(Some(member));
        }
        let member = self.tar.next().await?;
        match &member {
            Some(again) if again.name == DESCRIPTION => Err(Error::member(&again.name, again.at, Fault::Twice)),
            _ => Ok(member),
        }
    }

    /// Reads the checksum that follows the block `member`.
    async fn verify(&mut self, member: &Member, data: &[u8]) -> Result<()> {
        let next = self.member().await?;
        let checksum = next.as_ref().and_then(|next| {
            let extension = next.name.strip_prefix(&member.name)?.strip_prefix('.')?;
            Checksum::from_extension(extension)
        });
        let Some(checksum) = checksum else {
            self.pending = next;
            let needed = self.ova.version.has_checksums() && !self.options.ignore_checksums;
            return if needed { Err(Error::member(&member.name, member.at, Fault::NoChecksum)) } else { Ok(()) };
        };
        let stated = self.tar.whole(LARGEST_CHECKSUM).await?;
        if self.options.ignore_checksums {
            return Ok(());
        }
        checksum.verify(data, &stated).map_err(|fault| Error::member(&member.name, member.at, fault))
    }

    /// Finds where on the present disk the block `number` belongs.
    fn place(&mut self, number: u64, data: Bytes, member: &Member) -> std::result::Result<Block, Fault> {
        let present = self.present.as_mut().expect("blocks come while there is a disk");
        let size = self.disks[present.disk].virtual_size;
        let length = data.len() as u64;
        // A first block that is short because its disk is says nothing of the others.
        let unit = *self.unit.get_or_insert(if length < BLOCK && length >= size { BLOCK } else { length });
        let skipped = match present.before {
            None if number == 0 => 0,
            None => return Err(Fault::FirstBlock(number)),
            Some(before) if number <= before => return Err(Fault::Order { number, before }),
            Some(before) => number - before - 1,
        };
        let at = skipped.checked_mul(unit).and_then(|skipped| skipped.checked_add(present.end));
        let beyond = |end| Fault::BeyondDisk { end, size };
        let at =
            at.filter(|at| *at < size || length == 0 && *at == size).ok_or_else(|| beyond(at.unwrap_or(u64::MAX)))?;
        present.before = Some(number);
        present.member.clone_from(member);
        if length == 0 {
            present.empty += 1;
            if present.empty > MOST_EMPTY {
                return Err(Fault::EmptyBlocks(MOST_EMPTY));
            }
        }
        // Some writers fill the last block up.
        let inside = length.min(size - at);
        let (inside, outside) = data.split_at(usize::try_from(inside).expect("it is at most the length"));
        if outside.iter().any(|byte| *byte != 0) {
            return Err(beyond(at + length));
        }
        present.end = at + inside.len() as u64;
        Ok(Block { at, data: data.slice(..inside.len()) })
    }

    fn end_disk(&mut self) -> Result<()> {
        let present = self.present.take().expect("a disk ends while there is one");
        let disk = &self.disks[present.disk];
        if present.end == disk.virtual_size {
            return Ok(());
        }
        let fault = Fault::DiskIncomplete { disk: disk.id.to_string(), end: present.end, size: disk.virtual_size };
        Err(Error::member(&present.member.name, present.member.at, fault))
    }

    fn all_came(&self) -> Result<()> {
        let missing = self.disks.iter().zip(&self.came).find(|(disk, came)| disk.required && !**came);
        match missing {
            Some((disk, _)) if !self.options.disks_optional => {
                let fault = Fault::DiskMissing(crate::error::shown(&disk.id));
                Err(Error::Archive { at: self.tar.at(), fault })
            }
            _ => Ok(()),
        }
    }
}

/// Cuts a block that is larger than pieces of disks may be.
fn cut(block: Block) -> impl Iterator<Item = disk::Piece> {
    (0..block.data.len()).step_by(disk::MAX_PIECE).map(move |start| {
        let end = (start + disk::MAX_PIECE).min(block.data.len());
        disk::Piece { offset: block.at + start as u64, data: block.data.slice(start..end) }
    })
}

/// Splits the name of a block into its disk and its number.
fn name(name: &str) -> std::result::Result<(&str, u64), Fault> {
    let (disk, number) = name.rsplit_once('/').ok_or(Fault::Foreign)?;
    if let Some((_, extension)) = number.split_once('.')
        && Checksum::from_extension(extension).is_some()
    {
        return Err(Fault::StrayChecksum);
    }
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| number.parse().ok()).flatten().ok_or(Fault::Foreign)?;
    Ok((disk, number))
}
