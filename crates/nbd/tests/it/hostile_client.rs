//! Our server against clients that lie, stop or take nothing.

use std::time::Duration;

use nbd::server::Options;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::lab::{Lab, Running, noise};

const MIB: u64 = 1 << 20;

/// A client whose words are the test's.
struct Peer(TcpStream);

impl Peer {
    async fn connect(running: &Running) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", running.port)).await.unwrap();
        stream.read_exact(&mut [0; 18]).await.unwrap();
        Self(stream)
    }

    /// Connects and chooses the export `disk` in the old way, without parts in replies.
    async fn agree(running: &Running) -> Self {
        let mut peer = Self::connect(running).await;
        peer.put(&[&3_u32.to_be_bytes(), b"IHAVEOPT", &1_u32.to_be_bytes(), &4_u32.to_be_bytes(), b"disk"]).await;
        peer.0.read_exact(&mut [0; 10]).await.unwrap();
        peer
    }

    async fn put(&mut self, parts: &[&[u8]]) {
        // The server may have had enough.
        let _ = self.0.write_all(&parts.concat()).await;
    }

    async fn ask(&mut self, command: u16, offset: u64, length: u32, data: &[u8]) {
        let command = command.to_be_bytes();
        let (offset, length) = (offset.to_be_bytes(), length.to_be_bytes());
        self.put(&[&0x2560_9513_u32.to_be_bytes(), &[0, 0], &command, b"a cookie", &offset, &length, data]).await;
    }

    /// Reads a reply without data and returns its error.
    async fn errno(&mut self) -> u32 {
        let mut reply = [0; 16];
        self.0.read_exact(&mut reply).await.unwrap();
        assert_eq!((&reply[..4], &reply[8..]), (&0x6744_6698_u32.to_be_bytes()[..], &b"a cookie"[..]));
        u32::from_be_bytes(reply[4..8].try_into().unwrap())
    }

    /// Reads until the server hangs up, and returns how much came.
    async fn left(mut self) -> usize {
        let mut rest = Vec::new();
        // A connection that is reset has ended, too.
        let _ = self.0.read_to_end(&mut rest).await;
        rest.len()
    }
}

async fn running(lab: &Lab, options: Options) -> Running {
    lab.disk("disk.raw", MIB, &[(0, &noise(1 << 20, 1))]);
    let running = Running::start(options).await;
    running.shelf.put("disk", lab.export("disk.raw", true).await);
    running
}

#[tokio::test]
async fn requests_that_cannot_be_are_refused_and_the_next_is_answered() {
    let lab = Lab::new();
    let running = running(&lab, Options::default()).await;
    let mut peer = Peer::agree(&running).await;
    let (write, zero) = (1, 6);
    for (command, offset, length, expected) in [
        (0, MIB, 512, 22),
        (0, u64::MAX, 512, 22),
        (0, 0, u32::MAX, 22),
        (0, 0, 0, 22),
        (write, MIB - 512, 1024, 28),
        (write, 1, 512, 22),
        (zero, 0, 1, 22),
        (zero, MIB, 512, 28),
        (7, 0, 512, 22),
        (99, 0, 0, 22),
    ] {
        let data = if command == write { vec![9; length as usize] } else { Vec::new() };
        peer.ask(command, offset, length, &data).await;
        assert_eq!(peer.errno().await, expected, "command {command} at {offset} of {length}");
    }
    peer.ask(0, 0, 512, &[]).await;
    assert_eq!(peer.errno().await, 0);
    let mut data = [0; 512];
    peer.0.read_exact(&mut data).await.unwrap();
    assert!(data == noise(512, 1)[..]);
    assert!(lab.read("disk.raw") == noise(1 << 20, 1), "nothing was written");
}

#[tokio::test]
async fn what_is_read_only_is_not_written() {
    let lab = Lab::new();
    let running = running(&lab, Options::default()).await;
    running.shelf.put("disk", lab.export("disk.raw", false).await);
    let mut peer = Peer::agree(&running).await;
    peer.ask(1, 0, 512, &[9; 512]).await;
    assert_eq!(peer.errno().await, 1);
    peer.ask(6, 0, 512, &[]).await;
    assert_eq!(peer.errno().await, 1);
    peer.ask(3, 0, 0, &[]).await;
    assert_eq!(peer.errno().await, 0);
    assert!(lab.read("disk.raw") == noise(1 << 20, 1));
}

