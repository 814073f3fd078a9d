//! Reading of a VHD directory at random places.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;

use super::VhdDir;
use crate::{
    Extent, MAX_EXTENTS, Result, SECTOR, Source, State,
    source::check_range,
    vhd::{DiskType, bitmap},
    zero::zeros,
};

impl VhdDir {
    fn absent(&self) -> State {
        if self.footer.disk_type == DiskType::Differencing { State::Hole } else { State::Zero }
    }
}

impl Source for VhdDir {
    fn size(&self) -> u64 {
        self.footer.size
    }

    fn block_size(&self) -> u32 {
        self.header.block_size
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, Result<Bytes>> {
        Box::pin(async move {
            check_range(self.footer.size, offset, length as u64)?;
            let size = u64::from(self.header.block_size);
            let bitmap_size = self.bitmap_size();
            let mut bytes = BytesMut::new();
            while bytes.len() < length {
                let at = offset + bytes.len() as u64;
                let (block, within) = (at / size, usize::try_from(at % size).expect("within a block"));
                let part = (length - bytes.len()).min(self.header.block_size as usize - within);
                if !self.has(block) {
                    if part == length && part <= crate::MAX_PIECE {
                        return Ok(zeros(part));
                    }
                    bytes.resize(bytes.len() + part, 0);
                    continue;
                }
                let whole = self.block(block).await?;
                let (bits, data) = whole.split_at(bitmap_size);
                let runs = bitmap::runs_or_all(bits, within / 512..(within + part).div_ceil(512));
                if part == length && runs.iter().all(|(_, there)| *there) {
                    return Ok(whole.slice(bitmap_size + within..bitmap_size + within + part));
                }
                for (run, there) in runs {
                    let (start, end) = ((run.start * 512).max(within), (run.end * 512).min(within + part));
                    if there {
                        bytes.extend_from_slice(&data[start..end]);
                    } else {
                        bytes.resize(bytes.len() + end - start, 0);
                    }
                }
            }
            Ok(bytes.freeze())
        })
    }

    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, Result<Vec<Extent>>> {
        Box::pin(async move {
            check_range(self.footer.size, range.start, range.end.saturating_sub(range.start))?;
            let size = u64::from(self.header.block_size);
            let mut extents: Vec<Extent> = Vec::new();
            let mut offset = range.start;
            while offset < range.end && extents.len() < MAX_EXTENTS {
                let (block, within) = (offset / size, offset % size);
                let part = (size - within).min(range.end - offset);
                let mut add = |length: u64, state: State| {
                    match extents.last_mut() {
                        Some(last) if last.state == state => last.length += length,
                        _ => extents.push(Extent { offset, length, state }),
                    }
                    offset += length;
                };
                if !self.has(block) {
                    add(part, self.absent());
                } else if self.absent() == State::Zero {
                    add(part, State::Data);
                } else {
                    let whole = self.block(block).await?;
                    let sector = |byte: u64| usize::try_from(byte / SECTOR).expect("within a block");
                    let end = within + part;
                    for (run, there) in bitmap::runs_or_all(&whole, sector(within)..sector(end + SECTOR - 1)) {
                        let start = (run.start as u64 * SECTOR).max(within);
                        let length = (run.end as u64 * SECTOR).min(end) - start;
                        add(length, if there { State::Data } else { State::Hole });
                    }
                }
            }
            extents.truncate(MAX_EXTENTS);
            Ok(extents)
        })
    }
}
