//! The header of a sparse extent.

use bytes::Bytes;

use crate::{
    Error, Result, SECTOR,
    fields::{
        NONE,
        le::{get_u16, get_u32, get_u64, put_u16, put_u32, put_u64},
    },
};

/// Length of the header, in bytes.
pub(crate) const LENGTH: usize = 512;
/// What an image starts with.
pub(crate) const MAGIC: &[u8] = b"KDMV";
/// Line ends of four kinds: they show that the image has not passed as text.
const NEWLINES: &[u8] = b"\n \r\n";
/// The newlines are there.
const FLAG_NEWLINES: u32 = 1;
/// A table entry of 1 is a grain of zeros.
const FLAG_ZERO: u32 = 1 << 2;
/// Grains are compressed.
const FLAG_COMPRESSED: u32 = 1 << 16;
/// Markers tell what comes.
const FLAG_MARKERS: u32 = 1 << 17;
/// Most bytes of the descriptor.
pub(super) const MAX_DESCRIPTOR: u64 = 1 << 20;
/// Most tables: their directory takes 8 MiB. The largest disk in grains of 64 KiB has 65536.
const MAX_TABLES: u64 = 2 << 20;

/// Sectors of a grain in images made here.
pub(super) const GRAIN: u64 = 128;
/// Grains of a table, everywhere.
pub(super) const GRAINS: u32 = 512;
/// Sectors before the first grain in images made here.
pub(super) const OVERHEAD: u64 = 128;

/// The header of an image, or the copy of it at the end of a stream-optimized one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// 1 to 3.
    pub version: u32,
    /// What is in use.
    pub flags: u32,
    /// Virtual size, in sectors.
    pub capacity: u64,
    /// Sectors of a grain: a power of two.
    pub grain: u64,
    /// Where the descriptor is and how long it is, in sectors; 0 if there is none.
    pub descriptor: (u64, u64),
    /// Grains of a table.
    pub grains: u32,
    /// Where the directory is, in sectors; all bits set if only the copy at the end tells.
    pub directory: u64,
    /// Sectors before the first grain.
    pub overhead: u64,
    /// 0 for none, 1 for deflate.
    pub compression: u16,
}

impl Header {
    /// Makes the header of a stream-optimized image of so many sectors.
    pub(super) fn new(capacity: u64, descriptor: u64) -> Self {
        Self {
            version: 3,
            flags: FLAG_NEWLINES | FLAG_COMPRESSED | FLAG_MARKERS,
            capacity,
            grain: GRAIN,
            descriptor: (1, descriptor),
            grains: GRAINS,
            directory: NONE,
            overhead: OVERHEAD,
            compression: 1,
        }
    }

    /// Reads a header.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Corrupt`] if it is none or has passed as text, [`crate::Kind::Unsupported`] for another version or
    /// compression, [`crate::Kind::TooLarge`] for a directory of more than 8 MiB; with the offset of the field.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let corrupt = |at: u64, reason: String| Err(Error::corrupt("VMDK header", reason).at(at));
        let unsupported = |at: u64, reason: String| Err(Error::unsupported("VMDK header", reason).at(at));
        if bytes.len() < LENGTH || !bytes.starts_with(MAGIC) {
            return corrupt(0, "it does not start with `KDMV`".into());
        }
        let header = Self {
            version: get_u32(bytes, 4),
            flags: get_u32(bytes, 8),
            capacity: get_u64(bytes, 12),
            grain: get_u64(bytes, 20),
            descriptor: (get_u64(bytes, 28), get_u64(bytes, 36)),
            grains: get_u32(bytes, 44),
            directory: get_u64(bytes, 56),
            overhead: get_u64(bytes, 64),
            compression: get_u16(bytes, 77),
        };
        if !(1..=3).contains(&header.version) {
            return unsupported(4, format!("version {} is not known", header.version));
        }
        if header.flags & FLAG_NEWLINES != 0 && &bytes[73..77] != NEWLINES {
            return corrupt(73, "line ends have been changed: the image was copied as text".into());
        }
        if header.capacity > u64::MAX / SECTOR / 4 {
            return corrupt(12, format!("a size of {} sectors is absurd", header.capacity));
        }
        if !header.grain.is_power_of_two() || !(8..=4096).contains(&header.grain) {
            return unsupported(20, format!("a grain of {} sectors is no power of two from 8 to 4096", header.grain));
        }
        if header.grains == 0 || header.grains > 4096 {
            return unsupported(44, format!("tables of {} grains are not known", header.grains));
        }
        if header.tables() > MAX_TABLES {
            let reason = format!("{} sectors are too many for tables of {} grains", header.capacity, header.grains);
            return Err(Error::too_large("VMDK header", reason).at(12));
        }
        if header.descriptor.1 > MAX_DESCRIPTOR / SECTOR {
            return Err(Error::too_large("VMDK header", "the descriptor has more than 1 MiB").at(36));
        }
        match (header.is_compressed(), header.compression) {
            (true, 1) | (false, _) => Ok(header),
            (true, other) => unsupported(77, format!("compression {other} is not known")),
        }
    }

    /// Returns its bytes.
    pub(super) fn to_bytes(&self) -> Bytes {
        let mut bytes = [0; LENGTH];
        bytes[..4].copy_from_slice(MAGIC);
        put_u32(&mut bytes, 4, self.version);
        put_u32(&mut bytes, 8, self.flags);
        put_u64(&mut bytes, 12, self.capacity);
        put_u64(&mut bytes, 20, self.grain);
        put_u64(&mut bytes, 28, self.descriptor.0);
        put_u64(&mut bytes, 36, self.descriptor.1);
        put_u32(&mut bytes, 44, self.grains);
        put_u64(&mut bytes, 56, self.directory);
        put_u64(&mut bytes, 64, self.overhead);
        bytes[73..77].copy_from_slice(NEWLINES);
        put_u16(&mut bytes, 77, self.compression);
        Bytes::copy_from_slice(&bytes)
    }

    /// Returns whether grains are compressed.
    pub fn is_compressed(&self) -> bool {
        self.flags & FLAG_COMPRESSED != 0
    }

    /// Returns whether markers tell what comes: only then can it be read in one pass.
    pub fn has_markers(&self) -> bool {
        self.flags & FLAG_MARKERS != 0
    }

    /// Returns whether a table entry of 1 is a grain of zeros.
    pub(super) fn has_zero_grains(&self) -> bool {
        self.flags & FLAG_ZERO != 0
    }

    /// Returns the virtual size, in bytes.
    pub fn size(&self) -> u64 {
        self.capacity * SECTOR
    }

    /// Returns the bytes of a grain.
    pub fn grain_size(&self) -> u32 {
        u32::try_from(self.grain * SECTOR).expect("at most 2 MiB")
    }

    /// Returns how many tables the disk needs.
    pub(super) fn tables(&self) -> u64 {
        self.capacity.div_ceil(self.grain * u64::from(self.grains))
    }

    /// Returns how many bytes of the disk a table tells of.
    pub(super) fn table_covers(&self) -> u64 {
        u64::from(self.grain_size()) * u64::from(self.grains)
    }
}
