//! Our client against servers that lie, stop or say nothing.

use std::time::Duration;

use disk::Source;
use nbd::{
    Client, Error,
    client::{Address, Options},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const SIZE: u64 = 1 << 20;
/// Size of a request's header, in bytes.
const REQUEST: usize = 28;

/// A server whose words are the test's.
struct Peer {
    stream: TcpStream,
}

impl Peer {
    async fn put(&mut self, parts: &[&[u8]]) {
        // The client may have had enough.
        let _ = self.stream.write_all(&parts.concat()).await;
    }

    async fn greet(&mut self) {
        self.put(&[b"NBDMAGICIHAVEOPT", &3_u16.to_be_bytes()]).await;
        let _ = self.stream.read_u32().await;
    }

    /// Reads an option and returns its number.
    async fn option(&mut self) -> u32 {
        let mut header = [0; 16];
        if self.stream.read_exact(&mut header).await.is_err() {
            return 0;
        }
        let length = u32::from_be_bytes(header[12..].try_into().unwrap());
        let mut content = vec![0; length as usize];
        self.stream.read_exact(&mut content).await.unwrap();
        u32::from_be_bytes(header[8..12].try_into().unwrap())
    }

    async fn answer(&mut self, option: u32, kind: u32, content: &[u8]) {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        let magic = 0x0003_e889_0455_65a9_u64.to_be_bytes();
        self.put(&[&magic, &option.to_be_bytes(), &kind.to_be_bytes(), &length, content]).await;
    }

    /// Agrees on an export with structured replies and the context 7.
    async fn agree(&mut self) {
        self.greet().await;
        loop {
            match self.option().await {
                8 => self.answer(8, 1, &[]).await,
                10 => {
                    self.answer(10, 4, &[&7_u32.to_be_bytes()[..], b"base:allocation"].concat()).await;
                    self.answer(10, 1, &[]).await;
                }
                7 => {
                    self.answer(7, 3, &[&[0, 0], &SIZE.to_be_bytes()[..], &0x0103_u16.to_be_bytes()].concat()).await;
                    return self.answer(7, 1, &[]).await;
                }
                _ => return,
            }
        }
    }

    /// Reads a request and returns its cookie.
    async fn request(&mut self) -> [u8; 8] {
        let mut header = [0; REQUEST];
        let _ = self.stream.read_exact(&mut header).await;
        header[8..16].try_into().unwrap()
    }

    async fn part(&mut self, flags: u16, kind: u16, cookie: [u8; 8], content: &[u8]) {
        self.part_of(flags, kind, cookie, u32::try_from(content.len()).unwrap(), content).await;
    }

    async fn part_of(&mut self, flags: u16, kind: u16, cookie: [u8; 8], length: u32, content: &[u8]) {
        let magic = 0x668e_33ef_u32.to_be_bytes();
        self.put(&[&magic, &flags.to_be_bytes(), &kind.to_be_bytes(), &cookie, &length.to_be_bytes(), content]).await;
    }
}

/// Starts a server that does `talk` with each who connects.
async fn serve<F: Future<Output = ()> + Send + 'static>(talk: impl Fn(Peer) -> F + Send + 'static) -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(Peer { stream }));
        }
    });
    Address::Tcp { host: "127.0.0.1".to_owned(), port }
}

fn options() -> Options {
    Options { connect: Duration::from_secs(20), reply: Duration::from_secs(20), ..Options::default() }
}

/// Connects to a server that does `talk`, which fails.
async fn refused<F: Future<Output = ()> + Send + 'static>(talk: impl Fn(Peer) -> F + Send + 'static) -> String {
    let address = serve(talk).await;
    Client::connect(&address, "disk", options()).await.unwrap_err().to_string()
}

/// Reads 1024 bytes at 512 of a server that agrees and then does `talk`, which fails for good.
async fn failed<F: Future<Output = ()> + Send + 'static>(
    talk: impl Fn(Peer) -> F + Send + Copy + Sync + 'static,
) -> String {
    let address = serve(move |mut peer: Peer| async move {
        peer.agree().await;
        talk(peer).await;
    })
    .await;
    let client = Client::connect(&address, "disk", options()).await.unwrap();
    let error = client.read(512, 1024).await.unwrap_err();
    assert!(error.is_fatal(), "{error}");
    let again = client.read(0, 512).await.unwrap_err();
    assert_eq!(again.to_string(), error.to_string(), "the connection stays failed");
    error.to_string()
}

