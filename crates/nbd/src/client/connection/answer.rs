//! What comes as reply to a request, put together of its parts and checked against the request.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{
    Error, Result,
    client::Status,
    io,
    wire::{Errno, chunk, command, u16_at, u32_at},
};

/// Most parts of a reply: a part has a sector or more, except from those who want to harm.
const MOST_PARTS: u32 = 65_536 + 2;
/// Most ranges in an answer about allocation; QEMU tells a few thousand at once.
const MOST_RANGES: u32 = 262_144;
/// Longest error message that is read, in bytes, with what stands before it.
const LONGEST_ERROR: u32 = 8192;

const DOING: &str = "reading a reply";

/// What a request is answered with.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It is done.
    Done,
    /// What was read.
    Data(Bytes),
    /// What each context says of the range, by the number of the context.
    Status(Vec<(u32, Vec<Status>)>),
}

/// A reply that comes.
#[derive(Debug)]
pub(super) struct Pending {
    command: u16,
    offset: u64,
    length: u32,
    /// What has been read so far; of the full length as soon as there is something.
    data: BytesMut,
    /// Which of it has come: starts and ends.
    covered: BTreeMap<u32, u32>,
    status: Vec<(u32, Vec<Status>)>,
    error: Option<(Errno, String)>,
    parts: u32,
}

impl Pending {
    pub(super) fn new(command: u16, offset: u64, length: u32) -> Self {
        Self {
            command,
            offset,
            length,
            data: BytesMut::new(),
            covered: BTreeMap::new(),
            status: Vec::new(),
            error: None,
            parts: 0,
        }
    }

    /// Reads the rest of a simple reply.
    pub(super) async fn simple(
        &mut self,
        errno: u32,
        structured: bool,
        stream: &mut (impl AsyncRead + Unpin),
    ) -> Result<()> {
        if structured && matches!(self.command, command::READ | command::BLOCK_STATUS) && errno == 0 {
            return Err(Error::protocol("it answers a read in one piece after it has agreed on parts"));
        }
        if self.parts > 0 {
            return Err(Error::protocol("a reply goes on in another form"));
        }
        if errno != 0 {
            self.error = Some((Errno(errno), String::new()));
        } else if self.command == command::READ {
            self.data = io::read(stream, self.length as usize).await.map_err(|error| Error::io(DOING, error))?;
            self.covered.insert(0, self.length);
        }
        Ok(())
    }

