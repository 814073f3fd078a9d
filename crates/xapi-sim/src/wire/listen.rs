//! Ports of simulated hosts.
//!
//! All hosts of a pool listen on the same ports, each on an address of its own: the first host
//! on the one that was asked for, the next on the following addresses of the loopback network, so
//! that `HOST_IS_SLAVE` and `host.address` name bare addresses, as real ones do.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::{
    host::{Condition, Host},
    pool::Pool,
};

use super::{connection, nbd};

/// How often another port is tried when the one that was picked is taken on a further address.
const TRIES: usize = 50;

/// Longest wait for a client to finish its TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// What is spoken at a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    Http,
    Https,
    Nbd,
}

impl Face {
    pub(crate) const ALL: [Self; 3] = [Self::Http, Self::Https, Self::Nbd];
}

/// Ports cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// One of them.
    #[error("cannot listen on `{address}`; choose another port with `--listen`, or 0 to have one picked")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// There are several hosts, and the address has no neighbours.
    #[error("`{0}` is no IPv4 address of the loopback network, which a pool of several hosts needs")]
    NoNeighbours(IpAddr),
}

/// Opens a port on each of `addresses`, the same one on all.
pub(crate) async fn bind(port: u16, addresses: &[IpAddr]) -> Result<Vec<TcpListener>, Error> {
    let mut tries = 0;
    'again: loop {
        tries += 1;
        let mut listeners: Vec<TcpListener> = Vec::new();
        for ip in addresses {
            let port = listeners.first().and_then(|first| first.local_addr().ok()).map_or(port, |first| first.port());
            let address = SocketAddr::new(*ip, port);
            match TcpListener::bind(address).await {
                Ok(listener) => listeners.push(listener),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && !listeners.is_empty() && tries < TRIES => {
                    continue 'again;
                }
                Err(source) => return Err(Error::Bind { address, source }),
            }
        }
        return Ok(listeners);
    }
}

/// Returns the addresses of `count` hosts, of which the first is `first`.
///
/// # Errors
///
/// If there must be several, and `first` has no neighbours.
pub(crate) fn addresses(first: IpAddr, count: usize) -> Result<Vec<IpAddr>, Error> {
    match first {
        IpAddr::V4(v4) if v4.is_loopback() => {
            let first = u32::from(v4);
            let at = |at: usize| IpAddr::V4(Ipv4Addr::from(first + u32::try_from(at).unwrap_or(0)));
            Ok((0..count).map(at).collect())
        }
        other if count == 1 => Ok(vec![other]),
        other => Err(Error::NoNeighbours(other)),
    }
}

/// Serves one port of a host: while it is down the port is closed; when it joins another pool, that one answers.
pub(crate) async fn serve(mut listener: TcpListener, mut pool: Arc<Pool>, mut host: Arc<Host>, face: Face) {
    let Ok(address) = listener.local_addr() else { return };
    loop {
        let accepted = tokio::select! {
            biased;
            moved = host.moved() => {
                (pool, host) = moved;
                continue;
            }
            () = host.down() => {
                drop(listener);
                host.not(&[Condition::Down]).await;
                listener = loop {
                    match TcpListener::bind(address).await {
                        Ok(listener) => break listener,
                        // Somebody else has the port for now.
                        Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                    }
                };
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(accept(stream, Arc::clone(&pool), Arc::clone(&host), face));
            }
            // Out of file descriptors: wait for connections to close.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn accept(stream: TcpStream, pool: Arc<Pool>, host: Arc<Host>, face: Face) {
    // Answers are written whole; waiting for more would only delay them.
    let _ = stream.set_nodelay(true);
    match face {
        Face::Http => return connection::serve(stream, pool, host).await,
        Face::Nbd => return nbd::serve(stream, pool, host).await,
        Face::Https => {}
    }
    host.not(&[Condition::Frozen]).await;
    let acceptor = TlsAcceptor::from(Arc::clone(&host.tls.lock().config));
    if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
        connection::serve(stream, pool, host).await;
    }
}
