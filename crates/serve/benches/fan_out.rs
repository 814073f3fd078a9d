//! What the socket face does to many bytes and many clients, on loopback, server and clients in one process.
//!
//! Counts MB/s of one answer of 90 000 objects of about 1.1 kB, to one client and to 50 at once, with the memory that
//! these add; and the time from the publication of a change until a client has read it, for 200 clients.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use app::{
    App, Config, Cx, Delta, Object,
    db::{Db, NewUser},
    model::{Kind, PoolId},
    xapi_types::AnyRef,
};
use bytes::Bytes;
use op::{Answer, Op, Ops, Raw, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use serve::Listener;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

const OBJECTS: usize = 90_000;
const CLIENTS: usize = 50;
const LISTENERS: usize = 200;
const CHANGES: usize = 200;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

static ALL: OnceLock<Arc<[Arc<Object>]>> = OnceLock::new();

/// Return all objects, as the real operation does: bytes that the store holds, made into one map while they are sent.
#[derive(Deserialize, JsonSchema)]
struct All;

impl Op<Cx> for All {
    type Output = Raw<Value>;
    const SPEC: Spec = Spec::public("bench.all").snapshot();
    async fn run(self, _: Cx) -> Result<Self::Output> {
        let all = ALL.get().expect("made at the start").clone();
        let objects = (0..all.len()).flat_map(move |n| {
            let object = &all[n];
            let comma = if n == 0 { "" } else { "," };
            [Bytes::from(format!("{comma}\"{}\":", object.id())), object.json().clone()]
        });
        let parts = std::iter::once(Bytes::from_static(b"{")).chain(objects).chain([Bytes::from_static(b"}")]);
        Ok(Answer::parts(parts).into())
    }
}

fn object(n: usize) -> Arc<Object> {
    let id = format!("{n:08x}-0000-4000-8000-000000000000");
    let json = format!(r#"{{"id":"{id}","type":"VM","padding":"{}"}}"#, "x".repeat(1050));
    let object = Object::from_json(Kind::Vm, PoolId::new("pool"), AnyRef::default(), json.into());
    Arc::new(object.expect("it begins with its id"))
}

/// Opens a WebSocket by hand: what reads in a bench should cost little.
async fn connect(to: SocketAddr, token: &str) -> BufReader<TcpStream> {
    let mut stream = BufReader::with_capacity(256 * 1024, TcpStream::connect(to).await.expect("it listens"));
    let request = format!(
        "GET /api/ HTTP/1.1\r\nHost: {to}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: token={token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("it reads");
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.expect("it answers");
        if line == "\r\n" {
            return stream;
        }
    }
}

async fn send(stream: &mut BufReader<TcpStream>, text: &str) {
    let mut frame = vec![0x81, 0x80 | u8::try_from(text.len()).expect("short"), 0, 0, 0, 0];
    frame.extend_from_slice(text.as_bytes());
    stream.write_all(&frame).await.expect("it reads");
}

/// Reads one message and throws it away; returns its length.
async fn skip(stream: &mut BufReader<TcpStream>) -> u64 {
    let mut total = 0;
    loop {
        let first = stream.read_u8().await.expect("it writes");
        let length = match stream.read_u8().await.expect("it writes") {
            126 => u64::from(stream.read_u16().await.expect("it writes")),
            127 => stream.read_u64().await.expect("it writes"),
            short => u64::from(short),
        };
        let mut left = length;
        while left > 0 {
            let buffered = stream.fill_buf().await.expect("it writes").len();
            let taken = buffered.min(usize::try_from(left).expect("small"));
            stream.consume(taken);
            left -= taken as u64;
        }
        // Pings come between.
        if first & 0x0f < 8 {
            total += length;
            if first & 0x80 != 0 {
                return total;
            }
        }
    }
}

async fn all(stream: &mut BufReader<TcpStream>) -> u64 {
    send(stream, r#"{"jsonrpc":"2.0","id":1,"method":"bench.all"}"#).await;
    skip(stream).await
}

/// Peak resident memory in MiB; reset by [`reset_peak`].
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells");
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().expect("a number") / 1024.0
}

fn reset_peak() {
    std::fs::write("/proc/self/clear_refs", "5").expect("Linux lets us");
}

#[tokio::main]
async fn main() {
    ALL.set((0..OBJECTS).map(object).collect()).expect("set once");
    let db = Db::in_memory().await.expect("it opens");
    let new = NewUser { email: "admin".to_owned(), password: None, permission: "admin".to_owned() };
    let user = db.users().create(new).await.expect("it is new");
    let mut ops = Ops::new();
    ops.add::<All>();
    let app = App::start_with(Config::default(), ops, db).await.expect("it starts");
    let token = app.browser_token(&user, "bench", true).await.expect("it is made").0;
    let listener = Listener::bind("127.0.0.1:0", None).await.expect("a port is free");
    let to = listener.address();
    let stop = CancellationToken::new();
    let running = tokio::spawn(serve::run(app.clone(), vec![listener], stop.clone()));

    let mut one = connect(to, token.expose()).await;
    let mut best = f64::MAX;
    let mut bytes = 0;
    for _ in 0..10 {
        let start = Instant::now();
        bytes = all(&mut one).await;
        best = best.min(start.elapsed().as_secs_f64());
    }
    let megabytes = bytes as f64 / 1e6;
    println!("one client: {megabytes:.0} MB in {:.0} ms, {:.0} MB/s", best * 1e3, megabytes / best);

    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(connect(to, token.expose()).await);
    }
    reset_peak();
    let before = peak();
    let start = Instant::now();
    let reading: Vec<_> =
        clients.into_iter().map(|mut client| tokio::spawn(async move { all(&mut client).await })).collect();
    for reading in reading {
        reading.await.expect("it reads");
    }
    let took = start.elapsed().as_secs_f64();
    let total = megabytes * CLIENTS as f64;
    println!("{CLIENTS} clients: {:.0} MB/s together, {:.1} MiB more at the peak", total / took, peak() - before);

    let mut listeners = Vec::new();
    for _ in 0..LISTENERS {
        let mut listener = connect(to, token.expose()).await;
        send(&mut listener, r#"{"jsonrpc":"2.0","id":1,"method":"none"}"#).await;
        skip(&mut listener).await;
        listeners.push(listener);
    }
    let published: Arc<[OnceLock<Instant>]> = (0..CHANGES).map(|_| OnceLock::new()).collect();
    let reading: Vec<_> = listeners
        .into_iter()
        .map(|mut listener| {
            let published = published.clone();
            tokio::spawn(async move {
                let mut times = Vec::with_capacity(CHANGES);
                for at in published.iter() {
                    skip(&mut listener).await;
                    times.push(at.get().expect("it was published").elapsed());
                }
                times
            })
        })
        .collect();
    for at in published.iter() {
        at.set(Instant::now()).expect("set once");
        app.feed().publish(Delta { pool: PoolId::new("pool"), entered: vec![object(1)], left: Vec::new() });
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut times: Vec<Duration> = Vec::new();
    for reading in reading {
        times.extend(reading.await.expect("it reads"));
    }
    times.sort();
    let at = |percent: usize| times[times.len() * percent / 100].as_secs_f64() * 1e3;
    println!("{LISTENERS} clients told of a change: p50 {:.2} ms, p99 {:.2} ms", at(50), at(99));
    stop.cancel();
    running.await.expect("it ends");
}
