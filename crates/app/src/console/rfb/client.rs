//! What a client sends: its part of the handshake, then messages.

use super::{Format, LONGEST_HELD, Shared, hold, is_followed, long, short};

/// Keys and pointers that are kept while there is no host, in bytes; what comes after them is lost, as it is where
/// somebody types faster than a machine starts.
const LONGEST_PENDING: usize = 4 << 10;

#[derive(Debug, Default)]
pub(super) struct Client {
    stage: Stage,
    /// The begin of a message.
    held: Vec<u8>,
    /// What is left of one that is passed on piece by piece, in bytes.
    body: u64,
    /// Whether that is thrown away in its place.
    dropping: bool,
    /// Whether a key, a pointer or text to paste has come.
    pub(super) used: bool,
    /// Whether there is no host.
    pub(super) lost: bool,
    /// What the next host gets.
    pub(super) pending: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Version,
    Security,
    Init,
    Messages,
}

impl Client {
    pub(super) fn take(&mut self, shared: &mut Shared, mut input: &[u8], out: &mut Vec<u8>) {
        while !shared.opaque {
            if self.body > 0 {
                let length = usize::try_from(self.body).unwrap_or(usize::MAX).min(input.len());
                let (now, later) = input.split_at(length);
                if !self.dropping {
                    out.extend_from_slice(now);
                }
                self.body -= length as u64;
                input = later;
                if self.body > 0 {
                    return;
                }
            }
            let Some(length) = self.length().filter(|length| *length <= LONGEST_HELD) else {
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

    /// There is no host any more: what it has not got is not sent to another one in the middle.
    pub(super) fn lose(&mut self) {
        self.lost = true;
        self.dropping = true;
    }

    /// Returns how many bytes the message has, or how many are needed to tell; nothing for one that is unknown.
    fn length(&self) -> Option<usize> {
        let held = &self.held[..];
        let short = |at: usize| usize::from(short(&held[at..]));
        Some(match (self.stage, held) {
            (Stage::Version, _) => 12,
            (Stage::Security | Stage::Init, _) | (Stage::Messages, []) => 1,
            (_, [0, ..]) => 20,
            (_, [2, ..]) => {
                if held.len() < 4 {
                    4
                } else {
                    4 + 4 * short(2)
                }
            }
            (_, [3 | 150, ..]) => 10,
            (_, [4 | 6, ..]) => 8,
            (_, [5, ..]) => 6,
            (_, [250, ..]) => 4,
            (_, [251, ..]) => {
                if held.len() < 8 {
                    8
                } else {
                    8 + 16 * usize::from(held[6])
                }
            }
            // Keys by QEMU's own codes.
            (_, [255]) => 2,
            (_, [255, 0, ..]) => 12,
            _ => return None,
        })
    }

    /// Takes the message that is held.
    fn whole(&mut self, shared: &mut Shared, out: &mut Vec<u8>) {
        let mut held = std::mem::take(&mut self.held);
        match self.stage {
            Stage::Version => {
                shared.minor = match &held[..] {
                    b"RFB 003.008\n" => Some(8),
                    b"RFB 003.007\n" => Some(7),
                    [b'R', b'F', b'B', b' ', b'0', b'0', b'3', ..] => Some(3),
                    _ => None,
                };
                shared.opaque = shared.minor.is_none();
                // In the oldest version the host chooses.
                self.stage = if shared.minor == Some(3) { Stage::Init } else { Stage::Security };
            }
            Stage::Security => {
                shared.security = Some(held[0]);
                // What follows another kind than "none" is between the two.
                shared.opaque = held[0] != 1;
                self.stage = Stage::Init;
            }
            Stage::Init => self.stage = Stage::Messages,
            Stage::Messages => return self.message(shared, held, out),
        }
        out.append(&mut held);
    }

    fn message(&mut self, shared: &mut Shared, mut held: Vec<u8>, out: &mut Vec<u8>) {
        let kind = held[0];
        self.used |= matches!(kind, 4..=6 | 255);
        match kind {
            0 => {
                let bytes = held[4..20].try_into().expect("it has 20 bytes");
                // Which pixels an update has that is under way, nobody can say.
                shared.opaque |= shared.asked && Format { bytes } != shared.format;
                shared.format = Format { bytes };
            }
            2 => {
                let codes = held[4..].chunks_exact(4).map(|code| long(code).cast_signed());
                let codes: Vec<i32> = codes.filter(|code| is_followed(*code)).collect();
                held = encodings(&codes);
                shared.encodings = Some(codes);
            }
            3 => shared.asked = true,
            6 => {
                // A negative length says that the text is of another form.
                self.body = u64::from(long(&held[4..]).cast_signed().unsigned_abs());
                self.dropping = self.lost;
            }
            _ => {}
        }
        if !self.lost {
            out.append(&mut held);
        } else if ![0, 2, 3, 6].contains(&kind) && self.pending.len() + held.len() <= LONGEST_PENDING {
            // The others are remembered, and told to the next host.
            self.pending.append(&mut held);
        }
    }
}

/// Writes what a client offers.
pub(super) fn encodings(codes: &[i32]) -> Vec<u8> {
    let count = u16::try_from(codes.len()).expect("they were counted by a short");
    let mut message = vec![2, 0];
    message.extend_from_slice(&count.to_be_bytes());
    message.extend(codes.iter().flat_map(|code| code.to_be_bytes()));
    message
}
