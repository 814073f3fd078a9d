//! The one file of a zip that hosts take, unpacked while the zip arrives.
//!
//! | what is met | what is done |
//! |---|---|
//! | another file | passed over |
//! | a name with folders, `..` or a drive | refused: nothing is ever written under it, and nobody honest makes one |
//! | a file that does not say how long it is | refused: a host has to be told before |
//! | more or less than it says, a wrong checksum | an error in place of the last piece |
//!
//! The format is that of APPNOTE.TXT 6.3.9 of PKWARE: 4.3.7 the header of a file, 4.5.3 sizes beyond 4 GiB.

use std::{io, pin::Pin};

use bytes::{Buf, Bytes, BytesMut};
use flate2::{Crc, Decompress, FlushDecompress, Status};
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};

/// How the header of a file begins.
const HEADER: u32 = 0x0403_4b50;
/// Bytes of it whose number is known.
const FIXED: usize = 30;
/// Longest file that is taken, in bytes: no update has been a tenth of it.
const LONGEST: u64 = 16 << 30;
/// Files that are passed over before the one that is wanted.
const MOST_BEFORE: usize = 64;
/// Bytes of a piece of what is unpacked.
const PIECE: usize = 64 << 10;

type Input = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// What hosts take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An image: XenServer since 7.1.
    Iso,
    /// A program that unpacks itself: older XenServer.
    XsUpdate,
}

impl Kind {
    fn ending(self) -> &'static str {
        match self {
            Self::Iso => ".iso",
            Self::XsUpdate => ".xsupdate",
        }
    }
}

/// The file that is wanted.
pub struct Member {
    /// Its name in the archive.
    pub name: String,
    /// Its length once unpacked, in bytes.
    pub length: u64,
    /// What is in it. The last piece comes when all has been checked; an error is the last one.
    pub pieces: BoxStream<'static, io::Result<Bytes>>,
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member").field("name", &self.name).field("length", &self.length).finish_non_exhaustive()
    }
}

impl Member {
    /// Finds the file of that kind in an archive that arrives.
    ///
    /// # Errors
    ///
    /// What is wrong with the archive.
    pub async fn find<S>(archive: S, kind: Kind) -> Result<Self, String>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + 'static,
    {
        let mut source = Source { input: Box::pin(archive), buffer: BytesMut::new() };
        for _ in 0..=MOST_BEFORE {
            let Some(entry) = source.header().await? else {
                return Err(format!("no `{}` is in it", kind.ending()));
            };
            if !entry.name.to_ascii_lowercase().ends_with(kind.ending()) {
                source.skip(entry.packed).await?;
                continue;
            }
            if entry.length > LONGEST {
                return Err(format!("`{}` is longer than {LONGEST} bytes", entry.name));
            }
            let (name, length) = (entry.name.clone(), entry.length);
            return Ok(Self { name, length, pieces: Unpacking::new(source, entry).pieces() });
        }
        Err(format!("more than {MOST_BEFORE} other files are in it"))
    }
}

/// The header of a file.
#[derive(Debug)]
struct Entry {
    name: String,
    is_deflated: bool,
    checksum: u32,
    /// Bytes in the archive.
    packed: u64,
    /// Bytes once unpacked.
    length: u64,
}

/// An archive with what was read too far.
struct Source {
    input: Input,
    buffer: BytesMut,
}

impl Source {
    /// Reads until so many bytes are there.
    async fn need(&mut self, count: usize) -> Result<(), String> {
        while self.buffer.len() < count {
            match self.input.next().await {
                Some(Ok(piece)) => self.buffer.extend_from_slice(&piece),
                Some(Err(error)) => return Err(error.to_string()),
                None => return Err("it breaks off".to_owned()),
            }
        }
        Ok(())
    }

    /// Reads the header of the next file; nothing where there is none.
    async fn header(&mut self) -> Result<Option<Entry>, String> {
        self.need(4).await?;
        if (&self.buffer[..4]).get_u32_le() != HEADER {
            let is_end = self.buffer.starts_with(b"PK\x01\x02") || self.buffer.starts_with(b"PK\x05\x06");
            return if is_end { Ok(None) } else { Err("it is no zip, or has something between its files".to_owned()) };
        }
        self.need(FIXED).await?;
        let mut fixed = self.buffer.split_to(FIXED);
        fixed.advance(6);
        let (flags, method) = (fixed.get_u16_le(), fixed.get_u16_le());
        fixed.advance(4);
        let checksum = fixed.get_u32_le();
        let (packed, length) = (u64::from(fixed.get_u32_le()), u64::from(fixed.get_u32_le()));
        let (name_length, extra_length) = (usize::from(fixed.get_u16_le()), usize::from(fixed.get_u16_le()));
        self.need(name_length + extra_length).await?;
        let name = String::from_utf8_lossy(&self.buffer.split_to(name_length)).into_owned();
        let extra = self.buffer.split_to(extra_length).freeze();
        if name.contains(['\\', ':', '\0']) || name.starts_with('/') || name.split('/').any(|part| part == "..") {
            return Err(format!("`{}` is no name of a file", name.escape_debug()));
        }
        if flags & 1 != 0 {
            return Err(format!("`{name}` is encrypted"));
        }
        let is_deflated = match method {
            0 => false,
            8 => true,
            other => return Err(format!("`{name}` is packed in a way that is not known ({other})")),
        };
        let (packed, length) = large(&extra, packed, length).ok_or_else(|| format!("`{name}` has no length"))?;
        // Bit 3: the length comes after the content.
        if flags & 8 != 0 && (packed == 0 || length == 0) {
            return Err(format!("`{name}` does not say before how long it is"));
        }
        if !is_deflated && packed != length {
            return Err(format!("`{name}` has two lengths"));
        }
        Ok(Some(Entry { name, is_deflated, checksum, packed, length }))
    }

