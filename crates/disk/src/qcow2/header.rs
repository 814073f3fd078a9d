//! The header.

use bytes::Bytes;

use super::{Backing, Options};
use crate::{
    Error, Result,
    codec::Codec,
    fields::be::{get_u32, get_u64, put_u32, put_u64},
};

/// What an image starts with.
pub(crate) const MAGIC: &[u8] = b"QFI\xfb";
/// Bytes of the first version's header.
pub(super) const LENGTH_2: usize = 72;
/// Bytes that are read at first: they hold every field that is known.
pub(super) const FIRST: usize = 112;
/// Most bytes of the header with its extensions and the name of the parent: those of the smallest cluster are fewer.
pub(super) const MOST: usize = 64 << 10;
/// Most bytes of a parent's name, as in the specification.
const MAX_NAME: u32 = 1023;
/// Most bytes of the L1 table, as in QEMU: it is kept in memory.
const MAX_L1: u64 = 32 << 20;

/// Bits of the features without which an image cannot be read, and what they are called.
const INCOMPATIBLE: [(u64, &str); 5] = [
    (1, "refcounts that are not up to date"),
    (2, "corrupt"),
    (4, "external data file"),
    (8, "compression type"),
    (16, "extended L2 entries"),
];
/// Those that are read: the first two are no hindrance.
const READ: u64 = 1 | 2 | 8;

const EXTENSION_BACKING_FORMAT: u32 = 0xe279_2aca;
const EXTENSION_DATA_FILE: u32 = 0x4441_5441;

/// How clusters are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Deflate, which every program reads.
    #[default]
    Zlib,
    /// zstd, which is faster; read by QEMU 5.1 and newer.
    Zstd,
}

impl Compression {
    pub(super) fn codec(self) -> Codec {
        match self {
            Self::Zlib => Codec::Deflate,
            Self::Zstd => Codec::Zstd,
        }
    }
}

/// The header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// 2 or 3.
    pub version: u32,
    /// log2 of the bytes of a cluster.
    pub cluster_bits: u32,
    /// Virtual size, in bytes.
    pub size: u64,
    /// Entries of the L1 table.
    pub l1_size: u32,
    /// Where the L1 table is, in bytes.
    pub l1_offset: u64,
    /// Where the refcount table is, in bytes.
    pub refcount_offset: u64,
    /// Clusters of the refcount table.
    pub refcount_clusters: u32,
    /// log2 of the bits of a refcount.
    pub refcount_order: u32,
    /// Snapshots in the image, which are passed over.
    pub snapshots: u32,
    /// Features without which it cannot be read.
    pub incompatible: u64,
    /// How compressed clusters are.
    pub compression: Compression,
    /// Where the extensions start.
    pub(super) length: u32,
    /// Where the parent's name is, and its bytes.
    backing: (u64, u32),
}

impl Header {
    /// Makes the header of an image that is to be written.
    pub(super) fn new(size: u64, cluster_bits: u32, compression: Compression) -> Result<Self> {
        let header = Self {
            version: 3,
            cluster_bits,
            size,
            l1_size: 0,
            l1_offset: 0,
            refcount_offset: 0,
            refcount_clusters: 0,
            refcount_order: 4,
            snapshots: 0,
            incompatible: if compression == Compression::Zstd { 8 } else { 0 },
            compression,
            length: if compression == Compression::Zstd { 112 } else { 104 },
            backing: (0, 0),
        };
        let l1_size = header.l1_needed()?;
        Ok(Self { l1_size, ..header })
    }

