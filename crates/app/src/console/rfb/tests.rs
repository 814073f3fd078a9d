//! Both directions, whole and cut at every byte.

use super::{
    CURSOR, DESKTOP_NAME, DESKTOP_SIZE, HEXTILE, LAST_RECT, LED_STATE, RAW, RRE, Rfb, TIGHT, ZRLE, resume::Stuck,
};

const FORMAT: [u8; 16] = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];

/// What a client of version 3.8 says up to its first request; 50 (H.264) is an encoding that nobody follows.
fn hello(minor: u8) -> Vec<u8> {
    let mut hello = format!("RFB 003.00{minor}\n").into_bytes();
    if minor > 3 {
        hello.push(1);
    }
    hello.push(1);
    hello
}

/// What a host says in turn, with a screen of 64 × 32 points.
fn greeting(minor: u8) -> Vec<u8> {
    let mut greeting = b"RFB 003.008\n".to_vec();
    greeting.extend_from_slice(match minor {
        3 => &[0, 0, 0, 1],
        7 => &[2, 1, 2],
        _ => &[2, 1, 2, 0, 0, 0, 0],
    });
    greeting.extend_from_slice(&[0, 64, 0, 32]);
    greeting.extend_from_slice(&FORMAT);
    greeting.extend_from_slice(&[0, 0, 0, 3]);
    greeting.extend_from_slice(b"vm1");
    greeting
}

fn offer(codes: &[i32]) -> Vec<u8> {
    super::client::encodings(codes)
}

fn part(x: u16, y: u16, width: u16, height: u16, code: i32) -> Vec<u8> {
    let mut part: Vec<u8> = [x, y, width, height].into_iter().flat_map(u16::to_be_bytes).collect();
    part.extend_from_slice(&code.to_be_bytes());
    part
}

/// An update of the parts that a host may send, but compressed ones that go on from picture to picture.
fn plain_update() -> Vec<u8> {
    let mut update = vec![0, 0, 0, 8];
    update.extend([part(0, 0, 3, 2, RAW), vec![7; 24]].concat());
    update.extend([part(0, 0, 9, 9, 1), vec![0, 1, 0, 2]].concat());
    update.extend([part(0, 0, 9, 9, RRE), vec![0, 0, 0, 2], vec![5; 4 + 2 * 12]].concat());
    // Tiles: raw of 16 × 16, a ground with two runs, coloured runs, nothing, over two rows.
    update.extend(part(0, 0, 20, 20, HEXTILE));
    update.extend([vec![1], vec![9; 16 * 16 * 4], vec![2 | 4 | 8], vec![3; 8], vec![2], vec![1; 4]].concat());
    update.extend([vec![8 | 16, 1], vec![6; 6], vec![0]].concat());
    update.extend([part(1, 1, 9, 3, CURSOR), vec![4; 9 * 3 * 4 + 2 * 3]].concat());
    update.extend([part(0, 0, 0, 0, DESKTOP_NAME), vec![0, 0, 0, 2], b"vm".to_vec()].concat());
    update.extend([part(0, 0, 0, 0, LED_STATE), vec![1]].concat());
    update.extend(part(0, 0, 80, 40, DESKTOP_SIZE));
    update
}

/// Updates with compressed parts of all forms.
fn packed_update() -> Vec<u8> {
    let mut update = vec![0, 0, 0xff, 0xff];
    update.extend([part(0, 0, 9, 9, ZRLE), vec![0, 0, 0, 5, 0x78, 0x9c, 1, 2, 3]].concat());
    update.extend([part(0, 0, 9, 9, TIGHT), vec![0x80, 1, 2, 3]].concat());
    update.extend([part(0, 0, 9, 9, TIGHT), vec![0x90, 0x83, 0x01], vec![8; 131]].concat());
    update.extend([part(0, 0, 2, 1, TIGHT), vec![0x00], vec![8; 6]].concat());
    update.extend([part(0, 0, 9, 9, TIGHT), vec![0x10, 4], vec![8; 4]].concat());
    // Palettes of two colours, a bit a point, and of three.
    update.extend([part(0, 0, 9, 3, TIGHT), vec![0x40, 1, 1], vec![8; 6], vec![8; 6]].concat());
    update.extend([part(0, 0, 9, 9, TIGHT), vec![0x40, 1, 2], vec![8; 9], vec![3, 1, 1, 1]].concat());
    update.extend([part(0, 0, 9, 9, TIGHT), vec![0x60, 2, 1, 9]].concat());
    update.extend(part(0, 0, 0, 0, LAST_RECT));
    update
}

