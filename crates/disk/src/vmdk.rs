//! VMDK: stream-optimized images written in one pass, these and monolithic sparse ones read in one pass and at random places.
//!
//! All numbers are little-endian, and count sectors. The disk is cut into grains; a directory tells where tables are, a
//! table where 512 grains are. In a stream-optimized image each grain is compressed, markers tell what comes, tables follow
//! the grains and the directory follows all. The layout is that of VMware's "Virtual Disk Format" 5.0.

mod check;
mod decode;
mod descriptor;
mod encode;
mod header;
mod image;

pub use self::{
    check::check,
    decode::{Decoded, decode},
    descriptor::{Descriptor, Place, open_descriptor},
    encode::{Options, encode},
    header::Header,
    image::Vmdk,
};

/// Largest disk, in bytes: what can be told where it is, as places in the image are sectors of 32 bits.
pub const MAX_SIZE: u64 = 512 << 32;
