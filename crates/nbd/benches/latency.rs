//! How much many requests on their way at once gain where each takes 50 ms longer: blocks of 64 KiB read one after the
//! other, and 8, 16 and 32 at once, through a relay that holds back all it passes on for 25 ms in each direction.
//!
//! The disk is a file on the same machine, so that what is left is the wait. `nbdcopy` is measured through the same
//! relay if it is there.

use std::{
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use disk::{raw::Raw, storage::File};
use futures_util::{StreamExt, TryStreamExt, stream};
use nbd::{
    Client, Server,
    client::{Address, Options as ClientOptions},
    server::{Export, Options, Shelf},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

/// Added in each direction.
const DELAY: Duration = Duration::from_millis(25);
/// Size of a block, in bytes.
const BLOCK: u64 = 64 << 10;
/// Blocks that are read each time.
const BLOCKS: u64 = 256;
/// Parts that are held back at once: 64 MiB of what is read, more than is ever on its way.
const HELD: usize = 1024;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(run());
}

async fn run() {
    let file = tempfile::NamedTempFile::new().expect("there is room for a file");
    let content: Vec<u8> = (0..BLOCKS * BLOCK).map(|at| u8::try_from(at * 31 % 251).expect("below 251")).collect();
    std::fs::write(file.path(), &content).expect("the file can be written");
    let disk = Raw::open(Arc::new(File::open(file.path()).await.expect("it was just made"))).await;
    let shelf = Arc::new(Shelf::default());
    shelf.put("disk", Export::read_only(Arc::new(disk.expect("it can be read"))));
    let server = Server::new(shelf, Options { in_flight: 64, ..Options::default() });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there are free ports");
    let port = listener.local_addr().expect("it listens").port();
    tokio::spawn(async move { server.serve(listener).await });
    let port = relay(port).await;
    println!("{BLOCKS} blocks of {} KiB, {:?} added", BLOCK >> 10, 2 * DELAY);
    let one = read(port, 1, 1).await;
    println!("{:>2} at once: {one:.2?}", 1);
    for at_once in [8, 16, 32] {
        let many = read(port, at_once, 1).await;
        println!("{at_once:>2} at once: {many:.2?}, {:.2} times as fast", one.as_secs_f64() / many.as_secs_f64());
    }
    let spread = read(port, 32, 4).await;
    println!(
        "32 at once, on 4 connections: {spread:.2?}, {:.2} times as fast",
        one.as_secs_f64() / spread.as_secs_f64()
    );
    if let Some(other) = tokio::task::spawn_blocking(move || nbdcopy(port)).await.expect("it does not panic") {
        println!("nbdcopy, 8 requests on 1 connection: {other:.2?}, start and handshake included");
    }
}

/// Reads all blocks with so many requests on their way.
async fn read(port: u16, at_once: usize, connections: usize) -> Duration {
    let options = ClientOptions { in_flight: at_once, connections, ..ClientOptions::default() };
    let address = Address::Tcp { host: "127.0.0.1".to_owned(), port };
    let client = Client::connect(&address, "disk", options).await.expect("the server is there");
    let started = Instant::now();
    let length = usize::try_from(BLOCK).expect("a block is small");
    let reads = stream::iter(0..BLOCKS).map(|block| client.read(block * BLOCK, length));
    let read: usize = reads
        .buffer_unordered(at_once)
        .try_fold(0, |sum, block| async move { Ok(sum + block.len()) })
        .await
        .expect("the disk can be read");
    assert_eq!(read as u64, BLOCKS * BLOCK);
    started.elapsed()
}

fn nbdcopy(port: u16) -> Option<Duration> {
    let uri = format!("nbd://127.0.0.1:{port}/disk");
    let size = format!("--request-size={BLOCK}");
    let started = Instant::now();
    let done = Command::new("nbdcopy").args(["--requests=8", "--connections=1", &size, &uri, "null:"]).status();
    done.ok().filter(std::process::ExitStatus::success).map(|_| started.elapsed())
}

/// Passes all on to `port`, later, and returns its own port.
async fn relay(port: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there are free ports");
    let own = listener.local_addr().expect("it listens").port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
            for stream in [&client, &server] {
                stream.set_nodelay(true).expect("it is a socket");
            }
            let (client, server) = (client.into_split(), server.into_split());
            tokio::spawn(later(client.0, server.1));
            tokio::spawn(later(server.0, client.1));
        }
    });
    own
}

/// Passes on what comes, each part as long after it came as the delay says.
async fn later(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Send + Unpin + 'static) {
    let (held, mut parts) = mpsc::channel::<(Instant, Vec<u8>)>(HELD);
    tokio::spawn(async move {
        while let Some((due, part)) = parts.recv().await {
            tokio::time::sleep_until(due.into()).await;
            if to.write_all(&part).await.is_err() {
                return;
            }
        }
    });
    loop {
        let mut part = Vec::with_capacity(64 << 10);
        match from.read_buf(&mut part).await {
            Ok(0) | Err(_) => return,
            Ok(_) if held.send((Instant::now() + DELAY, part)).await.is_err() => return,
            Ok(_) => {}
        }
    }
}
