//! A monolithic sparse VMDK that is read from front to back: its tables come before its grains.

use super::Header;
use crate::{
    Content, Error, Kind, MAX_PIECE, Map, Order, Piece, Result, SECTOR, fields::le::get_u32, generator::generate,
    input::Input,
};

/// Most grains whose places are kept: 64 MiB of memory, and 512 GiB in grains of 64 KiB.
const MOST: usize = 8 << 20;

/// Reads directory and tables, and returns what follows.
pub(super) async fn decode(mut input: Input, header: &Header) -> Result<Content> {
    let length = usize::try_from(header.tables()).expect("the header has been checked") * 4;
    input.skip_to(header.directory.saturating_mul(SECTOR), "VMDK directory").await?;
    let directory = input.read_large(length, "VMDK directory").await?;
    let mut tables: Vec<(u32, u32)> =
        (0..).zip(directory.chunks_exact(4)).map(|(index, entry)| (get_u32(entry, 0), index)).collect();
    tables.retain(|(sector, _)| *sector != 0);
    tables.sort_unstable();
    drop(directory);
    // Where each grain is in the image, in sectors, and which of the disk it is.
    let mut grains: Vec<(u32, u32)> = Vec::new();
    let mut map = Map::new(header.size(), header.grain_size());
    let grain = u64::from(header.grain_size());
    let all = header.size().div_ceil(grain);
    for (sector, table) in tables {
        input.skip_to(u64::from(sector) * SECTOR, "VMDK table").await?;
        let entries = input.read(header.grains as usize * 4, "VMDK table").await?;
        for (slot, entry) in (0..).zip(entries.chunks_exact(4)) {
            let place = get_u32(entry, 0);
            let index = u64::from(table) * u64::from(header.grains) + slot;
            if place == 0 || (place == 1 && header.has_zero_grains()) || index >= all {
                continue;
            }
            if grains.len() == MOST {
                let reason = "it has too many grains to be read in one pass; put it into a file";
                return Err(Error::too_large("VMDK table", reason).at(u64::from(sector) * SECTOR));
            }
            map.set(index * grain..(index + 1) * grain);
            let index = u32::try_from(index);
            let index = index.map_err(|_| Error::new(Kind::TooLarge, "VMDK table", "the disk has too many grains"))?;
            grains.push((place, index));
        }
    }
    grains.sort_unstable();
    if let Some(pair) = grains.windows(2).find(|pair| u64::from(pair[1].0 - pair[0].0) < header.grain) {
        let reason = format!("it is within the grain at sector {}", pair[0].0);
        return Err(Error::corrupt("VMDK grain", reason).at(u64::from(pair[1].0) * SECTOR));
    }
    let order = if grains.is_sorted_by_key(|(_, index)| *index) { Order::Ascending } else { Order::Any };
    let (size, sectors) = (header.size(), header.grain);
    let pieces = generate(move |out| async move {
        let most = MAX_PIECE as u64 / grain;
        let mut at = 0;
        while at < grains.len() {
            let (place, index) = grains[at];
            let follows = |(step, next): (u64, &(u32, u32))| {
                u64::from(next.0) == u64::from(place) + step * sectors && u64::from(next.1) == u64::from(index) + step
            };
            let together = (0..most).zip(&grains[at..]).take_while(|pair| follows(*pair)).count();
            let offset = u64::from(index) * grain;
            let length = (together as u64 * grain).min(size - offset);
            input.skip_to(u64::from(place) * SECTOR, "VMDK grain").await?;
            let data = input.read(usize::try_from(length).expect("at most a piece"), "VMDK grain").await?;
            out.send(Piece { offset, data }).await;
            at += together;
        }
        input.drain(super::PADDING).await
    });
    Ok(Content::new(size, pieces).with_map(map).with_order(order))
}
