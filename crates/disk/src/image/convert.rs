//! From any format to any.

use std::{path::Path, sync::Arc};

use tokio::io::AsyncRead;

use super::Format;
use crate::{
    Content, Encoded, Error, Kind, Result, Storage,
    qcow2::{self, Compression},
    raw,
    storage::{File, LocalFolder},
    vhd,
    vhd_dir::{self, Filter},
    vmdk,
};

/// What is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The format.
    pub format: Format,
    /// Compresses what is in it; VMDK is always compressed.
    pub compress: bool,
    /// Makes a fixed VHD instead of a dynamic one.
    pub fixed: bool,
}

impl Target {
    fn check(self) -> Result<()> {
        if self.compress && matches!(self.format, Format::Raw | Format::Vhd) {
            let reason = format!("{} cannot be compressed: qcow2, vmdk and vhd-dir can", self.format);
            return Err(Error::misuse("format", reason));
        }
        if self.fixed && self.format != Format::Vhd {
            return Err(Error::misuse("format", format!("{} is never fixed, VHD may be", self.format)));
        }
        Ok(())
    }
}

/// Writes a whole disk into a new file, or folder, at `path`.
///
/// # Errors
///
/// [`Kind::Misuse`] for a difference or what the format does not have, [`Kind::TooLarge`] if the disk is larger than the format
/// can have; what reading or writing says.
pub async fn write(content: Content, target: Target, path: impl AsRef<Path>) -> Result<()> {
    target.check()?;
    let path = path.as_ref();
    if target.format == Format::VhdDir {
        let filter = if target.compress { Filter::Brotli } else { Filter::None };
        let folder = Arc::new(LocalFolder::new(path));
        return vhd_dir::write(content, folder, filter, &vhd::Options::default()).await;
    }
    // What cannot be fails before there is a file.
    if target.format == Format::Vhd {
        vhd::length(content.size(), None)?;
    }
    let file: Arc<dyn Storage> = Arc::new(File::create(path).await?);
    match target.format {
        Format::Raw => raw::write(content, file).await,
        Format::Vhd if target.fixed => vhd::write_fixed(content, file, &vhd::Options::default()).await,
        Format::Vhd => vhd::write(content, file, &vhd::Options::default()).await,
        Format::Qcow2 => {
            let compression = target.compress.then(Compression::default);
            qcow2::write(content, file, &qcow2::Options { compression, backing: None }).await
        }
        Format::Vmdk | Format::VhdDir => {
            let name = path.file_name().unwrap_or_default().to_string_lossy().replace(['"', '\n'], "_");
            let mut encoded = vmdk::encode(content, &vmdk::Options { name, ..vmdk::Options::default() })?;
            let mut at = 0;
            while let Some(part) = futures_util::TryStreamExt::try_next(&mut encoded).await? {
                let length = part.len() as u64;
                file.write_at(at, part).await?;
                at += length;
            }
            file.sync().await
        }
    }
}

/// Returns a whole disk as the bytes of an image from front to back.
///
/// # Errors
///
/// [`Kind::NeedsSeek`] for what cannot be written so: VHD directories, compressed QCOW2, and all but chunks if the pieces come in
/// any order; otherwise as [`write()`].
pub fn encode(content: Content, target: Target) -> Result<Encoded> {
    target.check()?;
    match target.format {
        Format::Raw => raw::encode(content),
        Format::Vhd if target.fixed => vhd::encode_fixed(content, &vhd::Options::default()),
        Format::Vhd => vhd::encode(content, &vhd::Options::default()),
        Format::Qcow2 => {
            let compression = target.compress.then(Compression::default);
            qcow2::encode(content, &qcow2::Options { compression, backing: None })
        }
        Format::Vmdk => vmdk::encode(content, &vmdk::Options::default()),
        Format::VhdDir => {
            Err(Error::new(Kind::NeedsSeek, "VHD directory", "it has many files, which no stream can hold"))
        }
    }
}

/// Reads an image from front to back. `length` is that of the image, without which raw disks and fixed VHDs cannot be read.
///
/// # Errors
///
/// [`Kind::NeedsSeek`] for what cannot be read so; whatever is wrong with the image.
pub async fn decode(
    reader: impl AsyncRead + Send + Unpin + 'static,
    format: Format,
    length: Option<u64>,
) -> Result<Content> {
    match format {
        Format::Raw => match length {
            Some(size) => Ok(raw::decode(reader, size)),
            None => Err(Error::new(Kind::NeedsSeek, "raw disk", "its size has to be known before")),
        },
        Format::Vhd => Ok(vhd::decode(reader, length).await?.content),
        Format::Qcow2 => Ok(qcow2::decode(reader).await?.content),
        Format::Vmdk => Ok(vmdk::decode(reader).await?.content),
        Format::VhdDir => {
            Err(Error::new(Kind::NeedsSeek, "VHD directory", "it has many files, which no stream can hold"))
        }
    }
}
