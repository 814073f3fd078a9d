//! A thousand readers of server-sent events, while five hundred VMs change in a second.
//!
//! Server, readers and simulated pool run in one process on loopback, each on threads of its own. Prints the time from a
//! change in the store until a reader has it, what the server takes of the processor, and by how much the resident memory
//! of the whole process grows from before the first reader to the end. Run with `cargo bench -p xo-server --bench events`.

use std::{
    fs,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use app::{
    App, Config, News,
    db::{Db, NewServer, NewUser},
};
use serde_json::json;
use serve::Listener;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::{Builder, Runtime},
};
use tokio_util::sync::CancellationToken;
use xapi_sim::Sim;

const VMS: usize = 10_000;
const READERS: usize = 1000;
/// Changes in a second.
const RATE: u64 = 500;
const WARM: Duration = Duration::from_secs(5);
const MEASURED: Duration = Duration::from_secs(30);
/// Changes that are timed; more than there will be.
const MOST: usize = 100_000;
/// Steps of the histogram, of 0.1 ms; the last has all that took longer.
const STEPS: usize = 20_000;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is counted, without taking memory while it is.
struct Counts {
    start: Instant,
    /// When the store had each change, in nanoseconds from the start; 0 where it has not.
    published: Vec<AtomicU64>,
    histogram: Vec<AtomicU64>,
    events: AtomicU64,
    bytes: AtomicU64,
}

fn zeros(count: usize) -> Vec<AtomicU64> {
    (0..count).map(|_| AtomicU64::new(0)).collect()
}

fn runtime(name: &str) -> Runtime {
    Builder::new_multi_thread().worker_threads(2).thread_name(name).enable_all().build().expect("threads start")
}

fn main() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let (pool, server, readers) = (runtime("pool"), runtime("server"), runtime("readers"));
    let sim = pool.block_on(Sim::builder().world("large").size(VMS, 64).password("password").start());
    let sim = Arc::new(sim.expect("the simulated pool starts"));
    let (app, to, token) = server.block_on(server.spawn(start(sim.http_addr()))).expect("it starts");
    let counts = Arc::new(Counts {
        start: Instant::now(),
        published: zeros(MOST),
        histogram: zeros(STEPS),
        events: AtomicU64::new(0),
        bytes: AtomicU64::new(0),
    });
    server.spawn(note(app, counts.clone()));
    pool.spawn(change(sim));
    readers.block_on(async { tokio::time::sleep(WARM).await });
    let memory = resident();
    for n in 0..READERS {
        let stream = readers.block_on(open(to, &token, n));
        readers.spawn(read(stream, counts.clone()));
    }
    readers.block_on(async { tokio::time::sleep(WARM).await });
    for step in &counts.histogram {
        step.store(0, Ordering::Relaxed);
    }
    let before = (counts.events.load(Ordering::Relaxed), counts.bytes.load(Ordering::Relaxed));
    let (begin, used) = (Instant::now(), processor_time());
    readers.block_on(async { tokio::time::sleep(MEASURED).await });
    let (wall, used) = (begin.elapsed().as_secs_f64(), processor_time().saturating_sub(used).as_secs_f64());
    let events = (counts.events.load(Ordering::Relaxed) - before.0) as f64 / wall;
    let bytes = (counts.bytes.load(Ordering::Relaxed) - before.1) as f64 / wall;
    let steps: Vec<u64> = counts.histogram.iter().map(|step| step.load(Ordering::Relaxed)).collect();
    let all: u64 = steps.iter().sum();
    let at = |percent: u64| {
        let mut left = all * percent / 100;
        let step = steps.iter().position(|step| {
            let found = *step > left;
            left = left.saturating_sub(*step);
            found
        });
        step.unwrap_or(STEPS) as f64 / 10.0
    };
    println!(
        "{READERS} readers, {RATE} changes/s of {VMS} VMs: {events:.0} events/s, {:.1} MiB/s, {:.0} % of a core",
        bytes / 1024.0 / 1024.0,
        100.0 * used / wall,
    );
    println!("a change read after p50 {:.1} ms, p99 {:.1} ms ({all} of them)", at(50), at(99));
    println!("resident memory grew by {:.1} MiB", (resident() as f64 - memory as f64) / 1024.0);
    std::process::exit(0);
}

/// Starts a server on the pool, and waits until it has all VMs.
async fn start(pool: SocketAddr) -> (App, SocketAddr, String) {
    let db = Db::in_memory().await.expect("it opens");
    let new = NewUser { email: "admin".to_owned(), password: None, permission: "admin".to_owned() };
    let user = db.users().create(new).await.expect("it is new");
    let app = App::start_with(Config::default(), xo_server::ops(), db).await.expect("it starts");
    let token = app.browser_token(&user, "bench", true).await.expect("it is made").0;
    let new = NewServer {
        host: format!("http://{pool}"),
        username: "root".to_owned(),
        password: "password".into(),
        label: None,
        allow_unauthorized: false,
        enabled: true,
        http_proxy: None,
    };
    let host = app.db().servers().add(new).await.expect("it is new");
    app.connect(&host).await.expect("it is there");
    let listener = Listener::bind("127.0.0.1:0", None).await.expect("a port is free");
    let to = listener.address();
    tokio::spawn(serve::run(app.clone(), vec![listener], CancellationToken::new()));
    (app, to, token.expose().to_owned())
}

