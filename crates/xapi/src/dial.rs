//! Making connections: TCP, through a proxy if there is one, then TLS.

use std::{future::Future, io, time::Duration};

use socket2::{SockRef, TcpKeepalive};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::{
    Address, Error, Proxy, Route,
    options::Limits,
    tls::{self, Tls},
};

/// A connection to a host, plain or not.
pub(crate) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

/// Longest head that a proxy may answer, in bytes.
const PROXY_HEAD: usize = 16 << 10;

/// Time to find the addresses of a name: servers of names that are away are tried one after the other.
const LOOKUP: Duration = Duration::from_secs(5);

/// Connects to `address`.
pub(crate) async fn dial(
    address: &Address,
    tls: Option<&Tls>,
    proxy: Option<&Proxy>,
    limits: &Limits,
) -> Result<Box<dyn Connection>, Error> {
    let way = Route::new(address, proxy);
    let connection = async {
        match proxy {
            None => tcp(address).await,
            Some(proxy) => {
                let tcp = tcp(proxy.address()).await.map_err(|error| behind(address, proxy, error))?;
                connect_through(tcp, proxy, address).await
            }
        }
    };
    let tcp = limited(&way, "accept a connection", limits.connect, connection).await?;
    let Some(tls) = tls else { return Ok(Box::new(tcp)) };
    let name = address.host().to_owned().try_into().map_err(|_| Error::Tls {
        address: address.clone(),
        reason: format!("`{}` is no name that a certificate can have", address.host()),
    })?;
    let handshake = async {
        let connector = TlsConnector::from(tls.config.clone());
        connector.connect(name, tcp).await.map_err(|error| tls::handshake_error(address, &error))
    };
    let stream = limited(&way, "finish the TLS handshake", limits.tls, handshake).await?;
    Ok(Box::new(stream))
}

/// Runs `work` for as long as `limit` allows.
async fn limited<T>(
    way: &Route,
    what: &'static str,
    limit: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    match timeout(limit, work).await {
        Ok(result) => result,
        Err(_) => Err(Error::Timeout { at: way.clone(), what, limit }),
    }
}

/// Connects to the first of the name's addresses that accepts; each gets its share of the time.
async fn tcp(address: &Address) -> Result<TcpStream, Error> {
    let failed = |error: io::Error| Error::Connect { address: address.clone(), reason: error.to_string() };
    let lookup = tokio::net::lookup_host((address.host(), address.port()));
    let too_long = |_| io::Error::other(format!("its name was not found within {LOOKUP:?}"));
    let found = timeout(LOOKUP, lookup).await.map_err(too_long).and_then(|found| found).map_err(failed)?;
    let found: Vec<_> = found.collect();
    let mut last = None;
    for (at, socket) in found.iter().enumerate() {
        let connect = TcpStream::connect(socket);
        // The last one has all the time that is left; the others must leave some for it.
        let result = if at + 1 == found.len() {
            connect.await
        } else {
            timeout(Duration::from_secs(3), connect).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        };
        match result {
            Ok(stream) => {
                tune(&stream);
                return Ok(stream);
            }
            Err(error) => last = Some(error),
        }
    }
    Err(failed(last.unwrap_or_else(|| io::Error::other("the name has no address"))))
}

/// Asks the system to notice dead peers: after 15 s of silence, by three probes 5 s apart, and when
/// what was sent stays unacknowledged for 30 s. Where it cannot, the limits of calls remain.
fn tune(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(15)).with_interval(Duration::from_secs(5));
    let _ = socket.set_tcp_keepalive(&keepalive.with_retries(3));
    #[cfg(target_os = "linux")]
    let _ = socket.set_tcp_user_timeout(Some(Duration::from_secs(30)));
}

/// Names the proxy in an error about what lies behind it.
fn behind(address: &Address, proxy: &Proxy, error: Error) -> Error {
    match error {
        Error::Connect { address: at, reason } if at == *proxy.address() => {
            Error::Connect { address: address.clone(), reason: format!("the proxy `{at}` cannot be reached: {reason}") }
        }
        error => error,
    }
}

/// Asks the proxy for a tunnel to `address`.
async fn connect_through(mut tcp: TcpStream, proxy: &Proxy, address: &Address) -> Result<TcpStream, Error> {
    let refused = |reason: String| Error::Connect {
        address: address.clone(),
        reason: format!("the proxy `{}` {reason}", proxy.address()),
    };
    let authority = address.authority();
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
    if let Some(authorization) = proxy.authorization() {
        request.push_str("Proxy-Authorization: ");
        request.push_str(authorization.expose());
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    let broke = |error: io::Error| refused(format!("broke the connection: {error}"));
    tcp.write_all(request.as_bytes()).await.map_err(broke)?;
    // Byte by byte up to the empty line: what follows belongs to the tunnel.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= PROXY_HEAD {
            return Err(refused("answers without end".to_owned()));
        }
        match tcp.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) if head.is_empty() => return Err(refused("closed the connection without an answer".to_owned())),
            Err(error) => return Err(broke(error)),
        }
    }
    let line = String::from_utf8_lossy(&head);
    let line = line.lines().next().unwrap_or_default();
    match line.split(' ').nth(1) {
        Some(status) if line.starts_with("HTTP/1.") && status.starts_with('2') => Ok(tcp),
        Some("407") if proxy.authorization().is_none() => {
            Err(refused("wants a user and a password (`http://user:password@proxy:port`)".to_owned()))
        }
        Some("407") => Err(refused("does not accept the user or the password that it was given".to_owned())),
        _ => Err(refused(format!("answers `{}`", line.chars().take(100).collect::<String>()))),
    }
}
