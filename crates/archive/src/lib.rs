//! Archives of virtual machines, read and written as streams: XVA (XAPI's own) and OVA (DMTF's).
//!
//! An archive is read once from front to back and written the same way, whatever its size: what is held is one
//! block of a disk and the description of the machines. Nothing is ever unpacked to a file system; names of
//! members are only compared.

mod compression;
mod error;
mod loan;
pub mod ova;
pub mod ovf;
pub mod sniff;
pub mod tar;
mod tree;
pub mod xva;

pub use compression::{Compression, Decoder, Encoder};
pub use error::{Error, Fault, Result};
pub use loan::Loan;
pub use sniff::{Format, Upload, sniff};