    /// Reads the rest of a part of a structured reply, and returns whether it is the last.
    pub(super) async fn chunk(
        &mut self,
        flags: u16,
        kind: u16,
        length: u32,
        stream: &mut (impl AsyncRead + Unpin),
    ) -> Result<bool> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(Error::protocol(format!("a reply has more than {MOST_PARTS} parts")));
        }
        let failed = |error| Error::io(DOING, error);
        let wrong = || Error::protocol(format!("a part of kind {kind} has {length} bytes"));
        match (kind, self.command) {
            (chunk::NONE, _) if length == 0 && flags & chunk::DONE != 0 => {}
            (chunk::DATA, command::READ) => {
                let length = length.checked_sub(8).filter(|length| *length > 0).ok_or_else(wrong)?;
                let offset = stream.read_u64().await.map_err(failed)?;
                let start = self.cover(offset, length)? as usize;
                if start == 0 && length == self.length {
                    self.data = io::read(stream, length as usize).await.map_err(failed)?;
                } else {
                    self.make_room();
                    stream.read_exact(&mut self.data[start..start + length as usize]).await.map_err(failed)?;
                }
            }
            (chunk::HOLE, command::READ) => {
                if length != 12 {
                    return Err(wrong());
                }
                let offset = stream.read_u64().await.map_err(failed)?;
                let length = stream.read_u32().await.map_err(failed)?;
                self.cover(offset, length)?;
                // What has not been written is zero.
                self.make_room();
            }
            (chunk::BLOCK_STATUS, command::BLOCK_STATUS) => {
                let ranges = length.checked_sub(4).filter(|length| *length > 0 && length.is_multiple_of(8));
                let ranges =
                    ranges.map(|length| length / 8).filter(|ranges| *ranges <= MOST_RANGES).ok_or_else(wrong)?;
                let content = io::read(stream, length as usize).await.map_err(failed)?;
                self.tell(&content, ranges)?;
            }
            (kind, _) if kind & chunk::ERROR_BIT != 0 => {
                if !(6..=LONGEST_ERROR).contains(&length) {
                    return Err(wrong());
                }
                let content = io::read(stream, length as usize).await.map_err(failed)?;
                self.fail(&content).ok_or_else(wrong)?;
            }
            _ => {
                return Err(Error::protocol(format!(
                    "a part of kind {kind} has no place in a reply to {}",
                    self.what()
                )));
            }
        }
        Ok(flags & chunk::DONE != 0)
    }

    /// Returns what the reply comes to.
    pub(super) fn finish(self) -> Result<Answer> {
        if let Some((errno, message)) = self.error {
            return Err(Error::Failed { what: what(self.command, self.offset, self.length), errno, message });
        }
        match self.command {
            command::READ => {
                let whole = self.covered.iter().try_fold(0, |end, (start, next)| (*start == end).then_some(*next));
                if whole != Some(self.length) {
                    return Err(Error::protocol(format!("its reply to {} has gaps", self.what())));
                }
                Ok(Answer::Data(self.data.freeze()))
            }
            command::BLOCK_STATUS => Ok(Answer::Status(self.status)),
            _ => Ok(Answer::Done),
        }
    }

    /// Notes that a range of the export has come, and returns where that is in the reply.
    fn cover(&mut self, offset: u64, length: u32) -> Result<u32> {
        let start = offset.checked_sub(self.offset).and_then(|start| u32::try_from(start).ok());
        let range = start.and_then(|start| Some((start, start.checked_add(length)?)));
        let Some((start, end)) = range.filter(|(_, end)| *end <= self.length && length > 0) else {
            return Err(Error::protocol(format!("{length} bytes at {offset} are no part of {}", self.what())));
        };
        let before = self.covered.range(..=start).next_back().map(|(start, end)| (*start, *end));
        let after = self.covered.range(start..).next().map(|(start, _)| *start);
        if before.is_some_and(|(_, before)| before > start) || after.is_some_and(|after| after < end) {
            return Err(Error::protocol(format!("{length} bytes at {offset} come twice")));
        }
        match before {
            // Parts in their order are one range.
            Some((first, before)) if before == start => drop(self.covered.insert(first, end)),
            _ => drop(self.covered.insert(start, end)),
        }
        Ok(start)
    }

    fn make_room(&mut self) {
        if self.data.is_empty() {
            self.data = BytesMut::zeroed(self.length as usize);
        }
    }

    /// Takes what a context says.
    fn tell(&mut self, content: &[u8], ranges: u32) -> Result<()> {
        let context = u32_at(content, 0);
        if self.status.iter().any(|(known, _)| *known == context) {
            return Err(Error::protocol(format!("the context {context} is told twice")));
        }
        let mut told = Vec::with_capacity(ranges as usize);
        let mut sum = 0_u64;
        for range in content[4..].chunks_exact(8) {
            let (length, flags) = (u64::from(u32_at(range, 0)), u32_at(range, 4));
            if length == 0 || sum >= u64::from(self.length) {
                return Err(Error::protocol(format!(
                    "what it says of {} goes on after its end, or not at all",
                    self.what()
                )));
            }
            sum += length;
            told.push(Status { length, flags });
        }
        self.status.push((context, told));
        Ok(())
    }

    /// Takes an error: its number, and a message with its length before it.
    fn fail(&mut self, content: &[u8]) -> Option<()> {
        let (errno, length) = (u32_at(content, 0), usize::from(u16_at(content, 4)));
        let message = content[6..].get(..length)?;
        let message = String::from_utf8_lossy(message).chars().filter(|c| !c.is_control()).take(400).collect();
        // An error that is none would make a reply without data look whole.
        let errno = if errno == 0 { Errno::IO } else { Errno(errno) };
        self.error.get_or_insert((errno, message));
        Some(())
    }

    fn what(&self) -> String {
        what(self.command, self.offset, self.length)
    }
}

fn what(command: u16, offset: u64, length: u32) -> String {
    let verb = match command {
        command::READ => "read",
        command::WRITE => "write",
        command::WRITE_ZEROES => "write zeros to",
        command::BLOCK_STATUS => "say what is true of",
        command::FLUSH => return "flush".to_owned(),
        _ => "do something with",
    };
    format!("{verb} {length} bytes at {offset}")
}
