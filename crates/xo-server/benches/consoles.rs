//! Five hundred consoles open at once, a megabit a second each.
//!
//! The server is this process; the simulated pool and the clients run in another one, which is this program again. Each
//! client asks ten times a second for a part of the screen in raw pixels, which is 1 Mbit/s, over TLS from the host to the
//! server and plain from there to the client. Prints what the clients got, how late, what the server takes of the
//! processor, and by how much its resident memory grows. Run with `cargo bench -p xo-server --bench consoles`.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use app::{
    App, Config,
    db::{Db, NewServer, NewUser},
    model::Kind,
};
use futures_util::{SinkExt, StreamExt};
use serve::Listener;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Bytes, Message, client::IntoClientRequest},
};
use tokio_util::sync::CancellationToken;
use xapi_sim::Sim;

/// Requests of a client in a second.
const RATE: u32 = 10;
/// Of the screen, in points of four bytes: 12 288 bytes, hence 0.98 Mbit/s with ten of them a second.
const PART: (u16, u16) = (64, 48);
const WARM: Duration = Duration::from_secs(5);
const MEASURED: Duration = Duration::from_secs(30);
/// Steps of the histogram, of 1 ms; the last has all that took longer.
const STEPS: usize = 5000;

/// Consoles that are opened; `CONSOLES` of the environment says another number.
fn consoles() -> usize {
    env::var("CONSOLES").ok().and_then(|text| text.parse().ok()).unwrap_or(500)
}

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("threads start");
    if env::var_os("PEER").is_some() {
        runtime.block_on(peer());
        return;
    }
    let program = env::current_exe().expect("this program has a file");
    let peer = Command::new(program).env("PEER", "1").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut peer = peer.expect("it starts again");
    let mut said = BufReader::new(peer.stdout.take().expect("it is piped")).lines();
    let mut hear = || said.next().expect("the peer goes on").expect("it is text");
    let host: SocketAddr = hear().parse().expect("an address");
    let (app, address, token) = runtime.block_on(start(host));
    let vms: Vec<_> = app.store().snapshot().of_kind(Kind::Vm).collect();
    let running = vms.iter().filter(|vm| vm.text("power_state").as_deref() == Some("Running"));
    let ids: Vec<_> = running.map(|vm| vm.id().to_owned()).collect();
    let before = resident();
    let mut tell = peer.stdin.take().expect("it is piped");
    writeln!(tell, "{address} {token} {}", ids.join(" ")).expect("the peer reads");
    assert_eq!(hear(), "warm");
    let (cpu, started) = (processor(), Instant::now());
    println!("{}", hear());
    let (took, elapsed) = (processor() - cpu, started.elapsed());
    // Ticks of 1/100 s.
    println!("server: {:.1} % of a core", took as f64 / elapsed.as_secs_f64());
    let now = resident();
    println!(
        "server: {} MiB resident, {} MiB more than before the first console",
        now >> 10,
        (now.cast_signed() - before.cast_signed()) >> 10
    );
    drop(tell);
    let _ = peer.wait();
}

/// Starts the server, connected to the pool, with an administrator's token.
async fn start(host: SocketAddr) -> (App, SocketAddr, String) {
    let mut config = Config::default();
    (config.consoles.total, config.consoles.per_user) = (consoles(), consoles());
    let db = Db::in_memory().await.expect("a database in memory");
    let app = App::start_with(config, xo_server::ops(), db).await.expect("the application starts");
    let new = NewUser { email: "admin".to_owned(), password: None, permission: "admin".to_owned() };
    let user = app.db().users().create(new).await.expect("the user is new");
    let token = app.browser_token(&user, "bench", false).await.expect("a token").0;
    let new = NewServer {
        host: format!("https://{host}"),
        username: "root".to_owned(),
        password: "password".into(),
        label: None,
        allow_unauthorized: true,
        enabled: true,
        http_proxy: None,
    };
    let server = app.db().servers().add(new).await.expect("the server is new");
    app.connect(&server).await.expect("the pool is connected");
    let listener = Listener::bind("127.0.0.1:0", None).await.expect("a port is free");
    let address = listener.address();
    tokio::spawn(serve::run(app.clone(), vec![listener], CancellationToken::new()));
    (app, address, token.expose().to_owned())
}

/// What the clients have seen.
struct Seen {
    bytes: AtomicU64,
    histogram: Vec<AtomicU64>,
}

