//! RFB, the protocol of graphical consoles (RFC 6143), as QEMU speaks it: 3.8, and 3.3 and 3.7 for those who ask.
//!
//! Bytes of the client go in, bytes for the client come out; the connection is somebody else's. A client that asks for
//! an update gets what has changed, once something has.

use std::sync::Arc;

use bytes::{Buf, BytesMut};

use super::{
    Guest, draw,
    encoding::{self, Format, NATIVE},
    keys,
    screen::{Colour, Part, Screen},
};
use crate::{Object, World};

/// Longest text to paste, in bytes.
const LONGEST_PASTE: usize = 1 << 20;

/// `DesktopSize`, which tells that the screen has another size.
const DESKTOP_SIZE: i32 = -223;
const RAW: i32 = 0;
const HEXTILE: i32 = 5;

/// The client does not speak RFB.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Nonsense;

/// One client of a screen.
pub(crate) struct Rfb {
    vm: Object,
    guest: Arc<Guest>,
    stage: Stage,
    format: Format,
    hextile: bool,
    resizes: bool,
    /// What the client has seen.
    shown: Option<Screen>,
    /// What the client waits for: a part, and whether only what has changed.
    wanted: Option<(Part, bool)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Version,
    Security { minor: u8 },
    Init,
    Normal,
}

impl Rfb {
    pub(crate) fn new(vm: Object, guest: Arc<Guest>) -> Self {
        let stage = Stage::Version;
        Self { vm, guest, stage, format: NATIVE, hextile: false, resizes: false, shown: None, wanted: None }
    }

