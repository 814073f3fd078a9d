//! What a host sends: its part of the handshake, then messages, the pictures of which are followed to their last byte.

mod end;
mod tight;
mod tiles;

use super::{
    COPY_RECT, CORRE, CURSOR, DESKTOP_NAME, DESKTOP_SIZE, EXTENDED_DESKTOP_SIZE, EXTENDED_KEY, Format, HEXTILE,
    LAST_RECT, LED_STATE, LONGEST_HELD, POINTER_MOTION, RAW, RRE, Shared, TIGHT, TIGHT_PNG, ZLIB, ZRLE, hold, long,
    short,
};
use tiles::Tiles;

#[derive(Debug, Default)]
pub(super) struct Host {
    stage: Stage,
    /// The begin of something.
    held: Vec<u8>,
    /// What is left of something that is passed on piece by piece, in bytes.
    body: u64,
    /// How somebody else may end that.
    ending: Ending,
    /// Parts of the update that are still to come; none where it goes on until it says that it ends.
    left: Option<u32>,
    /// Whether the client has got something.
    pub(super) begun: bool,
    streams: Streams,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Version,
    Security,
    Result,
    Init,
    /// Between two messages.
    Message,
    /// Before a part of an update.
    Part,
    Rre {
        /// Length of a piece on top of a pixel, in bytes.
        more: u64,
    },
    Hextile(Tiles),
    /// Before the length of compressed data.
    Packed {
        code: i32,
    },
    Tight {
        width: u16,
        height: u16,
    },
    Screens,
    Name,
}

/// How the rest of something is made up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ending {
    #[default]
    Never,
    Zeros,
    Spaces,
}

/// Streams of compressed data that go on from picture to picture at the client; each host begins its own. Of two of
/// them: whether the client has read something, and whether the next piece is the first of another host.
#[derive(Clone, Copy, Debug, Default)]
struct Streams {
    zlib: (bool, bool),
    zrle: (bool, bool),
    /// Whether those of Tight are to begin anew.
    fresh_tight: bool,
}

impl Streams {
    fn of(&mut self, code: i32) -> &mut (bool, bool) {
        if code == ZLIB { &mut self.zlib } else { &mut self.zrle }
    }
}

impl Host {
    pub(super) fn take(&mut self, shared: &mut Shared, mut input: &[u8], out: &mut Vec<u8>) {
        self.begun |= !input.is_empty();
        while !shared.opaque {
            if self.body > 0 {
                let length = usize::try_from(self.body).unwrap_or(usize::MAX).min(input.len());
                let (now, later) = input.split_at(length);
                out.extend_from_slice(now);
                self.body -= length as u64;
                input = later;
                if self.body > 0 {
                    return;
                }
                self.ending = Ending::Never;
            }
            if input.is_empty() && self.held.is_empty() {
                // What comes next may hang on what the client has not said yet.
                return;
            }
            let Some(length) = self.length(shared).filter(|length| *length <= LONGEST_HELD) else {
                shared.opaque = true;
                break;
            };
            if self.held.len() == length {
                self.whole(shared, out);
            } else if !hold(&mut self.held, &mut input, length) {
                return;
            }
        }
        out.append(&mut self.held);
        out.extend_from_slice(input);
    }

    /// Returns whether the handshake is over.
    pub(super) fn is_running(&self) -> bool {
        !matches!(self.stage, Stage::Version | Stage::Security | Stage::Result | Stage::Init)
    }

    /// Returns whether the client has whole messages.
    #[cfg(test)]
    pub(super) fn is_between(&self) -> bool {
        self.stage == Stage::Message && self.held.is_empty() && self.body == 0
    }

    /// Returns how many bytes are to be held before the next can be told; nothing for what is unknown.
    fn length(&self, shared: &Shared) -> Option<usize> {
        let held = &self.held[..];
        Some(match (self.stage, held) {
            (Stage::Version | Stage::Part, _) => 12,
            (Stage::Security, _) if shared.minor? == 3 => 4,
            // None at all, and the reason.
            (Stage::Security, [0, ..]) => return None,
            (Stage::Security, [count, ..]) => 1 + usize::from(*count),
            (Stage::Packed { code }, [_, _, _, _, ..]) => {
                let (used, fresh) = *self.streams.clone().of(code);
                if used && fresh && long(held) >= 2 { 6 } else { 4 }
            }
            (Stage::Result | Stage::Rre { .. } | Stage::Packed { .. } | Stage::Name | Stage::Screens, _)
            | (Stage::Message, [0, ..]) => 4,
            (Stage::Init, _) => 24,
            (Stage::Security | Stage::Message | Stage::Hextile(_), []) | (Stage::Message, [2, ..]) => 1,
            (Stage::Message, [1, ..]) => 6,
            (Stage::Message, [3, ..]) => 8,
            (Stage::Message, _) => return None,
            (Stage::Hextile(_), [kind, ..]) => Tiles::head(*kind, shared.format),
            (Stage::Tight { width, height }, _) => tight::head(held, width, height, shared.format)?.0,
        })
    }

