//! XVA, in which XAPI exports machines: a tar archive of a description (`ova.xml`) and blocks of disks.
//!
//! Each disk is cut into blocks of 1 MiB, the last may be shorter. A block is the member `<disk>/<number>`, and right
//! after it comes its checksum. Blocks of zeros are left out, but for the first and the last of each disk. The disks
//! come in the order of their ids as texts: `Ref:12` before `Ref:4`.
//!
//! What surprises: a host that has written nothing for five seconds writes a block without data, which takes a number
//! but no room on the disk. From then on number × 1 MiB is not where a block belongs; readers have to add up.

mod checksum;
mod ova;
mod read;
mod write;

pub use checksum::Checksum;
pub use ova::{Disk, Object, Ova, Version, Vm};
pub use read::{Block, Options as ReadOptions, Reader};
pub use write::{Options as WriteOptions, Writer, length};

/// Size of a block, in bytes.
pub const BLOCK: u64 = 1024 * 1024;
/// Name of the member that describes the rest.
const DESCRIPTION: &str = "ova.xml";
/// Version of the format whose blocks are followed by their checksums.
const CHECKSUMS_SINCE: i64 = 2;
