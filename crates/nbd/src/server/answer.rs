//! Doing what a request asks, and the parts of its reply.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use disk::{Extent, MAX_EXTENTS, State};
use tokio::sync::mpsc;

use super::{
    Export,
    handshake::{BLOCK, CONTEXT},
    writer::{Job, errno},
};
use crate::wire::{
    Errno, LARGEST_REQUEST, Request, SIMPLE_REPLY_MAGIC, STRUCTURED_REPLY_MAGIC, allocation, chunk, command,
    command_flag,
};

/// Most that is read at once of a disk, in bytes: a piece is sent while the next is read.
const PIECE: u64 = 2 << 20;

/// A part of a reply, ready to be sent.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) header: Vec<u8>,
    pub(super) data: Bytes,
}

/// Answers the requests of a client.
pub(super) struct Answerer {
    pub(super) export: Export,
    pub(super) structured: bool,
    pub(super) allocation: bool,
}

/// The client takes no more parts.
#[derive(Debug)]
pub(super) struct Gone;

type Parts = mpsc::Sender<Part>;

impl Answerer {
    /// Returns why a request is not even tried.
    pub(super) fn refusal(&self, request: &Request) -> Option<Errno> {
        let known = match request.command {
            command::BLOCK_STATUS => self.allocation,
            command::READ | command::WRITE | command::FLUSH | command::WRITE_ZEROES => true,
            _ => false,
        };
        if !known {
            return Some(Errno::INVALID);
        }
        if request.command == command::FLUSH {
            return None;
        }
        let writes = matches!(request.command, command::WRITE | command::WRITE_ZEROES);
        if writes && self.export.writer.is_none() {
            return Some(Errno::NOT_ALLOWED);
        }
        let size = self.export.size();
        let Some(end) = request.offset.checked_add(request.length.into()).filter(|end| *end <= size) else {
            return Some(if writes { Errno::NO_SPACE } else { Errno::INVALID });
        };
        let block = u64::from(BLOCK);
        let fits = request.offset.is_multiple_of(block) && (end.is_multiple_of(block) || end == size);
        if request.length == 0 || writes && !fits {
            return Some(Errno::INVALID);
        }
        let with_data = matches!(request.command, command::READ | command::WRITE);
        (with_data && request.length > LARGEST_REQUEST).then_some(Errno::TOO_LARGE)
    }

    /// Returns how much data of a request is in memory at once, in bytes.
    pub(super) fn memory(&self, request: &Request) -> u32 {
        let in_pieces = self.structured && request.flags & command_flag::DONT_FRAGMENT == 0;
        match request.command {
            command::READ if in_pieces => request.length.min(u32::try_from(PIECE).expect("2 MiB")),
            command::READ | command::WRITE => request.length,
            _ => 0,
        }
    }

    /// Makes the reply to a request that is not tried.
    pub(super) fn refuse(&self, request: &Request, errno: Errno) -> Part {
        if !self.structured || !matches!(request.command, command::READ | command::BLOCK_STATUS) {
            return simple(request, Some(errno), Bytes::new());
        }
        let mut content = errno.0.to_be_bytes().to_vec();
        content.extend_from_slice(&0_u16.to_be_bytes());
        part(request, chunk::DONE, chunk::ERROR, &content, Bytes::new())
    }

    /// Does it and sends the reply.
    pub(super) async fn answer(&self, request: &Request, data: Bytes, parts: &Parts) -> Result<(), Gone> {
        let offset = request.offset;
        let range = offset..offset + u64::from(request.length);
        match (request.command, &self.export.writer) {
            (command::READ, _) if self.structured => return self.read_in_parts(request, range, parts).await,
            (command::READ, _) => return self.read(request, range, parts).await,
            (command::BLOCK_STATUS, _) => return self.status(request, range, parts).await,
            (command::WRITE, Some(writer)) => {
                let mut done = writer.ask(Job::Write { offset, data }).await;
                if request.flags & command_flag::FUA != 0 && done.is_ok() {
                    done = writer.ask(Job::Flush).await;
                }
                send(parts, simple(request, done.err(), Bytes::new())).await
            }
            (command::WRITE_ZEROES, Some(writer)) => {
                let mut done = writer.ask(Job::Zero { offset, length: request.length.into() }).await;
                if request.flags & command_flag::FUA != 0 && done.is_ok() {
                    done = writer.ask(Job::Flush).await;
                }
                send(parts, simple(request, done.err(), Bytes::new())).await
            }
            (command::FLUSH, Some(writer)) => {
                let done = writer.ask(Job::Flush).await;
                send(parts, simple(request, done.err(), Bytes::new())).await
            }
            // Nothing was written.
            _ => send(parts, simple(request, None, Bytes::new())).await,
        }
    }

    /// Reads into one piece.
    async fn read(&self, request: &Request, range: Range<u64>, parts: &Parts) -> Result<(), Gone> {
        let reply = match self.whole(range).await {
            Ok(data) => simple(request, None, data),
            Err(error) => simple(request, Some(errno(&error)), Bytes::new()),
        };
        send(parts, reply).await
    }

    async fn whole(&self, range: Range<u64>) -> disk::Result<Bytes> {
        let mut whole = BytesMut::new();
        for piece in pieces(range.clone()) {
            let data = self.export.disk.read_at(piece.start, length(&piece)).await?;
            if piece == range {
                return Ok(data);
            }
            whole.extend_from_slice(&data);
        }
        Ok(whole.freeze())
    }