/// Other messages: a map of colours, a bell, cut text.
fn others() -> Vec<u8> {
    [vec![1, 0, 0, 0, 0, 2], vec![9; 12], vec![2], vec![3, 0, 0, 0, 0, 0, 0, 4], b"text".to_vec()].concat()
}

/// Passes what a client and a host say, in pieces of `size` bytes; returns what came out at both ends.
fn pass(rfb: &mut Rfb, client: &[u8], host: &[u8], size: usize) -> (Vec<u8>, Vec<u8>) {
    let (mut to_host, mut to_client) = (Vec::new(), Vec::new());
    for piece in client.chunks(size) {
        rfb.pass_up(piece, &mut to_host);
    }
    host.chunks(size).for_each(|piece| rfb.pass_down(piece, &mut to_client));
    (to_host, to_client)
}

/// A client of `minor` and its host, with the encodings that are offered.
fn begun(minor: u8, offered: &[i32]) -> Rfb {
    let mut rfb = Rfb::default();
    let (hello, greeting) = (hello(minor), greeting(minor));
    // Each waits for the other.
    assert_eq!(pass(&mut rfb, &[], &greeting[..12], 12).1, greeting[..12]);
    assert_eq!(pass(&mut rfb, &hello, &[], 12).0, hello);
    assert_eq!(pass(&mut rfb, &[], &greeting[12..], 1000).1, greeting[12..]);
    pass(&mut rfb, &offer(offered), &[], 1000);
    assert!(!rfb.shared.opaque && rfb.host.is_running());
    rfb
}

#[test]
fn whatever_is_cut_into_pieces_is_passed_on_as_it_came() {
    let from_host = [plain_update(), packed_update(), others(), plain_update()].concat();
    for minor in [3, 7, 8] {
        let whole = [greeting(minor), from_host.clone()].concat();
        for size in [1, 2, 3, 7, 100, 10_000] {
            let mut rfb = Rfb::default();
            let (to_host, to_client) = pass(&mut rfb, &hello(minor), &whole, size);
            assert_eq!(to_host, hello(minor));
            assert_eq!(to_client, whole, "{minor}, pieces of {size}");
            assert!(!rfb.shared.opaque);
            assert_eq!(rfb.host.end(&rfb.shared, &mut Vec::new()), Ok(()), "the last message is whole");
            assert_eq!(rfb.shared.size, (80, 40));
        }
    }
}

#[test]
fn encodings_that_cannot_be_followed_are_not_offered_to_the_host() {
    let mut rfb = begun(8, &[]);
    let mut out = Vec::new();
    assert!(!rfb.pass_up(&offer(&[50, TIGHT, -312, RAW, -26, DESKTOP_SIZE]), &mut out));
    assert_eq!(out, offer(&[TIGHT, RAW, -26, DESKTOP_SIZE]));
}

#[test]
fn keys_pointers_and_text_are_use_and_go_on_whole() {
    let mut rfb = begun(8, &[]);
    let messages: [&[u8]; 5] = [
        &[4, 1, 0, 0, 0, 0, 0, 97],
        &[5, 1, 0, 10, 0, 20],
        &[255, 0, 0, 1, 0, 0, 0, 97, 0, 0, 0, 30],
        &[6, 0, 0, 0, 0, 0, 0, 2, b'h', b'i'],
        &[6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 1, 0, 0, 0],
    ];
    for message in messages {
        let mut out = Vec::new();
        let used: Vec<bool> = message.iter().map(|byte| rfb.pass_up(&[*byte], &mut out)).collect();
        assert_eq!((&out[..], used.contains(&true)), (message, true));
    }
    let mut out = Vec::new();
    assert!(!rfb.pass_up(&[3, 1, 0, 0, 0, 0, 0, 64, 0, 32], &mut out), "clients ask by themselves");
}