/// Notes when each change is told on the feed.
async fn note(app: App, counts: Arc<Counts>) {
    let mut feed = app.feed().subscribe();
    while let News::Delta(delta) = feed.next().await {
        let now = nanos(counts.start);
        for object in &delta.entered {
            let description = object.text("name_description").unwrap_or_default();
            let number = description.strip_prefix("change ").and_then(|number| number.parse::<usize>().ok());
            if let Some(at) = number.and_then(|number| counts.published.get(number)) {
                let _ = at.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
            }
        }
    }
}

fn nanos(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).expect("not for centuries")
}

/// Changes VMs, one after the other.
async fn change(sim: Arc<Sim>) {
    let all = sim.with(|world| world.list("VM"));
    let mut due = tokio::time::interval(Duration::from_millis(1000 / RATE));
    for number in 0_u64.. {
        due.tick().await;
        // A stride that meets every VM, and no list in its order.
        let at = usize::try_from(number.wrapping_mul(0x9e37_79b9) % all.len() as u64).expect("small");
        sim.with(|world| world.set(all[at], "name_description", &*format!("change {number}")));
    }
}

/// Opens a stream by hand, and subscribes to VMs: what reads in a bench should cost little.
async fn open(to: SocketAddr, token: &str, n: usize) -> TcpStream {
    let mut stream = TcpStream::connect(to).await.expect("it listens");
    let request = format!("GET /rest/v0/events HTTP/1.1\r\nHost: {to}\r\nCookie: authenticationToken={token}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut text = String::new();
    let id = loop {
        let mut some = [0; 1024];
        let length = stream.read(&mut some).await.expect("it answers");
        text.push_str(std::str::from_utf8(&some[..length]).expect("it is text"));
        if let Some(id) = text.split("{\"id\":\"").nth(1).and_then(|rest| rest.split_once('"')) {
            break id.0.to_owned();
        }
    };
    // Four kinds of readers.
    let fields = ["id", "name_label", "power_state", "tags"][..=n % 4].to_vec();
    let fields: Vec<_> = fields.into_iter().chain(["name_description"]).collect();
    let body = json!({ "collection": "VM", "fields": fields }).to_string();
    let mut post = TcpStream::connect(to).await.expect("it listens");
    let request = format!(
        "POST /rest/v0/events/{id}/subscriptions HTTP/1.1\r\nHost: {to}\r\nCookie: authenticationToken={token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    post.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    post.read_to_string(&mut answer).await.expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    stream
}

/// Reads events, and notes how long ago the changes that they tell of were in the store.
async fn read(mut stream: TcpStream, counts: Arc<Counts>) {
    const MARK: &[u8] = b"\"change ";
    let mut buffer = vec![0; 16 * 1024];
    let mut kept = 0;
    loop {
        let length = stream.read(&mut buffer[kept..]).await.expect("it writes");
        assert!(length > 0, "the server has cut a reader off: {}", String::from_utf8_lossy(&buffer[..kept]));
        let now = nanos(counts.start);
        let end = kept + length;
        let text = &buffer[..end];
        let (mut at, mut events) = (0, 0);
        while let Some(found) = text[at..].windows(MARK.len()).position(|window| window == MARK) {
            let digits = &text[at + found + MARK.len()..];
            let Some(length) = digits.iter().position(|byte| *byte == b'"') else { break };
            let number = digits[..length].iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
            let published = counts.published.get(number).map_or(0, |at| at.load(Ordering::Relaxed));
            if published > 0 {
                let step = usize::try_from(now.saturating_sub(published) / 100_000).expect("small").min(STEPS - 1);
                counts.histogram[step].fetch_add(1, Ordering::Relaxed);
            }
            events += 1;
            at += found + MARK.len() + length;
        }
        counts.events.fetch_add(events, Ordering::Relaxed);
        counts.bytes.fetch_add(length as u64, Ordering::Relaxed);
        // What may be the beginning of a mark and its number.
        let from = at.max(end.saturating_sub(32));
        buffer.copy_within(from..end, 0);
        kept = end - from;
    }
}

/// Returns the memory that the process has resident, in KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it is told");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// Returns the processor time of the threads of the server.
fn processor_time() -> Duration {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux tells");
    let mut ticks = 0;
    for task in tasks {
        let stat = fs::read_to_string(task.expect("Linux tells").path().join("stat")).unwrap_or_default();
        let Some((name, rest)) = stat.rsplit_once(')') else { continue };
        if ["(server", "(store writer"].iter().any(|known| name.contains(known)) {
            let times = rest.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok());
            ticks += times.sum::<u64>();
        }
    }
    // The clock of the processor ticks in units of 10 ms.
    Duration::from_millis(10 * ticks)
}
