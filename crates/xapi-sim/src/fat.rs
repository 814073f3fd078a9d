//! Reads files of a FAT16 volume, as guests do: bare, or in the first partition of a disk.
//!
//! Whatever a client has written to the disk is nothing to rely on: what makes no sense reads as if it were not there.

use std::collections::BTreeMap;

/// Size of a sector, in bytes.
const SECTOR: u64 = 512;

/// Size of an entry of a directory, in bytes.
const ENTRY: usize = 32;

/// Longest file that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// Attribute of an entry that is the label of the volume.
const LABEL: u8 = 0x08;

/// Attribute of an entry that is a directory.
const DIRECTORY: u8 = 0x10;

/// Attributes of an entry that is a part of a long name.
const LONG_NAME: u8 = 0x0f;

/// A volume whose boot sector makes sense.
pub(crate) struct Volume<R> {
    /// Reads bytes at an offset of the disk.
    read: R,
    label: String,
    /// Offset of the file allocation table, in bytes.
    table: u64,
    /// Offset and number of entries of the root.
    root: (u64, usize),
    /// Offset of the cluster 2, the first that there is.
    data: u64,
    /// Size of a cluster, in bytes.
    cluster: u64,
}

impl<R: Fn(u64, &mut [u8])> Volume<R> {
    /// Opens the volume of a disk that `read` reads, if it has one.
    pub(crate) fn open(read: R) -> Option<Self> {
        let mut boot = [0; 512];
        read(0, &mut boot);
        let mut start = 0;
        // A boot sector begins with a jump, the table of partitions does not.
        if !matches!(boot[0], 0xeb | 0xe9) {
            start = u64::from(number(&boot, 454, 4)) * SECTOR;
            read(start, &mut boot);
        }
        if boot[510..] != [0x55, 0xaa] || &boot[54..59] != b"FAT16" || number(&boot, 11, 2) != 512 {
            return None;
        }
        let (reserved, tables, entries) = (number(&boot, 14, 2), boot[16], number(&boot, 17, 2));
        let (sectors, per_cluster) = (number(&boot, 22, 2), boot[13]);
        if per_cluster == 0 {
            return None;
        }
        let table = start + u64::from(reserved) * SECTOR;
        let root = table + u64::from(tables) * u64::from(sectors) * SECTOR;
        let data = root + u64::from(entries) * ENTRY as u64;
        let label = String::from_utf8_lossy(&boot[43..54]).trim_end().to_owned();
        let (root, cluster) = ((root, entries as usize), u64::from(per_cluster) * SECTOR);
        Some(Self { read, label, table, root, data, cluster })
    }

    /// Returns the label in the boot sector.
    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    /// Returns the files of the root that are not too long, by name in lower case.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let (offset, entries) = self.root;
        let mut directory = vec![0; entries * ENTRY];
        (self.read)(offset, &mut directory);
        let (mut files, mut long) = (BTreeMap::new(), Vec::new());
        for entry in directory.chunks_exact(ENTRY) {
            match (entry[0], entry[11]) {
                (0, _) => break,
                (0xe5, _) => long.clear(),
                (_, LONG_NAME) => {
                    // The parts of a name stand before their entry, the last first.
                    let units = [1..11, 14..26, 28..32].into_iter().flat_map(|range| entry[range].chunks_exact(2));
                    let part: Vec<u16> = units.map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
                    long.splice(0..0, part.into_iter().take_while(|unit| !matches!(unit, 0 | 0xffff)));
                }
                (_, kind) if kind & (LABEL | DIRECTORY) != 0 => long.clear(),
                _ => {
                    let name = if long.is_empty() { short_name(entry) } else { String::from_utf16_lossy(&long) };
                    long.clear();
                    let length = number(entry, 28, 4) as usize;
                    if length <= LONGEST {
                        files.insert(name.to_lowercase(), self.content(number(entry, 26, 2), length));
                    }
                }
            }
        }
        files
    }

    /// Reads the clusters of a file from the first one on.
    fn content(&self, first: u32, length: usize) -> Vec<u8> {
        let (mut content, mut cluster) = (Vec::new(), first);
        // A chain that goes round ends with the length.
        while content.len() < length && (2..0xfff0).contains(&cluster) {
            let mut piece = vec![0; usize::try_from(self.cluster).unwrap_or(0)];
            (self.read)(self.data + u64::from(cluster - 2) * self.cluster, &mut piece);
            content.extend(piece);
            let mut next = [0; 2];
            (self.read)(self.table + u64::from(cluster) * 2, &mut next);
            cluster = u32::from(u16::from_le_bytes(next));
        }
        content.truncate(length);
        content
    }
}