    /// What the host says first.
    pub(crate) fn greeting() -> &'static [u8] {
        b"RFB 003.008\n"
    }

    /// Takes what has come of the client, as far as it is whole, and writes what is to be answered at once.
    pub(crate) fn take(&mut self, world: &World, input: &mut BytesMut, out: &mut Vec<u8>) -> Result<(), Nonsense> {
        while match self.stage {
            Stage::Version => self.version(input, out)?,
            Stage::Security { minor } => self.security(minor, input, out)?,
            Stage::Init => self.init(world, input, out),
            Stage::Normal => self.message(input, out)?,
        } {}
        Ok(())
    }

    fn version(&mut self, input: &mut BytesMut, out: &mut Vec<u8>) -> Result<bool, Nonsense> {
        if input.len() < 12 {
            return Ok(false);
        }
        let minor = match &input.split_to(12)[..] {
            b"RFB 003.008\n" => 8,
            b"RFB 003.007\n" => 7,
            // Versions that there never were are to be taken for 3.3.
            [b'R', b'F', b'B', b' ', b'0', b'0', b'3', b'.', .., b'\n'] => 3,
            _ => return Err(Nonsense),
        };
        if minor == 3 {
            // The host decides; there is no password.
            out.extend_from_slice(&1_u32.to_be_bytes());
            self.stage = Stage::Init;
        } else {
            out.extend_from_slice(&[1, 1]);
            self.stage = Stage::Security { minor };
        }
        Ok(true)
    }

    fn security(&mut self, minor: u8, input: &mut BytesMut, out: &mut Vec<u8>) -> Result<bool, Nonsense> {
        if input.is_empty() {
            return Ok(false);
        }
        if input.get_u8() != 1 {
            return Err(Nonsense);
        }
        if minor == 8 {
            out.extend_from_slice(&0_u32.to_be_bytes());
        }
        self.stage = Stage::Init;
        Ok(true)
    }

    fn init(&mut self, world: &World, input: &mut BytesMut, out: &mut Vec<u8>) -> bool {
        if input.is_empty() {
            return false;
        }
        // Whether others may look, too; they may.
        input.advance(1);
        let screen = draw(world, self.vm, &self.guest);
        let name = format!("QEMU ({})", world.text(self.vm, "name_label"));
        out.extend_from_slice(&short(screen.width()).to_be_bytes());
        out.extend_from_slice(&short(screen.height()).to_be_bytes());
        out.extend_from_slice(&NATIVE.bytes());
        out.extend_from_slice(&u32::from(short(name.len())).to_be_bytes());
        out.extend_from_slice(name.as_bytes());
        // Nothing of it has been seen yet, but the size is known.
        self.shown = Some(screen.emptied());
        self.stage = Stage::Normal;
        true
    }

    /// Takes a message; says whether one was there.
    fn message(&mut self, input: &mut BytesMut, out: &mut Vec<u8>) -> Result<bool, Nonsense> {
        let Some(kind) = input.first() else { return Ok(false) };
        let number = |at: usize| usize::from(u16::from_be_bytes([input[at], input[at + 1]]));
        let length = match kind {
            0 => 20,
            2 if input.len() < 4 => 4,
            2 => 4 + 4 * number(2),
            3 => 10,
            4 => 8,
            5 => 6,
            6 if input.len() < 8 => 8,
            6 => match usize::try_from(u32::from_be_bytes([input[4], input[5], input[6], input[7]])) {
                Ok(length) if length <= LONGEST_PASTE => 8 + length,
                _ => return Err(Nonsense),
            },
            _ => return Err(Nonsense),
        };
        if input.len() < length {
            return Ok(false);
        }
        let message = input.split_to(length);
        let number = |at: usize| u16::from_be_bytes([message[at], message[at + 1]]);
        match message[0] {
            0 => {
                let bytes = message[4..].try_into().expect("it has 16 bytes");
                self.format = Format::parse(bytes).ok_or(Nonsense)?;
                if self.format.has_map() {
                    colours(out);
                }
            }
            2 => {
                let codes = message[4..].chunks(4).filter_map(|code| Some(i32::from_be_bytes(code.try_into().ok()?)));
                let codes: Vec<i32> = codes.collect();
                self.resizes = codes.contains(&DESKTOP_SIZE);
                // The first that is known is the one that the client likes best; whoever names none takes raw.
                self.hextile = codes.iter().find(|code| [RAW, HEXTILE].contains(code)) == Some(&HEXTILE);
            }
            3 => {
                let [x, y, width, height] = [2, 4, 6, 8].map(|at| usize::from(number(at)));
                self.wanted = Some((Part { x, y, width, height }, message[1] != 0));
            }
            4 => {
                let keysym = u32::from_be_bytes([message[4], message[5], message[6], message[7]]);
                if let Some(name) = keys::name(keysym).filter(|_| message[1] != 0) {
                    self.guest.type_key(&name);
                }
            }
            5 => self.guest.point(number(2), number(4), message[1]),
            _ => self.guest.paste(message[8..].iter().map(|byte| char::from(*byte)).collect()),
        }
        Ok(true)
    }

    /// Returns the update that the client waits for, if it waits for one and there is something new.
    pub(crate) fn update(&mut self, world: &World) -> Option<Vec<u8>> {
        let (wanted, only_changes) = self.wanted?;
        let mut screen = draw(world, self.vm, &self.guest);
        let shown = self.shown.as_ref()?;
        if (screen.width(), screen.height()) != (shown.width(), shown.height()) {
            if self.resizes {
                self.wanted = None;
                let mut out = vec![0, 0, 0, 1];
                rectangle(&mut out, screen.whole(), DESKTOP_SIZE);
                self.shown = Some(screen.emptied());
                return Some(out);
            }
            // Whoever cannot take another size sees the screen cut, or black where it ends.
            screen = screen.resized_to(shown);
        }
        let parts = if only_changes { screen.changes(shown) } else { vec![screen.whole()] };
        let parts: Vec<Part> = parts.into_iter().filter_map(|part| part.common(wanted)).collect();
        if parts.is_empty() && only_changes {
            return None;
        }
        self.wanted = None;
        let mut out = vec![0, 0];
        out.extend_from_slice(&short(parts.len()).to_be_bytes());
        for part in parts {
            if self.hextile {
                rectangle(&mut out, part, HEXTILE);
                encoding::hextile(&screen, part, self.format, &mut out);
            } else {
                rectangle(&mut out, part, RAW);
                encoding::raw(&screen, part, self.format, &mut out);
            }
        }
        // What lies outside of what the client wanted is told when it wants that.
        if wanted.common(screen.whole()) == Some(screen.whole()) {
            self.shown = Some(screen);
        }
        Some(out)
    }
}

/// Tells which colours the numbers of a client with a map are.
fn colours(out: &mut Vec<u8>) {
    out.extend_from_slice(&[1, 0, 0, 0]);
    out.extend_from_slice(&short(Colour::ALL.len()).to_be_bytes());
    for part in Colour::ALL.into_iter().flat_map(Colour::rgb) {
        out.extend_from_slice(&(u16::from(part) * 257).to_be_bytes());
    }
}

fn rectangle(out: &mut Vec<u8>, part: Part, encoding: i32) {
    for number in [part.x, part.y, part.width, part.height] {
        out.extend_from_slice(&short(number).to_be_bytes());
    }
    out.extend_from_slice(&encoding.to_be_bytes());
}

fn short(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
