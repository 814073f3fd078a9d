//! Reading members one after the other.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use super::header::{self, BLOCK, Kind};
use crate::{Error, Fault, Result, error::shown};

/// Longest extended header that is read, in bytes; names and sizes need a few dozen.
const LARGEST_EXTENDED: u64 = 64 * 1024;
/// Most extended headers before a member: pax writes one of either kind, GNU two.
const EXTENDED_ROW: u32 = 8;
/// Most that may follow the end of the archive, in bytes: programs fill up to a record of theirs, which is 10 KiB
/// for `tar` and seldom more than this.
const TRAILING: u64 = 4 * 1024 * 1024;
/// How much is read at once of what is passed over, in bytes.
const PASS: u64 = 64 * 1024;

/// A member whose content comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name, which leads to no other place than the archive.
    pub name: String,
    /// Where its header starts in the archive, in bytes.
    pub at: u64,
    /// Size of its content, in bytes.
    pub size: u64,
}

/// Reads the members of a tar archive one after the other.
///
/// Dropping one of its futures half-way loses the place: the reader is then to be dropped, too.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    /// Bytes read.
    at: u64,
    /// Bytes of the present member that have not been read, and its name.
    left: u64,
    padding: u64,
    name: String,
    ended: bool,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    /// Reads the archive that `input` has, uncompressed.
    pub fn new(input: R) -> Self {
        Self { input, at: 0, left: 0, padding: 0, name: String::new(), ended: false }
    }

    /// Returns how much has been read, in bytes.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Returns the next member, or nothing at the end of the archive. What has not been read of the member before
    /// is passed over; so are folders.
    ///
    /// # Errors
    ///
    /// If the input fails, or there is no header of a plain file with a proper name.
    pub async fn next(&mut self) -> Result<Option<Member>> {
        let mut extended = Extended::default();
        let mut row = 0;
        loop {
            self.pass().await?;
            let at = self.at;
            let Some(header) = self.header().await? else { return Ok(None) };
            let name = extended.name.take().unwrap_or(header.name);
            let size = extended.size.take().unwrap_or(header.size);
            let wrong = |fault| Error::member(&String::from_utf8_lossy(&name), at, fault);
            match header.kind {
                // The oldest archives have no type for folders.
                Kind::File if name.ends_with(b"/") && size == 0 => {
                    row += 1;
                    self.expect("a folder", 0);
                }
                Kind::File => {
                    let name = header::name(&name).map_err(wrong)?.to_owned();
                    self.expect(&name, size);
                    return Ok(Some(Member { name, at, size }));
                }
                Kind::Directory => {
                    row += 1;
                    self.expect("a folder", 0);
                }
                Kind::LongName | Kind::Pax | Kind::PaxGlobal => {
                    row += 1;
                    if header.size > LARGEST_EXTENDED {
                        return Err(wrong(Fault::Oversize { size: header.size, limit: LARGEST_EXTENDED }));
                    }
                    self.expect("an extended header", header.size);
                    let content = self.whole(LARGEST_EXTENDED).await?;
                    match header.kind {
                        Kind::LongName => extended.name = Some(without_zeros(&content).to_vec()),
                        Kind::Pax => extended.read(&content).map_err(wrong)?,
                        _ => {}
                    }
                }
                Kind::Other(kind) => return Err(wrong(Fault::Type(kind))),
            }
            if row > EXTENDED_ROW {
                return Err(Error::Archive { at, fault: Fault::ExtendedRow(EXTENDED_ROW) });
            }
        }
    }

    /// Returns how much of the present member has not been read, in bytes.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Reads all of the present member.
    ///
    /// # Errors
    ///
    /// If the input fails or ends, or more than `limit` bytes are left, of which nothing is read then.
    pub async fn whole(&mut self, limit: u64) -> Result<Bytes> {
        if self.left > limit {
            let at = self.at.saturating_sub(BLOCK as u64);
            return Err(Error::member(&self.name, at, Fault::Oversize { size: self.left, limit }));
        }
        let size = usize::try_from(self.left).expect("the limit fits into memory");
        Ok(self.piece(size).await?.unwrap_or_default())
    }

    /// Reads the next `most` bytes of the present member, fewer only at its end; nothing where it has ended.
    ///
    /// # Errors
    ///
    /// If the input fails or ends.
    pub async fn piece(&mut self, most: usize) -> Result<Option<Bytes>> {
        let size = self.left.min(most as u64);
        if size == 0 {
            return Ok(None);
        }
        let mut piece = BytesMut::with_capacity(usize::try_from(size).expect("it is at most `most`"));
        let mut left = size;
        while left > 0 {
            let read = (&mut self.input).take(left).read_buf(&mut piece).await;
            let read = self.count(read)? as u64;
            left -= read;
            self.left -= read;
        }
        Ok(Some(piece.freeze()))
    }

    /// Returns the content of the present member as a stream; where it has been read in part, the rest.
    pub fn content(&mut self) -> Content<'_, R> {
        Content { reader: self }
    }

    /// Reads to the end of the input, after the end of the archive, so that a compressed archive is checked to its
    /// last byte and whoever sends it can send all of it.
    ///
    /// # Errors
    ///
    /// If the input fails, or more follows than programs fill an archive up with.
    pub async fn finish(&mut self) -> Result<()> {
        let mut scratch = Vec::with_capacity(usize::try_from(PASS).expect("it is a small number"));
        "the end of the archive".clone_into(&mut self.name);
        let mut passed = 0;
        loop {
            scratch.clear();
            let read = (&mut self.input).take(PASS).read_buf(&mut scratch).await;
            let read = read.map_err(|source| self.failed(source))? as u64;
            if read == 0 {
                return Ok(());
            }
            self.at += read;
            passed += read;
            if passed > TRAILING {
                return Err(Error::Archive { at: self.at, fault: Fault::Trailing(TRAILING) });
            }
        }
    }

    /// Returns what the archive comes from.
    pub fn into_inner(self) -> R {
        self.input
    }

    fn expect(&mut self, name: &str, size: u64) {
        name.clone_into(&mut self.name);
        self.left = size;
        self.padding = size.wrapping_neg() % BLOCK as u64;
    }

    /// Passes over what is left of the present member, and what fills its last block.
    async fn pass(&mut self) -> Result<()> {
        let mut left = self
            .left
            .checked_add(self.padding)
            .ok_or_else(|| Error::member(&self.name, self.at, Fault::HeaderNumber("size")))?;
        let mut scratch = Vec::with_capacity(usize::try_from(left.min(PASS)).expect("it is at most `PASS`"));
        while left > 0 {
            scratch.clear();
            let read = (&mut self.input).take(left.min(PASS)).read_buf(&mut scratch).await;
            left -= self.count(read)? as u64;
        }
        (self.left, self.padding) = (0, 0);
        Ok(())
    }

    async fn header(&mut self) -> Result<Option<header::Header>> {
        if self.ended {
            return Ok(None);
        }
        "a header".clone_into(&mut self.name);
        let at = self.at;
        let Some(block) = self.block().await? else {
            return Err(Error::truncated(at, "no member: its end is missing"));
        };
        let header = header::decode(&block).map_err(|fault| Error::Archive { at, fault })?;
        if header.is_none() {
            self.ended = true;
            // There should be two blocks of zeros; as for `tar`, one will do at the end of the input.
            let at = self.at;
            if let Some(block) = self.block().await?
                && block.iter().any(|byte| *byte != 0)
            {
                return Err(Error::Archive { at, fault: Fault::Foreign });
            }
        }
        Ok(header)
    }

    /// Reads a block, or nothing at the end of the input.
    async fn block(&mut self) -> Result<Option<[u8; BLOCK]>> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while filled < BLOCK {
            let read = self.input.read(&mut block[filled..]).await;
            let read = read.map_err(|source| self.failed(source))?;
            if read == 0 && filled == 0 {
                return Ok(None);
            }
            filled += self.count(Ok(read))?;
        }
        Ok(Some(block))
    }

    /// Counts what was read; nothing means that the input has ended too early.
    fn count(&mut self, read: io::Result<usize>) -> Result<usize> {
        match read {
            Ok(0) => Err(Error::truncated(self.at, self.place())),
            Ok(read) => {
                self.at += read as u64;
                Ok(read)
            }
            Err(source) => Err(self.failed(source)),
        }
    }

    fn failed(&self, source: io::Error) -> Error {
        if source.kind() == io::ErrorKind::UnexpectedEof {
            return Error::truncated(self.at, self.place());
        }
        Error::Read { at: self.at, source }
    }

    fn place(&self) -> String {
        format!("`{}`", shown(&self.name))
    }
}