#[tokio::test]
async fn greetings_that_are_none_are_told() {
    let told = refused(|mut peer| async move { peer.put(&[b"HTTP/1.1 400 Bad Request\r\n\r\n"]).await }).await;
    assert_eq!(told, "the NBD server does not keep to the protocol: it does not greet as an NBD server");
    let told = refused(|mut peer| async move { peer.put(&[b"NBDMAGIC\x00\x00\x42\x02\x81\x86\x12\x53"]).await }).await;
    assert_eq!(told, "the NBD server speaks an old form of the protocol without options");
    let told = refused(|mut peer| async move { peer.put(&[b"NBDMAGIC"]).await }).await;
    assert_eq!(told, "the NBD server closed the connection while waiting for its greeting");
    let told = refused(|mut peer| async move { peer.put(&[b"NBDMAGICIHAVEOPT\0\0"]).await }).await;
    assert_eq!(told, "the NBD server speaks an old form of the protocol without options");
}

#[tokio::test]
async fn options_that_are_answered_wrongly_are_told() {
    let told = refused(|mut peer| async move {
        peer.greet().await;
        peer.option().await;
        peer.answer(5, 1, &[]).await;
    });
    assert_eq!(told.await, "the NBD server does not keep to the protocol: it does not answer the option 8");
    let told = refused(|mut peer| async move {
        peer.greet().await;
        peer.option().await;
        let header = [&0x0003_e889_0455_65a9_u64.to_be_bytes()[..], &8_u32.to_be_bytes(), &1_u32.to_be_bytes()];
        peer.put(&[&header.concat(), &u32::MAX.to_be_bytes()]).await;
    });
    let long = "the NBD server does not keep to the protocol: its answer to the option 8 has 4294967295 bytes";
    assert_eq!(told.await, long);
    let told = refused(|mut peer| async move {
        peer.greet().await;
        peer.option().await;
        for _ in 0..20_000 {
            peer.answer(8, 3, &[0, 0]).await;
        }
    });
    assert_eq!(told.await, "the NBD server does not keep to the protocol: it has more than 10000 answers");
    // Sizes of blocks with which no request can be made.
    for sizes in [[0, 4096, 1 << 20], [3, 4096, 1 << 20], [4096, 4096, 512], [1 << 31, 1 << 31, 1 << 31]] {
        let told = refused(move |mut peer| async move {
            peer.greet().await;
            loop {
                match peer.option().await {
                    7 => {
                        let sizes: Vec<u8> = sizes.iter().flat_map(|size: &u32| size.to_be_bytes()).collect();
                        peer.answer(7, 3, &[&[0, 3], &sizes[..]].concat()).await;
                        peer.answer(7, 3, &[&[0, 0], &SIZE.to_be_bytes()[..], &[1, 3]].concat()).await;
                        peer.answer(7, 1, &[]).await;
                    }
                    0 => return,
                    other => peer.answer(other, (1 << 31) + 1, b"no").await,
                }
            }
        });
        let told = told.await;
        assert!(told.starts_with("the NBD server does not keep to the protocol: its requests have"), "{told}");
    }
}

#[tokio::test]
async fn a_server_that_knows_only_the_old_options_is_read() {
    // As `xapi-nbd` does: only the name of the export, and 124 bytes of nothing.
    let address = serve(|mut peer: Peer| async move {
        peer.put(&[b"NBDMAGICIHAVEOPT", &1_u16.to_be_bytes()]).await;
        assert_eq!(peer.stream.read_u32().await.unwrap(), 1);
        loop {
            match peer.option().await {
                1 => break,
                0 => return,
                other => peer.answer(other, (1 << 31) + 1, &[]).await,
            }
        }
        peer.put(&[&SIZE.to_be_bytes(), &3_u16.to_be_bytes(), &[0; 124]]).await;
        loop {
            let mut header = [0; REQUEST];
            if peer.stream.read_exact(&mut header).await.is_err() || header[7] == 2 {
                return;
            }
            let length = u32::from_be_bytes(header[24..].try_into().unwrap());
            let magic = 0x6744_6698_u32.to_be_bytes();
            peer.put(&[&magic, &[0; 4], &header[8..16], &vec![header[23]; length as usize]]).await;
        }
    })
    .await;
    let client = Client::connect(&address, "/uuid?session_id=OpaqueRef:x", Options { connections: 2, ..options() });
    let client = client.await.unwrap();
    assert_eq!((client.export().size, client.connections()), (SIZE, 2));
    assert!(client.export().is_read_only() && !client.export().structured && !client.export().tells_allocation());
    assert!(client.read(512, 1024).await.unwrap().len() == 1024);
    let extents = client.extents(0..SIZE).await.unwrap();
    assert_eq!((extents.len(), extents[0].state), (1, disk::State::Data));
    client.close().await;
}

