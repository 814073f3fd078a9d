//! The header of dynamic and differencing images.

use uuid::Uuid;

use super::{BLOCK, checksum};
use crate::{
    Error, Result,
    fields::be::{get_u16, get_u32, get_u64, put_u16, put_u32, put_u64},
};

/// Length of the header, in bytes.
pub(crate) const LENGTH: usize = 1024;
/// What the header starts with.
const COOKIE: &[u8] = b"cxsparse";
const CHECKSUM: usize = 36;
const VERSION: u32 = 0x0001_0000;
/// Where the eight locators start, and how long each is.
const LOCATORS: (usize, usize) = (576, 24);
/// UTF-16 units of the parent's name.
const NAME: usize = 256;
/// Most bytes of a path in a locator: more than any system has.
const MAX_LOCATOR: u32 = 64 << 10;
/// Largest block, in bytes.
const MAX_BLOCK: u32 = 256 << 20;
/// Most blocks of an image: their table takes 64 MiB in memory. The largest disk in blocks of 512 KiB, the smallest
/// that are seen, has a quarter of that.
const MAX_BLOCKS: u64 = 16 << 20;

/// Where a path of the parent is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Locator {
    /// Which system's path it is: `W2ru` (UTF-16, relative), `W2ku` (UTF-16, absolute), `MacX` (a URL), 0 for none.
    pub platform: u32,
    /// Room for the path: sectors or bytes, as programs do not agree on it.
    pub space: u32,
    /// Bytes of the path.
    pub length: u32,
    /// Where it is in the image, in bytes.
    pub offset: u64,
}

/// A path relative to the child's folder, UTF-16, little-endian.
pub(crate) const W2RU: u32 = u32::from_be_bytes(*b"W2ru");
/// An absolute path, UTF-16, little-endian.
pub(crate) const W2KU: u32 = u32::from_be_bytes(*b"W2ku");
/// A `file:` URL, UTF-8.
pub(crate) const MACX: u32 = u32::from_be_bytes(*b"MacX");

/// The header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Where the BAT is, in bytes.
    pub table_offset: u64,
    /// Entries of the BAT, of which some at the end may mean nothing.
    pub entries: u32,
    /// Bytes of a block: a power of two.
    pub block_size: u32,
    /// Uuid of the parent.
    pub parent_uuid: Uuid,
    /// When the parent was changed last, in seconds since 2000-01-01 UTC.
    pub parent_timestamp: u32,
    /// Path of the parent.
    pub parent_name: String,
    /// Other paths of the parent.
    pub locators: [Locator; 8],
}

impl Header {
    /// Makes the header of a disk of `size` bytes, whose BAT is at `table_offset`.
    pub(super) fn new(size: u64, table_offset: u64) -> Self {
        Self {
            table_offset,
            entries: u32::try_from(size.div_ceil(BLOCK.into())).expect("2040 GiB have as many"),
            block_size: BLOCK,
            parent_uuid: Uuid::nil(),
            parent_timestamp: 0,
            parent_name: String::new(),
            locators: [Locator::default(); 8],
        }
    }

    /// Reads the header of a disk of `size` bytes.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Corrupt`] if it is none, its checksum is wrong, or it has fewer blocks than the disk needs;
    /// [`crate::Kind::Unsupported`] for another version or block size; [`crate::Kind::TooLarge`] for a table of more than
    /// 64 MiB; with the offset of the field in the header.
    pub fn read(bytes: &[u8], size: u64) -> Result<Self> {
        let corrupt = |at: u64, reason: String| Err(Error::corrupt("VHD header", reason).at(at));
        if bytes.len() < LENGTH || !bytes.starts_with(COOKIE) {
            return corrupt(0, "it does not start with `cxsparse`".into());
        }
        let bytes = &bytes[..LENGTH];
        let (is, should) = (get_u32(bytes, CHECKSUM), checksum(bytes, CHECKSUM));
        if is != should {
            return corrupt(36, format!("its checksum is {is:#010x}, of what it holds it would be {should:#010x}"));
        }
        let version = get_u32(bytes, 24);
        if version >> 16 != VERSION >> 16 {
            return Err(Error::unsupported("VHD header", format!("version {version:#x} is not known")).at(24));
        }
        let block_size = get_u32(bytes, 32);
        if !block_size.is_power_of_two() || !(4096..=MAX_BLOCK).contains(&block_size) {
            let reason = format!("a block size of {block_size} bytes is no power of two from 4 KiB to 256 MiB");
            return Err(Error::unsupported("VHD header", reason).at(32));
        }
        let entries = get_u32(bytes, 28);
        let blocks = size.div_ceil(block_size.into());
        if u64::from(entries) < blocks {
            return corrupt(28, format!("the table has {entries} entries, the disk of {size} bytes needs {blocks}"));
        }
        if blocks > MAX_BLOCKS {
            let reason = format!("a disk of {size} bytes has too many blocks of {block_size} bytes");
            return Err(Error::too_large("VHD header", reason).at(32));
        }
        let units: Vec<_> = (0..NAME).map(|unit| get_u16(bytes, 64 + 2 * unit)).take_while(|unit| *unit != 0).collect();
        let locator = |index: usize| {
            let at = LOCATORS.0 + index * LOCATORS.1;
            Locator {
                platform: get_u32(bytes, at),
                space: get_u32(bytes, at + 4),
                length: get_u32(bytes, at + 8),
                offset: get_u64(bytes, at + 16),
            }
        };
        let locators = std::array::from_fn(locator);
        if let Some(at) =
            locators.iter().position(|locator: &Locator| locator.platform != 0 && locator.length > MAX_LOCATOR)
        {
            let reason = format!("parent locator {at} has {} bytes", locators[at].length);
            return Err(Error::too_large("VHD header", reason).at((LOCATORS.0 + at * LOCATORS.1) as u64));
        }
        Ok(Self {
            table_offset: get_u64(bytes, 16),
            entries,
            block_size,
            parent_uuid: Uuid::from_bytes(bytes[40..56].try_into().expect("sixteen bytes")),
            parent_timestamp: get_u32(bytes, 56),
            parent_name: String::from_utf16_lossy(&units),
            locators,
        })
    }

    /// Returns its bytes. Of the parent's name as much as there is room for is kept.
    pub fn to_bytes(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[..8].copy_from_slice(COOKIE);
        put_u64(&mut bytes, 8, crate::fields::NONE);
        put_u64(&mut bytes, 16, self.table_offset);
        put_u32(&mut bytes, 24, VERSION);
        put_u32(&mut bytes, 28, self.entries);
        put_u32(&mut bytes, 32, self.block_size);
        bytes[40..56].copy_from_slice(self.parent_uuid.as_bytes());
        put_u32(&mut bytes, 56, self.parent_timestamp);
        for (at, unit) in self.parent_name.encode_utf16().take(NAME).enumerate() {
            put_u16(&mut bytes, 64 + 2 * at, unit);
        }
        for (at, locator) in self.locators.iter().enumerate() {
            let at = LOCATORS.0 + at * LOCATORS.1;
            put_u32(&mut bytes, at, locator.platform);
            put_u32(&mut bytes, at + 4, locator.space);
            put_u32(&mut bytes, at + 8, locator.length);
            put_u64(&mut bytes, at + 16, locator.offset);
        }
        let sum = checksum(&bytes, CHECKSUM);
        put_u32(&mut bytes, CHECKSUM, sum);
        bytes
    }

    /// Returns how many bytes the bitmap of a block takes: a bit a sector, in whole sectors.
    pub fn bitmap_size(&self) -> u64 {
        super::bitmap::length(self.block_size)
    }
}
