//! Updates of XenServer up to 8.2: the public list of them, their order, and what is in their archives.
//!
//! | module | what it knows |
//! |---|---|
//! | `feed` | the list, as it is published in XML |
//! | `choose` | which of them a host lacks, and in which order they go on it |
//! | `archive` | the one file of a zip that hosts take, unpacked while it arrives |
//! | `source` | where both are got: over HTTP, through a proxy if there is one |
//!
//! What surprises: of an archive nothing is kept, neither on the disk nor in memory. Its last piece is held back until its
//! length and checksum are right, so that nobody has it whole before.

mod archive;
mod choose;
mod error;
mod feed;
mod source;

pub use archive::{Kind, Member};
pub use choose::{lacking, order};
pub use error::Error;
pub use feed::{Feed, Hotfix};
pub use source::{Credentials, Source};
