//! What a disk of a pool holds, read once.

use app::{Connection, DiskFormat, Pieces, VdiContent};
use disk::{Content, Encoded, qcow2, raw, vhd, vmdk};
use op::Result;
use tokio_util::io::StreamReader;
use tracing::warn;
use xapi::params;
use xapi_types::class;

use super::{image::Format, nbd};
use crate::incoming::refused;

/// Begins to read a disk of a pool. A host sends a VHD of it, but for what is larger than one can be, and for what is a
/// QCOW2 there.
///
/// # Errors
///
/// What the host says.
pub(crate) async fn read(pool: &Connection, vdi: &str) -> Result<Content> {
    let record: class::Vdi = pool.call_as("VDI.get_record", params![vdi]).await?;
    let size = u64::try_from(record.virtual_size).unwrap_or(0);
    let is_qcow2 = record.sm_config.get("image-format").is_some_and(|format| format == "qcow2");
    let format = match is_qcow2 {
        true => DiskFormat::Qcow2,
        false if size <= vhd::MAX_SIZE => DiskFormat::Vhd,
        false => DiskFormat::Raw,
    };
    let reader = StreamReader::new(ask(pool, vdi, &record.name_label, format, None).await?.stream());
    let content = match format {
        DiskFormat::Qcow2 => qcow2::decode(reader).await.map(|qcow2| qcow2.content),
        DiskFormat::Vhd => vhd::decode(reader, None).await.map(|vhd| vhd.content),
        DiskFormat::Raw | DiskFormat::Pieces => Ok(raw::decode(reader, size)),
    };
    content.map_err(|error| refused(&error))
}

/// Begins to read a disk of a pool by NBD, over so many connections, where the pool offers that and it works; otherwise
/// as [`read`] does, and tells so. `name` is what errors call it.
///
/// # Errors
///
/// As [`read`].
pub(super) async fn read_by_nbd(pool: &Connection, vdi: &str, name: &str, connections: Option<u32>) -> Result<Content> {
    match nbd::read(pool, vdi, name, connections).await {
        Ok(Some(content)) => return Ok(content),
        Ok(None) => pool.inform("the pool offers no disks by NBD; the disk is read over HTTP"),
        Err(error) => {
            warn!("the disk `{name}` is read over HTTP, since NBD does not work: {error}");
            pool.warn("the disk cannot be read by NBD; it is read over HTTP", &error);
        }
    }
    read(pool, vdi).await
}

/// Begins to read what of a disk is not in `base`, a disk of the same chain.
///
/// # Errors
///
/// As [`read`].
pub(crate) async fn difference(pool: &Connection, vdi: &str, base: &str) -> Result<Content> {
    let name: String = pool.call_as("VDI.get_name_label", params![vdi]).await?;
    let reader = StreamReader::new(ask(pool, vdi, &name, DiskFormat::Vhd, Some(base)).await?.stream());
    Ok(vhd::decode(reader, None).await.map_err(|error| refused(&error))?.content)
}

async fn ask(pool: &Connection, vdi: &str, name: &str, format: DiskFormat, base: Option<&str>) -> Result<Pieces> {
    let label = format!("[XO] Exporting content of VDI {name} as {} stream", format.name());
    pool.export_raw_vdi(VdiContent { vdi, format, base, label: &label }).await
}

/// Writes what a disk holds as an image, which people may call `name`.
///
/// # Errors
///
/// If that form has no place for such a disk.
pub(crate) fn encode(content: Content, format: Format, name: &str) -> Result<Encoded> {
    let image = match format {
        Format::Raw | Format::Iso => raw::encode(content),
        Format::Vhd => vhd::encode(content, &vhd::Options::default()),
        Format::Qcow2 => qcow2::encode(content, &qcow2::Options::default()),
        Format::Vmdk => {
            let name = name.chars().filter(|letter| *letter != '"' && !letter.is_control()).collect();
            vmdk::encode(content, &vmdk::Options { name, ..vmdk::Options::default() })
        }
    };
    image.map_err(|error| refused(&error))
}
