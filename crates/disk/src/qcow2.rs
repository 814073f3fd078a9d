//! QCOW2, versions 2 and 3.
//!
//! All numbers are big-endian. The disk is cut into clusters; two levels of tables (L1, L2) tell where each is in the image.
//! The layout is that of `docs/interop/qcow2.txt` of QEMU. An image can be read in one pass if each table comes before what it
//! tells of, as in those that `qemu-img convert`, XAPI and [`encode()`] write.

mod check;
mod decode;
mod encode;
mod entry;
mod header;
mod image;
mod refcounts;
mod write;

pub use self::{
    check::check,
    decode::{Decoded, decode},
    encode::{encode, length},
    header::{Compression, Header},
    image::Qcow2,
    write::{Writer, write},
};

/// log2 of the bytes of a cluster in images made here: 64 KiB, as everywhere.
const CLUSTER_BITS: u32 = 16;

/// What an image says of itself beside its content.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Compresses clusters; only in an image that is written at random places.
    pub compression: Option<Compression>,
    /// The parent: what has no cluster is as there.
    pub backing: Option<Backing>,
}

/// How an image names its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backing {
    /// Its path, absolute or relative to the folder of the child.
    pub name: String,
    /// Its format, as QEMU names it: `raw`, `qcow2`, `vpc`, `vmdk`.
    pub format: Option<String>,
}