/// Returns the name of an entry as `NAME.EXT`.
fn short_name(entry: &[u8]) -> String {
    let part = |range: std::ops::Range<usize>| String::from_utf8_lossy(&entry[range]).trim_end().to_owned();
    match part(8..11) {
        extension if extension.is_empty() => part(0..8),
        extension => format!("{}.{extension}", part(0..8)),
    }
}

/// Reads a number of `length` bytes, little endian.
fn number(bytes: &[u8], at: usize, length: usize) -> u32 {
    bytes[at..at + length].iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::Volume;

    /// Makes a volume of 64 sectors with one FAT and one file of a long and one of a short name.
    fn volume() -> Vec<u8> {
        let mut disk = vec![0; 64 * 512];
        disk[0] = 0xeb;
        disk[11..17].copy_from_slice(&[0, 2, 1, 1, 0, 1]);
        disk[17..19].copy_from_slice(&[16, 0]);
        disk[22..24].copy_from_slice(&[1, 0]);
        disk[43..59].copy_from_slice(b"cidata     FAT16");
        disk[510..512].copy_from_slice(&[0x55, 0xaa]);
        // The file of cluster 2 goes on in cluster 4.
        disk[512 + 4..512 + 6].copy_from_slice(&[4, 0]);
        disk[512 + 8..512 + 10].copy_from_slice(&[0xff, 0xff]);
        let root = 2 * 512;
        let mut long = [0xff; 32];
        (long[0], long[11], long[12]) = (0x41, 0x0f, 0);
        for (at, unit) in [1, 3, 5, 7, 9, 14, 16, 18, 20].into_iter().zip("user-data".encode_utf16()) {
            long[at..at + 2].copy_from_slice(&unit.to_le_bytes());
        }
        long[22..24].copy_from_slice(&[0, 0]);
        disk[root..root + 32].copy_from_slice(&long);
        disk[root + 32..root + 43].copy_from_slice(b"USER-D~1   ");
        disk[root + 32 + 26..root + 64].copy_from_slice(&[2, 0, 0x02, 0x02, 0, 0]);
        disk[root + 64..root + 75].copy_from_slice(b"README  TXT");
        disk[root + 64 + 26..root + 96].copy_from_slice(&[3, 0, 3, 0, 0, 0]);
        let data = 3 * 512;
        disk[data..data + 512].fill(b'a');
        disk[data + 512..data + 515].copy_from_slice(b"txt");
        disk[data + 1024..data + 1026].copy_from_slice(b"bc");
        disk
    }

    fn reader(disk: &[u8]) -> impl Fn(u64, &mut [u8]) {
        |offset, buffer| {
            let from = usize::try_from(offset).unwrap_or(usize::MAX).min(disk.len());
            let length = buffer.len().min(disk.len() - from);
            buffer.fill(0);
            buffer[..length].copy_from_slice(&disk[from..from + length]);
        }
    }

    #[test]
    fn files_are_found_by_long_and_short_names() {
        let disk = volume();
        let volume = Volume::open(reader(&disk)).unwrap();
        assert_eq!(volume.label(), "cidata");
        let files = volume.files();
        assert_eq!(files["user-data"], [&[b'a'; 512][..], b"bc"].concat());
        assert_eq!(files["readme.txt"], b"txt");
        assert_eq!(files.len(), 2);
    }

    #[test]
    fn a_volume_in_a_partition_is_found() {
        let mut disk = vec![0; 512];
        disk[454] = 1;
        disk.extend(volume());
        assert_eq!(Volume::open(reader(&disk)).unwrap().files()["readme.txt"], b"txt");
    }

    #[test]
    fn whatever_byte_is_changed_or_cut_nothing_breaks() {
        let disk = volume();
        for at in 0..2048 {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = disk.clone();
                changed[at] = value;
                drop(Volume::open(reader(&changed)).map(|volume| volume.files()));
            }
            drop(Volume::open(reader(&disk[..at])).map(|volume| volume.files()));
        }
    }
}
