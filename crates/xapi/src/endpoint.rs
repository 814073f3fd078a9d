//! One host: its connections, kept alive between calls.

mod content;

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Body, Incoming},
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::{
    task::AbortHandle,
    time::{Instant, timeout},
};

pub(crate) use self::content::Content;
use crate::{
    Address, Error, Options, Proxy, Route, Secret,
    dial::{Connection, dial},
    dialect::Dialect,
    options::Limits,
    tls::{Fingerprint, Tls},
};

/// Connections kept for later; more than that are never under way at once.
const KEPT: usize = 20;

/// A connection that rested longer may have been closed by something in between.
const FRESH: Duration = Duration::from_secs(20);

/// What we call ourselves.
const AGENT: &str = concat!("xo-xapi/", env!("CARGO_PKG_VERSION"));

/// A host as XAPI peer.
pub(crate) struct Endpoint {
    address: Address,
    proxy: Option<Proxy>,
    tls: Option<Tls>,
    limits: Limits,
    idle: Mutex<Vec<Idle>>,
    dialect: Mutex<Option<Dialect>>,
}

struct Idle {
    line: Line,
    since: Instant,
}

/// An HTTP connection; it ends with this value.
struct Line {
    sender: SendRequest<Full<Bytes>>,
    driver: AbortHandle,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// A request failed; `sent` says whether the host may have got it.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: Error,
    pub(crate) sent: bool,
}

impl Failed {
    pub(crate) fn unsent(error: Error) -> Self {
        Self { error, sent: false }
    }

    pub(crate) fn sent(error: Error) -> Self {
        Self { error, sent: true }
    }
}

impl Endpoint {
    /// Prepares the host at `address`; no connection is made yet.
    pub(crate) fn new(address: Address, options: &Options) -> Result<Self, Error> {
        let tls = if address.is_tls() { Some(Tls::new(&address, options)?) } else { None };
        Ok(Self {
            address,
            proxy: options.http_proxy.clone(),
            tls,
            limits: options.limits.clone(),
            idle: Mutex::default(),
            dialect: Mutex::default(),
        })
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// Returns the fingerprint of the certificate shown last.
    pub(crate) fn fingerprint(&self) -> Option<Fingerprint> {
        self.tls.as_ref().and_then(Tls::seen)
    }

    /// Returns the dialect that the host was found to speak.
    pub(crate) fn dialect(&self) -> Option<Dialect> {
        *self.dialect.lock()
    }

    pub(crate) fn set_dialect(&self, dialect: Option<Dialect>) {
        *self.dialect.lock() = dialect;
    }

    /// Closes the connections that rest.
    pub(crate) fn close_idle(&self) {
        self.idle.lock().clear();
    }

    /// Sends `body` and returns the answer once its head is there, at most `limit` later.
    pub(crate) async fn post(&self, dialect: Dialect, body: Bytes, limit: Duration) -> Result<Reply<'_>, Failed> {
        self.send(|| self.request(dialect, body.clone()), limit).await
    }

