//! OVA: a tar archive of a descriptor ([`crate::ovf`]), a manifest with checksums, and images of disks.
//!
//! What is written has the descriptor first and the manifest last, since what the disks sum up to is known only when
//! they have been written; the standard allows both places. What is read may have all in any order: people make such
//! archives by `tar cf vm.ova *`.

mod manifest;
mod read;
mod write;

pub use read::{Content, Lent, Member, Reader};
pub use write::{Options as WriteOptions, Writer, measure};
