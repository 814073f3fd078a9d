//! Which sectors of a block an image has: a bit each, the most significant first.

use std::ops::Range;

use crate::SECTOR;

/// Returns how many bytes the bitmap of a block of `block` bytes takes: whole sectors.
pub(crate) fn length(block: u32) -> u64 {
    (u64::from(block) / SECTOR).div_ceil(8).next_multiple_of(SECTOR)
}

/// Returns whether all of the first `sectors` bits are set.
pub(crate) fn is_full(bitmap: &[u8], sectors: usize) -> bool {
    let (whole, rest) = bitmap[..sectors.div_ceil(8)].split_at(sectors / 8);
    let mask = !(0xff_u8.checked_shr(u32::try_from(sectors % 8).expect("below 8")).unwrap_or(0));
    whole.iter().all(|byte| *byte == 0xff) && rest.iter().all(|byte| byte & mask == mask)
}

/// Sets the bits of `sectors`.
pub(crate) fn set(bitmap: &mut [u8], sectors: Range<usize>) {
    for sector in sectors {
        bitmap[sector / 8] |= 0x80 >> (sector % 8);
    }
}

/// As [`runs`], without a look at each bit where all are set.
pub(crate) fn runs_or_all(bitmap: &[u8], sectors: Range<usize>) -> Vec<(Range<usize>, bool)> {
    if is_full(bitmap, sectors.end) { vec![(sectors, true)] } else { runs(bitmap, sectors) }
}

/// Returns the ranges of `sectors` whose bits are the same, in order, each with its bit.
pub(crate) fn runs(bitmap: &[u8], sectors: Range<usize>) -> Vec<(Range<usize>, bool)> {
    let mut runs: Vec<(Range<usize>, bool)> = Vec::new();
    for sector in sectors {
        let bit = bitmap[sector / 8] & (0x80 >> (sector % 8)) != 0;
        match runs.last_mut() {
            Some((range, same)) if *same == bit => range.end = sector + 1,
            _ => runs.push((sector..sector + 1, bit)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_from_the_most_significant() {
        let mut bitmap = [0; 2];
        set(&mut bitmap, 1..10);
        assert_eq!(bitmap, [0x7f, 0xc0]);
        assert_eq!(runs(&bitmap, 0..16), [(0..1, false), (1..10, true), (10..16, false)]);
        set(&mut bitmap, 0..1);
        assert!(is_full(&bitmap, 10) && is_full(&bitmap, 8) && !is_full(&bitmap, 11) && !is_full(&bitmap, 16));
        assert_eq!((length(2 << 20), length(64 << 10)), (512, 512));
    }
}