#[tokio::test]
async fn clients_that_do_not_keep_to_the_protocol_are_left() {
    let lab = Lab::new();
    let running = running(&lab, Options::default()).await;
    // Flags that were not offered, no option, an option that is too long.
    for words in
        [&[0xff, 0, 0, 0][..], b"\0\0\0\x03GET / HTTP/1.1\r\n\r\n", b"\0\0\0\x03IHAVEOPT\0\0\0\x01\xff\xff\xff\xff"]
    {
        let mut peer = Peer::connect(&running).await;
        peer.put(&[words]).await;
        assert_eq!(peer.left().await, 0);
    }
    // No such export, in the way in which that cannot be told.
    let mut peer = Peer::connect(&running).await;
    peer.put(&[b"\0\0\0\x03IHAVEOPT\0\0\0\x01\0\0\0\x07nothing"]).await;
    assert_eq!(peer.left().await, 0);
    // No request, and one that would write more than any may.
    let mut peer = Peer::agree(&running).await;
    peer.put(&[&[7; 28]]).await;
    assert_eq!(peer.left().await, 0);
    let mut peer = Peer::agree(&running).await;
    peer.ask(1, 0, u32::MAX, &[]).await;
    assert_eq!(peer.left().await, 0);
    // Options without end.
    let mut peer = Peer::connect(&running).await;
    peer.put(&[&3_u32.to_be_bytes()]).await;
    for _ in 0..2000 {
        peer.put(&[b"IHAVEOPT", &77_u32.to_be_bytes(), &0_u32.to_be_bytes()]).await;
    }
    assert!(peer.left().await <= 1000 * 20);
    while running.server.clients() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn options_that_lie_about_their_lengths_are_refused() {
    let lab = Lab::new();
    let running = running(&lab, Options::default()).await;
    let mut peer = Peer::connect(&running).await;
    peer.put(&[&3_u32.to_be_bytes()]).await;
    let name = |length: u32| [&length.to_be_bytes()[..], b"disk"].concat();
    let structured = (8, Vec::new(), 1);
    for (option, content, expected) in [
        // Before structured replies there are no contexts.
        (10, [name(4), vec![0; 4]].concat(), (1 << 31) + 3),
        structured,
        (10, [name(4), vec![0xff; 4]].concat(), (1 << 31) + 3),
        (10, [name(5), vec![0; 3]].concat(), (1 << 31) + 3),
        (10, [name(u32::MAX), vec![0; 4]].concat(), (1 << 31) + 3),
        (7, [name(4), vec![0, 2, 0, 3]].concat(), (1 << 31) + 3),
        (7, name(9), (1 << 31) + 3),
        (7, vec![0; 3], (1 << 31) + 3),
        (6, [name(3), vec![0, 0]].concat(), (1 << 31) + 3),
        (3, vec![1], (1 << 31) + 3),
        (8, vec![1], (1 << 31) + 3),
        (5, Vec::new(), (1 << 31) + 2),
        (11, Vec::new(), (1 << 31) + 1),
        (2, Vec::new(), 1),
    ] {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        peer.put(&[b"IHAVEOPT", &u32::to_be_bytes(option), &length, &content]).await;
        let mut answer = [0; 20];
        peer.0.read_exact(&mut answer).await.unwrap();
        assert_eq!(u32::from_be_bytes(answer[8..12].try_into().unwrap()), option);
        assert_eq!(u32::from_be_bytes(answer[12..16].try_into().unwrap()), expected, "option {option} {content:?}");
        let length = u32::from_be_bytes(answer[16..].try_into().unwrap());
        peer.0.read_exact(&mut vec![0; length as usize]).await.unwrap();
    }
    assert_eq!(peer.left().await, 0);
}

#[tokio::test]
async fn who_takes_no_replies_is_left() {
    let lab = Lab::new();
    let options = Options { stall: Duration::from_millis(100), ..Options::default() };
    let running = running(&lab, options).await;
    let mut peer = Peer::agree(&running).await;
    // More than any buffer between the two takes.
    for _ in 0..64 {
        peer.ask(0, 0, 1 << 20, &[]).await;
    }
    while running.server.clients() > 0 {
        tokio::task::yield_now().await;
    }
    assert!(peer.left().await < 64 << 20);
}

#[tokio::test]
async fn who_announces_data_and_sends_none_is_left() {
    let lab = Lab::new();
    let running = running(&lab, Options { stall: Duration::from_millis(50), ..Options::default() }).await;
    let mut peer = Peer::agree(&running).await;
    peer.ask(1, 0, 4096, &[9; 100]).await;
    assert_eq!(peer.left().await, 0);
    let mut peer = Peer::agree(&running).await;
    peer.put(&[&[0x25, 0x60]]).await;
    assert_eq!(peer.left().await, 0);
    assert!(lab.read("disk.raw") == noise(1 << 20, 1), "nothing was written");
}

#[tokio::test]
async fn a_client_that_goes_after_a_write_has_written() {
    let lab = Lab::new();
    let running = running(&lab, Options::default()).await;
    let mut peer = Peer::agree(&running).await;
    peer.ask(1, 512, 512, &[9; 512]).await;
    peer.ask(2, 0, 0, &[]).await;
    // The reply, then the end.
    assert_eq!(peer.left().await, 16);
    assert_eq!(lab.read("disk.raw")[512..1024], [9; 512]);
}