    /// Reads piece by piece; what is known to be zero is told without data.
    async fn read_in_parts(&self, request: &Request, range: Range<u64>, parts: &Parts) -> Result<(), Gone> {
        if request.flags & command_flag::DONT_FRAGMENT != 0 {
            let reply = match self.whole(range).await {
                Ok(data) => part(request, chunk::DONE, chunk::DATA, &request.offset.to_be_bytes(), data),
                Err(error) => self.refuse(request, errno(&error)),
            };
            return send(parts, reply).await;
        }
        let mut at = range.start;
        while at < range.end {
            let extents = match self.export.disk.extents(at..range.end).await {
                Ok(extents) if extents.first().is_some_and(|first| first.offset == at) => extents,
                // What is not known is read.
                Ok(_) => vec![Extent { offset: at, length: range.end - at, state: State::Data }],
                Err(error) => return send(parts, failure(request, at, errno(&error))).await,
            };
            for extent in extents {
                let end = extent.end().min(range.end);
                if end <= at {
                    continue;
                }
                if extent.state == State::Data {
                    for piece in pieces(at..end) {
                        let last = piece.end == range.end;
                        let reply = match self.export.disk.read_at(piece.start, length(&piece)).await {
                            Ok(data) => data_part(request, piece.start, data, last),
                            Err(error) => return send(parts, failure(request, piece.start, errno(&error))).await,
                        };
                        send(parts, reply).await?;
                    }
                } else {
                    let mut content = at.to_be_bytes().to_vec();
                    let length = u32::try_from(end - at).expect("a request is less than 4 GiB");
                    content.extend_from_slice(&length.to_be_bytes());
                    let flags = if end == range.end { chunk::DONE } else { 0 };
                    send(parts, part(request, flags, chunk::HOLE, &content, Bytes::new())).await?;
                }
                at = end;
            }
        }
        Ok(())
    }

    /// Tells which blocks are allocated, as far as that is known at once.
    async fn status(&self, request: &Request, range: Range<u64>, parts: &Parts) -> Result<(), Gone> {
        let extents = match self.export.disk.extents(range.clone()).await {
            Ok(extents) => extents,
            Err(error) => return send(parts, self.refuse(request, errno(&error))).await,
        };
        let most = if request.flags & command_flag::ONE != 0 { 1 } else { MAX_EXTENTS };
        let mut told: Vec<(u64, u32)> = Vec::new();
        let mut at = range.start;
        for extent in extents {
            let end = extent.end().min(range.end);
            if extent.offset > at || end <= at {
                break;
            }
            // Nobody reads below a disk that is served: its holes are zeros.
            let flags = if extent.state == State::Data { 0 } else { allocation::HOLE | allocation::ZERO };
            let full = told.len() == most;
            match told.last_mut() {
                Some((length, last)) if *last == flags => *length += end - at,
                _ if full => break,
                _ => told.push((end - at, flags)),
            }
            at = end;
        }
        if told.is_empty() {
            told.push((range.end - range.start, 0));
        }
        let mut content = CONTEXT.to_be_bytes().to_vec();
        for (length, flags) in told {
            content.extend_from_slice(&u32::try_from(length).expect("a request is less than 4 GiB").to_be_bytes());
            content.extend_from_slice(&flags.to_be_bytes());
        }
        send(parts, part(request, chunk::DONE, chunk::BLOCK_STATUS, &content, Bytes::new())).await
    }
}

async fn send(parts: &Parts, part: Part) -> Result<(), Gone> {
    parts.send(part).await.map_err(|_| Gone)
}

fn data_part(request: &Request, at: u64, data: Bytes, last: bool) -> Part {
    part(request, if last { chunk::DONE } else { 0 }, chunk::DATA, &at.to_be_bytes(), data)
}

/// The end of a reply that fails half-way.
fn failure(request: &Request, at: u64, errno: Errno) -> Part {
    let mut content = errno.0.to_be_bytes().to_vec();
    content.extend_from_slice(&0_u16.to_be_bytes());
    content.extend_from_slice(&at.to_be_bytes());
    part(request, chunk::DONE, chunk::ERROR_AT, &content, Bytes::new())
}

fn simple(request: &Request, errno: Option<Errno>, data: Bytes) -> Part {
    let mut header = SIMPLE_REPLY_MAGIC.to_be_bytes().to_vec();
    header.extend_from_slice(&errno.map_or(0, |errno| errno.0).to_be_bytes());
    header.extend_from_slice(&request.cookie.to_be_bytes());
    Part { header, data }
}

fn part(request: &Request, flags: u16, kind: u16, content: &[u8], data: Bytes) -> Part {
    let length = u32::try_from(content.len() + data.len()).expect("a part is less than 4 GiB");
    let mut header = Vec::with_capacity(20 + content.len());
    header.extend_from_slice(&STRUCTURED_REPLY_MAGIC.to_be_bytes());
    header.extend_from_slice(&flags.to_be_bytes());
    header.extend_from_slice(&kind.to_be_bytes());
    header.extend_from_slice(&request.cookie.to_be_bytes());
    header.extend_from_slice(&length.to_be_bytes());
    header.extend_from_slice(content);
    Part { header, data }
}

/// Cuts a range into pieces that are read at once.
fn pieces(range: Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let end = range.end;
    (range.start..end)
        .step_by(usize::try_from(PIECE).expect("it is a small number"))
        .map(move |start| start..end.min(start + PIECE))
}

fn length(range: &Range<u64>) -> usize {
    usize::try_from(range.end - range.start).expect("it is at most a piece")
}
