//! A host played by a script: real sockets, any answer.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use xapi::{Limits, Options, State, Value};
use xapi_types::{Failure, json, xml};

/// Session that peers hand out unless their script says otherwise.
pub(crate) const SESSION: &str = "OpaqueRef:5e551011-0000-4000-8000-000000000001";

/// Limit of any wait of a test.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A call as the peer got it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) path: String,
    /// Whether it came as JSON, and whether that was version 2.
    pub(crate) json: bool,
    pub(crate) version_2: bool,
    /// The method; of a request that is no call, its verb and path.
    pub(crate) method: String,
    pub(crate) params: Vec<Value>,
}

impl Call {
    pub(crate) fn text(&self, at: usize) -> &str {
        self.params.get(at).and_then(Value::as_str).unwrap_or_default()
    }
}

/// What a peer does with a call.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Answers a result.
    Result(Value),
    /// Answers an error.
    Failure(Failure),
    /// Answers HTTP of its own: status, type, body.
    Http(u16, &'static str, Vec<u8>),
    /// Answers a result whose JSON is this text.
    Json(String),
    /// Answers the first bytes of a result whose JSON is this text, then closes.
    Cut(String, usize),
    /// Writes these bytes, then closes.
    Raw(Vec<u8>),
    /// Writes these bytes of the body of a longer answer, then says nothing.
    Stall(Vec<u8>),
    /// Writes these bytes as an answer without a length, again and again, and tells when nobody takes them any more.
    Endless(Vec<u8>, Arc<Notify>),
    /// Never answers.
    Silence,
    /// Closes without an answer.
    Close,
    /// Does so after a while.
    After(Duration, Box<Reply>),
}

impl Reply {
    pub(crate) fn failure(code: &str, params: &[&str]) -> Self {
        Self::Failure(Failure::new(code, params.iter().copied()))
    }

    pub(crate) fn void() -> Self {
        Self::Result(Value::void())
    }
}

/// Calls that are being answered: now, and at most.
#[derive(Default)]
struct Load {
    now: AtomicUsize,
    most: AtomicUsize,
}

type Script = dyn Fn(&Call) -> Reply + Send + Sync;

/// A played host; its connections end with it.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    tls: bool,
    calls: Arc<Mutex<Vec<Call>>>,
    connections: Arc<AtomicUsize>,
    load: Arc<Load>,
    serving: Mutex<Option<JoinHandle<()>>>,
}

impl Peer {
    /// Starts a plain HTTP host.
    pub(crate) async fn start(script: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_with(None, script).await
    }

    /// Starts a host with TLS if it has a configuration for it.
    pub(crate) async fn start_with(
        tls: Option<Arc<ServerConfig>>,
        script: impl Fn(&Call) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::serve(listener, tls, Arc::new(script))
    }

    /// Starts a host again where another has stopped.
    pub(crate) async fn start_at(address: SocketAddr, script: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(TcpListener::bind(address).await.unwrap(), None, Arc::new(script))
    }

