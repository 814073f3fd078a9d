//! Tar headers of 512 bytes, and members as streams.
//!
//! Of the many dialects, those are read that archives of machines are written in: the old one (XAPI), ustar, GNU
//! (long names, sizes past 8 GiB) and pax (`path`, `size`). Written is ustar, with GNU's sizes where they are
//! needed. Names are checked and compared, and never used as paths.

mod header;
mod read;
mod write;

pub use header::{BLOCK, Header, Kind};
pub use read::{Content, Member, Reader};
pub use write::Writer;

/// Returns the bytes that a member of `size` bytes takes: its header, and its content in full blocks.
pub fn taken(size: u64) -> u64 {
    size.div_ceil(BLOCK as u64).saturating_add(1).saturating_mul(BLOCK as u64)
}

/// Returns whether these are the first bytes of a tar archive.
pub fn is_start(bytes: &[u8]) -> bool {
    bytes.first_chunk().is_some_and(|block| matches!(header::decode(block), Ok(Some(_))))
}
