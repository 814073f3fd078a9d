//! Whether two disks hold the same.

use std::sync::Arc;

use crate::{Content, MAX_PIECE, Map, Result, Source, is_zero, map_of_data};

/// Returns the first byte that differs, none if the disks hold the same; what a longer disk has more has to be zero. `look`
/// is told how many bytes have been compared, of those where at least one of the disks has data.
///
/// # Errors
///
/// What reading says.
pub async fn compare(
    one: Arc<dyn Source>,
    other: Arc<dyn Source>,
    mut look: impl FnMut(u64, u64),
) -> Result<Option<u64>> {
    let size = one.size().max(other.size());
    let mut map = Map::new(size, one.block_size().max(other.block_size()));
    for source in [&one, &other] {
        for range in map_of_data(&**source).await?.ranges() {
            map.set(range);
        }
    }
    let total: u64 = map.ranges().map(|range| range.end - range.start).sum();
    let within = |size: u64| {
        let mut within = Map::new(size, u32::try_from(map.block_size()).unwrap_or(1 << 31));
        map.ranges().for_each(|range| within.set(range));
        Arc::new(within)
    };
    // What neither has data for is the same; the rest is read side by side.
    let mut left = Content::read(Arc::clone(&one), within(one.size()));
    let mut right = Content::read(Arc::clone(&other), within(other.size()));
    let mut done = 0;
    loop {
        let (left, right) = futures_util::future::join(left.next(), right.next()).await;
        let (offset, difference, length) = match (left?, right?) {
            (None, None) => return Ok(None),
            (Some(left), Some(right)) => {
                debug_assert_eq!(left.offset, right.offset, "both are cut at the same places");
                let common = left.data.len().min(right.data.len());
                let length = left.data.len().max(right.data.len());
                let first = if left.data[..common] == right.data[..common] {
                    let rest = if left.data.len() > common { &left.data } else { &right.data };
                    nonzero(&rest[common..]).map(|at| common + at)
                } else {
                    left.data.iter().zip(&right.data[..]).position(|(left, right)| left != right)
                };
                (left.offset, first, length)
            }
            (Some(piece), None) | (None, Some(piece)) => (piece.offset, nonzero(&piece.data), piece.data.len()),
        };
        if let Some(at) = difference {
            return Ok(Some(offset + at as u64));
        }
        done += length as u64;
        look(done.min(total), total);
        debug_assert!(length <= MAX_PIECE);
    }
}

/// Returns where the first byte is that is not zero.
fn nonzero(data: &[u8]) -> Option<usize> {
    if is_zero(data) { None } else { data.iter().position(|byte| *byte != 0) }
}
