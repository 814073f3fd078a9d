//! The drive that cloud-init reads at the first start: a small FAT file system with a few text files.
//!
//! It is a NoCloud and an OpenStack source at once. Layout and label are those of the original, so that guests which
//! look for its drives find ours: 10 MiB, FAT16, label `cidata`. The same content gives the same bytes.

use std::io::{self, Cursor, Write};

use fatfs::{FatType, FileSystem, FormatVolumeOptions, FsOptions};

/// Size of the file system, in bytes: 20 480 sectors.
const SIZE: usize = 10 << 20;

/// Size of a sector, in bytes.
const SECTOR: usize = 512;

/// Label of the volume, padded with spaces: cloud-init looks for it.
const LABEL: [u8; 11] = *b"cidata     ";

/// What `mkfs.fat` writes as the name of the system that made the volume, at byte 3 of it.
const MAKER: &[u8; 8] = b"mkfs.fat";

/// What a first start is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Content<'a> {
    /// Names the instance; another one makes cloud-init start anew. The uuid of the VM.
    pub(super) instance: &'a str,
    /// What to do: text of the user, which is not looked into.
    pub(super) user: &'a str,
    /// How to set up the network, if not as cloud-init does by itself; not looked into either.
    pub(super) network: Option<&'a str>,
}

/// How the file system lies on the disk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Layout {
    /// It is the whole disk.
    Bare,
    /// It is the only partition; Windows looks at no disk without.
    Partitioned,
}

impl Layout {
    /// Returns the size of the disk, in bytes.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Bare => SIZE,
            Self::Partitioned => SECTOR + SIZE,
        }
    }
}

/// Makes the content of the drive.
///
/// # Errors
///
/// If the texts do not fit.
pub(super) fn image(content: &Content<'_>, layout: Layout) -> io::Result<Vec<u8>> {
    let Content { instance, user, network } = *content;
    let mut volume = format()?;
    {
        let files = FileSystem::new(Cursor::new(&mut volume), FsOptions::new())?;
        let root = files.root_dir();
        let write = |path: &str, text: &str| root.create_file(path)?.write_all(text.as_bytes());
        write("meta-data", &format!("instance-id: {instance}\n"))?;
        write("user-data", user)?;
        if let Some(network) = network {
            write("network-config", network)?;
        }
        root.create_dir("openstack")?;
        root.create_dir("openstack/latest")?;
        write("openstack/latest/meta_data.json", &serde_json::json!({ "uuid": instance }).to_string())?;
        write("openstack/latest/user_data", user)?;
    }
    Ok(match layout {
        Layout::Bare => volume,
        Layout::Partitioned => [partition_table(), volume].concat(),
    })
}

/// Makes an empty file system.
fn format() -> io::Result<Vec<u8>> {
    let mut volume = vec![0; SIZE];
    let options = FormatVolumeOptions::new()
        .bytes_per_sector(512)
        .bytes_per_cluster(2048)
        .fat_type(FatType::Fat16)
        .fats(2)
        .max_root_dir_entries(512)
        .media(0xf8)
        .volume_label(LABEL);
    fatfs::format_volume(Cursor::new(&mut volume), options)?;
    volume[3..11].copy_from_slice(MAKER);
    Ok(volume)
}

/// Makes the sector before the file system: one active partition of type 0x0e, FAT16 with block addresses.
fn partition_table() -> Vec<u8> {
    let mut sector = vec![0; SECTOR];
    let entry = &mut sector[446..462];
    entry[0] = 0x80;
    entry[4] = 0x0e;
    entry[8..12].copy_from_slice(&1_u32.to_le_bytes());
    let sectors = u32::try_from(SIZE / SECTOR).expect("20 480 fits");
    entry[12..16].copy_from_slice(&sectors.to_le_bytes());
    sector[510..].copy_from_slice(&[0x55, 0xaa]);
    sector
}

#[cfg(test)]
mod tests;
