//! A VMDK that is read from front to back.

mod sparse;

use bytes::Bytes;
use tokio::io::AsyncRead;

use super::{Descriptor, Header, header};
use crate::{
    Content, Error, Kind, Piece, Result, SECTOR,
    codec::{Codec, parallel},
    fields::le::{get_u32, get_u64},
    generator::{Out, generate},
    input::Input,
};

/// Grains that are decompressed side by side.
const TOGETHER: usize = 16;
/// What may follow the end, in bytes; more is not read.
const PADDING: u64 = 8 << 20;

/// What a marker without data tells of.
const END: u32 = 0;
const TABLE: u32 = 1;
const DIRECTORY: u32 = 2;
const FOOTER: u32 = 3;

/// A VMDK whose header and descriptor, and if it is a sparse one its tables, have been read.
#[derive(Debug)]
pub struct Decoded {
    /// The header.
    pub header: Header,
    /// The descriptor, if there is one.
    pub descriptor: Option<Descriptor>,
    /// What follows. Of a stream-optimized image it is not known where there is data: the tables come last.
    pub content: Content,
}

/// Reads a stream-optimized or monolithic sparse image from front to back: header and descriptor now, grains when they are
/// asked for, and at last the end marker of a stream-optimized one, without which the image is truncated.
///
/// # Errors
///
/// [`Kind::NeedsSeek`] for other kinds of VMDK, and where grains come before tables; [`Kind::Unsupported`] for a difference; whatever is wrong with the header.
/// Later, [`Kind::NeedsSeek`] if grains are not in the order of the disk; [`Kind::Corrupt`] if one cannot be decompressed or its
/// checksum is wrong.
pub async fn decode(reader: impl AsyncRead + Send + Unpin + 'static) -> Result<Decoded> {
    let mut input = Input::new(reader);
    let header = Header::read(&input.read(header::LENGTH, "VMDK header").await?)?;
    if header.has_markers() != header.is_compressed() {
        let reason = "it is neither stream-optimized nor sparse, so it cannot be read in one pass; put it into a file";
        return Err(Error::new(Kind::NeedsSeek, "VMDK header", reason).at(8));
    }
    let mut descriptor = None;
    let (start, sectors) = header.descriptor;
    if start > 0 && sectors > 0 {
        input.skip_to(start.saturating_mul(SECTOR), "VMDK descriptor").await?;
        let length = usize::try_from(sectors * SECTOR).expect("at most 1 MiB");
        let text = input.read(length, "VMDK descriptor").await?;
        let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
        let read = Descriptor::read(&String::from_utf8_lossy(text)).map_err(|error| error.at(start * SECTOR))?;
        read.need_whole().map_err(|error| error.at(start * SECTOR))?;
        descriptor = Some(read);
    }
    if !header.has_markers() {
        let content = sparse::decode(input, &header).await?;
        return Ok(Decoded { header, descriptor, content });
    }
    input.skip_to(header.overhead.saturating_mul(SECTOR), "VMDK grains").await?;
    let reader = Reader { input, header: header.clone(), next: 0 };
    let content = Content::new(header.size(), generate(move |out| reader.run(out)));
    Ok(Decoded { header, descriptor, content })
}

struct Reader {
    input: Input,
    header: Header,
    /// The sector of the disk behind the last grain.
    next: u64,
}

impl Reader {
    async fn run(mut self, out: Out<Piece>) -> Result<()> {
        let mut grains = Vec::new();
        let mut footer = false;
        loop {
            let at = self.input.position();
            let marker = self.input.read(header::LENGTH, "VMDK marker").await?;
            let (number, size) = (get_u64(&marker, 0), get_u32(&marker, 8));
            if size > 0 {
                grains.push(self.read_grain(at, number, size, &marker).await?);
                if grains.len() == TOGETHER {
                    self.unpack(std::mem::take(&mut grains), &out).await?;
                }
                continue;
            }
            self.unpack(std::mem::take(&mut grains), &out).await?;
            match get_u32(&marker, 12) {
                END if footer || self.header.directory != crate::fields::NONE => break,
                END => return Err(Error::corrupt("VMDK marker", "the image ends without a footer").at(at)),
                FOOTER => {
                    self.read_footer(at).await?;
                    footer = true;
                }
                // What is told here has been seen.
                TABLE | DIRECTORY => self.pass_over(at, number).await?,
                other => {
                    let reason = format!("type {other} is not known");
                    return Err(Error::unsupported("VMDK marker", reason).at(at));
                }
            }
        }
        self.input.drain(PADDING).await
    }

