//! Two hundred people look at lists of 10 000 VMs, of which five hundred change in a second.
//!
//! Server, clients and simulated pool run in one process on loopback, each on threads of its own, so that what the
//! server takes of the processor can be told apart: from the events of the host to the frames on the sockets. Prints
//! that, and the time from a change in the store until a client has read it. Run with `cargo bench -p xo-server --bench views`.

use std::{
    collections::HashMap,
    fs,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use app::{
    App, Config, News,
    db::{Db, NewServer, NewUser},
};
use parking_lot::Mutex;
use serde_json::{Value, json};
use serve::Listener;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    runtime::{Builder, Runtime},
};
use tokio_util::sync::CancellationToken;
use xapi_sim::Sim;

const VMS: usize = 10_000;
const CLIENTS: usize = 200;
/// Different lists that these look at.
const LISTS: usize = 20;
/// Changes in a second.
const RATE: u64 = 500;
const WARM: Duration = Duration::from_secs(5);
const MEASURED: Duration = Duration::from_secs(30);

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// When the store had each change, by its number.
type Published = Arc<Mutex<HashMap<u64, Instant>>>;

fn runtime(name: &str) -> Runtime {
    Builder::new_multi_thread().worker_threads(2).thread_name(name).enable_all().build().expect("threads start")
}

fn main() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let (pool, server, clients) = (runtime("pool"), runtime("server"), runtime("clients"));
    let sim = pool.block_on(Sim::builder().world("large").size(VMS, 64).password("password").start());
    let sim = Arc::new(sim.expect("the simulated pool starts"));
    let (app, to, token) = server.block_on(server.spawn(start(sim.http_addr()))).expect("it starts");

    let published = Published::default();
    server.spawn(note(app.clone(), published.clone()));
    let latencies = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::new(Mutex::new((0_u64, 0_u64)));
    for n in 0..CLIENTS {
        let (token, published) = (token.clone(), published.clone());
        let client = clients.block_on(look(to, &token, n));
        clients.spawn(listen(client, published, latencies.clone(), told.clone()));
    }
    pool.spawn(change(sim));
    clients.block_on(async { tokio::time::sleep(WARM).await });
    latencies.lock().clear();
    let before = *told.lock();
    let (start, used) = (Instant::now(), processor_time());
    clients.block_on(async { tokio::time::sleep(MEASURED).await });
    let (wall, used) = (start.elapsed().as_secs_f64(), processor_time().saturating_sub(used).as_secs_f64());
    let after = *told.lock();
    let mut times = latencies.lock().clone();
    times.sort();
    let at = |percent: usize| times[times.len() * percent / 100].as_secs_f64() * 1e3;
    println!(
        "{CLIENTS} clients on {LISTS} lists of {VMS} VMs, {RATE} changes/s: {:.1} % of a core, {:.0} notifications/s of {:.0} bytes",
        100.0 * used / wall,
        (after.0 - before.0) as f64 / wall,
        (after.1 - before.1) as f64 / (after.0 - before.0) as f64,
    );
    println!("a change told after p50 {:.2} ms, p99 {:.2} ms ({} of them)", at(50), at(99), times.len());
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
async fn note(app: App, published: Published) {
    let mut feed = app.feed().subscribe();
    while let News::Delta(delta) = feed.next().await {
        let now = Instant::now();
        let numbers = delta.entered.iter().filter_map(|object| number(&object.text("name_description")?));
        let mut published = published.lock();
        numbers.for_each(|number| {
            published.entry(number).or_insert(now);
        });
    }
}

/// Returns the number of the change that made a description.
fn number(description: &str) -> Option<u64> {
    description.strip_prefix("change ")?.parse().ok()
}

/// Changes VMs, one after the other: four of five their description, the fifth its power state too.
async fn change(sim: Arc<Sim>) {
    let all = sim.with(|world| world.list("VM"));
    let mut due = tokio::time::interval(Duration::from_millis(1000 / RATE));
    for number in 0_u64.. {
        due.tick().await;
        // A stride that meets every VM, and no list in its order.
        let at = usize::try_from(number.wrapping_mul(0x9e37_79b9) % all.len() as u64).expect("small");
        sim.with(|world| {
            world.set(all[at], "name_description", &*format!("change {number}"));
            if number % 5 == 0 {
                let running = world.text(all[at], "power_state") == "Running";
                world.set(all[at], "power_state", if running { "Paused" } else { "Running" });
            }
        });
    }
}

/// Opens a WebSocket by hand and a view on it: what reads in a bench should cost little.
async fn look(to: SocketAddr, token: &str, n: usize) -> BufReader<TcpStream> {
    let mut stream = BufReader::with_capacity(64 * 1024, TcpStream::connect(to).await.expect("it listens"));
    let request = format!(
        "GET /api/ HTTP/1.1\r\nHost: {to}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: token={token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).await.expect("it answers");
    }
    let list = n % LISTS;
    let filter = ["type:/^VM$/", "power_state:running", "name_label:1", "!power_state:halted"][list % 4];
    let order = ["name_label", "-name_label"][list / 4 % 2];
    let wish = json!({
        "type": "VM", "filter": filter, "sort": [order, "power_state"],
        "columns": ["name_label", "name_description", "power_state", "mainIpAddress", "$container", "tags", "CPUs.number"],
        "offset": 50 * (list / 8), "limit": 50, "groupBy": ["power_state", "$container"],
    });
    for (method, params) in [("session.setNotifications", json!({ "all": false })), ("view.subscribe", wish)] {
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let mut frame = vec![0x81, 0x80 | 0x7e];
        frame.extend(u16::try_from(call.len()).expect("short").to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(call.as_bytes());
        stream.write_all(&frame).await.expect("it reads");
        let answer = read(&mut stream).await;
        let answer: Value = serde_json::from_slice(&answer).expect("answers are JSON");
        assert!(answer.get("result").is_some(), "{answer}");
    }
    stream
}

/// Reads one message.
async fn read(stream: &mut BufReader<TcpStream>) -> Vec<u8> {
    loop {
        let first = stream.read_u8().await.expect("it writes");
        let length = match stream.read_u8().await.expect("it writes") {
            126 => u64::from(stream.read_u16().await.expect("it writes")),
            127 => stream.read_u64().await.expect("it writes"),
            short => u64::from(short),
        };
        let mut text = vec![0; usize::try_from(length).expect("small")];
        stream.read_exact(&mut text).await.expect("it writes");
        // Pings come between.
        if first & 0x0f < 8 {
            return text;
        }
    }
}

/// Reads notifications, and notes how long ago the changes that they tell of were in the store.
async fn listen(
    mut client: BufReader<TcpStream>,
    published: Published,
    latencies: Arc<Mutex<Vec<Duration>>>,
    told: Arc<Mutex<(u64, u64)>>,
) {
    loop {
        let text = read(&mut client).await;
        let now = Instant::now();
        let length = text.len() as u64;
        let told_of: Value = serde_json::from_slice(&text).expect("notifications are JSON");
        let changed = told_of["params"]["changed"].as_object().into_iter().flatten();
        let numbers: Vec<u64> = changed.filter_map(|(_, row)| number(row["name_description"].as_str()?)).collect();
        {
            let published = published.lock();
            let mut latencies = latencies.lock();
            for number in numbers {
                latencies.extend(published.get(&number).map(|at| now.saturating_duration_since(*at)));
            }
        }
        let mut told = told.lock();
        *told = (told.0 + 1, told.1 + length);
    }
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
