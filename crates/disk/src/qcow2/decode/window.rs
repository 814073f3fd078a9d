//! An image that passes by, and its end again.

use bytes::{Bytes, BytesMut};

use crate::{Error, Kind, Result, input::Input};

/// Bytes that are kept of what was read last: a compressed cluster may end in the sector in which the next starts.
const KEPT: usize = 512;

/// The image as it passes by, of which what was read last is kept: compressed clusters share a sector with the next.
pub(super) struct Window {
    pub(super) input: Input,
    start: u64,
    bytes: BytesMut,
}

impl Window {
    pub(super) fn new(input: Input) -> Self {
        Self { input, start: 0, bytes: BytesMut::new() }
    }

    /// Returns `length` bytes at `at`, fewer at the end of the image.
    pub(super) async fn get(&mut self, at: u64, length: usize, what: &'static str) -> Result<Bytes> {
        let end = self.start + self.bytes.len() as u64;
        if at >= end {
            self.bytes.clear();
            self.input.skip_to(at, what).await?;
            self.start = at;
        } else if at >= self.start {
            let passed = usize::try_from(at - self.start).expect("in memory");
            drop(self.bytes.split_to(passed));
            self.start = at;
        } else {
            let reason = "it comes before what tells where it is: the image cannot be read in one pass";
            return Err(Error::new(Kind::NeedsSeek, what, reason).at(at));
        }
        if self.bytes.is_empty() {
            let bytes = self.input.read_some(length, what).await?;
            // What is kept is a copy of the last sector only, so that the piece need not be copied.
            let kept = bytes.len() - bytes.len().min(KEPT);
            self.start = at + kept as u64;
            self.bytes = BytesMut::from(&bytes[kept..]);
            return Ok(bytes);
        }
        if self.bytes.len() < length {
            let more = self.input.read_some(length - self.bytes.len(), what).await?;
            self.bytes.extend_from_slice(&more);
        }
        let bytes = Bytes::copy_from_slice(&self.bytes[..length.min(self.bytes.len())]);
        Ok(bytes)
    }

    /// Returns exactly `length` bytes at `at`.
    pub(super) async fn need(&mut self, at: u64, length: usize, what: &'static str) -> Result<Bytes> {
        let bytes = self.get(at, length, what).await?;
        if bytes.len() < length {
            let reason = format!("{} of its {length} bytes are there, then the image ends", bytes.len());
            return Err(Error::new(Kind::Truncated, what, reason).at(at));
        }
        Ok(bytes)
    }
}
