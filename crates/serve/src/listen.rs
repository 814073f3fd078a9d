//! Listening sockets and the connections they accept.
//!
//! A connection counts as *pending* until its first request has arrived whole, and as a *stranger* from then on until
//! somebody has signed in on it. Of both there is a bounded number, and a newcomer evicts the one that has been quiet
//! longest: ten thousand sockets that say nothing, or nothing of interest, cost little memory and keep nobody out,
//! since an honest client is either for a moment only.

mod crowd;
mod patient;
mod tls;
mod visitor;

use std::{convert::Infallible, fmt, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::body::Body;
use http::{Request, Response};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use self::patient::Patient;
pub use self::tls::{Certificate, TlsError};
pub(crate) use self::visitor::{Limits, Visitor};

/// From the connection to the first whole request, TLS included.
const FIRST_REQUEST: Duration = Duration::from_secs(15);
/// From one request to the end of the next one's headers.
const NEXT_REQUEST: Duration = Duration::from_secs(60);
/// How long a client that has its answer may take to close its side.
const LINGER: Duration = Duration::from_secs(1);
/// A trouble of the listener is told so often at most; somebody may cause it many times a second.
const TELL: Duration = Duration::from_secs(10);
/// Headers of a request; Node, which clients were made for, allows 16 KiB.
const HEADERS: u32 = 16 * 1024;

/// Why a listener cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody else listens there.
    #[error("cannot listen on `{address}`: the port is in use; stop the other program or choose another port")]
    InUse {
        /// The address.
        address: String,
    },
    /// The system does not allow it.
    #[error("cannot listen on `{address}`: not permitted; ports below 1024 need root or CAP_NET_BIND_SERVICE")]
    NotPermitted {
        /// The address.
        address: String,
    },
    /// Anything else.
    #[error("cannot listen on `{address}`")]
    Other {
        /// The address.
        address: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// An open listener that accepts nothing yet.
pub struct Listener {
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
    address: SocketAddr,
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listener").field(&self.url()).finish()
    }
}

impl Listener {
    /// Opens `address` (`host:port`, port 0 picks one), with TLS where there is a certificate.
    ///
    /// # Errors
    ///
    /// [`ListenError`], naming the address and the way out.
    pub async fn bind(address: &str, certificate: Option<&Certificate>) -> Result<Self, ListenError> {
        let tls = certificate.map(Certificate::acceptor).transpose()?;
        let failed = |source: io::Error| {
            let address = address.to_owned();
            match source.kind() {
                io::ErrorKind::AddrInUse => ListenError::InUse { address },
                io::ErrorKind::PermissionDenied => ListenError::NotPermitted { address },
                _ => ListenError::Other { address, source },
            }
        };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, tls, address })
    }

    /// Returns the address, with the port that was picked.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns whether clients speak TLS.
    pub fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Returns the URL of the server here.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.is_tls() { "https" } else { "http" }, self.address)
    }
}

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pub(crate) tls: bool,
}

/// What answers requests.
pub(crate) trait Answers: Clone + Send + Sync + 'static {
    fn answer(&self, request: Request<Incoming>, peer: Peer) -> impl Future<Output = Response<Body>> + Send;
}

