//! What is asked of an export, in requests that the server takes.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, future, stream};

use super::{Client, connection::Answer};
use crate::{
    Error, Result,
    wire::{command, flag},
};

/// What a context says of a range: its length in bytes, and a number whose meaning is the context's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Length, in bytes; never 0.
    pub length: u64,
    /// What is so: for `base:allocation` 1 is a hole, 2 reads as zeros; for a bitmap of QEMU 1 is dirty.
    pub flags: u32,
}

impl Client {
    /// Reads exactly `length` bytes from `offset` on, in as many requests as it takes, which are on their way at once.
    ///
    /// # Errors
    ///
    /// If the range ends beyond the export, or the server fails.
    pub async fn read(&self, offset: u64, length: usize) -> Result<Bytes> {
        let end = self.check(offset, length as u64)?;
        if length == 0 {
            return Ok(Bytes::new());
        }
        // The server may take whole blocks only.
        let block = u64::from(self.export.block.minimum);
        let from = offset - offset % block;
        let to = end.div_ceil(block).saturating_mul(block).min(self.export.size);
        let parts = cut(from..to, self.export.block.maximum.into());
        let read = |part: Range<u64>| async move {
            match self.ask(0, command::READ, part, Bytes::new()).await? {
                Answer::Data(data) => Ok(data),
                _ => Err(Error::protocol("a read has no data")),
            }
        };
        let trim = |data: Bytes| {
            let start = usize::try_from(offset - from).expect("less than a block");
            data.slice(start..start + length)
        };
        if parts.len() == 1 {
            return read(parts[0].clone()).await.map(trim);
        }
        let whole = BytesMut::with_capacity(usize::try_from(to - from).unwrap_or(usize::MAX));
        let parts = stream::iter(parts).map(read).buffered(self.options.in_flight.max(1) * self.connections.len());
        let whole = parts.try_fold(whole, |mut whole, part| {
            whole.extend_from_slice(&part);
            future::ready(Ok(whole))
        });
        whole.await.map(|whole| trim(whole.freeze()))
    }

    /// Writes `data` at `offset`, in as many requests as it takes.
    ///
    /// # Errors
    ///
    /// If the export is read-only, the range ends beyond it or does not fit its blocks, or the server fails.
    pub async fn write(&self, offset: u64, data: Bytes) -> Result<()> {
        let end = self.check(offset, data.len() as u64)?;
        self.check_writable(offset..end)?;
        let parts = cut(offset..end, self.export.block.maximum.into());
        let write = |part: Range<u64>| {
            let start = usize::try_from(part.start - offset).expect("within the data");
            let end = usize::try_from(part.end - offset).expect("within the data");
            self.ask(0, command::WRITE, part, data.slice(start..end))
        };
        let parts = stream::iter(parts).map(write).buffer_unordered(self.options.in_flight.max(1));
        parts.try_for_each(|_| future::ready(Ok(()))).await
    }

    /// Writes zeros; without data where the server can do so.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    pub async fn write_zeros(&self, range: Range<u64>) -> Result<()> {
        self.check(range.start, range.end.saturating_sub(range.start))?;
        self.check_writable(range.clone())?;
        let without_data = self.export.has(flag::WRITE_ZEROES);
        // Without data a request may be long; of whole blocks it is.
        let most = if without_data { 1 << 30 } else { u64::from(self.export.block.maximum) };
        for part in cut(range, most) {
            if without_data {
                self.ask(0, command::WRITE_ZEROES, part, Bytes::new()).await?;
            } else {
                let length = usize::try_from(part.end - part.start).expect("at most a request");
                self.ask(0, command::WRITE, part, BytesMut::zeroed(length).freeze()).await?;
            }
        }
        Ok(())
    }

    /// Waits until what was written is safe.
    ///
    /// # Errors
    ///
    /// If the server fails.
    pub async fn flush(&self) -> Result<()> {
        if !self.export.has(flag::FLUSH) {
            return Ok(());
        }
        self.ask(0, command::FLUSH, 0..0, Bytes::new()).await.map(drop)
    }

    /// Asks what `context` says of the range from its start on: to its end, or as far as the server tells at once.
    ///
    /// # Errors
    ///
    /// If the context was not asked for or is not there, the range ends beyond the export, or the server fails.
    pub async fn status(&self, context: &str, range: Range<u64>) -> Result<Vec<Status>> {
        let length = range.end.saturating_sub(range.start);
        self.check(range.start, length)?;
        let id = self.export.contexts.iter().find(|(name, _)| name == context).map(|(_, id)| *id);
        let id = id.ok_or_else(|| Error::Misuse(format!("the export has no context `{context}`")))?;
        if length == 0 {
            return Ok(Vec::new());
        }
        let block = u64::from(self.export.block.minimum);
        let from = range.start - range.start % block;
        // Lengths are numbers of 32 bits.
        let to = range.end.min(from + (2 << 30)).div_ceil(block).saturating_mul(block).min(self.export.size);
        let Answer::Status(answers) = self.ask(0, command::BLOCK_STATUS, from..to, Bytes::new()).await? else {
            return Err(Error::protocol("it does not say which blocks are allocated"));
        };
        let told = answers.into_iter().find(|(of, _)| *of == id).map(|(_, told)| told);
        let told = told.ok_or_else(|| Error::protocol(format!("it says nothing of `{context}`")))?;
        // What is told may start before the range and end after it.
        let mut at = from;
        let mut inside = Vec::with_capacity(told.len());
        for status in told {
            let part = at.max(range.start)..(at + status.length).min(range.end);
            at += status.length;
            if part.start < part.end {
                inside.push(Status { length: part.end - part.start, flags: status.flags });
            }
        }
        if inside.is_empty() {
            return Err(Error::protocol("it says nothing of the range that it was asked about"));
        }
        Ok(inside)
    }

    /// Returns the end of a range that is within the export.
    pub(super) fn check(&self, offset: u64, length: u64) -> Result<u64> {
        offset.checked_add(length).filter(|end| *end <= self.export.size).ok_or_else(|| {
            Error::Misuse(format!("{length} bytes at {offset} end beyond the export of {} bytes", self.export.size))
        })
    }

    fn check_writable(&self, range: Range<u64>) -> Result<()> {
        if self.export.has(flag::READ_ONLY) {
            return Err(Error::Misuse("the export is read-only".to_owned()));
        }
        let block = u64::from(self.export.block.minimum);
        let fits =
            range.start.is_multiple_of(block) && (range.end.is_multiple_of(block) || range.end == self.export.size);
        if fits { Ok(()) } else { Err(Error::Misuse(format!("the export is written in blocks of {block} bytes"))) }
    }
}

/// Cuts a range at multiples of `most`.
fn cut(range: Range<u64>, most: u64) -> Vec<Range<u64>> {
    let mut parts = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let end = range.end.min((at / most + 1).saturating_mul(most));
        parts.push(at..end);
        at = end;
    }
    parts
}