    async fn skip(&mut self, mut count: u64) -> Result<(), String> {
        while count > 0 {
            self.need(1).await?;
            let some = self.buffer.len().min(usize::try_from(count).unwrap_or(usize::MAX));
            self.buffer.advance(some);
            count -= some as u64;
        }
        Ok(())
    }
}

/// Returns the sizes of a file, which stand elsewhere where they need eight bytes.
fn large(mut extra: &[u8], packed: u64, length: u64) -> Option<(u64, u64)> {
    const ELSEWHERE: u64 = 0xffff_ffff;
    if packed != ELSEWHERE && length != ELSEWHERE {
        return Some((packed, length));
    }
    while extra.len() >= 4 {
        let (id, size) = (extra.get_u16_le(), usize::from(extra.get_u16_le()));
        let mut field = extra.get(..size)?;
        if id == 1 {
            let mut next = |given: u64| {
                if given != ELSEWHERE {
                    return Some(given);
                }
                (field.len() >= 8).then(|| field.get_u64_le())
            };
            let length = next(length)?;
            return Some((next(packed)?, length));
        }
        extra.advance(size);
    }
    None
}

/// A file that is being unpacked.
struct Unpacking {
    source: Source,
    entry: Entry,
    inflate: Decompress,
    crc: Crc,
    /// Bytes of the archive that are left.
    left: u64,
    /// Bytes that have come out.
    out: u64,
    is_whole: bool,
    /// The piece that has come out last.
    held: Option<Bytes>,
}

impl Unpacking {
    fn new(source: Source, entry: Entry) -> Self {
        let (inflate, crc, left) = (Decompress::new(false), Crc::new(), entry.packed);
        Self { source, entry, inflate, crc, left, out: 0, is_whole: false, held: None }
    }

    fn pieces(self) -> BoxStream<'static, io::Result<Bytes>> {
        let next = |state: Option<Self>| async {
            let mut state = state?;
            match state.next().await {
                Ok(Some(piece)) => Some((Ok(piece), Some(state))),
                Ok(None) => None,
                Err(reason) => {
                    let error = io::Error::new(io::ErrorKind::InvalidData, format!("`{}`: {reason}", state.entry.name));
                    Some((Err(error), None))
                }
            }
        };
        stream::unfold(Some(self), next).boxed()
    }

    /// Returns the piece before the one that comes out next, once that has been looked at.
    async fn next(&mut self) -> Result<Option<Bytes>, String> {
        while !self.is_whole {
            let Some(piece) = self.unpack().await? else { continue };
            self.crc.update(&piece);
            self.out += piece.len() as u64;
            if self.out > self.entry.length {
                return Err(format!("it is longer than its {} bytes", self.entry.length));
            }
            if let Some(before) = self.held.replace(piece) {
                return Ok(Some(before));
            }
        }
        if self.out < self.entry.length {
            return Err(format!("it has {} of {} bytes", self.out, self.entry.length));
        }
        if self.crc.sum() != self.entry.checksum {
            return Err("its checksum is wrong".to_owned());
        }
        Ok(self.held.take())
    }

    /// Unpacks something of what is there.
    async fn unpack(&mut self) -> Result<Option<Bytes>, String> {
        if self.left == 0 && (!self.entry.is_deflated || self.source.buffer.is_empty()) {
            self.is_whole = true;
            return if self.entry.is_deflated { Err("it breaks off".to_owned()) } else { Ok(None) };
        }
        self.source.need(1).await?;
        let there = self.source.buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX)).min(PIECE);
        if !self.entry.is_deflated {
            self.left -= there as u64;
            return Ok(Some(self.source.buffer.split_to(there).freeze()));
        }
        let mut out = Vec::with_capacity(PIECE);
        let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress_vec(&self.source.buffer[..there], &mut out, FlushDecompress::None);
        let status = status.map_err(|error| format!("it cannot be unpacked: {error}"))?;
        let (read, written) = (self.inflate.total_in() - read, self.inflate.total_out() - written);
        self.source.buffer.advance(usize::try_from(read).unwrap_or(there).min(there));
        self.left -= read;
        match status {
            Status::StreamEnd if self.left > 0 => return Err("something follows its end".to_owned()),
            Status::StreamEnd => self.is_whole = true,
            _ if read == 0 && written == 0 => return Err("it cannot be unpacked: it breaks off".to_owned()),
            _ => {}
        }
        // The last piece is unpacked with the end; nothing else is left to come then.
        Ok(Some(out.into()).filter(|out: &Bytes| !out.is_empty()))
    }
}

#[cfg(test)]
mod tests;
