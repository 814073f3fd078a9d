//! How fast the list of a large pool is taken in: MB/s, and as a ratio to a null client that downloads
//! the same answer and throws it away.
//!
//! The answer is that of the simulated world `large` (default: 2 000 VMs on 16 hosts; `VMS=10000
//! HOSTS=64` for the full one), taken once and then served from memory over loopback, so that the time
//! of the host counts for nothing: what is left is download and decoding, side by side.

use std::{
    hint::black_box,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use xapi::{Event, Options, Pool};
use xapi_sim::Sim;

/// Runs of each client; the best counts, since the machine has other work.
const RUNS: usize = 7;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(run());
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

async fn run() {
    let (vms, hosts) = (setting("VMS", 2000), setting("HOSTS", 16));
    let answer = answer_of(vms, hosts).await;
    let (bytes, megabytes) = (answer.len(), answer.len() as f64 / 1e6);
    let address = serve(answer).await;
    let mut null = Duration::MAX;
    let (mut client, mut objects) = (Duration::MAX, 0);
    for _ in 0..RUNS {
        let started = Instant::now();
        assert!(black_box(download(address).await) >= bytes);
        null = null.min(started.elapsed());
        let (elapsed, count) = list(address).await;
        (client, objects) = (client.min(elapsed), count);
    }
    let speed = |elapsed: Duration| megabytes / elapsed.as_secs_f64();
    println!("answer: {megabytes:.1} MB, {objects} objects ({vms} VMs, {hosts} hosts)");
    println!("null client: {null:.2?} ({:.0} MB/s)", speed(null));
    println!("watch, from login to the whole list: {client:.2?} ({:.0} MB/s)", speed(client));
    println!("ratio to the null client: {:.2}", client.as_secs_f64() / null.as_secs_f64());
}

/// Returns the answer to `event.from` of the world `large`, head included.
async fn answer_of(vms: usize, hosts: usize) -> Vec<u8> {
    let sim = Sim::builder().world("large").size(vms, hosts).start().await.expect("the world can be made");
    let login = r#"{"jsonrpc":"2.0","method":"session.login_with_password","params":["root","password"],"id":1}"#;
    let answer = ask(sim.http_addr(), login).await;
    let answer = String::from_utf8(answer).expect("JSON is text");
    let session = answer.split('"').find(|text| text.starts_with("OpaqueRef:")).expect("the simulator lets us in");
    ask(sim.http_addr(), &event_from(session)).await
}

fn event_from(session: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","method":"event.from","params":["{session}",["*"],"",30.0],"id":1}}"#)
}

/// Posts a call and returns the answer with its head.
async fn ask(address: SocketAddr, body: &str) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut stream = post(address, body).await;
    stream.read_to_end(&mut answer).await.expect("the answer arrives");
    answer
}

async fn post(address: SocketAddr, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("the host is there");
    let head = format!(
        "POST /jsonrpc HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.expect("the host reads");
    stream
}

/// Downloads the list and throws it away; returns its length.
async fn download(address: SocketAddr) -> usize {
    let mut stream = post(address, &event_from("x")).await;
    let (mut buffer, mut length) = (vec![0; 256 << 10], 0);
    loop {
        match stream.read(&mut buffer).await.expect("the answer arrives") {
            0 => return length,
            read => length += read,
        }
    }
}

/// Takes the list in by the watch.
async fn list(address: SocketAddr) -> (Duration, usize) {
    let started = Instant::now();
    let address = format!("http://{address}").parse().expect("an address");
    let pool = Pool::connect(Options::new(address, "root", "password")).await.expect("the host lets us in");
    let mut watch = pool.watch();
    let mut objects = 0;
    loop {
        match watch.next().await.expect("the watch goes on") {
            Event::InitApply(records) => objects += black_box(records).len(),
            Event::InitDone => return (started.elapsed(), objects),
            Event::InitStart | Event::Apply(_) => {}
        }
    }
}

/// Answers every `event.from` with the bytes of `answer`, and what else a client asks for.
async fn serve(answer: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let answer: Arc<[u8]> = answer.into();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let mut request = vec![0; 64 << 10];
                while let Ok(length @ 1..) = stream.read(&mut request).await {
                    let text = String::from_utf8_lossy(&request[..length]);
                    let short = br#"{"jsonrpc":"2.0","result":"OpaqueRef:x","id":1}"#;
                    if text.contains("event.from") && text.contains(r#""",30"#) {
                        let _ = stream.write_all(&answer).await;
                        return;
                    }
                    if text.contains("event.from") {
                        std::future::pending::<()>().await;
                    }
                    if text.contains(r#""id":1}"#) {
                        let head = format!(
                            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                            short.len()
                        );
                        let _ = stream.write_all(&[head.as_bytes(), short].concat()).await;
                    }
                }
            });
        }
    });
    address
}
