//! What an upload is, told from how it starts.

use std::io::{self, Cursor};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, Chain};

use crate::{Compression, Decoder, tar};

/// How much is looked at, in bytes, decompressed: an image of a CD says what it is after 32 KiB.
pub const START: usize = 36 * 1024;
/// Where an image of a CD says what it is: its first descriptor is in sector 16 of 2 KiB, the word after one byte.
const ISO: std::ops::Range<usize> = 32_769..32_774;

/// What a stream is when it is decompressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Machines as XAPI exports them.
    Xva,
    /// Machines in a package of OVF, in one file.
    Ova,
    /// The descriptor of a package of OVF without the disks.
    Ovf,
    /// A tar archive of something else.
    Tar,
    /// A disk: VHD, growing or a difference. A VHD of fixed size starts with the disk itself, and is `Raw` here.
    Vhd,
    /// A disk: VHDX.
    Vhdx,
    /// A disk: VMDK in one file.
    Vmdk,
    /// The descriptor of a disk whose content is in other files.
    VmdkDescriptor,
    /// A disk: QCOW2.
    Qcow2,
    /// An image of a CD or DVD.
    Iso,
    /// Anything else: a disk as it is.
    Raw,
}

impl Format {
    /// Tells it from the first bytes, decompressed; [`START`] of them if there are so many.
    pub fn of(start: &[u8]) -> Self {
        let text = start.trim_ascii_start();
        if tar::is_start(start) {
            Self::of_tar(start)
        } else if start.starts_with(b"conectix") {
            Self::Vhd
        } else if start.starts_with(b"vhdxfile") {
            Self::Vhdx
        } else if start.starts_with(b"KDMV") {
            Self::Vmdk
        } else if start.starts_with(b"# Disk DescriptorFile") {
            Self::VmdkDescriptor
        } else if start.starts_with(b"QFI\xfb") {
            Self::Qcow2
        } else if start.get(ISO) == Some(b"CD001") {
            Self::Iso
        } else if text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).starts_with(b"<") && has(text, b"Envelope") {
            Self::Ovf
        } else {
            Self::Raw
        }
    }

    /// Tells archives apart by their first member.
    fn of_tar(start: &[u8]) -> Self {
        let name = tar::first_name(start).unwrap_or_default().to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if name == "ova.xml" {
            Self::Xva
        } else if ends(&[".ovf", ".mf", ".cert", ".vmdk", ".vmdk.gz", ".vhd", ".qcow2", ".iso", ".nvram"]) {
            Self::Ova
        } else {
            Self::Tar
        }
    }
}

fn has(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).take(4096).any(|window| window == word)
}

/// An upload that has been looked at, and all of it decompressed.
#[derive(Debug)]
pub struct Upload<R> {
    /// What it is.
    pub format: Format,
    /// How it came.
    pub compression: Compression,
    /// All of it, decompressed.
    pub content: Chain<Cursor<Bytes>, Decoder<R>>,
}

impl<R: AsyncRead + Unpin> Upload<R> {
    /// Looks at the start of `input`.
    ///
    /// # Errors
    ///
    /// If `input` fails or its compression is damaged.
    pub async fn open(input: R) -> io::Result<Self> {
        let mut decoder = Decoder::open(input).await?;
        let (start, whole) = start(&mut decoder).await;
        whole?;
        let (format, compression) = (Format::of(&start), decoder.compression());
        Ok(Self { format, compression, content: Cursor::new(start).chain(decoder) })
    }
}

/// Tells what a stream is from its first bytes, which may be compressed: [`START`] of them if there are so many.
pub async fn sniff(bytes: &[u8]) -> (Compression, Format) {
    let Ok(mut decoder) = Decoder::open(bytes).await else { return (Compression::None, Format::Raw) };
    // The stream goes on after these bytes, which end anywhere: what can be decompressed will do.
    let (start, _) = start(&mut decoder).await;
    (decoder.compression(), Format::of(&start))
}

/// Reads the start of a stream, and says what stopped it from being longer.
async fn start(decoder: &mut (impl AsyncRead + Unpin)) -> (Bytes, io::Result<()>) {
    let mut read = BytesMut::with_capacity(START);
    while read.len() < START {
        match decoder.take((START - read.len()) as u64).read_buf(&mut read).await {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => return (read.freeze(), Err(error)),
        }
    }
    (read.freeze(), Ok(()))
}
