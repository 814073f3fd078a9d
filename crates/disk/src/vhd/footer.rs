//! The last 512 bytes of every VHD, of which all but fixed ones have a copy at their start.

use std::time::{SystemTime, UNIX_EPOCH};

use uuid::Uuid;

use super::checksum;
use crate::{
    Error, Result,
    fields::be::{get_u16, get_u32, get_u64, put_u16, put_u32, put_u64},
};

/// Length of a footer, in bytes.
pub(crate) const LENGTH: usize = 512;
/// What a footer starts with.
pub(crate) const COOKIE: &[u8] = b"conectix";
/// Where the checksum is.
const CHECKSUM: usize = 64;
/// 2000-01-01 UTC, in seconds since the Unix epoch.
const EPOCH: u64 = 946_684_800;
/// Version 1.0 of the format.
const VERSION: u32 = 0x0001_0000;
/// A bit of the features that is always set.
const RESERVED: u32 = 2;
/// Creator of images made by XenServer's tools; programs that see it take the size as it is, not the geometry's.
const CREATOR: [u8; 4] = *b"tap\0";
/// Its version before blocks were also told of in a map behind the table, which is not written here.
const CREATOR_VERSION: u32 = 1;

/// Kinds of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskType {
    /// Disk type 2: the raw disk, then the footer.
    Fixed,
    /// Disk type 3: blocks where there is data.
    Dynamic,
    /// Disk type 4: blocks where it differs from its parent.
    Differencing,
}

impl DiskType {
    fn number(self) -> u32 {
        match self {
            Self::Fixed => 2,
            Self::Dynamic => 3,
            Self::Differencing => 4,
        }
    }
}

/// Cylinders, heads and sectors, which old BIOSes need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Cylinders.
    pub cylinders: u16,
    /// Heads.
    pub heads: u8,
    /// Sectors a track.
    pub sectors: u8,
}

impl Geometry {
    /// Computes the geometry of a disk by the algorithm in the appendix of the specification. It never has more sectors
    /// than the disk.
    pub fn of(size: u64) -> Self {
        let total = (size / crate::SECTOR).min(65535 * 16 * 255);
        let (cylinders_heads, heads, sectors) = if total >= 65535 * 16 * 63 {
            (total / 255, 16, 255)
        } else {
            let (mut sectors, mut cylinders_heads) = (17, total / 17);
            let mut heads = cylinders_heads.div_ceil(1024).max(4);
            if cylinders_heads >= heads * 1024 || heads > 16 {
                (sectors, heads, cylinders_heads) = (31, 16, total / 31);
            }
            if cylinders_heads >= heads * 1024 {
                (sectors, heads, cylinders_heads) = (63, 16, total / 63);
            }
            (cylinders_heads, heads, sectors)
        };
        let small = |number: u64| u8::try_from(number).expect("at most 255");
        let cylinders = u16::try_from(cylinders_heads / heads).unwrap_or(u16::MAX);
        Self { cylinders, heads: small(heads), sectors: small(sectors) }
    }
}

/// The footer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footer {
    /// Where the header is, in bytes; all bits set in fixed images.
    pub data_offset: u64,
    /// When the image was made, in seconds since 2000-01-01 UTC.
    pub timestamp: u32,
    /// Program that made it.
    pub creator: [u8; 4],
    /// Version of that program.
    pub creator_version: u32,
    /// System that it ran on.
    pub creator_os: u32,
    /// Virtual size when it was made, in bytes.
    pub original_size: u64,
    /// Virtual size, in bytes: whole sectors.
    pub size: u64,
    /// Geometry.
    pub geometry: Geometry,
    /// Kind of image.
    pub disk_type: DiskType,
    /// Uuid.
    pub uuid: Uuid,
    /// Whether the VM that it belongs to is suspended.
    pub saved_state: bool,
    /// Whether it is a base copy that only serves as parent: an extension of XenServer.
    pub hidden: bool,
}

impl Footer {
    pub(super) fn new(size: u64, disk_type: DiskType, uuid: Uuid, timestamp: u32) -> Self {
        Self {
            data_offset: if disk_type == DiskType::Fixed { u64::MAX } else { LENGTH as u64 },
            timestamp,
            creator: CREATOR,
            creator_version: CREATOR_VERSION,
            creator_os: 0,
            original_size: size,
            size,
            geometry: Geometry::of(size),
            disk_type,
            uuid,
            saved_state: false,
            hidden: false,
        }
    }

