//! Images whatever their format: opened by what they start with, with their parents, converted and compared.

mod chain;
mod compare;
mod convert;
mod merge;

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

pub use self::{
    chain::{Link, join, open_chain},
    compare::compare,
    convert::{Target, decode, encode, write},
    merge::merge,
};
use crate::{
    Error, Report, Result, Source, Storage,
    qcow2::{self, Qcow2},
    raw::Raw,
    storage::{File, LocalFolder},
    vhd::{self, Vhd},
    vhd_dir::{self, VhdDir},
    vmdk::{self, Vmdk},
};

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// The bytes of the disk.
    Raw,
    /// VHD.
    Vhd,
    /// A VHD as files of a folder.
    VhdDir,
    /// QCOW2.
    Qcow2,
    /// VMDK.
    Vmdk,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Raw, Self::Vhd, Self::VhdDir, Self::Qcow2, Self::Vmdk];

    /// Returns its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Vhd => "vhd",
            Self::VhdDir => "vhd-dir",
            Self::Qcow2 => "qcow2",
            Self::Vmdk => "vmdk",
        }
    }

    /// Returns the format that a file of this name usually has.
    pub fn of_name(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "raw" | "img" | "iso" => Some(Self::Raw),
            "vhd" | "vpc" => Some(Self::Vhd),
            "qcow2" | "qcow" => Some(Self::Qcow2),
            "vmdk" => Some(Self::Vmdk),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = Error;

    /// Reads its name; `vpc` is VHD for QEMU.
    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|format| format.as_str() == name);
        found.or((name == "vpc").then_some(Self::Vhd)).ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            Error::misuse("format", format!("`{name}` is none of {names}"))
        })
    }
}

/// An open image.
#[derive(Clone)]
pub enum Image {
    /// The bytes of the disk.
    Raw(Arc<Raw>),
    /// VHD.
    Vhd(Arc<Vhd>),
    /// A VHD as files of a folder.
    VhdDir(Arc<VhdDir>),
    /// QCOW2.
    Qcow2(Arc<Qcow2>),
    /// VMDK in one file.
    Vmdk(Arc<Vmdk>),
    /// VMDK in several files.
    Parts(Arc<dyn Source>),
}

/// Bytes that are looked at to tell a format.
const LOOK: usize = 64;

impl Image {
    /// Opens an image. Without a format it is told by what it starts with, or a fixed VHD by what it ends with; what is
    /// none of these is raw. Whoever writes a raw disk can make it look like another format: say the format of disks
    /// that come from elsewhere.
    ///
    /// # Errors
    ///
    /// What is wrong with the image; [`crate::Kind::Io`].
    pub async fn open(path: impl AsRef<Path>, format: Option<Format>) -> Result<Self> {
        let path = resolve_alias(path.as_ref()).await?;
        if format == Some(Format::VhdDir) || (format.is_none() && path.is_dir()) {
            return Ok(Self::VhdDir(Arc::new(VhdDir::open(Arc::new(LocalFolder::new(path))).await?)));
        }
        let file: Arc<dyn Storage> = Arc::new(File::open(&path).await?);
        let start = file.read_at(0, LOOK).await?;
        let format = match format {
            Some(format) => format,
            None => probe(&*file, &start).await?,
        };
        Ok(match format {
            Format::Raw => Self::Raw(Arc::new(Raw::open(file).await?)),
            Format::Vhd => Self::Vhd(Arc::new(Vhd::open(file).await?)),
            Format::Qcow2 => Self::Qcow2(Arc::new(Qcow2::open(file).await?)),
            Format::Vmdk if start.starts_with(DESCRIPTOR) => Self::Parts(vmdk::open_descriptor(&path).await?),
            Format::Vmdk => Self::Vmdk(Arc::new(Vmdk::open(file).await?)),
            Format::VhdDir => return Err(Error::misuse("VHD directory", "it is a file").in_file(file.name())),
        })
    }

