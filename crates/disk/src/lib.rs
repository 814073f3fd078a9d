//! Disk images: raw, VHD, VHD directories, QCOW2 and VMDK.
//!
//! What a disk holds is seen in one of two ways:
//!
//! - a [`Source`] is read at random places and says where there is data; a [`Sink`] is written so;
//! - a [`Content`] is what passes by once: pieces, their offsets, and where data will be if that is known.
//!
//! Formats are read from a stream as a [`Content`] and from a file as a [`Source`]; they are written as an [`Encoded`], the
//! bytes of the image in their order, or into a [`Storage`], which is written at any place. Pieces are asked for, never
//! pushed: nothing is kept between a reader and a writer but the piece on its way. What a stream cannot do (a table
//! behind what it tells of, compressed QCOW2 written, VHD directories) fails as [`Kind::NeedsSeek`]; it works with a file, or
//! after [`Content::spool`].
//!
//! From XAPI's VHD to a QCOW2 whose length is known before a byte of the disk has come:
//!
//! ```no_run
//! # async fn f(export: impl tokio::io::AsyncRead + Send + Unpin + 'static) -> disk::Result<()> {
//! let content = disk::vhd::decode(export, None).await?.content;
//! let image = disk::qcow2::encode(content, &disk::qcow2::Options::default())?;
//! let _content_length = image.length();
//! image.write_to(&mut tokio::io::stdout()).await?;
//! # Ok(())
//! # }
//! ```

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