    /// Reads a footer.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Corrupt`] if it is none or its checksum is wrong, [`crate::Kind::Unsupported`] for another version or
    /// kind of disk, [`crate::Kind::TooLarge`] beyond 2040 GiB; with the offset of the field in the footer.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let fail = |error: Error, field: u64| Err(error.at(field));
        let corrupt = |reason: String| Error::corrupt("VHD footer", reason);
        if bytes.len() < LENGTH || !bytes.starts_with(COOKIE) {
            return fail(corrupt("it does not start with `conectix`".into()), 0);
        }
        let bytes = &bytes[..LENGTH];
        let (is, should) = (get_u32(bytes, CHECKSUM), checksum(bytes, CHECKSUM));
        if is != should {
            return fail(
                corrupt(format!("its checksum is {is:#010x}, of what it holds it would be {should:#010x}")),
                64,
            );
        }
        let version = get_u32(bytes, 12);
        if version >> 16 != VERSION >> 16 {
            return fail(Error::unsupported("VHD footer", format!("version {version:#x} is not known")), 12);
        }
        let disk_type = match get_u32(bytes, 60) {
            2 => DiskType::Fixed,
            3 => DiskType::Dynamic,
            4 => DiskType::Differencing,
            other => return fail(Error::unsupported("VHD footer", format!("disk type {other} is not known")), 60),
        };
        let size = get_u64(bytes, 48);
        if !size.is_multiple_of(crate::SECTOR) {
            return fail(corrupt(format!("the size of {size} bytes is no whole sectors")), 48);
        }
        super::checked_size(size).map_err(|error| error.at(48))?;
        Ok(Self {
            data_offset: get_u64(bytes, 16),
            timestamp: get_u32(bytes, 24),
            creator: bytes[28..32].try_into().expect("four bytes"),
            creator_version: get_u32(bytes, 32),
            creator_os: get_u32(bytes, 36),
            original_size: get_u64(bytes, 40),
            size,
            geometry: Geometry { cylinders: get_u16(bytes, 56), heads: bytes[58], sectors: bytes[59] },
            disk_type,
            uuid: Uuid::from_bytes(bytes[68..84].try_into().expect("sixteen bytes")),
            saved_state: bytes[84] != 0,
            hidden: bytes[85] != 0,
        })
    }

    /// Returns its bytes.
    pub fn to_bytes(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[..8].copy_from_slice(COOKIE);
        put_u32(&mut bytes, 8, RESERVED);
        put_u32(&mut bytes, 12, VERSION);
        put_u64(&mut bytes, 16, self.data_offset);
        put_u32(&mut bytes, 24, self.timestamp);
        bytes[28..32].copy_from_slice(&self.creator);
        put_u32(&mut bytes, 32, self.creator_version);
        put_u32(&mut bytes, 36, self.creator_os);
        put_u64(&mut bytes, 40, self.original_size);
        put_u64(&mut bytes, 48, self.size);
        put_u16(&mut bytes, 56, self.geometry.cylinders);
        bytes[58] = self.geometry.heads;
        bytes[59] = self.geometry.sectors;
        put_u32(&mut bytes, 60, self.disk_type.number());
        bytes[68..84].copy_from_slice(self.uuid.as_bytes());
        bytes[84] = self.saved_state.into();
        bytes[85] = self.hidden.into();
        let sum = checksum(&bytes, CHECKSUM);
        put_u32(&mut bytes, CHECKSUM, sum);
        bytes
    }
}

/// Returns a time in seconds since 2000-01-01 UTC, as VHDs have them.
pub(super) fn seconds(time: SystemTime) -> u32 {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    u32::try_from(seconds.saturating_sub(EPOCH)).unwrap_or(u32::MAX)
}

pub(super) fn now() -> u32 {
    seconds(SystemTime::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geometries_are_those_of_the_specification() {
        let check = |sectors: u64, expected: (u16, u8, u8)| {
            let Geometry { cylinders, heads, sectors } = Geometry::of(sectors * 512);
            assert_eq!((cylinders, heads, sectors), expected);
        };
        check(20480, (301, 4, 17));
        check(20_971_520, (20805, 16, 63));
        check(65535 * 16 * 63, (16191, 16, 255));
        check(1 << 40, (65535, 16, 255));
        check(0, (0, 4, 17));
    }

    #[test]
    fn a_footer_is_read_as_it_was_written() {
        let footer = Footer { hidden: true, ..Footer::new(5 << 30, DiskType::Dynamic, Uuid::new_v4(), 7) };
        assert_eq!(Footer::read(&footer.to_bytes()).unwrap(), footer);
    }
}
