//! Whether a QCOW2 image is sound.

use std::sync::Arc;

use super::{
    Qcow2,
    entry::{self, Cluster},
};
use crate::{Error, Report, Result, Storage, fields::be::get_u64, storage::read_exact};

/// Most clusters of an image whose refcounts are compared: a byte of memory each.
const MOST: u64 = 64 << 20;

/// Checks an image: header, tables, that each cluster is within the image and used once, that refcounts say so, and that
/// compressed clusters can be decompressed.
///
/// # Errors
///
/// [`crate::Kind::Io`]; what is wrong with the image is in the report.
pub async fn check(storage: Arc<dyn Storage>) -> Result<Report> {
    let mut report = Report::default();
    let length = storage.length().await?;
    let Some(image) = report.need(Qcow2::open(Arc::clone(&storage)).await) else { return Ok(report) };
    if image.header.incompatible & 2 != 0 {
        report.add(Error::corrupt("QCOW2 header", "the image is marked as corrupt").at(72));
    }
    let cluster = image.header.cluster();
    let clusters = length.div_ceil(cluster);
    let counted = clusters.min(MOST);
    let mut uses = vec![0u8; usize::try_from(counted).expect("at most MOST")];
    let mut add = |at: u64| {
        if let Some(uses) = usize::try_from(at / cluster).ok().and_then(|at| uses.get_mut(at)) {
            *uses = uses.saturating_add(1);
        }
    };
    add(0);
    let header = &image.header;
    let tables = [
        (header.l1_offset, (u64::from(header.l1_size) * 8).div_ceil(cluster)),
        (header.refcount_offset, header.refcount_clusters.into()),
    ];
    for (at, count) in tables {
        (0..count.min(clusters)).for_each(|index| add(at.saturating_add(index * cluster)));
    }
    for index in 0..header.l1_needed()?.into() {
        let table = entry::l1(header, get_u64(&image.l1, usize::try_from(index).expect("in memory") * 8), index);
        let Some(Some(at)) = report.need(table) else { continue };
        add(at);
        let Some(Some((_, table))) = report.need(image.l2(index * header.l2_covers()).await) else { continue };
        for slot in 0..usize::try_from(header.l2_entries()).expect("in memory") {
            match report.need(entry::l2(header, at, &table, slot)) {
                Some(Cluster::Data(data)) => {
                    add(data);
                    if data >= length {
                        let reason = format!("entry {slot} has a cluster at byte {data}, the image ends at {length}");
                        report.add(Error::corrupt("QCOW2 L2 table", reason).at(at + 8 * slot as u64));
                    }
                }
                Some(Cluster::Packed(data, size)) => {
                    let end = data.saturating_add(size as u64).saturating_sub(1);
                    (data / cluster..=(end / cluster).min(data / cluster + 2)).for_each(|at| add(at * cluster));
                    let offset = index * header.l2_covers() + slot as u64 * cluster;
                    if offset < header.size {
                        report.need(crate::Source::read_at(&image, offset, 1).await);
                    }
                }
                _ => {}
            }
        }
    }
    if let Err(error) = refcounts(&image, &mut uses, counted, &mut report).await {
        report.add(error);
    }
    Ok(report)
}

/// Compares refcounts with the uses that were found.
async fn refcounts(image: &Qcow2, uses: &mut [u8], clusters: u64, report: &mut Report) -> Result<()> {
    let header = &image.header;
    let cluster = usize::try_from(header.cluster()).expect("at most 2 MiB");
    let bits = 1usize << header.refcount_order;
    let per_block = (cluster * 8 / bits) as u64;
    let mut leaked = 0u64;
    let blocks = clusters.div_ceil(per_block).min(u64::from(header.refcount_clusters) * header.cluster() / 8);
    let mut places = Vec::new();
    for index in 0..blocks {
        let entry = read_exact(&*image.storage, header.refcount_offset + 8 * index, 8, "QCOW2 refcount table").await?;
        let place = get_u64(&entry, 0) & !0x1ff;
        if let Some(uses) = usize::try_from(place / header.cluster()).ok().and_then(|at| uses.get_mut(at)) {
            *uses = uses.saturating_add(u8::from(place != 0));
        }
        places.push(place);
    }
    for (index, first) in (0..clusters).step_by(usize::try_from(per_block).expect("at most 16 Mi")).enumerate() {
        let place = places.get(index).copied().unwrap_or(0);
        let block = match place {
            0 => None,
            place => Some(read_exact(&*image.storage, place, cluster, "QCOW2 refcount block").await?),
        };
        for at in first..(first + per_block).min(clusters) {
            let count = block.as_ref().map_or(0, |block| refcount(block, at - first, header.refcount_order));
            let used = u64::from(uses[usize::try_from(at).expect("at most MOST")]);
            // Uses are counted to 255; those of snapshots are not counted.
            if count < used && used < 255 {
                let reason = format!("it is used {used} times, its refcount is {count}");
                report.add(Error::corrupt("QCOW2 cluster", reason).at(at * header.cluster()));
            }
            leaked += u64::from(count > used && header.snapshots == 0 && used < 255);
        }
    }
    if leaked > 0 && header.incompatible & 1 == 0 {
        let reason = format!("{leaked} clusters are used less often than they are counted: they are lost, no data is");
        report.add(Error::corrupt("QCOW2 refcounts", reason).at(header.refcount_offset));
    }
    Ok(())
}

/// Returns a count of a block of refcounts.
fn refcount(block: &[u8], index: u64, order: u32) -> u64 {
    let index = usize::try_from(index).expect("within the block");
    if order >= 3 {
        let size = 1 << (order - 3);
        return block[index * size..(index + 1) * size].iter().fold(0, |count, byte| (count << 8) | u64::from(*byte));
    }
    let bits = 1usize << order;
    let byte = block[index * bits / 8];
    u64::from((byte >> (index * bits % 8)) & ((1u16 << bits) - 1).to_le_bytes()[0])
}
