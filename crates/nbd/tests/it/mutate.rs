//! Whatever a peer says, client and server come to an end, with an error or without.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use disk::{raw::Raw, storage::Memory};
use nbd::{
    Client, Server,
    client::Options as ClientOptions,
    server::{Export, Options, Shelf},
};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex, join, sink};

use crate::lab::Random;

/// How many conversations are tried with each; `cargo fuzz` goes on from there.
const TRIES: usize = 1500;

async fn server() -> Server {
    let shelf = Arc::new(Shelf::default());
    let raw = Raw::open(Arc::new(Memory::new(&vec![7; 64 << 10]))).await.unwrap();
    shelf.put("disk", Export::writable(Arc::new(raw.clone()), Box::new(raw)));
    Server::new(shelf, Options::default())
}

/// A stream that keeps what is read and written.
struct Kept {
    stream: DuplexStream,
    read: Arc<Mutex<Vec<u8>>>,
    written: Arc<Mutex<Vec<u8>>>,
}

impl AsyncRead for Kept {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.read.lock().extend_from_slice(&buffer.filled()[before..]);
        read
    }
}

impl AsyncWrite for Kept {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(length)) = written {
            self.written.lock().extend_from_slice(&bytes[..length]);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Does some of everything, until something fails.
async fn use_it(client: &Client) -> nbd::Result<()> {
    client.read(512, 4096).await?;
    client.write(0, Bytes::from_static(&[9; 1024])).await?;
    client.write_zeros(1024..2048).await?;
    client.status("base:allocation", 0..64 << 10).await?;
    client.flush().await
}

/// Returns what a client said and what it heard.
async fn conversation() -> (Vec<u8>, Vec<u8>) {
    let server = server().await;
    let (near, far) = duplex(1 << 20);
    assert!(server.connected(far));
    let (read, written) = (Arc::default(), Arc::default());
    let kept = Kept { stream: near, read: Arc::clone(&read), written: Arc::clone(&written) };
    let client = Client::over(kept, "server", "disk", ClientOptions::default()).await.unwrap();
    use_it(&client).await.unwrap();
    client.close().await;
    let conversation = (written.lock().clone(), read.lock().clone());
    assert!(conversation.0.len() > 1000 && conversation.1.len() > 4096);
    conversation
}

fn changed(good: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bad = good.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(bad.len());
        match random.below(5) {
            0 => bad[at] = u8::try_from(random.below(256)).unwrap(),
            1 => bad[at] ^= 1 << random.below(8),
            2 => bad.truncate(at + 1),
            3 => bad[at..].iter_mut().take(4).for_each(|byte| *byte = 0xff),
            _ => drop(bad.drain(at..(at + random.below(40)).min(bad.len()))),
        }
        if bad.is_empty() {
            return bad;
        }
    }
    bad
}

#[tokio::test]
async fn no_server_makes_a_client_panic_or_hang() {
    let (_, heard) = conversation().await;
    let mut random = Random(7);
    for _ in 0..TRIES {
        let heard: &'static [u8] = changed(&heard, &mut random).leak();
        let options = ClientOptions::default();
        if let Ok(client) = Client::over(join(heard, sink()), "server", "disk", options).await {
            let _ = use_it(&client).await;
        }
    }
}

#[tokio::test]
async fn no_client_makes_a_server_panic_or_hang() {
    let (said, _) = conversation().await;
    let mut random = Random(8);
    let server = server().await;
    for _ in 0..TRIES {
        let said: &'static [u8] = changed(&said, &mut random).leak();
        assert!(server.connected(join(said, sink())));
        while server.clients() > 0 {
            tokio::task::yield_now().await;
        }
    }
}