/// Accepts connections until `stop`, then lets those that are in a request finish it.
pub(crate) async fn accept(listener: Listener, limits: Limits, answers: impl Answers, stop: CancellationToken) {
    let graceful = GracefulShutdown::new();
    let mut told = Seldom::default();
    loop {
        let accepted = tokio::select! {
            accepted = listener.socket.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, mostly; a busy loop would make it worse.
                if told.now() {
                    warn!(error = %error, "cannot accept a connection; waiting");
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Some(visitor) = limits.enter() else {
            if told.now() {
                warn!(peer = %address, "too many connections; refused one, and whoever comes next");
            }
            continue;
        };
        let connection = Connection {
            stream,
            tls: listener.tls.clone(),
            visitor: Arc::new(visitor),
            peer: Peer { address, tls: listener.is_tls() },
            answers: answers.clone(),
        };
        tokio::spawn(connection.run(graceful.watcher()));
    }
    drop(listener);
    graceful.shutdown().await;
}

/// Lets something happen now and then.
#[derive(Default)]
struct Seldom(Option<Instant>);

impl Seldom {
    fn now(&mut self) -> bool {
        let due = self.0.is_none_or(|last| last.elapsed() >= TELL);
        if due {
            self.0 = Some(Instant::now());
        }
        due
    }
}

struct Connection<A> {
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    visitor: Arc<Visitor>,
    peer: Peer,
    answers: A,
}

impl<A: Answers> Connection<A> {
    async fn run(self, watcher: hyper_util::server::graceful::Watcher) {
        let Self { stream, tls, visitor, peer, answers } = self;
        let _ = stream.set_nodelay(true);
        let stream = Patient::new(stream);
        let serve = async {
            match tls {
                None => serve(stream, peer, answers, visitor.clone(), watcher).await,
                Some(tls) => match timeout(FIRST_REQUEST, greet(tls, stream)).await {
                    Ok(Greeting::Tls(Ok(stream))) => serve(*stream, peer, answers, visitor.clone(), watcher).await,
                    Ok(Greeting::Tls(Err(error))) => {
                        debug!(peer = %peer.address, error = %error, "TLS handshake failed");
                    }
                    Ok(Greeting::Http(stream)) => say_https(stream).await,
                    Err(_) => debug!(peer = %peer.address, "TLS handshake took too long"),
                },
            }
        };
        tokio::select! {
            () = serve => {}
            () = visitor.evicted() => debug!(peer = %peer.address, "closed a connection to make room"),
        }
    }
}

/// How the client of a TLS port begins.
enum Greeting {
    Tls(io::Result<Box<TlsStream<Patient<TcpStream>>>>),
    /// With a letter of an HTTP method, where TLS has the number of a record type.
    Http(Patient<TcpStream>),
}

async fn greet(tls: TlsAcceptor, stream: Patient<TcpStream>) -> Greeting {
    let mut first = [0];
    match stream.stream().peek(&mut first).await {
        Ok(1) if first[0].is_ascii_uppercase() => Greeting::Http(stream),
        Ok(_) => Greeting::Tls(tls.accept(stream).await.map(Box::new)),
        Err(error) => Greeting::Tls(Err(error)),
    }
}

/// Tells a browser what it did wrong; it shows nothing of what TLS has to say about it.
async fn say_https(mut stream: Patient<TcpStream>) {
    const WHAT: &str = "This port speaks HTTPS: write https:// before the address.\n";
    let length = WHAT.len();
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{WHAT}"
    );
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
    // What is closed with bytes unread is reset, and the browser may not see the answer.
    let mut rest = [0; 1024];
    let read = async { while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {} };
    let _ = timeout(LINGER, read).await;
}

async fn serve<S, A>(
    stream: S,
    peer: Peer,
    answers: A,
    visitor: Arc<Visitor>,
    watcher: hyper_util::server::graceful::Watcher,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Answers,
{
    let first = visitor.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        visitor.request();
        // It goes with an upgraded stream, which outlives this connection.
        request.extensions_mut().insert(visitor.clone());
        let answers = answers.clone();
        async move { Ok::<_, Infallible>(answers.answer(request, peer).await) }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(NEXT_REQUEST).max_buf_size(64 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEADERS)
        .max_concurrent_streams(100)
        .keep_alive_interval(NEXT_REQUEST)
        .keep_alive_timeout(FIRST_REQUEST);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
    let connection = watcher.watch(connection);
    tokio::pin!(connection);
    let late = async {
        tokio::time::sleep(FIRST_REQUEST).await;
        if first.has_arrived() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        result = &mut connection => if let Err(error) = result {
            debug!(peer = %peer.address, error = %error, "connection ended");
        },
        () = late => debug!(peer = %peer.address, "closed a connection that sent no request in time"),
    }
}
