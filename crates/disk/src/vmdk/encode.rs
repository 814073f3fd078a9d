//! A stream-optimized VMDK that is written from front to back.

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt};

use super::{
    Header, MAX_SIZE,
    header::{GRAIN, GRAINS, OVERHEAD},
};
use crate::{
    Content, Encoded, Error, Piece, Result, SECTOR,
    codec::{Codec, parallel},
    generator::{Out, generate},
    vhd::Geometry,
};

/// Grains that are compressed side by side.
const TOGETHER: usize = 32;
/// Sectors of the descriptor, as in QEMU's images.
const DESCRIPTOR: u64 = 20;
/// Bytes of a grain.
const GRAIN_SIZE: usize = 128 * 512;
const _: () = assert!(GRAIN * SECTOR == GRAIN_SIZE as u64);

/// What the image says of itself.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name that the descriptor has for the file.
    pub name: String,
    /// The controller that the disk is said to hang on: `lsilogic`, `ide` …
    pub adapter: String,
}

impl Default for Options {
    /// `disk.vmdk` on `lsilogic`.
    fn default() -> Self {
        Self { name: "disk.vmdk".into(), adapter: "lsilogic".into() }
    }
}

impl Options {
    fn descriptor(&self, sectors: u64) -> Result<Bytes> {
        let Self { name, adapter } = self;
        if name.contains(['"', '\n']) || adapter.contains(['"', '\n']) {
            return Err(Error::misuse("VMDK descriptor", "names with quotes or line ends cannot be written"));
        }
        let geometry = Geometry::of(sectors * SECTOR);
        let text = format!(
            "# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType=\"streamOptimized\"\n\n\
             # Extent description\nRW {sectors} SPARSE \"{name}\"\n\n# The Disk Data Base\n#DDB\n\n\
             ddb.virtualHWVersion = \"4\"\nddb.geometry.cylinders = \"{}\"\nddb.geometry.heads = \"{}\"\n\
             ddb.geometry.sectors = \"{}\"\nddb.adapterType = \"{adapter}\"\n",
            geometry.cylinders, geometry.heads, geometry.sectors
        );
        let length = usize::try_from(DESCRIPTOR * SECTOR).expect("few");
        if text.len() > length {
            return Err(Error::too_large(
                "VMDK descriptor",
                format!("it has {} bytes, more than {length}", text.len()),
            ));
        }
        let mut bytes = BytesMut::from(text.as_bytes());
        bytes.resize(length, 0);
        Ok(bytes.freeze())
    }
}

/// Writes a stream-optimized image from front to back. Grains of zeros are left out; the length is not known before.
///
/// # Errors
///
/// [`crate::Kind::TooLarge`] if the disk is larger than 2 TiB, [`crate::Kind::Misuse`] for a difference,
/// [`crate::Kind::NeedsSeek`] if pieces come in any order.
pub fn encode(content: Content, options: &Options) -> Result<Encoded> {
    let size = content.size();
    if size > MAX_SIZE {
        let reason = format!("a disk of {size} bytes is larger than the 2 TiB that VMDK can have");
        return Err(Error::too_large("VMDK", reason));
    }
    let sectors = size.div_ceil(SECTOR);
    let descriptor = options.descriptor(sectors)?;
    let header = Header::new(sectors, DESCRIPTOR);
    let grains = content.into_blocks(u32::try_from(GRAIN_SIZE).expect("64 KiB"))?;
    let bytes = generate(move |out| async move {
        let tables = usize::try_from(header.tables()).expect("at most 65536");
        let mut writer = Writer { out, at: 0, directory: vec![0; tables], open: None };
        writer.send(header.to_bytes()).await;
        writer.send(descriptor).await;
        writer.send(crate::zero::zeros(usize::try_from(OVERHEAD * SECTOR - writer.at).expect("few"))).await;
        let mut together = grains.ready_chunks(TOGETHER).map(|grains| grains.into_iter().collect::<Result<Vec<_>>>());
        while let Some(grains) = together.try_next().await? {
            writer.write_grains(grains).await?;
        }
        writer.end(header).await
    });
    Ok(Encoded::new(None, bytes))
}

