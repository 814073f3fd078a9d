//! VHD: fixed, dynamic and differencing images.
//!
//! All numbers are big-endian. A dynamic image is: a copy of the footer, a header, the block allocation table (BAT), blocks
//! (each a bitmap of its sectors, then its data), the footer. A fixed one is the raw disk and the footer. The layout is
//! that of Microsoft's "Virtual Hard Disk Image Format Specification" 1.0; where programs differ, [`decode()`] and
//! [`Vhd`] take what XAPI and blktap write.

mod bat;
pub(crate) mod bitmap;
mod chain;
mod check;
mod decode;
mod edit;
mod encode;
mod footer;
mod header;
mod image;

use uuid::Uuid;

pub use self::{
    chain::MAX_CHAIN,
    check::check,
    decode::{Decoded, decode},
    encode::{encode, encode_fixed, length},
    footer::{DiskType, Footer, Geometry},
    header::{Header, Locator},
    image::{Vhd, write, write_fixed},
};
pub(crate) use self::{decode::shift, encode::Head};
use crate::{Error, Result, SECTOR};

/// Largest disk, in bytes: 2040 GiB. XAPI and other programs refuse larger ones, as block numbers end soon after.
pub const MAX_SIZE: u64 = 2040 << 30;

/// Bytes of a block in images made here, as everywhere else.
pub const BLOCK: u32 = 2 << 20;

/// What an image says of itself beside its content.
#[derive(Clone, Debug)]
pub struct Options {
    /// Uuid of this image.
    pub uuid: Uuid,
    /// When it was made, in seconds since 2000-01-01 UTC.
    pub timestamp: u32,
    /// The parent of a differencing image.
    pub parent: Option<Parent>,
}

impl Default for Options {
    /// A random uuid, now, no parent.
    fn default() -> Self {
        Self { uuid: Uuid::new_v4(), timestamp: footer::now(), parent: None }
    }
}

/// How a differencing image names its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// Uuid of the parent's footer.
    pub uuid: Uuid,
    /// When the parent was changed last, in seconds since 2000-01-01 UTC; 0 is not checked.
    pub timestamp: u32,
    /// Its path, absolute or relative to the folder of the child.
    pub name: String,
}

/// Checks that a disk of `size` bytes fits into a VHD, and returns its size in whole sectors.
fn checked_size(size: u64) -> Result<u64> {
    if size > MAX_SIZE {
        return Err(Error::too_large(
            "VHD",
            format!("a disk of {size} bytes is larger than the 2040 GiB that VHD can have; QCOW2 can"),
        ));
    }
    Ok(size.next_multiple_of(SECTOR))
}

/// One's complement of the sum of all bytes but the four of the checksum at `at`.
fn checksum(bytes: &[u8], at: usize) -> u32 {
    let sum = |bytes: &[u8]| bytes.iter().fold(0u32, |sum, byte| sum.wrapping_add(u32::from(*byte)));
    !sum(&bytes[..at]).wrapping_add(sum(&bytes[at + 4..]))
}