    /// Takes what is held.
    fn whole(&mut self, shared: &mut Shared, out: &mut Vec<u8>) {
        let mut held = std::mem::take(&mut self.held);
        match self.stage {
            Stage::Version => {
                shared.opaque = !held.starts_with(b"RFB 003.");
                self.stage = Stage::Security;
            }
            Stage::Security if shared.minor == Some(3) => {
                shared.opaque = long(&held) != 1;
                shared.security = Some(1);
                self.stage = Stage::Init;
            }
            // The client's choice is not known yet; it is when something follows.
            Stage::Security => self.stage = if shared.minor == Some(8) { Stage::Result } else { Stage::Init },
            Stage::Result => {
                shared.opaque = long(&held) != 0 || shared.security != Some(1);
                self.stage = Stage::Init;
            }
            Stage::Init => {
                shared.size = (short(&held), short(&held[2..]));
                shared.format = Format { bytes: held[4..20].try_into().expect("it has 24 bytes") };
                self.pass(u64::from(long(&held[20..])), Ending::Never);
                self.stage = Stage::Message;
            }
            Stage::Message => self.message(&held),
            Stage::Part => self.part(shared, &held),
            Stage::Rre { more } => {
                let pixel = shared.format.pixel();
                self.pass(pixel + u64::from(long(&held)) * (pixel + more), Ending::Zeros);
                self.next_part(shared);
            }
            Stage::Hextile(tiles) => {
                self.pass(tiles.rest(&held, shared.format), Ending::Zeros);
                match tiles.next() {
                    Some(tiles) => self.stage = Stage::Hextile(tiles),
                    None => self.next_part(shared),
                }
            }
            Stage::Packed { code } => {
                let mut length = u64::from(long(&held));
                if held.len() > 4 {
                    // A stream begins with two bytes of its own. They would be in the middle of the client's, which
                    // goes on without them: what a host refers back to lies in its own part.
                    length -= 2;
                    held = u32::try_from(length).expect("it has become less").to_be_bytes().to_vec();
                }
                *self.streams.of(code) = (true, false);
                self.pass(length, Ending::Never);
                self.next_part(shared);
            }
            Stage::Tight { width, height } => {
                let (_, body) = tight::head(&held, width, height, shared.format).expect("it was asked before");
                if std::mem::take(&mut self.streams.fresh_tight) {
                    // Each of the four bits says that a stream begins anew.
                    held[0] |= 0x0f;
                }
                self.pass(body, Ending::Never);
                self.next_part(shared);
            }
            Stage::Screens => {
                self.pass(16 * u64::from(held[0]), Ending::Zeros);
                self.next_part(shared);
            }
            Stage::Name => {
                self.pass(u64::from(long(&held)), Ending::Spaces);
                self.next_part(shared);
            }
        }
        out.append(&mut held);
    }

    fn pass(&mut self, length: u64, ending: Ending) {
        (self.body, self.ending) = (length, ending);
    }

    fn message(&mut self, held: &[u8]) {
        match held[0] {
            0 => {
                let count = short(&held[2..]);
                // As many as there can be stand for an update that says itself where it ends.
                self.left = (count != u16::MAX).then_some(count.into());
                self.stage = Stage::Part;
                if count == 0 {
                    self.stage = Stage::Message;
                }
            }
            1 => self.pass(6 * u64::from(short(&held[4..])), Ending::Zeros),
            3 => {
                let length = long(&held[4..]).cast_signed();
                let ending = if length < 0 { Ending::Never } else { Ending::Spaces };
                self.pass(length.unsigned_abs().into(), ending);
            }
            // A bell.
            _ => {}
        }
    }

    /// Takes the head of a part of an update.
    fn part(&mut self, shared: &mut Shared, held: &[u8]) {
        let (x, y, width, height) = (short(held), short(&held[2..]), short(&held[4..]), short(&held[6..]));
        let (w, h, pixel) = (u64::from(width), u64::from(height), shared.format.pixel());
        match long(&held[8..]).cast_signed() {
            RAW => self.pass(w * h * pixel, Ending::Zeros),
            COPY_RECT => self.pass(4, Ending::Zeros),
            RRE => return self.stage = Stage::Rre { more: 8 },
            CORRE => return self.stage = Stage::Rre { more: 4 },
            HEXTILE if width > 0 && height > 0 => {
                return self.stage = Stage::Hextile(Tiles { width, height, x: 0, y: 0 });
            }
            code @ (ZLIB | ZRLE) => return self.stage = Stage::Packed { code },
            TIGHT | TIGHT_PNG => return self.stage = Stage::Tight { width, height },
            CURSOR => self.pass(w * h * pixel + w.div_ceil(8) * h, Ending::Zeros),
            DESKTOP_SIZE => shared.size = (width, height),
            EXTENDED_DESKTOP_SIZE => {
                // Where it is refused to change the size, that stands in the place of `y`; the first is of the host's own
                // accord.
                if x == 0 || y == 0 {
                    shared.size = (width, height);
                }
                return self.stage = Stage::Screens;
            }
            DESKTOP_NAME => return self.stage = Stage::Name,
            LED_STATE => self.pass(1, Ending::Zeros),
            LAST_RECT => self.left = Some(1),
            HEXTILE | POINTER_MOTION | EXTENDED_KEY => {}
            _ => shared.opaque = true,
        }
        self.next_part(shared);
    }

    /// Goes on behind a part of an update.
    fn next_part(&mut self, shared: &mut Shared) {
        self.left = self.left.map(|left| left.saturating_sub(1));
        self.stage = Stage::Part;
        if self.left == Some(0) {
            self.stage = Stage::Message;
            shared.asked = false;
        }
    }

    /// What comes next is of another host.
    pub(super) fn renew(&mut self) {
        self.streams.zlib.1 = true;
        self.streams.zrle.1 = true;
        self.streams.fresh_tight = true;
    }
}