/// The pool and the clients.
async fn peer() {
    let sim = Sim::builder().world("small").password("password").start().await.expect("the pool starts");
    println!("{}", sim.https_addr());
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).expect("the server tells");
    let mut words = line.split_whitespace().map(ToOwned::to_owned);
    let address: SocketAddr = words.next().expect("an address").parse().expect("an address");
    let token = words.next().expect("a token");
    let ids: Vec<String> = words.collect();
    let seen = Arc::new(Seen { bytes: AtomicU64::new(0), histogram: (0..STEPS).map(|_| AtomicU64::new(0)).collect() });
    let count = consoles();
    for at in 0..count {
        let socket = open(address, &token, &ids[at % ids.len()]).await;
        // Requests of all are spread over the time between two.
        let first =
            Duration::from_secs(1) / RATE * u32::try_from(at).expect("few") / u32::try_from(count).expect("few");
        tokio::spawn(look(socket, first, Arc::clone(&seen)));
    }
    tokio::time::sleep(WARM).await;
    println!("warm");
    let before = seen.bytes.load(Ordering::Relaxed);
    seen.histogram.iter().for_each(|step| step.store(0, Ordering::Relaxed));
    tokio::time::sleep(MEASURED).await;
    let bytes = seen.bytes.load(Ordering::Relaxed) - before;
    let steps: Vec<u64> = seen.histogram.iter().map(|step| step.load(Ordering::Relaxed)).collect();
    let all: u64 = steps.iter().sum();
    let within = |part: u64| {
        let mut sum = 0;
        steps.iter().position(|step| {
            sum += step;
            sum * 100 >= all * part
        })
    };
    let mbit = bytes as f64 * 8.0 / 1e6 / MEASURED.as_secs_f64();
    println!(
        "clients: {:.2} Mbit/s each, {all} pictures, p50 {} ms, p99 {} ms",
        mbit / count as f64,
        within(50).unwrap_or(STEPS),
        within(99).unwrap_or(STEPS)
    );
    let _ = std::io::stdin().read_line(&mut line);
}

/// Opens a console and shakes hands.
async fn open(server: SocketAddr, token: &str, id: &str) -> WebSocketStream<TcpStream> {
    let mut request = format!("ws://{server}/api/consoles/{id}").into_client_request().expect("a good URL");
    request.headers_mut().insert("cookie", format!("token={token}").parse().expect("a good header"));
    let stream = TcpStream::connect(server).await.expect("the server listens");
    let mut socket = client_async(request, stream).await.expect("the server accepts").0;
    let (mut begun, said) = (Vec::new(), [&b"RFB 003.008\n"[..], &[1], &[1]]);
    // Greeting, kinds of security, that it is good; then the screen with its name.
    for (length, said) in [12, 14, 18].into_iter().zip(said) {
        read(&mut socket, &mut begun, length).await;
        send(&mut socket, said.to_vec()).await;
    }
    read(&mut socket, &mut begun, 18 + 24).await;
    let name = usize::from(begun[18 + 23]);
    read(&mut socket, &mut begun, 18 + 24 + name).await;
    send(&mut socket, vec![2, 0, 0, 1, 0, 0, 0, 0]).await;
    socket
}

/// Asks for pictures, until the process ends.
async fn look(mut socket: WebSocketStream<TcpStream>, first: Duration, seen: Arc<Seen>) {
    let length = 16 + usize::from(PART.0) * usize::from(PART.1) * 4;
    let mut due = tokio::time::interval_at(tokio::time::Instant::now() + first, Duration::from_secs(1) / RATE);
    let [width, height] = [PART.0, PART.1].map(u16::to_be_bytes);
    let request = [&[3, 0, 0, 0, 0, 0][..], &width, &height].concat();
    let mut picture = Vec::new();
    loop {
        let asked = due.tick().await;
        send(&mut socket, request.clone()).await;
        picture.clear();
        read(&mut socket, &mut picture, length).await;
        let step = usize::try_from(asked.elapsed().as_millis()).unwrap_or(STEPS).min(STEPS - 1);
        seen.histogram[step].fetch_add(1, Ordering::Relaxed);
        seen.bytes.fetch_add(length as u64, Ordering::Relaxed);
    }
}

async fn send(socket: &mut WebSocketStream<TcpStream>, bytes: Vec<u8>) {
    socket.send(Message::Binary(Bytes::from(bytes))).await.expect("the server reads");
}

/// Reads until there are `length` bytes.
async fn read(socket: &mut WebSocketStream<TcpStream>, into: &mut Vec<u8>, length: usize) {
    while into.len() < length {
        match socket.next().await.expect("the console is open").expect("it works") {
            Message::Binary(bytes) => into.extend_from_slice(&bytes),
            Message::Close(frame) => panic!("the console has ended: {frame:?}"),
            _ => {}
        }
    }
}

/// Returns the resident memory, in KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it is told");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// Returns the processor time of this process, in ticks of 1/100 s.
fn processor() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux tells");
    let (_, after_name) = stat.rsplit_once(')').expect("a name in brackets");
    // Fields 14 and 15 of the line.
    after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}
