//! WebSocket frames as a server writes them: not masked, so one frame serves any number of clients.

use bytes::{BufMut, Bytes, BytesMut};

/// What a frame is (RFC 6455, section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opcode {
    Continuation = 0,
    Text = 1,
    Close = 8,
    Ping = 9,
}

/// The longest header of a frame without mask.
const HEADER: usize = 10;

/// Appends the header of a frame with `length` bytes of payload.
fn put_header(to: &mut BytesMut, opcode: Opcode, last: bool, length: usize) {
    to.put_u8(if last { 0x80 } else { 0 } | opcode as u8);
    match u16::try_from(length) {
        Ok(short @ 0..126) => to.put_u8(u8::try_from(short).expect("it is less than 126")),
        Ok(length) => {
            to.put_u8(126);
            to.put_u16(length);
        }
        Err(_) => {
            to.put_u8(127);
            to.put_u64(length as u64);
        }
    }
}

/// Returns the header alone.
pub(crate) fn header(opcode: Opcode, last: bool, length: usize) -> Bytes {
    let mut header = BytesMut::with_capacity(HEADER);
    put_header(&mut header, opcode, last, length);
    header.freeze()
}

/// Returns a whole frame of which `parts` are the payload.
pub(crate) fn whole(opcode: Opcode, parts: &[&[u8]]) -> Bytes {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut frame = BytesMut::with_capacity(HEADER + length);
    put_header(&mut frame, opcode, true, length);
    for part in parts {
        frame.extend_from_slice(part);
    }
    frame.freeze()
}

/// Returns a frame that ends the connection for the reason `why`, cut to the 123 bytes that fit.
pub(crate) fn close(code: u16, why: &str) -> Bytes {
    let why = &why[..why.floor_char_boundary(123)];
    whole(Opcode::Close, &[&code.to_be_bytes(), why.as_bytes()])
}

#[cfg(test)]
mod tests {
    use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;

    use super::*;

    #[test]
    fn headers_of_every_length_are_read_back() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 1 << 33] {
            let bytes = header(Opcode::Text, true, length);
            let (read, told) = FrameHeader::parse(&mut std::io::Cursor::new(&bytes)).expect("a header").expect("whole");
            assert_eq!((read.is_final, told), (true, length as u64));
        }
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let frame = close(1008, &"é".repeat(100));
        assert_eq!(frame.len(), 2 + 2 + 122);
    }
}