/// Content of a member as a stream, which ends with the member.
///
/// An input that ends before the member does is an error of the kind [`io::ErrorKind::UnexpectedEof`].
#[derive(Debug)]
pub struct Content<'a, R> {
    reader: &'a mut Reader<R>,
}

impl<R: AsyncRead + Unpin> AsyncRead for Content<'_, R> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let reader = &mut *self.reader;
        if reader.left == 0 || buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let mut input = (&mut reader.input).take(reader.left);
        ready!(Pin::new(&mut input).poll_read(cx, buffer))?;
        let read = (buffer.filled().len() - before) as u64;
        if read == 0 {
            let error = Error::truncated(reader.at, reader.place());
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::UnexpectedEof, error)));
        }
        reader.at += read;
        reader.left -= read;
        Poll::Ready(Ok(()))
    }
}

/// What extended headers say of the next member.
#[derive(Default)]
struct Extended {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Extended {
    /// Reads records of the form `<length> <key>=<value>\n`, where the length counts all of the record.
    fn read(&mut self, mut records: &[u8]) -> std::result::Result<(), Fault> {
        while !records.is_empty() {
            let space = records.iter().position(|byte| *byte == b' ').ok_or(Fault::Extended)?;
            let length = decimal(&records[..space]).and_then(|length| usize::try_from(length).ok());
            let length = length.filter(|length| *length > space + 1).ok_or(Fault::Extended)?;
            let (record, rest) = records.split_at_checked(length).ok_or(Fault::Extended)?;
            let record = record[space + 1..].strip_suffix(b"\n").ok_or(Fault::Extended)?;
            let equals = record.iter().position(|byte| *byte == b'=').ok_or(Fault::Extended)?;
            let value = &record[equals + 1..];
            match &record[..equals] {
                b"path" => self.name = Some(value.to_vec()),
                b"size" => self.size = Some(decimal(value).ok_or(Fault::Extended)?),
                // The content of a sparse file is not what it seems.
                key if key.starts_with(b"GNU.sparse.") => return Err(Fault::Type(b'S')),
                _ => {}
            }
            records = rest;
        }
        Ok(())
    }
}

fn decimal(digits: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(digits).ok()?;
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

fn without_zeros(name: &[u8]) -> &[u8] {
    &name[..name.iter().position(|byte| *byte == 0).unwrap_or(name.len())]
}