    /// Asks for `target`, path and query, and returns the answer once its head is there, at most `limit` later.
    ///
    /// The session goes as a cookie: queries are written into the logs of hosts and proxies.
    pub(crate) async fn get(&self, target: &str, session: &Secret, limit: Duration) -> Result<Reply<'_>, Failed> {
        let cookie = HeaderValue::from_str(&format!("session_id={}", session.expose()));
        let mut cookie =
            cookie.map_err(|_| Failed::unsent(self.nonsense("its session cannot be sent as a cookie".to_owned())))?;
        cookie.set_sensitive(true);
        let uri: Uri = target.parse().map_err(|error| {
            Failed::unsent(Error::Connect {
                address: self.address.clone(),
                reason: format!("`{target}` is nothing that can be asked for: {error}"),
            })
        })?;
        let request = || {
            Request::get(uri.clone())
                .header(header::HOST, self.address.authority())
                .header(header::COOKIE, cookie.clone())
                .header(header::USER_AGENT, AGENT)
                .body(Full::default())
                .expect("an address has passed its own checks and the other parts are checked above")
        };
        self.send(request, limit).await
    }

    /// Sends a request, which is made again for another connection if one that rested was closed meanwhile.
    async fn send(&self, request: impl Fn() -> Request<Full<Bytes>>, limit: Duration) -> Result<Reply<'_>, Failed> {
        let started = Instant::now();
        loop {
            let (mut line, reused) = match self.rested() {
                Some(line) => (line, true),
                None => (self.connect().await.map_err(Failed::unsent)?, false),
            };
            let request = request();
            let left = limit.saturating_sub(started.elapsed());
            let answer = async {
                // Whether it is ready is told again by sending.
                let _ = line.sender.ready().await;
                line.sender.try_send_request(request).await
            };
            match timeout(left, answer).await {
                Ok(Ok(response)) => return Ok(Reply::new(self, line, response)),
                Ok(Err(mut error)) => {
                    let unsent = error.take_message().is_some();
                    if unsent && reused {
                        continue;
                    }
                    let error = self.hyper(&error.into_error());
                    return Err(Failed { error, sent: !unsent });
                }
                Err(_) => return Err(Failed::sent(self.timeout("answer", limit))),
            }
        }
    }

    fn request(&self, dialect: Dialect, body: Bytes) -> Request<Full<Bytes>> {
        Request::post(dialect.path())
            .header(header::HOST, self.address.authority())
            .header(header::CONTENT_TYPE, dialect.content_type())
            .header(header::USER_AGENT, AGENT)
            .body(Full::new(body))
            .expect("an address has passed its own checks and the other parts are constants")
    }

    /// Takes a connection that rests, the one used last.
    fn rested(&self) -> Option<Line> {
        let mut idle = self.idle.lock();
        idle.retain(|idle| idle.since.elapsed() < FRESH && !idle.line.sender.is_closed());
        idle.pop().map(|idle| idle.line)
    }

    fn keep(&self, line: Line) {
        let mut idle = self.idle.lock();
        if idle.len() < KEPT && !line.sender.is_closed() {
            idle.push(Idle { line, since: Instant::now() });
        }
    }

    /// Connects for something else than calls: through the proxy, with the certificate checked, as for these.
    pub(crate) async fn dial(&self) -> Result<Box<dyn Connection>, Error> {
        dial(&self.address, self.tls.as_ref(), self.proxy.as_ref(), &self.limits).await
    }

    async fn connect(&self) -> Result<Line, Error> {
        let stream = self.dial().await?;
        let io: TokioIo<Box<dyn Connection>> = TokioIo::new(stream);
        let (sender, connection) = http1::handshake(io).await.map_err(|error| self.hyper(&error))?;
        let driver = tokio::spawn(async move {
            // How it ended is told to whoever waits for an answer on it.
            let _ = connection.await;
        });
        Ok(Line { sender, driver: driver.abort_handle() })
    }

    /// Returns the next piece of a body; at its end the connection is kept.
    async fn next(
        &self,
        line: &mut Option<Line>,
        body: &mut Incoming,
        limit: Duration,
    ) -> Result<Option<Bytes>, Error> {
        loop {
            match timeout(limit, body.frame()).await {
                Err(_) => return Err(self.timeout("send the rest of its answer", limit)),
                Ok(None) => {
                    if let Some(line) = line.take() {
                        self.keep(line);
                    }
                    return Ok(None);
                }
                Ok(Some(Err(error))) => return Err(self.cut_off(&error)),
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    fn route(&self) -> Route {
        Route::new(&self.address, self.proxy.as_ref())
    }

    pub(crate) fn timeout(&self, what: &'static str, limit: Duration) -> Error {
        Error::Timeout { at: self.route(), what, limit }
    }

    pub(crate) fn broken(&self, reason: impl Into<String>) -> Error {
        Error::Broken { at: self.route(), reason: reason.into() }
    }

    pub(crate) fn nonsense(&self, reason: impl Into<String>) -> Error {
        Error::Answer { address: self.address.clone(), reason: reason.into() }
    }

    fn cut_off(&self, error: &hyper::Error) -> Error {
        use std::error::Error as _;
        let cause = error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>());
        let ended = cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::UnexpectedEof);
        if ended || error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
            return self.broken("the host closed it in the middle of an answer");
        }
        self.hyper(error)
    }

    fn hyper(&self, error: &hyper::Error) -> Error {
        use std::error::Error as _;
        if error.is_parse() {
            return self.nonsense(format!("this is not HTTP ({error})"));
        }
        if error.is_incomplete_message() {
            return self.broken("the host closed it before the answer was complete");
        }
        let cause = error.source().map_or_else(String::new, |source| format!(": {source}"));
        self.broken(format!("{error}{cause}"))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("address", &self.address).finish_non_exhaustive()
    }
}

/// An answer of which the head has arrived.
pub(crate) struct Reply<'a> {
    endpoint: &'a Endpoint,
    line: Option<Line>,
    body: Incoming,
    /// HTTP status.
    pub(crate) status: u16,
    /// Media type in lower case, without its parameters.
    pub(crate) content_type: String,
}

impl<'a> Reply<'a> {
    fn new(endpoint: &'a Endpoint, line: Line, response: http::Response<Incoming>) -> Self {
        let status = response.status().as_u16();
        let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
        let content_type = content_type.trim().to_ascii_lowercase();
        let body = response.into_body();
        Self { endpoint, line: Some(line), body, status, content_type }
    }

    /// Returns the length of what is left of the body, if the host said it, in bytes.
    pub(crate) fn length(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }

    /// Returns the next piece of the body, or nothing at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        self.endpoint.next(&mut self.line, &mut self.body, self.endpoint.limits.silence).await
    }

    /// Returns the whole body, if it has at most `limit` bytes.
    pub(crate) async fn collect(mut self, limit: usize) -> Result<Bytes, Error> {
        let too_large = || Error::TooLarge { address: self.endpoint.address.clone(), limit };
        let length = self.length().unwrap_or_default();
        if length > limit as u64 {
            return Err(too_large());
        }
        let Some(first) = self.chunk().await? else { return Ok(Bytes::new()) };
        if first.len() as u64 == length {
            // The end is waited for, since only then the connection can be kept.
            while self.chunk().await?.is_some() {}
            return Ok(first);
        }
        let mut body = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        body.extend_from_slice(&first);
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > limit {
                return Err(Error::TooLarge { address: self.endpoint.address.clone(), limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.into())
    }
}