#[tokio::test]
async fn replies_to_what_was_not_asked_end_the_connection() {
    let told = failed(|mut peer| async move {
        peer.request().await;
        peer.part(1, 0, [9; 8], &[]).await;
    });
    let expected =
        "the NBD server does not keep to the protocol: it answers a request that was not made (0x909090909090909)";
    assert_eq!(told.await, expected);
    let told = failed(|mut peer| async move {
        peer.request().await;
        peer.put(&[b"what is this"]).await;
    });
    assert_eq!(told.await, "the NBD server does not keep to the protocol: a reply starts with 0x77686174");
    let told = failed(|mut peer| async move {
        let cookie = peer.request().await;
        peer.put(&[&0x6744_6698_u32.to_be_bytes(), &[0; 4], &cookie, &[1; 1024]]).await;
    });
    assert!(told.await.contains("in one piece after it has agreed on parts"));
}

#[tokio::test]
async fn parts_that_do_not_fit_the_request_end_the_connection() {
    type Parts = &'static [(u16, u16, u64, u32, usize)];
    // Each: flags, kind, offset, length that is stated, bytes that come after the offset.
    let cases: [(Parts, &str); 8] = [
        (&[(1, 1, 512, 1032 + 1, 1025)], "1025 bytes at 512 are no part of read 1024 bytes at 512"),
        (&[(1, 1, 0, 1032, 1024)], "1024 bytes at 0 are no part of read 1024 bytes at 512"),
        (&[(1, 1, u64::MAX, 520, 512)], "512 bytes at 18446744073709551615 are no part of"),
        (&[(1, 1, 512, u32::MAX, 0)], "4294967287 bytes at 512 are no part of"),
        (&[(0, 1, 512, 520, 512), (1, 1, 512, 520, 512)], "512 bytes at 512 come twice"),
        (&[(1, 1, 512, 520, 512)], "its reply to read 1024 bytes at 512 has gaps"),
        (&[(1, 1, 512, 8, 0)], "a part of kind 1 has 8 bytes"),
        (&[(1, 5, 512, 12, 4)], "a part of kind 5 has no place in a reply to read 1024 bytes at 512"),
    ];
    for (parts, expected) in cases {
        let address = serve(move |mut peer: Peer| async move {
            peer.agree().await;
            let cookie = peer.request().await;
            for (flags, kind, offset, length, bytes) in parts {
                let content = [&offset.to_be_bytes()[..], &vec![7; *bytes]].concat();
                peer.part_of(*flags, *kind, cookie, *length, &content).await;
            }
        })
        .await;
        let client = Client::connect(&address, "disk", options()).await.unwrap();
        let error = client.read(512, 1024).await.unwrap_err();
        assert!(error.is_fatal() && error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn holes_and_data_in_any_order_make_a_whole() {
    let address = serve(|mut peer: Peer| async move {
        peer.agree().await;
        let cookie = peer.request().await;
        peer.part(0, 2, cookie, &[&1024_u64.to_be_bytes()[..], &512_u32.to_be_bytes()].concat()).await;
        peer.part(0, 1, cookie, &[&512_u64.to_be_bytes()[..], &[7; 512]].concat()).await;
        peer.part(1, 0, cookie, &[]).await;
        let cookie = peer.request().await;
        // An error half-way, which is of this request only.
        peer.part(0, 1, cookie, &[&512_u64.to_be_bytes()[..], &[7; 512]].concat()).await;
        let error = [&5_u32.to_be_bytes()[..], &4_u16.to_be_bytes(), b"worn", &1024_u64.to_be_bytes()].concat();
        peer.part(1, (1 << 15) + 2, cookie, &error).await;
        let cookie = peer.request().await;
        peer.part(1, 2, cookie, &[&512_u64.to_be_bytes()[..], &1024_u32.to_be_bytes()].concat()).await;
    })
    .await;
    let client = Client::connect(&address, "disk", options()).await.unwrap();
    let read = client.read(512, 1024).await.unwrap();
    assert!(read[..512] == [7; 512] && read[512..] == [0; 512]);
    let error = client.read(512, 1024).await.unwrap_err();
    assert_eq!(error.to_string(), "the NBD server cannot read 1024 bytes at 512: input or output failed: worn");
    assert_eq!(client.read(512, 1024).await.unwrap()[..], [0; 1024]);
}

#[tokio::test]
async fn what_is_said_of_blocks_is_checked() {
    let cases: [(&'static [u32], &str); 4] = [
        (&[7, 0, 0], "goes on after its end, or not at all"),
        (&[7, 1 << 20, 0, 512, 0], "goes on after its end, or not at all"),
        (&[8, 1 << 20, 0], "it says nothing of `base:allocation`"),
        (&[7, 512], "a part of kind 5 has 8 bytes"),
    ];
    for (words, expected) in cases {
        let address = serve(move |mut peer: Peer| async move {
            peer.agree().await;
            let cookie = peer.request().await;
            let content: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
            peer.part(1, 5, cookie, &content).await;
        })
        .await;
        let client = Client::connect(&address, "disk", options()).await.unwrap();
        let error = client.status("base:allocation", 0..SIZE).await.unwrap_err();
        assert!(error.is_fatal() && error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn replies_that_are_cut_anywhere_are_errors() {
    for length in 0..40 {
        let address = serve(move |mut peer: Peer| async move {
            peer.agree().await;
            let cookie = peer.request().await;
            let header = [&0x668e_33ef_u32.to_be_bytes()[..], &[0, 1, 0, 1], &cookie, &1032_u32.to_be_bytes()].concat();
            let reply = [&header[..], &512_u64.to_be_bytes(), &[7; 1024]].concat();
            peer.put(&[&reply[..length]]).await;
        })
        .await;
        let client = Client::connect(&address, "disk", options()).await.unwrap();
        let error = client.read(512, 1024).await.unwrap_err();
        assert!(matches!(error, Error::Closed(_) | Error::Io { .. }), "cut at {length}: {error}");
    }
}

#[tokio::test]
async fn silence_is_an_error_wherever_it_begins() {
    let soon = Duration::from_millis(30);
    // From the start, and among the options.
    let silent = serve(|peer: Peer| async move { forever(peer).await }).await;
    let greets = serve(|mut peer: Peer| async move {
        peer.greet().await;
        forever(peer).await;
    });
    for address in [silent, greets.await] {
        let error = Client::connect(&address, "disk", Options { connect: soon, ..options() }).await.unwrap_err();
        assert_eq!(error.to_string(), "the NBD server did not answer within 30ms while connecting");
        let error = Client::list(&address, &Options { connect: soon, ..options() }).await.unwrap_err();
        assert!(matches!(error, Error::Silent { .. }), "{error}");
    }
    // After a request, and within a reply.
    let requests = serve(|mut peer: Peer| async move {
        peer.agree().await;
        forever(peer).await;
    });
    let replies = serve(|mut peer: Peer| async move {
        peer.agree().await;
        let cookie = peer.request().await;
        peer.part_of(1, 1, cookie, 1032, &512_u64.to_be_bytes()).await;
        forever(peer).await;
    });
    for address in [requests.await, replies.await] {
        let client = Client::connect(&address, "disk", Options { reply: soon, ..options() }).await.unwrap();
        let error = client.read(512, 1024).await.unwrap_err();
        assert_eq!(error.to_string(), "the NBD server did not answer within 30ms while waiting for a reply");
        assert_eq!(client.connections(), 0);
    }
}

/// Keeps a connection and says nothing.
async fn forever(peer: Peer) {
    let _peer = peer;
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn no_byte_of_an_agreement_makes_a_client_panic() {
    // What a server says up to the first request, with each byte changed in turn.
    let option = |option: u32, kind: u32, content: &[u8]| {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        let magic = 0x0003_e889_0455_65a9_u64.to_be_bytes();
        [&magic[..], &option.to_be_bytes(), &kind.to_be_bytes(), &length, content].concat()
    };
    let good = [
        b"NBDMAGICIHAVEOPT\0\x03".to_vec(),
        option(8, 1, &[]),
        option(10, 4, &[&7_u32.to_be_bytes()[..], b"base:allocation"].concat()),
        option(10, 1, &[]),
        option(7, 3, &[&[0, 0], &SIZE.to_be_bytes()[..], &[1, 3]].concat()),
        option(7, 3, &[&[0, 3], &[0, 0, 2, 0, 0, 0, 16, 0, 2, 0, 0, 0][..]].concat()),
        option(7, 1, &[]),
    ]
    .concat();
    for at in 0..good.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bad = good.clone();
            bad[at] = value;
            let address = serve(move |mut peer: Peer| {
                let bad = bad.clone();
                async move {
                    peer.put(&[&bad]).await;
                    let _ = peer.stream.shutdown().await;
                    // Until the client has left, so that it reads to the end.
                    let _ = peer.stream.read_to_end(&mut Vec::new()).await;
                }
            })
            .await;
            if let Ok(client) = Client::connect(&address, "disk", options()).await {
                let _ = client.read(0, 512).await;
            }
        }
    }
}
