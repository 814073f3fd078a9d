//! A VHD that is written at random places.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;

use super::{DiskType, Footer, Header, Options, Vhd, bat::Bat, bitmap, encode::Head, footer};
use crate::{Error, Result, SECTOR, Sink, Storage, is_zero, source::check_range};

impl Vhd {
    /// Makes `storage` a dynamic or, with a parent in `options`, a differencing image of `size` bytes without blocks.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::TooLarge`] if the disk is larger than 2040 GiB, [`crate::Kind::Io`].
    pub async fn create(storage: Arc<dyn Storage>, size: u64, options: &Options) -> Result<Self> {
        let head = Head::new(size, options)?;
        let bat = Bat::new(&head.header, head.footer.size);
        storage.set_length(0).await?;
        storage.write_at(0, head.to_bytes()).await?;
        storage.write_at(head.header.table_offset, bat.to_bytes(head.header.entries)).await?;
        let mut image = Self::with(storage, head.footer, Some(head.header), bat, head.end);
        image.write_footer().await?;
        Ok(image)
    }

    async fn write_footer(&mut self) -> Result<()> {
        let footer = Bytes::copy_from_slice(&self.footer.to_bytes());
        self.storage.write_at(self.end, footer).await?;
        self.storage.set_length(self.end + footer::LENGTH as u64).await
    }

    /// Sets what the footer says of the image: uuid, creator, whether it is hidden. Kind and size of the disk stay.
    pub fn set_footer(&mut self, change: impl FnOnce(&mut Footer)) {
        let Footer { data_offset, size, disk_type, .. } = self.footer;
        change(&mut self.footer);
        self.footer = Footer { data_offset, size, disk_type, ..self.footer.clone() };
    }

    /// Writes a part of a block, placing the block if it has no place.
    async fn write_part(&mut self, header: &Header, offset: u64, data: Bytes) -> Result<()> {
        let size = u64::from(header.block_size);
        let block = usize::try_from(offset / size).expect("the header has been checked");
        let within = offset % size;
        let difference = self.footer.disk_type == DiskType::Differencing;
        let (at, mut bits) = match self.bat.get(block) {
            Some(at) => (at, BytesMut::from(self.bitmap(header, block, at).await?)),
            None if !difference && is_zero(&data) => return Ok(()),
            None => {
                let at = self.end;
                let bitmap_size = usize::try_from(header.bitmap_size()).expect("at most 64 KiB");
                // Without a parent what is not written is zero, as are new blocks: all sectors are there.
                let bits = BytesMut::from(&vec![if difference { 0 } else { 0xff }; bitmap_size][..]);
                // The footer is there now: room for the whole block, in which nothing may be seen of it.
                self.storage.set_length(at).await?;
                self.storage.set_length(at + bitmap_size as u64 + size).await?;
                self.bat.set(block, at)?;
                self.end = at + bitmap_size as u64 + size;
                let unwritten = self.unwritten.get_or_insert(block..block + 1);
                *unwritten = unwritten.start.min(block)..unwritten.end.max(block + 1);
                if !difference {
                    self.put_bitmap(block, at, bits.clone().freeze()).await?;
                }
                (at, bits)
            }
        };
        let sector = |byte: u64| usize::try_from(byte / SECTOR).expect("within a block");
        let sectors = sector(within)..sector(within + data.len() as u64 + SECTOR - 1);
        self.storage.write_at(at + header.bitmap_size() + within, data).await?;
        if bitmap::runs_or_all(&bits, sectors.clone()).iter().any(|(_, there)| !there) {
            bitmap::set(&mut bits, sectors);
            self.put_bitmap(block, at, bits.freeze()).await?;
        }
        Ok(())
    }
}

impl Sink for Vhd {
    fn size(&self) -> u64 {
        self.footer.size
    }

    fn write_at(&mut self, offset: u64, data: Bytes) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let (mut offset, mut data) = (offset, data);
            check_range(self.footer.size.next_multiple_of(SECTOR), offset, data.len() as u64)?;
            if !offset.is_multiple_of(SECTOR) {
                return Err(Error::misuse("VHD", "a write has to start at a sector").at(offset));
            }
            let Some(header) = self.header.clone() else { return self.storage.write_at(offset, data).await };
            let size = u64::from(header.block_size);
            while !data.is_empty() {
                let room = usize::try_from(size - offset % size).expect("within a block");
                let part = data.split_to(data.len().min(room));
                let length = part.len() as u64;
                self.write_part(&header, offset, part).await?;
                offset += length;
            }
            Ok(())
        })
    }

    fn flush(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            if let (Some(header), Some(range)) = (&self.header, self.unwritten.take()) {
                let (start, bytes) = self.bat.sectors(range);
                self.storage.write_at(header.table_offset + start, bytes).await?;
            }
            if self.header.is_some() {
                self.storage.write_at(0, Bytes::copy_from_slice(&self.footer.to_bytes())).await?;
            }
            self.write_footer().await?;
            self.storage.sync().await
        })
    }
}