    /// Returns its format.
    pub fn format(&self) -> Format {
        match self {
            Self::Raw(_) => Format::Raw,
            Self::Vhd(_) => Format::Vhd,
            Self::VhdDir(_) => Format::VhdDir,
            Self::Qcow2(_) => Format::Qcow2,
            Self::Vmdk(_) | Self::Parts(_) => Format::Vmdk,
        }
    }

    /// Returns what it holds, without its parents.
    pub fn source(&self) -> Arc<dyn Source> {
        match self {
            Self::Raw(image) => Arc::clone(image) as _,
            Self::Vhd(image) => Arc::clone(image) as _,
            Self::VhdDir(image) => Arc::clone(image) as _,
            Self::Qcow2(image) => Arc::clone(image) as _,
            Self::Vmdk(image) => Arc::clone(image) as _,
            Self::Parts(image) => Arc::clone(image),
        }
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", self.format(), self.source().size())
    }
}

/// What the descriptor of a VMDK in several files starts with.
const DESCRIPTOR: &[u8] = b"# Disk DescriptorFile";

/// Tells the format of an image by its first 64 bytes; none for raw disks and fixed VHDs.
pub fn format_of_start(start: &[u8]) -> Option<Format> {
    let marks = [
        (&b"conectix"[..], Format::Vhd),
        (b"QFI\xfb", Format::Qcow2),
        (b"KDMV", Format::Vmdk),
        (DESCRIPTOR, Format::Vmdk),
    ];
    marks.into_iter().find(|(mark, _)| start.starts_with(mark)).map(|(_, format)| format)
}

/// Tells the format of a file.
async fn probe(file: &dyn Storage, start: &[u8]) -> Result<Format> {
    let footer = b"conectix";
    if let Some(format) = format_of_start(start) {
        return Ok(format);
    }
    let end = file.length().await?.checked_sub(512);
    let end = match end {
        Some(at) => file.read_at(at, footer.len()).await?,
        None => bytes::Bytes::new(),
    };
    Ok(if end == footer[..] { Format::Vhd } else { Format::Raw })
}

/// Most bytes of an alias.
const MAX_ALIAS: usize = 1024;

/// Follows `….alias.vhd`, a text with the relative path of a VHD directory, as backups have.
async fn resolve_alias(path: &Path) -> Result<PathBuf> {
    let is_alias = |path: &Path| path.to_string_lossy().ends_with(".alias.vhd");
    if !is_alias(path) || path.is_dir() {
        return Ok(path.to_owned());
    }
    let file = File::open(path).await?;
    let text = file.read_at(0, MAX_ALIAS + 1).await?;
    let bad = |reason: &str| Error::corrupt("alias", reason.to_owned()).in_file(file.name());
    let text = std::str::from_utf8(&text).ok().filter(|text| text.len() <= MAX_ALIAS);
    let target = path.parent().unwrap_or(Path::new("")).join(text.ok_or_else(|| bad("it is no path"))?.trim());
    if is_alias(&target) { Err(bad("it leads to another alias")) } else { Ok(target) }
}

/// Checks an image without its parents.
///
/// # Errors
///
/// [`crate::Kind::Io`]; what is wrong with the image is in the report.
pub async fn check(path: impl AsRef<Path>, format: Option<Format>) -> Result<Report> {
    let path = resolve_alias(path.as_ref()).await?;
    if path.is_dir() {
        return vhd_dir::check(Arc::new(LocalFolder::new(path))).await;
    }
    let file: Arc<dyn Storage> = Arc::new(File::open(&path).await?);
    let start = file.read_at(0, LOOK).await?;
    let format = match format {
        Some(format) => format,
        None => probe(&*file, &start).await?,
    };
    match format {
        Format::Vhd => vhd::check(file).await,
        Format::Qcow2 => qcow2::check(file).await,
        Format::Vmdk if !start.starts_with(DESCRIPTOR) => vmdk::check(file).await,
        Format::Vmdk | Format::Raw | Format::VhdDir => {
            let mut report = Report::default();
            report.need(Image::open(&path, Some(format)).await);
            Ok(report)
        }
    }
}
