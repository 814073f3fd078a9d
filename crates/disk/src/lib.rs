//! Disk images: raw, VHD, VHD directories, QCOW2 and VMDK.
//!
//! What a disk holds is seen in one of two ways:
//!
//! - a [`Source`] is read at random places and says where there is data; a [`Sink`] is written so;
//! - a [`Content`] is what passes by once: pieces, their offsets, and where data will be if that is known.
//!
//! Every format is read from a stream as a [`Content`] and from a file as a [`Source`]; every format is written as an
//! [`Encoded`], the bytes of the image in their order, or into a [`Storage`], which is written at any place. Pieces are
//! asked for, never pushed: nothing is kept between a reader and a writer but the piece on its way.

pub mod adapter;
mod codec;
mod content;
mod encoded;
mod error;
mod fields;
mod generator;
pub mod image;
mod input;
mod map;
pub mod qcow2;
pub mod raw;
mod report;
mod sink;
mod source;
mod spool;
pub mod storage;
pub mod vhd;
pub mod vhd_dir;
pub mod vmdk;
mod zero;

pub use self::{
    content::{Content, Gaps, MAX_PIECE, Order, Piece, map_of_data},
    encoded::Encoded,
    error::{Error, Kind, Result},
    map::Map,
    report::Report,
    sink::Sink,
    source::{Extent, MAX_EXTENTS, Source, State},
    storage::Storage,
    zero::is_zero,
};

/// Bytes of a sector: what VHD and VMDK count in.
pub const SECTOR: u64 = 512;