    /// Reads a grain whose first sector is there: where it is in the image and on the disk, and its compressed bytes.
    async fn read_grain(&mut self, at: u64, sector: u64, size: u32, first: &Bytes) -> Result<(u64, u64, Bytes)> {
        let grain = self.header.grain_size();
        check_grain(&self.header, at, sector, size)?;
        if sector < self.next {
            let reason = format!("sector {sector} comes after {}: the image cannot be read in one pass", self.next);
            return Err(Error::new(Kind::NeedsSeek, "VMDK grain", reason).at(at));
        }
        self.next = sector + u64::from(grain) / SECTOR;
        let size = size as usize;
        let packed = if size + MARKER <= first.len() {
            first.slice(MARKER..MARKER + size)
        } else {
            let rest = (size + MARKER).next_multiple_of(512) - first.len();
            let rest = self.input.read(rest, "VMDK grain").await?;
            let mut packed = Vec::with_capacity(size);
            packed.extend_from_slice(&first[MARKER..]);
            packed.extend_from_slice(&rest[..size - packed.len()]);
            packed.into()
        };
        Ok((at, sector, packed))
    }

    async fn unpack(&mut self, grains: Vec<(u64, u64, Bytes)>, out: &Out<Piece>) -> Result<()> {
        let grain = self.header.grain_size() as usize;
        let size = self.header.size();
        let work = move |(at, sector, packed): (u64, u64, Bytes)| {
            let offset = sector * SECTOR;
            let length = usize::try_from((size - offset).min(grain as u64)).expect("at most a grain");
            // The last grain may be cut at the end of the disk or go on behind it.
            let data = Codec::Zlib.unpack(&packed, length, "VMDK grain").map_err(|error| error.at(at))?;
            Ok(Piece { offset, data })
        };
        for piece in parallel(grains, work).await? {
            out.send(piece).await;
        }
        Ok(())
    }

    async fn pass_over(&mut self, at: u64, sectors: u64) -> Result<()> {
        let most = (self.header.tables() * 4).max(u64::from(self.header.grains) * 4).div_ceil(SECTOR);
        if sectors > most {
            let reason = format!("a table of {sectors} sectors, of which {most} are needed");
            return Err(Error::corrupt("VMDK marker", reason).at(at));
        }
        let end = self.input.position() + sectors * SECTOR;
        self.input.skip_to(end, "VMDK table").await
    }

    /// Reads the copy of the header, which must be one.
    async fn read_footer(&mut self, at: u64) -> Result<()> {
        let footer = self.input.read(header::LENGTH, "VMDK footer").await?;
        let footer = Header::read(&footer).map_err(|error| crate::vhd::shift(error, at + SECTOR))?;
        if (footer.capacity, footer.grain) != (self.header.capacity, self.header.grain) {
            let reason = "it is not that of the image";
            return Err(Error::corrupt("VMDK footer", reason).at(at + SECTOR));
        }
        Ok(())
    }
}

/// Bytes of a marker before the data of a grain.
pub(super) const MARKER: usize = 12;

/// Checks the marker of a grain at byte `at`.
pub(super) fn check_grain(header: &Header, at: u64, sector: u64, size: u32) -> Result<()> {
    if sector >= header.capacity || !sector.is_multiple_of(header.grain) {
        let reason = format!("sector {sector} is no grain of the disk");
        return Err(Error::corrupt("VMDK marker", reason).at(at));
    }
    // Deflate adds little where it cannot shrink; nothing that makes sense is twice the grain.
    if size > 2 * header.grain_size() + 1024 {
        let reason = format!("a compressed grain of {size} bytes");
        return Err(Error::corrupt("VMDK marker", reason).at(at + 8));
    }
    Ok(())
}