#[test]
fn a_host_that_is_gone_at_any_byte_is_replaced_where_its_message_can_be_ended() {
    let update = [plain_update(), others()].concat();
    for length in 0..update.len() {
        let mut rfb = begun(8, &[RAW, HEXTILE, DESKTOP_SIZE]);
        let (_, mut seen) = pass(&mut rfb, &[], &update[..length], 1000);
        rfb.lose().unwrap();
        let size = rfb.shared.size;
        rfb.resume(size, &mut seen, &mut Vec::new()).unwrap_or_else(|stuck| panic!("{length}: {stuck:?}"));
        // Another reader of the same bytes stands between two messages.
        let mut reader = begun(8, &[]);
        pass(&mut reader, &[], &seen, 1000);
        assert!(!reader.shared.opaque && reader.host.is_between(), "{length}");
    }
}

#[test]
fn compressed_data_that_is_cut_cannot_be_ended_and_whole_can() {
    let update = packed_update();
    let mut ended = 0;
    for length in 0..=update.len() {
        let mut rfb = begun(8, &[TIGHT, ZRLE]);
        let (_, mut seen) = pass(&mut rfb, &[], &update[..length], 1000);
        rfb.lose().unwrap();
        let resumed = rfb.resume((64, 32), &mut seen, &mut Vec::new());
        if resumed.is_ok() {
            ended += 1;
            let mut reader = begun(8, &[]);
            pass(&mut reader, &[], &seen, 1000);
            assert!(!reader.shared.opaque && reader.host.is_between(), "{length}");
        } else {
            assert_eq!(resumed, Err(Stuck::Torn));
        }
    }
    assert!(ended > 10, "between parts it goes on");
}

#[test]
fn the_next_host_is_told_what_the_client_wants_and_what_was_typed_meanwhile() {
    let mut rfb = begun(8, &[RAW, DESKTOP_SIZE]);
    let mut format = vec![0, 0, 0, 0];
    format.extend_from_slice(&[16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0]);
    pass(&mut rfb, &format, &[], 100);
    // In the middle of a long text to paste.
    pass(&mut rfb, &[6, 0, 0, 0, 0, 0, 0, 4, b'a', b'b'], &[], 100);
    rfb.lose().unwrap();
    let key = [4, 1, 0, 0, 0, 0, 0, 97];
    let request = [3, 1, 0, 0, 0, 0, 0, 64, 0, 32];
    let late = [&b"cd"[..], &request, &key, &offer(&[HEXTILE, DESKTOP_SIZE])].concat();
    assert_eq!(pass(&mut rfb, &late, &[], 1), (vec![], vec![]));
    let (mut down, mut up) = (Vec::new(), Vec::new());
    rfb.resume((80, 40), &mut down, &mut up).unwrap();
    assert_eq!(down, [vec![0, 0, 0, 1], part(0, 0, 80, 40, DESKTOP_SIZE)].concat());
    let whole = [3, 0, 0, 0, 0, 0, 0, 80, 0, 40];
    assert_eq!(up, [&format[..], &offer(&[HEXTILE, DESKTOP_SIZE]), &whole, &key].concat());
    assert_eq!(pass(&mut rfb, &key, &[], 100).0, key, "what comes now goes on at once");
}

#[test]
fn streams_of_the_next_host_go_on_with_those_of_the_client() {
    let mut rfb = begun(8, &[TIGHT, ZRLE]);
    pass(&mut rfb, &[], &packed_update(), 100);
    rfb.lose().unwrap();
    rfb.resume((64, 32), &mut Vec::new(), &mut Vec::new()).unwrap();
    let first = [
        vec![0, 0, 0, 2],
        part(0, 0, 9, 9, ZRLE),
        vec![0, 0, 0, 5, 0x78, 0x9c, 1, 2, 3],
        part(0, 0, 9, 9, TIGHT),
        vec![0x10, 4, 1, 2, 3, 4],
    ];
    let expected = [
        vec![0, 0, 0, 2],
        part(0, 0, 9, 9, ZRLE),
        vec![0, 0, 0, 3, 1, 2, 3],
        part(0, 0, 9, 9, TIGHT),
        vec![0x1f, 4, 1, 2, 3, 4],
    ];
    assert_eq!(pass(&mut rfb, &[], &first.concat(), 1).1, expected.concat());
    assert_eq!(pass(&mut rfb, &[], &first.concat(), 1).1, first.concat(), "only the first of each");
}