    fn serve(listener: TcpListener, tls: Option<Arc<ServerConfig>>, script: Arc<Script>) -> Self {
        let address = listener.local_addr().unwrap();
        let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
        let connections: Arc<AtomicUsize> = Arc::default();
        let load = Arc::<Load>::default();
        let (log, count, acceptor) = (Arc::clone(&calls), Arc::clone(&connections), tls.clone().map(TlsAcceptor::from));
        let shared_load = Arc::clone(&load);
        let serving = tokio::spawn(async move {
            // Connections live in the set, so that stopping the host cuts them.
            let mut served = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (script, log, acceptor) = (Arc::clone(&script), Arc::clone(&log), acceptor.clone());
                let load = Arc::clone(&shared_load);
                served.spawn(async move {
                    match acceptor {
                        None => talk(stream, &script, &log, &load).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                talk(stream, &script, &log, &load).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, tls: tls.is_some(), calls, connections, load, serving: Mutex::new(Some(serving)) }
    }

    /// Returns the options of a pool at this host, with limits for impatient tests.
    pub(crate) fn options(&self) -> Options {
        let scheme = if self.tls { "https" } else { "http" };
        options(&format!("{scheme}://{}", self.address))
    }

    /// Stops the host: its port refuses and its connections are cut.
    pub(crate) async fn stop(&self) {
        let serving = self.serving.lock().take();
        if let Some(serving) = serving {
            serving.abort();
            let _ = serving.await;
        }
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().clone()
    }

    /// Returns how often `method` was called.
    pub(crate) fn count(&self, method: &str) -> usize {
        self.calls.lock().iter().filter(|call| call.method == method).count()
    }

    /// Returns how many calls were under way at once, at most.
    pub(crate) fn most_at_once(&self) -> usize {
        self.load.most.load(Ordering::SeqCst)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.lock().take() {
            serving.abort();
        }
    }
}

/// Returns the options of a pool at `address`: patient, since the machine may be busy, but for rests and
/// polls, which are short.
pub(crate) fn options(address: &str) -> Options {
    let mut options = Options::new(address.parse().unwrap(), "root", "hunter2-password");
    options.limits = Limits { poll: Duration::from_millis(300), rest: Duration::from_millis(50), ..Limits::default() };
    options
}

/// Answers what every host must answer, or asks `script`.
pub(crate) fn usual(call: &Call, script: impl FnOnce(&Call) -> Reply) -> Reply {
    match call.method.as_str() {
        "session.login_with_password" => Reply::Result(SESSION.into()),
        "session.logout" => Reply::void(),
        "pool.get_all" => Reply::Result(vec!["OpaqueRef:pool"].into()),
        "pool.get_all_records" | "host.get_all_records" => Reply::Result(Value::Struct(Vec::new())),
        _ => script(call),
    }
}

async fn talk(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    script: &Arc<Script>,
    log: &Arc<Mutex<Vec<Call>>>,
    load: &Load,
) {
    while let Some(call) = read_call(&mut stream).await {
        let now = load.now.fetch_add(1, Ordering::SeqCst) + 1;
        load.most.fetch_max(now, Ordering::SeqCst);
        let mut reply = script(&call);
        log.lock().push(call.clone());
        while let Reply::After(wait, then) = reply {
            tokio::time::sleep(wait).await;
            reply = *then;
        }
        let (status, content_type, body) = match reply {
            Reply::Http(status, content_type, body) => (status, content_type, body),
            Reply::Result(value) => answer(&call, Ok(value)),
            Reply::Failure(failure) => answer(&call, Err(failure)),
            Reply::Json(result) => (200, "application/json", enveloped(&result)),
            Reply::Cut(result, length) => {
                let _ = stream.write_all(&http(200, "application/json", &enveloped(&result))[..length]).await;
                return;
            }
            Reply::Raw(bytes) => {
                let _ = stream.write_all(&bytes).await;
                return;
            }
            Reply::Stall(bytes) => {
                let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\ncontent-type: application/json\r\n\r\n";
                let _ = stream.write_all(head.as_bytes()).await;
                let _ = stream.write_all(&bytes).await;
                std::future::pending().await
            }
            Reply::Endless(bytes, ended) => {
                let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n").await;
                while stream.write_all(&bytes).await.is_ok() {}
                ended.notify_one();
                return;
            }
            Reply::Silence => std::future::pending().await,
            Reply::Close | Reply::After(..) => return,
        };
        load.now.fetch_sub(1, Ordering::SeqCst);
        if stream.write_all(&http(status, content_type, &body)).await.is_err() {
            return;
        }
    }
}

fn enveloped(result: &str) -> Vec<u8> {
    format!(r#"{{"jsonrpc":"2.0","result":{result},"id":1}}"#).into_bytes()
}

pub(crate) fn http(status: u16, content_type: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "HTTP/1.1 {status} Whatever\r\ncontent-length: {}\r\nconnection: keep-alive\r\ncontent-type: {content_type}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn answer(call: &Call, result: Result<Value, Failure>) -> (u16, &'static str, Vec<u8>) {
    if !call.json {
        let status = match result {
            Ok(value) => Value::structure([("Status", Value::from("Success")), ("Value", value)]),
            Err(failure) => {
                Value::structure([("Status", Value::from("Failure")), ("ErrorDescription", failure.description())])
            }
        };
        return (200, "text/xml", xml::write_response(&status));
    }
    let mut body = Vec::new();
    let envelope = match (result, call.version_2) {
        (Ok(value), true) => Value::structure([("jsonrpc", Value::from("2.0")), ("result", value)]),
        (Ok(value), false) => Value::structure([("result", value), ("error", Value::Null)]),
        (Err(failure), false) => Value::structure([("result", Value::Null), ("error", failure.description())]),
        (Err(failure), true) => {
            let error = Value::structure([
                ("code", Value::from(1)),
                ("message", Value::from(failure.code)),
                ("data", Value::from(failure.params)),
            ]);
            Value::structure([("jsonrpc", Value::from("2.0")), ("error", error)])
        }
    };
    json::write(&envelope, &mut body);
    (200, "application/json", body)
}

async fn read_call(stream: &mut (impl AsyncRead + Unpin)) -> Option<Call> {
    let head = read_head(stream).await?;
    let path = head.lines().next()?.split(' ').nth(1)?.to_owned();
    if head.starts_with("GET ") {
        let method = format!("GET {}", path.split('?').next().unwrap_or_default());
        return Some(Call { path, json: true, version_2: true, method, params: Vec::new() });
    }
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse().ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    if body.starts_with(b"<") {
        let (method, params) = xml::parse_call(&body).unwrap();
        return Some(Call { path, json: false, version_2: false, method, params });
    }
    let call = json::parse(&body).unwrap();
    let version_2 = call.get("jsonrpc").is_some();
    let method = call.get("method").unwrap().as_str().unwrap().to_owned();
    let params = call.get("params").unwrap().as_array().unwrap().to_vec();
    Some(Call { path, json: true, version_2, method, params })
}

/// Reads a head of HTTP up to its empty line.
pub(crate) async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// Starts a host that does `work` with each connection, below HTTP.
pub(crate) async fn raw<F>(work: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(work(stream));
        }
    });
    address
}

/// Waits for `work`, which must end.
pub(crate) async fn soon<T>(work: impl Future<Output = T>) -> T {
    timeout(LIMIT, work).await.expect("this ends in time")
}

/// Waits until `condition` holds.
pub(crate) async fn until(mut condition: impl FnMut() -> bool) {
    soon(async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// Waits for a state that `fits`.
pub(crate) async fn state(pool: &xapi::Pool, fits: impl Fn(&State) -> bool) -> State {
    let mut state = pool.state();
    soon(async { state.wait_for(|state| fits(state)).await.expect("the pool is open").clone() }).await
}