    /// Reads the fixed part of a header: up to 112 bytes, of which there are fewer in small images only.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Corrupt`] if it is none or contradicts itself, [`crate::Kind::Unsupported`] for encryption, an external
    /// data file and other features that are not read, [`crate::Kind::TooLarge`] for an L1 table of more than 32 MiB; with
    /// the offset of the field.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let corrupt = |at: u64, reason: String| Err(Error::corrupt("QCOW2 header", reason).at(at));
        let unsupported = |at: u64, reason: String| Err(Error::unsupported("QCOW2 header", reason).at(at));
        if bytes.len() < LENGTH_2 || !bytes.starts_with(MAGIC) {
            return corrupt(0, "it does not start with `QFI\\xfb`".into());
        }
        let version = get_u32(bytes, 4);
        if !(2..=3).contains(&version) {
            return unsupported(4, format!("version {version} is not known"));
        }
        let mut header = Self {
            version,
            cluster_bits: get_u32(bytes, 20),
            size: get_u64(bytes, 24),
            l1_size: get_u32(bytes, 36),
            l1_offset: get_u64(bytes, 40),
            refcount_offset: get_u64(bytes, 48),
            refcount_clusters: get_u32(bytes, 56),
            refcount_order: 4,
            snapshots: get_u32(bytes, 60),
            incompatible: 0,
            compression: Compression::Zlib,
            length: 72,
            backing: (get_u64(bytes, 8), get_u32(bytes, 16)),
        };
        if !(9..=21).contains(&header.cluster_bits) {
            return unsupported(
                20,
                format!("clusters of 2^{} bytes are not from 512 bytes to 2 MiB", header.cluster_bits),
            );
        }
        match get_u32(bytes, 32) {
            0 => {}
            1 => return unsupported(32, "the image is encrypted (AES)".into()),
            2 => return unsupported(32, "the image is encrypted (LUKS)".into()),
            other => return unsupported(32, format!("the image is encrypted by method {other}")),
        }
        if version == 3 {
            header.read_3(bytes)?;
        }
        if header.size >= 1 << 62 {
            return corrupt(24, format!("a size of {} bytes is absurd", header.size));
        }
        let needed = header.l1_needed()?;
        if header.l1_size < needed {
            let reason = format!("the L1 table has {} entries, the disk needs {needed}", header.l1_size);
            return corrupt(36, reason);
        }
        if !header.l1_offset.is_multiple_of(header.cluster()) {
            return corrupt(40, format!("the L1 table would be at byte {}, at no cluster", header.l1_offset));
        }
        if header.backing.0 != 0 && header.backing.1 > MAX_NAME {
            return corrupt(16, format!("the name of the parent has {} bytes", header.backing.1));
        }
        Ok(header)
    }

    /// Reads what version 3 adds.
    fn read_3(&mut self, bytes: &[u8]) -> Result<()> {
        let corrupt = |at: u64, reason: String| Err(Error::corrupt("QCOW2 header", reason).at(at));
        if bytes.len() < 104 {
            return corrupt(100, "it ends too early".into());
        }
        self.incompatible = get_u64(bytes, 72);
        self.refcount_order = get_u32(bytes, 96);
        self.length = get_u32(bytes, 100);
        let unread = self.incompatible & !READ;
        // The data file is named by an extension, which is told when that has been read.
        if unread & !4 != 0 {
            let names: Vec<_> = (0..64)
                .filter(|bit| unread & (1 << bit) != 0)
                .map(|bit| match INCOMPATIBLE.get(bit) {
                    Some((_, name)) => (*name).to_owned(),
                    None => format!("bit {bit}"),
                })
                .collect();
            let reason = format!("the image uses features that are not read: {}", names.join(", "));
            return Err(Error::unsupported("QCOW2 header", reason).at(72));
        }
        if self.refcount_order > 6 {
            return corrupt(96, format!("refcounts of 2^{} bits are not known", self.refcount_order));
        }
        if self.length < 104 || u64::from(self.length) > self.cluster() || self.length as usize > MOST {
            return corrupt(100, format!("a header of {} bytes is none", self.length));
        }
        if self.incompatible & 8 != 0 {
            self.compression = match bytes.get(104).filter(|_| self.length > 104) {
                Some(0) => Compression::Zlib,
                Some(1) => Compression::Zstd,
                other => {
                    let reason = format!("compression type {} is not known", other.copied().unwrap_or(0));
                    return Err(Error::unsupported("QCOW2 header", reason).at(104));
                }
            };
        }
        Ok(())
    }

    /// Returns how many bytes from the start hold the extensions and the parent's name.
    pub(super) fn whole_length(&self) -> usize {
        let name = if self.backing.0 == 0 { 0 } else { self.backing.0.saturating_add(self.backing.1.into()) };
        let end = name.max(self.cluster().min(4096)).min(MOST as u64);
        usize::try_from(end).expect("at most MOST")
    }

    /// Reads extensions and the name of the parent from the first bytes of the image.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Unsupported`] for an external data file; [`crate::Kind::Corrupt`].
    pub(super) fn read_backing(&self, bytes: &[u8]) -> Result<Option<Backing>> {
        let mut format = None;
        let mut at = self.length as usize;
        let end = if self.backing.0 == 0 { bytes.len() as u64 } else { self.backing.0.min(bytes.len() as u64) };
        let mut data_file = None;
        while at as u64 + 8 <= end {
            let (kind, length) = (get_u32(bytes, at), get_u32(bytes, at + 4) as usize);
            if kind == 0 {
                break;
            }
            let Some(text) = bytes.get(at + 8..at + 8 + length) else {
                let reason = format!("extension {kind:#x} of {length} bytes does not fit");
                return Err(Error::corrupt("QCOW2 header extension", reason).at(at as u64));
            };
            let text = || String::from_utf8_lossy(text).into_owned();
            match kind {
                EXTENSION_BACKING_FORMAT => format = Some(text()),
                EXTENSION_DATA_FILE => data_file = Some(text()),
                _ => {}
            }
            at += 8 + length.next_multiple_of(8);
        }
        if self.incompatible & 4 != 0 {
            let name = data_file.unwrap_or_default();
            let reason =
                format!("the data is in another file, `{name}`, which is not read; `qemu-img convert` joins them");
            return Err(Error::unsupported("QCOW2 header", reason).at(72));
        }
        if self.backing.0 == 0 {
            return Ok(None);
        }
        let name = usize::try_from(self.backing.0).ok().and_then(|at| bytes.get(at..)?.get(..self.backing.1 as usize));
        let Some(name) = name else {
            let reason = format!("it would be at byte {}", self.backing.0);
            return Err(Error::corrupt("QCOW2 name of the parent", reason).at(8));
        };
        Ok(Some(Backing { name: String::from_utf8_lossy(name).into_owned(), format }))
    }

    /// Returns its bytes: those of one cluster.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::TooLarge`] if the name of the parent is longer than 1023 bytes.
    pub(super) fn to_bytes(&self, options: &Options) -> Result<Bytes> {
        let mut bytes = vec![0; usize::try_from(self.cluster()).expect("at most 2 MiB")];
        bytes[..4].copy_from_slice(MAGIC);
        put_u32(&mut bytes, 4, self.version);
        put_u32(&mut bytes, 20, self.cluster_bits);
        put_u64(&mut bytes, 24, self.size);
        put_u32(&mut bytes, 36, self.l1_size);
        put_u64(&mut bytes, 40, self.l1_offset);
        put_u64(&mut bytes, 48, self.refcount_offset);
        put_u32(&mut bytes, 56, self.refcount_clusters);
        put_u64(&mut bytes, 72, self.incompatible);
        put_u32(&mut bytes, 96, self.refcount_order);
        put_u32(&mut bytes, 100, self.length);
        if self.compression == Compression::Zstd {
            bytes[104] = 1;
        }
        let Some(backing) = &options.backing else { return Ok(bytes.into()) };
        let mut at = self.length as usize;
        if let Some(format) = &backing.format {
            put_u32(&mut bytes, at, EXTENSION_BACKING_FORMAT);
            put_u32(&mut bytes, at + 4, u32::try_from(format.len()).unwrap_or(u32::MAX));
            bytes[at + 8..at + 8 + format.len()].copy_from_slice(format.as_bytes());
            at += 8 + format.len().next_multiple_of(8);
        }
        // The end of the extensions: eight zeros.
        at += 8;
        let length = u32::try_from(backing.name.len()).ok().filter(|length| *length <= MAX_NAME);
        let Some(length) = length else {
            let reason = format!("`{}` has more than {MAX_NAME} bytes", backing.name);
            return Err(Error::too_large("QCOW2 name of the parent", reason));
        };
        put_u64(&mut bytes, 8, at as u64);
        put_u32(&mut bytes, 16, length);
        bytes[at..at + backing.name.len()].copy_from_slice(backing.name.as_bytes());
        Ok(bytes.into())
    }

    /// Returns the bytes of a cluster.
    pub fn cluster(&self) -> u64 {
        1 << self.cluster_bits
    }

    /// Returns how many clusters an L2 table tells of.
    pub(super) fn l2_entries(&self) -> u64 {
        self.cluster() / 8
    }

    /// Returns how many bytes of the disk an L2 table tells of.
    pub(super) fn l2_covers(&self) -> u64 {
        self.cluster() * self.l2_entries()
    }

    /// Returns how many entries of the L1 table the disk needs.
    pub(super) fn l1_needed(&self) -> Result<u32> {
        let needed = self.size.div_ceil(self.l2_covers());
        if needed * 8 > MAX_L1 {
            let reason = format!(
                "a disk of {} bytes has an L1 table of more than 32 MiB with clusters of {} bytes",
                self.size,
                self.cluster()
            );
            return Err(Error::too_large("QCOW2 header", reason).at(24));
        }
        Ok(u32::try_from(needed).expect("at most 4 Mi"))
    }
}
