//! Numbers and records of the protocol, from its description (`doc/proto.md` of the NBD project).

use std::fmt;

/// What a server says first.
pub(crate) const MAGIC: u64 = u64::from_be_bytes(*b"NBDMAGIC");
/// What a server says next, and what each option of a client starts with.
pub(crate) const OPTION_MAGIC: u64 = u64::from_be_bytes(*b"IHAVEOPT");
/// What an old server says next.
pub(crate) const OLD_MAGIC: u64 = 0x0000_4202_8186_1253;
/// What each answer to an option starts with.
pub(crate) const OPTION_REPLY_MAGIC: u64 = 0x0003_e889_0455_65a9;
/// What each request starts with.
pub(crate) const REQUEST_MAGIC: u32 = 0x2560_9513;
/// What each simple reply starts with.
pub(crate) const SIMPLE_REPLY_MAGIC: u32 = 0x6744_6698;
/// What each part of a structured reply starts with.
pub(crate) const STRUCTURED_REPLY_MAGIC: u32 = 0x668e_33ef;

/// Longest text of the protocol, in bytes.
pub(crate) const LONGEST_TEXT: u32 = 4096;
/// Largest request that any server takes, in bytes.
pub(crate) const LARGEST_REQUEST: u32 = 32 << 20;
/// The context that says which blocks are allocated.
pub(crate) const BASE_ALLOCATION: &str = "base:allocation";

/// Flags of the handshake, the same in both directions.
pub(crate) mod handshake {
    pub(crate) const FIXED_NEWSTYLE: u16 = 1;
    pub(crate) const NO_ZEROES: u16 = 2;
}

/// Options of clients.
pub(crate) mod option {
    pub(crate) const EXPORT_NAME: u32 = 1;
    pub(crate) const ABORT: u32 = 2;
    pub(crate) const LIST: u32 = 3;
    pub(crate) const STARTTLS: u32 = 5;
    pub(crate) const INFO: u32 = 6;
    pub(crate) const GO: u32 = 7;
    pub(crate) const STRUCTURED_REPLY: u32 = 8;
    pub(crate) const LIST_META_CONTEXT: u32 = 9;
    pub(crate) const SET_META_CONTEXT: u32 = 10;
}

/// Answers to options.
pub(crate) mod reply {
    pub(crate) const ACK: u32 = 1;
    pub(crate) const SERVER: u32 = 2;
    pub(crate) const INFO: u32 = 3;
    pub(crate) const META_CONTEXT: u32 = 4;
    /// All errors have this bit.
    pub(crate) const ERROR: u32 = 1 << 31;
    pub(crate) const UNSUPPORTED: u32 = ERROR + 1;
    pub(crate) const POLICY: u32 = ERROR + 2;
    pub(crate) const INVALID: u32 = ERROR + 3;
    pub(crate) const TLS_REQUIRED: u32 = ERROR + 5;
    pub(crate) const UNKNOWN: u32 = ERROR + 6;
}

/// What answers of kind `INFO` are about.
pub(crate) mod info {
    pub(crate) const EXPORT: u16 = 0;
    pub(crate) const NAME: u16 = 1;
    pub(crate) const DESCRIPTION: u16 = 2;
    pub(crate) const BLOCK_SIZE: u16 = 3;
}

/// What a server can do with an export.
pub(crate) mod flag {
    pub(crate) const HAS_FLAGS: u16 = 1;
    pub(crate) const READ_ONLY: u16 = 1 << 1;
    pub(crate) const FLUSH: u16 = 1 << 2;
    pub(crate) const FUA: u16 = 1 << 3;
    pub(crate) const WRITE_ZEROES: u16 = 1 << 6;
    pub(crate) const DONT_FRAGMENT: u16 = 1 << 7;
    pub(crate) const MULTI_CONN: u16 = 1 << 8;
}

/// Kinds of requests.
pub(crate) mod command {
    pub(crate) const READ: u16 = 0;
    pub(crate) const WRITE: u16 = 1;
    pub(crate) const DISCONNECT: u16 = 2;
    pub(crate) const FLUSH: u16 = 3;
    pub(crate) const WRITE_ZEROES: u16 = 6;
    pub(crate) const BLOCK_STATUS: u16 = 7;
}

/// Flags of requests.
pub(crate) mod command_flag {
    pub(crate) const FUA: u16 = 1;
    pub(crate) const DONT_FRAGMENT: u16 = 1 << 2;
    pub(crate) const ONE: u16 = 1 << 3;
}

