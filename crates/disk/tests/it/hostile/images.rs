//! Small images with a bit of everything.

use std::{collections::HashMap, ops::Range, sync::Arc};

use bytes::Bytes;
use disk::{
    Content, Piece, Result, Sink, Storage,
    qcow2::{self, Compression, Options, Writer},
    storage::{Folder, Memory},
    vhd::{DiskType, Footer, Geometry, Header, Locator},
    vmdk,
};
use futures_util::{future::BoxFuture, stream};
use uuid::Uuid;

use crate::lab::Lab;

/// A VHD with blocks of 4 KiB, of which some are there, in another order than on the disk.
pub(super) fn vhd(difference: bool) -> Vec<u8> {
    let size = 64 << 10;
    let footer = Footer {
        data_offset: 512,
        timestamp: 1,
        creator: *b"tap\0",
        creator_version: 1,
        creator_os: 0,
        original_size: size,
        size,
        geometry: Geometry::of(size),
        disk_type: if difference { DiskType::Differencing } else { DiskType::Dynamic },
        uuid: Uuid::from_u128(7),
        saved_state: false,
        hidden: false,
    };
    let mut locators = [Locator::default(); 8];
    locators[0] = Locator { platform: u32::from_be_bytes(*b"W2ru"), space: 512, length: 6, offset: 1536 };
    let header = Header {
        table_offset: 2048,
        entries: 16,
        block_size: 4096,
        parent_uuid: Uuid::from_u128(8),
        parent_timestamp: 0,
        parent_name: "a.vhd".into(),
        locators,
    };
    let mut image = footer.to_bytes().to_vec();
    image.extend(header.to_bytes());
    image.extend(b"a\0.\0b\0");
    image.resize(2048, 0);
    let first = 2560 / 512;
    let blocks = [(3, first), (1, first + 9), (15, first + 18)];
    let entry = |block| blocks.iter().find(|(at, _)| *at == block).map_or(u32::MAX, |(_, sector)| *sector);
    image.extend((0..16).flat_map(|block| u32::to_be_bytes(entry(block))));
    image.resize(2560, 0xff);
    for bitmap in [0xff, 0xa5, 0x0f] {
        image.push(bitmap);
        image.resize(image.len() + 511, 0);
        image.resize(image.len() + 4096, bitmap);
    }
    image.extend(footer.to_bytes());
    image
}

/// Footer, header and `bat` of a VHD directory of the same disk, one behind the other.
pub(super) fn vhd_dir(difference: bool) -> Vec<u8> {
    let mut bytes = vhd(difference)[..1536].to_vec();
    // Blocks 1, 3 and 15, and a byte a block.
    bytes.extend([0x50, 0x01]);
    bytes.resize(1536 + 16, 0);
    bytes
}

/// The files of a VHD directory, in memory.
pub(super) struct Files(HashMap<String, Bytes>);

impl Files {
    /// Takes footer, header and `bat`; each block is there and half full.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let part = |range: Range<usize>| &bytes[range.start.min(bytes.len())..range.end.min(bytes.len())];
        let mut block = vec![0xa5; 512];
        block.resize(512 + 4096, 9);
        let block: Bytes = block.into();
        let whole = [("footer", part(0..512)), ("header", part(512..1536)), ("bat", part(1536..usize::MAX))];
        let whole = whole.map(|(name, bytes)| (name.to_owned(), Bytes::copy_from_slice(bytes)));
        let blocks = [1, 3, 15].map(|index| (format!("blocks/0/{index}"), block.clone()));
        Self(whole.into_iter().chain(blocks).collect())
    }
}

impl Folder for Files {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn get<'a>(&'a self, path: &'a str, most: u64) -> BoxFuture<'a, Result<Option<Bytes>>> {
        let file = self.0.get(path).cloned();
        Box::pin(async move { Ok(file.filter(|file| file.len() as u64 <= most)) })
    }

    fn put<'a>(&'a self, path: &'a str, _: Bytes) -> BoxFuture<'a, Result<()>> {
        panic!("`{path}` is written")
    }
}

/// Mends the checksums of footer and header.
pub(super) fn repair_vhd_dir(bytes: &mut [u8]) {
    for (range, field) in [(0..512, 64), (512..1536, 36)] {
        mend(&mut bytes[range], field);
    }
}

