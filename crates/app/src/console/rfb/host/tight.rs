//! Parts of an update in Tight.
//!
//! | first byte | what follows |
//! |---|---|
//! | `0x8_` | a pixel |
//! | `0x9_`, `0xa_` | the length of a picture as JPEG or PNG, and that |
//! | `0x4_` … `0x7_` | a filter: points as they are, numbers of a palette, or differences |
//! | | points in fewer than 12 bytes, or their compressed length, and them |

use super::super::Format;

/// Fewer bytes than these are not compressed.
const SHORT: u64 = 12;

/// Returns how many bytes are to be held, and how many follow them; the second only counts once so many are held.
/// Nothing for what is unknown.
pub(super) fn head(held: &[u8], width: u16, height: u16, format: Format) -> Option<(usize, u64)> {
    let Some(first) = held.first() else { return Some((1, 0)) };
    let pixel = usize::try_from(format.tight_pixel()).ok()?;
    let points = u64::from(width) * u64::from(height);
    let kind = first >> 4;
    let (filtered, data) = match kind {
        8 => return Some((1 + pixel, 0)),
        9 | 10 => return compact(held, 1),
        0..=3 => (1, points * pixel as u64),
        4..=7 => match held.get(1) {
            None => return Some((2, 0)),
            Some(1) => {
                let Some(last) = held.get(2) else { return Some((3, 0)) };
                let colours = usize::from(*last) + 1;
                let rows = if colours <= 2 { u64::from(width).div_ceil(8) } else { u64::from(width) };
                (3 + colours * pixel, rows * u64::from(height))
            }
            Some(0 | 2) => (2, points * pixel as u64),
            Some(_) => return None,
        },
        _ => return None,
    };
    if held.len() < filtered {
        return Some((filtered, 0));
    }
    if data < SHORT { Some((filtered, data)) } else { compact(held, filtered) }
}

/// Reads a length of one to three bytes at `at`; the first two say whether another follows.
fn compact(held: &[u8], at: usize) -> Option<(usize, u64)> {
    let mut length = 0;
    for place in 0..3 {
        let Some(byte) = held.get(at + place) else { return Some((at + place + 1, 0)) };
        let bits = if place < 2 { byte & 0x7f } else { *byte };
        length |= u64::from(bits) << (7 * place);
        if byte & 0x80 == 0 || place == 2 {
            return Some((at + place + 1, length));
        }
    }
    None
}