/// Parts of structured replies.
pub(crate) mod chunk {
    /// Flag of the last part.
    pub(crate) const DONE: u16 = 1;
    pub(crate) const NONE: u16 = 0;
    pub(crate) const DATA: u16 = 1;
    pub(crate) const HOLE: u16 = 2;
    pub(crate) const BLOCK_STATUS: u16 = 5;
    /// All errors have this bit.
    pub(crate) const ERROR_BIT: u16 = 1 << 15;
    pub(crate) const ERROR: u16 = ERROR_BIT + 1;
    pub(crate) const ERROR_AT: u16 = ERROR_BIT + 2;
}

/// What `base:allocation` says of a range.
pub(crate) mod allocation {
    pub(crate) const HOLE: u32 = 1;
    pub(crate) const ZERO: u32 = 2;
}

/// Why a request failed, as numbers of Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub u32);

impl Errno {
    /// It is not allowed, such as writing what is read-only.
    pub const NOT_ALLOWED: Self = Self(1);
    /// Reading or writing failed.
    pub const IO: Self = Self(5);
    /// There is no memory for it.
    pub const NO_MEMORY: Self = Self(12);
    /// It is no proper request.
    pub const INVALID: Self = Self(22);
    /// There is no room for it.
    pub const NO_SPACE: Self = Self(28);
    /// It is too large.
    pub const TOO_LARGE: Self = Self(75);
    /// The server cannot do such a thing.
    pub const UNSUPPORTED: Self = Self(95);
    /// The server is going away.
    pub const SHUTDOWN: Self = Self(108);
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::NOT_ALLOWED => "it is not allowed",
            Self::IO => "input or output failed",
            Self::NO_MEMORY => "it has no memory for it",
            Self::INVALID => "it takes it for no proper request",
            Self::NO_SPACE => "it has no room for it",
            Self::TOO_LARGE => "it is too large",
            Self::UNSUPPORTED => "it has no such function",
            Self::SHUTDOWN => "it is going away",
            Self(number) => return write!(f, "error {number}"),
        })
    }
}

/// A request, without the data of one that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) flags: u16,
    pub(crate) command: u16,
    pub(crate) cookie: u64,
    pub(crate) offset: u64,
    pub(crate) length: u32,
}

impl Request {
    pub(crate) const SIZE: usize = 28;

    pub(crate) fn encode(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..4].copy_from_slice(&REQUEST_MAGIC.to_be_bytes());
        bytes[4..6].copy_from_slice(&self.flags.to_be_bytes());
        bytes[6..8].copy_from_slice(&self.command.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.cookie.to_be_bytes());
        bytes[16..24].copy_from_slice(&self.offset.to_be_bytes());
        bytes[24..].copy_from_slice(&self.length.to_be_bytes());
        bytes
    }

    /// Reads a request; nothing if it does not start as one.
    pub(crate) fn decode(bytes: &[u8; Self::SIZE]) -> Option<Self> {
        (u32_at(bytes, 0) == REQUEST_MAGIC).then(|| Self {
            flags: u16_at(bytes, 4),
            command: u16_at(bytes, 6),
            cookie: u64_at(bytes, 8),
            offset: u64_at(bytes, 16),
            length: u32_at(bytes, 24),
        })
    }
}

/// Reads a number; the caller has checked that it is there.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(bytes[at..at + 2].try_into().expect("two bytes"))
}

/// Reads a number; the caller has checked that it is there.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

/// Reads a number; the caller has checked that it is there.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

/// Cuts a text with its length before it off `bytes`.
pub(crate) fn text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    let length = bytes.get(..4).map(|length| u32_at(length, 0)).filter(|length| *length <= LONGEST_TEXT)?;
    let (text, rest) = bytes[4..].split_at_checked(length as usize)?;
    *bytes = rest;
    std::str::from_utf8(text).ok()
}

/// Adds a text with its length before it.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    let length = u32::try_from(text.len()).expect("texts are checked to be short");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_it_was_written() {
        let request = Request { flags: 1, command: 7, cookie: u64::MAX - 1, offset: 1 << 40, length: 4096 };
        assert_eq!(Request::decode(&request.encode()), Some(request));
        assert_eq!(Request::decode(&[0; Request::SIZE]), None);
    }

    #[test]
    fn texts_are_cut_where_their_lengths_say_or_not_at_all() {
        let mut out = Vec::new();
        put_text(&mut out, "a");
        put_text(&mut out, "é");
        let mut bytes = &out[..];
        assert_eq!((text(&mut bytes), text(&mut bytes), text(&mut bytes)), (Some("a"), Some("é"), None));
        assert_eq!(text(&mut &[0, 0, 0, 2, b'a'][..]), None);
        assert_eq!(text(&mut &[0xff, 0xff, 0xff, 0xff, b'a'][..]), None);
        assert_eq!(text(&mut &[0, 0, 0, 1, 0xff][..]), None);
    }
}
