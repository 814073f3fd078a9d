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

/// Returns the name of the first plain file, without the folder that it is in, if its header is among the first bytes
/// of an archive. What macOS adds for a file (`._name`) is none.
pub(crate) fn first_name(mut bytes: &[u8]) -> Option<String> {
    loop {
        let header = header::decode(bytes.first_chunk()?).ok()??;
        let name = String::from_utf8_lossy(&header.name).into_owned();
        let last = name.rsplit_once('/').map_or(name.as_str(), |(_, last)| last);
        if header.kind == Kind::File && !last.is_empty() && !last.starts_with("._") {
            return Some(last.to_owned());
        }
        bytes = bytes.get(usize::try_from(taken(header.size)).ok()?..)?;
    }
}