#[test]
fn a_stream_that_the_client_has_not_begun_begins_with_the_next_host() {
    let mut rfb = begun(8, &[ZRLE]);
    rfb.lose().unwrap();
    rfb.resume((64, 32), &mut Vec::new(), &mut Vec::new()).unwrap();
    let first = [vec![0, 0, 0, 1], part(0, 0, 9, 9, ZRLE), vec![0, 0, 0, 3, 0x78, 0x9c, 1]].concat();
    assert_eq!(pass(&mut rfb, &[], &first, 100).1, first);
}

#[test]
fn what_is_not_understood_is_passed_on_and_goes_on_nowhere_else() {
    // A host that asks for a password, one that refuses, messages and encodings that nobody knows.
    let refused = [&b"RFB 003.008\n\0"[..], b"\0\0\0\x03no!"].concat();
    let mut wants_password = greeting(8);
    wants_password[13..15].copy_from_slice(&[2, 16]);
    let unknown = [greeting(8), vec![77, 1, 2, 3]].concat();
    let strange = [greeting(8), vec![0, 0, 0, 1], part(0, 0, 9, 9, 50), vec![1; 10]].concat();
    for (client, host) in [
        (hello(8), refused),
        (b"RFB 003.008\n\x02secret".to_vec(), wants_password),
        (hello(8), unknown),
        (hello(8), strange),
        (b"SSH-2.0-OpenSSH\r\n".to_vec(), b"SSH-2.0-OpenSSH\r\n".to_vec()),
        ([hello(8), vec![99; 30]].concat(), greeting(8)),
    ] {
        for size in [1, 1000] {
            let mut rfb = Rfb::default();
            assert_eq!(pass(&mut rfb, &client, &host, size), (client.clone(), host.clone()), "pieces of {size}");
            assert_eq!(rfb.lose(), Err(Stuck::Opaque));
        }
    }
}

#[test]
fn a_client_that_has_seen_nothing_begins_at_the_next_host_and_one_in_the_middle_cannot() {
    let whole = greeting(8);
    let mut rfb = Rfb::default();
    assert_eq!(rfb.lose(), Ok(()));
    assert!(!rfb.is_lost());
    for length in 1..whole.len() - 4 {
        let mut rfb = Rfb::default();
        pass(&mut rfb, &hello(8), &whole[..length], 100);
        assert_eq!(rfb.lose(), Err(Stuck::Torn), "{length}");
    }
}

#[test]
fn a_screen_of_another_size_is_only_for_clients_that_take_it() {
    let mut rfb = begun(8, &[RAW]);
    rfb.lose().unwrap();
    assert_eq!(rfb.resume((80, 40), &mut Vec::new(), &mut Vec::new()), Err(Stuck::Size));
}

#[test]
fn pixels_that_may_be_of_two_formats_are_not_followed() {
    let mut rfb = begun(8, &[RAW]);
    let mut format = vec![0, 0, 0, 0];
    format.extend_from_slice(&[16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0]);
    pass(&mut rfb, &[&[3, 0, 0, 0, 0, 0, 0, 64, 0, 32][..], &format].concat(), &[], 100);
    assert_eq!(rfb.lose(), Err(Stuck::Opaque));
}

#[test]
fn any_bytes_are_passed_on_in_bounded_memory() {
    let whole = [greeting(8), plain_update(), packed_update(), others()].concat();
    for at in 0..whole.len() {
        for changed in [0x00, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = changed;
            let mut rfb = Rfb::default();
            let (_, seen) = pass(&mut rfb, &hello(8), &bytes, 50);
            // Some may be held until more comes.
            assert!(bytes.starts_with(&seen), "byte {at} is {changed:#x}");
            assert!(bytes.len() - seen.len() <= super::LONGEST_HELD);
            let mut ended = Vec::new();
            let _ = rfb.lose().and_then(|()| rfb.resume((1, 1), &mut ended, &mut Vec::new()));
            assert!(ended.len() <= 65 << 20);
        }
    }
}