struct Writer {
    out: Out<Bytes>,
    at: u64,
    /// Where the tables are, in sectors; 0 for those without grains.
    directory: Vec<u32>,
    /// The table that is being filled: which, and where its grains are, in sectors.
    open: Option<(usize, Vec<u32>)>,
}

impl Writer {
    async fn send(&mut self, bytes: Bytes) {
        self.at += bytes.len() as u64;
        self.out.send(bytes).await;
    }

    fn sector(&self) -> Result<u32> {
        let sector = u32::try_from(self.at / SECTOR);
        sector.map_err(|_| Error::too_large("VMDK", "the image would be larger than 2 TiB").at(self.at))
    }

    async fn write_grains(&mut self, grains: Vec<Piece>) -> Result<()> {
        let pack = |Piece { offset, mut data }: Piece| {
            if data.len() < GRAIN_SIZE {
                let mut whole = data.to_vec();
                whole.resize(GRAIN_SIZE, 0);
                data = whole.into();
            }
            let packed =
                Codec::Zlib.pack(&data, GRAIN_SIZE + GRAIN_SIZE / 4).expect("deflate adds less than a quarter");
            let mut grain = BytesMut::with_capacity((packed.len() + 12).next_multiple_of(512));
            grain.put_u64_le(offset / SECTOR);
            grain.put_u32_le(u32::try_from(packed.len()).expect("little more than a grain"));
            grain.extend_from_slice(&packed);
            grain.resize(grain.len().next_multiple_of(512), 0);
            Ok((offset, grain.freeze()))
        };
        for (offset, grain) in parallel(grains, pack).await? {
            let index = usize::try_from(offset / GRAIN_SIZE as u64).expect("at most 2^25");
            let (table, slot) = (index / GRAINS as usize, index % GRAINS as usize);
            if self.open.as_ref().is_some_and(|(open, _)| *open != table) {
                self.close().await?;
            }
            let sector = self.sector()?;
            let (_, places) = self.open.get_or_insert_with(|| (table, vec![0; GRAINS as usize]));
            places[slot] = sector;
            self.send(grain).await;
        }
        Ok(())
    }

    /// Writes the table that is being filled.
    async fn close(&mut self) -> Result<()> {
        if let Some((table, places)) = self.open.take() {
            self.directory[table] = self.write_table(1, &places).await?;
        }
        Ok(())
    }

    /// Writes a marker of a kind and the table; returns where the table is, in sectors.
    async fn write_table(&mut self, kind: u32, entries: &[u32]) -> Result<u32> {
        let mut table = entries.iter().flat_map(|entry| entry.to_le_bytes()).collect::<BytesMut>();
        table.resize(table.len().next_multiple_of(512), 0);
        self.send(marker(table.len() as u64 / SECTOR, kind)).await;
        let sector = self.sector()?;
        self.send(table.freeze()).await;
        Ok(sector)
    }

    async fn end(mut self, mut header: Header) -> Result<()> {
        self.close().await?;
        let directory = std::mem::take(&mut self.directory);
        header.directory = self.write_table(2, &directory).await?.into();
        self.send(marker(1, 3)).await;
        self.send(header.to_bytes()).await;
        self.send(marker(0, 0)).await;
        Ok(())
    }
}

/// Makes a marker without data of its own: so many sectors of something follow.
fn marker(sectors: u64, kind: u32) -> Bytes {
    let mut marker = BytesMut::with_capacity(512);
    marker.put_u64_le(sectors);
    marker.put_u32_le(0);
    marker.put_u32_le(kind);
    marker.resize(512, 0);
    marker.freeze()
}
