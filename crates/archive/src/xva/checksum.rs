//! Checksums of blocks.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY};
use xxhash_rust::xxh64::xxh64;

use crate::Fault;

/// Which checksum follows each block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checksum {
    /// XXH64 with seed 0, 16 hexadecimal digits in capitals. Hosts before XenServer and XCP-ng 8.1 do not read it.
    #[default]
    XxHash,
    /// SHA-1, 40 hexadecimal digits.
    Sha1,
}

impl Checksum {
    /// Returns what the name of a block is extended by.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::XxHash => "xxhash",
            Self::Sha1 => "checksum",
        }
    }

    /// Returns the one whose members have this extension.
    pub(super) fn from_extension(extension: &str) -> Option<Self> {
        [Self::XxHash, Self::Sha1].into_iter().find(|checksum| checksum.extension() == extension)
    }

    /// Returns the checksum as the archive has it.
    pub(super) fn of(self, data: &[u8]) -> String {
        match self {
            Self::XxHash => format!("{:016X}", xxh64(data, 0)),
            Self::Sha1 => hex::encode(digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, data)),
        }
    }

    /// Returns the length of the checksum as the archive has it, in bytes.
    pub(super) fn length(self) -> u64 {
        match self {
            Self::XxHash => 16,
            Self::Sha1 => 40,
        }
    }

    /// Compares data with what the archive says of it.
    pub(super) fn verify(self, data: &[u8], stated: &[u8]) -> Result<(), Fault> {
        let computed = self.of(data);
        let stated = stated.trim_ascii();
        if stated.eq_ignore_ascii_case(computed.as_bytes()) {
            return Ok(());
        }
        let kind = match self {
            Self::XxHash => "xxHash",
            Self::Sha1 => "SHA-1",
        };
        Err(Fault::Checksum { kind, computed, stated: stated.escape_ascii().to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_no_data_it_is_the_known_value() {
        assert_eq!(Checksum::XxHash.of(b""), "EF46DB3751D8E999");
        assert_eq!(Checksum::Sha1.of(b""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    }

    #[test]
    fn another_checksum_is_told_with_both_values() {
        let fault = Checksum::XxHash.verify(b"a", b"EF46DB3751D8E999").unwrap_err();
        assert_eq!(fault.to_string(), "its xxHash is D24EC4F1A98C6E5B, the archive says EF46DB3751D8E999");
        Checksum::XxHash.verify(b"a", b"d24ec4f1a98c6e5b\n").unwrap();
    }
}
