//! The zip of an update, and what can be wrong with it.

use std::io::Write;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// What can be wrong with an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The checksum is not that of the file.
    Checksum,
    /// It breaks off in the middle.
    Cut,
    /// The file is longer than it says.
    Bomb,
    /// The name of the file leads out of its folder.
    Traversal,
    /// The file is not in it.
    Missing,
    /// A byte of the file is not as it was made, and the checksum fits.
    Tampered,
}

/// Packs a file, with another one before.
pub(super) fn zip(name: &str, content: &[u8], flaw: Option<Flaw>) -> Vec<u8> {
    let mut archive = Archive::default();
    archive.add("src/README.txt", b"Sources are elsewhere.\n", None);
    match flaw {
        Some(Flaw::Missing) => {}
        Some(Flaw::Traversal) => archive.add(&format!("../../{name}"), content, None),
        Some(Flaw::Tampered) => {
            let mut content = content.to_vec();
            if let Some(last) = content.last_mut() {
                *last ^= 1;
            }
            archive.add(name, &content, None);
        }
        flaw => archive.add(name, content, flaw),
    }
    archive.end()
}

#[derive(Default)]
struct Archive {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Archive {
    fn add(&mut self, name: &str, content: &[u8], flaw: Option<Flaw>) {
        let mut crc = Crc::new();
        crc.update(content);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        let packed = encoder.write_all(content).and_then(|()| encoder.finish()).expect("memory takes everything");
        let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
        let sum = if flaw == Some(Flaw::Checksum) { !crc.sum() } else { crc.sum() };
        let told = if flaw == Some(Flaw::Bomb) { content.len() / 2 } else { content.len() };
        let offset = length(self.bytes.len());
        let common = [
            &b"\x14\0\0\0\x08\0\0\0\0\0"[..],
            &sum.to_le_bytes(),
            &length(packed.len()),
            &length(told),
            &u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes(),
            &[0, 0],
        ]
        .concat();
        self.bytes.extend_from_slice(&[b"PK\x03\x04", &common[..], name.as_bytes(), &packed].concat());
        let entry = [&b"PK\x01\x02\x14\0"[..], &common, &[0; 10], &offset, name.as_bytes()].concat();
        self.directory.extend_from_slice(&entry);
        self.count += 1;
    }

    fn end(mut self) -> Vec<u8> {
        let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
        let (start, size) = (length(self.bytes.len()), length(self.directory.len()));
        let count = self.count.to_le_bytes();
        self.bytes.extend_from_slice(&self.directory);
        let end = [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size, &start, &[0, 0]].concat();
        self.bytes.extend_from_slice(&end);
        self.bytes
    }
}
