//! RFB (RFC 6143) as far as a console has to know it to go on at another host.
//!
//! A browser shakes hands once. When its console goes to another host, that one greets again, starts its compression anew
//! and knows nothing of what the browser has asked for. So both directions are followed from the first byte on: what
//! the browser has set is remembered, and where the messages of the host begin and end is known. Then what the old host
//! began is ended in its place, the new one is told what the browser wants, and shows all of its screen.
//!
//! | direction | what is done to it |
//! |---|---|
//! | to the host | encodings that cannot be followed are taken out of what the browser offers; whole messages go on |
//! | to the browser | nothing, but where a stream of compressed data goes on with that of another host |
//!
//! What is not understood is passed on as it is; such a console ends where it would have to go on elsewhere.

mod client;
mod greet;
mod host;
mod resume;

use client::Client;
pub(super) use greet::greet;
use host::Host;

/// A message of this length at most is held until it is whole, in bytes; those that may be longer are passed on piece
/// by piece, but for a list of encodings, which has at most a few dozen.
const LONGEST_HELD: usize = 8 << 10;

const RAW: i32 = 0;
const COPY_RECT: i32 = 1;
const RRE: i32 = 2;
const CORRE: i32 = 4;
const HEXTILE: i32 = 5;
const ZLIB: i32 = 6;
const TIGHT: i32 = 7;
const ZRLE: i32 = 16;
const DESKTOP_SIZE: i32 = -223;
const LAST_RECT: i32 = -224;
const CURSOR: i32 = -239;
const POINTER_MOTION: i32 = -257;
const EXTENDED_KEY: i32 = -258;
const TIGHT_PNG: i32 = -260;
const LED_STATE: i32 = -261;
const DESKTOP_NAME: i32 = -307;
const EXTENDED_DESKTOP_SIZE: i32 = -308;
/// `0xc0a1e5ce`: cut text in other forms than Latin 1.
const EXTENDED_CLIPBOARD: i32 = -0x3f5e_1a32;

/// Returns whether an encoding can be followed; how hard to compress is no encoding, but stands among them.
fn is_followed(code: i32) -> bool {
    const KNOWN: [i32; 18] = [
        RAW,
        COPY_RECT,
        RRE,
        CORRE,
        HEXTILE,
        ZLIB,
        TIGHT,
        ZRLE,
        DESKTOP_SIZE,
        LAST_RECT,
        CURSOR,
        POINTER_MOTION,
        EXTENDED_KEY,
        TIGHT_PNG,
        LED_STATE,
        DESKTOP_NAME,
        EXTENDED_DESKTOP_SIZE,
        EXTENDED_CLIPBOARD,
    ];
    // Quality and effort of compression, coarse and fine.
    KNOWN.contains(&code) || matches!(code, -32..=-23 | -256..=-247 | -512..=-412 | -768..=-763)
}

/// One console between a client and a host.
#[derive(Debug, Default)]
pub(super) struct Rfb {
    shared: Shared,
    client: Client,
    host: Host,
}

/// What both directions know.
#[derive(Debug, Default)]
struct Shared {
    /// Something came that is not understood: from then on all is passed on unseen.
    opaque: bool,
    /// Minor number of the version that the client has chosen: 3, 7 or 8.
    minor: Option<u8>,
    /// Kind of security that the client has chosen.
    security: Option<u8>,
    format: Format,
    /// What the client offers, as far as it can be followed.
    encodings: Option<Vec<i32>>,
    /// Width and height of the screen as the client knows it.
    size: (u16, u16),
    /// Whether an update is on its way, or may be.
    asked: bool,
}

/// How pixels are written, as far as their length goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Format {
    /// The 16 bytes on the wire.
    bytes: [u8; 16],
}

impl Format {
    /// Returns the length of a pixel, in bytes.
    fn pixel(self) -> u64 {
        u64::from(self.bytes[0] / 8)
    }

    /// Returns the length of a pixel in Tight, which leaves out a byte that is always zero.
    fn tight_pixel(self) -> u64 {
        let [bits, depth, _, true_colour, ..] = self.bytes;
        let is_full = self.bytes[4..10] == [0, 255, 0, 255, 0, 255];
        if (bits, depth) == (32, 24) && true_colour != 0 && is_full { 3 } else { self.pixel() }
    }
}

impl Rfb {
    /// Takes what the client has sent, and writes what of it goes to the host. Returns whether somebody did something:
    /// clients ask for updates by themselves.
    pub(super) fn pass_up(&mut self, input: &[u8], out: &mut Vec<u8>) -> bool {
        self.client.take(&mut self.shared, input, out);
        std::mem::take(&mut self.client.used) || self.shared.opaque
    }

    /// Takes what the host has sent, and writes what of it goes to the client.
    pub(super) fn pass_down(&mut self, input: &[u8], out: &mut Vec<u8>) {
        self.host.take(&mut self.shared, input, out);
    }
}

/// Reads a number, most significant byte first.
fn short(bytes: &[u8]) -> u16 {
    u16::from_be_bytes([bytes[0], bytes[1]])
}

/// Reads a number, most significant byte first.
fn long(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// Moves as much of `input` to `held` as that needs for `length` bytes; returns whether it has them.
fn hold(held: &mut Vec<u8>, input: &mut &[u8], length: usize) -> bool {
    let (now, later) = input.split_at(length.saturating_sub(held.len()).min(input.len()));
    held.extend_from_slice(now);
    *input = later;
    held.len() >= length
}

#[cfg(test)]
mod tests;
