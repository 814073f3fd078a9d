//! Points as a client wants them: in its pixel format, raw or in tiles.

use super::screen::{Colour, Part, Screen};

/// Side of a tile of Hextile, in points.
const TILE: usize = 16;

/// How pixels are written, 16 bytes on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    bits: u8,
    depth: u8,
    big_endian: bool,
    true_colour: bool,
    max: [u16; 3],
    shift: [u8; 3],
}

/// What QEMU offers: 32 bits, red in the third byte, least significant first.
pub(super) const NATIVE: Format =
    Format { bits: 32, depth: 24, big_endian: false, true_colour: true, max: [255; 3], shift: [16, 8, 0] };

impl Format {
    /// Reads the format of 16 bytes; nothing for one that nobody can write.
    pub(super) fn parse(bytes: &[u8; 16]) -> Option<Self> {
        let max = [4, 6, 8].map(|at| u16::from_be_bytes([bytes[at], bytes[at + 1]]));
        let format = Self {
            bits: bytes[0],
            depth: bytes[1],
            big_endian: bytes[2] != 0,
            true_colour: bytes[3] != 0,
            max,
            shift: [bytes[10], bytes[11], bytes[12]],
        };
        let fits = [8, 16, 32].contains(&format.bits) && format.shift.iter().all(|shift| *shift < format.bits);
        fits.then_some(format)
    }

    pub(super) fn bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&[self.bits, self.depth, self.big_endian.into(), self.true_colour.into()]);
        for (at, max) in self.max.into_iter().enumerate() {
            bytes[4 + at * 2..6 + at * 2].copy_from_slice(&max.to_be_bytes());
        }
        bytes[10..13].copy_from_slice(&self.shift);
        bytes
    }

    /// Returns whether pixels are numbers of colours, which the client is told of.
    pub(super) fn has_map(self) -> bool {
        !self.true_colour
    }

    fn put(self, colour: Colour, out: &mut Vec<u8>) {
        let value = if self.true_colour {
            let parts = colour.rgb().into_iter().zip(self.max).zip(self.shift);
            parts.fold(0_u32, |value, ((part, max), shift)| value | (u32::from(part) * u32::from(max) / 255) << shift)
        } else {
            colour as u32
        };
        let length = usize::from(self.bits / 8);
        if self.big_endian {
            out.extend_from_slice(&value.to_be_bytes()[4 - length..]);
        } else {
            out.extend_from_slice(&value.to_le_bytes()[..length]);
        }
    }
}

/// Writes the points of a part one after the other.
pub(super) fn raw(screen: &Screen, part: Part, format: Format, out: &mut Vec<u8>) {
    for y in part.y..part.y + part.height {
        for x in part.x..part.x + part.width {
            format.put(screen.colour(x, y), out);
        }
    }
}

/// Writes a part in tiles: of one colour, of a ground with runs of other colours, or raw.
pub(super) fn hextile(screen: &Screen, part: Part, format: Format, out: &mut Vec<u8>) {
    const RAW: u8 = 1;
    const GROUND: u8 = 2;
    const RUNS: u8 = 8;
    const COLOURED: u8 = 16;
    for y in (part.y..part.y + part.height).step_by(TILE) {
        for x in (part.x..part.x + part.width).step_by(TILE) {
            let whole = Part { x, y, width: TILE, height: TILE };
            let tile = whole.common(part).expect("a tile begins in its part");
            let ground = screen.colour(x, y);
            let runs = runs(screen, tile, ground);
            // A run is its colour and two bytes.
            let run = usize::from(format.bits / 8) + 2;
            let most = tile.width * tile.height * usize::from(format.bits / 8);
            match u8::try_from(runs.len()) {
                Ok(0) => {
                    out.push(GROUND);
                    format.put(ground, out);
                }
                Ok(count) if runs.len() * run < most => {
                    out.push(GROUND | RUNS | COLOURED);
                    format.put(ground, out);
                    out.push(count);
                    for (colour, x, y, width) in runs {
                        format.put(colour, out);
                        out.extend_from_slice(&[x << 4 | y, (width - 1) << 4]);
                    }
                }
                _ => {
                    out.push(RAW);
                    raw(screen, tile, format, out);
                }
            }
        }
    }
}

/// Returns what is not of the colour `ground`: colour, place in the tile, and width.
fn runs(screen: &Screen, tile: Part, ground: Colour) -> Vec<(Colour, u8, u8, u8)> {
    let mut runs: Vec<(Colour, u8, u8, u8)> = Vec::new();
    for y in 0..tile.height {
        let mut before = ground;
        for x in 0..tile.width {
            let colour = screen.colour(tile.x + x, tile.y + y);
            if colour != ground {
                match runs.last_mut().filter(|_| before == colour) {
                    Some(run) => run.3 += 1,
                    None => runs.push((colour, side(x), side(y), 1)),
                }
            }
            before = colour;
        }
    }
    runs
}

fn side(at: usize) -> u8 {
    u8::try_from(at).expect("a tile has 16 points")
}
