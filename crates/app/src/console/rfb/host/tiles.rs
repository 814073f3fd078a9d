//! Parts of an update in Hextile: tile after tile, row after row.

use super::super::Format;

/// Side of a tile, in points.
const TILE: u16 = 16;

/// Where in a part of tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tiles {
    pub(super) width: u16,
    pub(super) height: u16,
    /// The next tile.
    pub(super) x: u16,
    pub(super) y: u16,
}

impl Tiles {
    /// Returns how long the head of a tile of this kind is, in bytes.
    pub(super) fn head(kind: u8, format: Format) -> usize {
        let pixel = usize::from(format.bytes[0] / 8);
        if kind & 1 != 0 {
            return 1;
        }
        let bit = |bit: u8| usize::from(kind & bit != 0);
        1 + bit(2) * pixel + bit(4) * pixel + bit(8)
    }

    /// Returns what follows the head of the next tile, in bytes.
    pub(super) fn rest(self, head: &[u8], format: Format) -> u64 {
        let (width, height) = ((self.width - self.x).min(TILE), (self.height - self.y).min(TILE));
        let kind = head[0];
        if kind & 1 != 0 {
            return u64::from(width) * u64::from(height) * format.pixel();
        }
        let count = if kind & 8 != 0 { head.last().copied().unwrap_or_default() } else { 0 };
        u64::from(count) * (2 + if kind & 16 != 0 { format.pixel() } else { 0 })
    }

    /// Returns where the tile after the next is, unless that is the last.
    pub(super) fn next(self) -> Option<Self> {
        match (self.width - self.x > TILE, self.height - self.y > TILE) {
            (true, _) => Some(Self { x: self.x + TILE, ..self }),
            (false, true) => Some(Self { x: 0, y: self.y + TILE, ..self }),
            (false, false) => None,
        }
    }

    /// Returns how many tiles are to come.
    pub(super) fn count(self) -> u64 {
        let across = |width: u16| u64::from(width.div_ceil(TILE));
        across(self.width - self.x) + across(self.width) * (across(self.height - self.y) - 1)
    }
}