fn mend(bytes: &mut [u8], field: usize) {
    bytes[field..field + 4].fill(0);
    let sum = bytes.iter().fold(0u32, |sum, byte| sum + u32::from(*byte));
    bytes[field..field + 4].copy_from_slice(&(!sum).to_be_bytes());
}

/// Mends the checksums of both footers and of the header, where they have their usual places.
pub(super) fn repair_vhd(image: &mut [u8]) {
    let end = image.len() - 512;
    for (range, field) in [(0..512, 64), (512..1536, 36), (end..image.len(), 64)] {
        mend(&mut image[range], field);
    }
}

async fn keep(storage: &Memory) -> Vec<u8> {
    let length = storage.length().await.unwrap();
    storage.read_at(0, usize::try_from(length).unwrap()).await.unwrap().to_vec()
}

/// Returns a number of an image.
fn number(image: &[u8], at: usize) -> usize {
    usize::try_from(u64::from_be_bytes(image[at..at + 8].try_into().unwrap())).unwrap()
}

/// QCOW2 images, plain and compressed in both ways, each with where the entries of its tables are. The clusters at the end
/// are cut off as far as they are holes.
pub(super) async fn qcow2s() -> Vec<(Vec<u8>, Vec<Range<usize>>)> {
    let mut images = Vec::new();
    for compression in [None, Some(Compression::Zlib), Some(Compression::Zstd)] {
        let storage = Arc::new(Memory::default());
        let options = Options { compression, backing: None };
        let mut writer = Writer::create(storage.clone(), 1 << 30, options).await.unwrap();
        for offset in [0, 65536, 600 << 20] {
            writer.write_at(offset, [1, 2, 3, 4].repeat(16384).into()).await.unwrap();
        }
        writer.flush().await.unwrap();
        drop(writer);
        let image = keep(&storage).await;
        let l1 = number(&image, 40);
        let l2 = number(&image, l1) & 0x00ff_ffff_ffff_fe00;
        let refcounts = number(&image, 48);
        let block = number(&image, refcounts);
        images.push((image, vec![l1..l1 + 16, l2..l2 + 24, refcounts..refcounts + 8, block..block + 16]));
    }
    // A difference, whose parent is named.
    let storage = Arc::new(Memory::default());
    let backing = Some(qcow2::Backing { name: "parent".into(), format: Some("raw".into()) });
    let mut writer = Writer::create(storage.clone(), 1 << 20, Options { compression: None, backing }).await.unwrap();
    writer.write_at(65536, vec![0; 65536].into()).await.unwrap();
    writer.flush().await.unwrap();
    drop(writer);
    images.push((keep(&storage).await, Vec::new()));
    images
}

/// A stream-optimized VMDK, and where its markers and tables are.
pub(super) async fn vmdk() -> (Vec<u8>, Vec<Range<usize>>) {
    let piece = |offset| Ok(Piece { offset, data: Bytes::from([9, 8, 7, 6].repeat(16384)) });
    let content = Content::new(40 << 20, stream::iter([piece(0), piece(39 << 20)]));
    let mut image = Vec::new();
    vmdk::encode(content, &vmdk::Options::default()).unwrap().write_to(&mut image).await.unwrap();
    let end = image.len();
    // From the end: end marker, footer and its marker, directory and its marker, the last table and its marker.
    let places = [(512, 20), (1024, 80), (1536, 20), (2048, 12), (2560, 20), (4608 - 448, 8), (5120, 20)];
    let fields = places.map(|(before, length)| end - before..end - before + length);
    (image, fields.into())
}

/// A monolithic sparse VMDK of QEMU, and where its directory and its first table are.
pub(super) fn sparse_vmdk(lab: &Lab) -> (Vec<u8>, Vec<Range<usize>>) {
    lab.run("qemu-img", &["create", "-f", "vmdk", "sparse.vmdk", "1M"]);
    for command in ["write -P 1 128k 64k", "write -P 2 0 64k"] {
        lab.run("qemu-io", &["-f", "vmdk", "-c", command, "sparse.vmdk"]);
    }
    let image = std::fs::read(lab.path("sparse.vmdk")).unwrap();
    let directory = usize::try_from(u64::from_le_bytes(image[56..64].try_into().unwrap())).unwrap() * 512;
    let table = u32::from_le_bytes(image[directory..directory + 4].try_into().unwrap()) as usize * 512;
    (image, vec![directory..directory + 8, table..table + 16])
}
