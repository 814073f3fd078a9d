//! A client: one export, over one connection or several, with many requests on their way at once.
//!
//! A connection that fails stays failed, and so do the requests that were on it; what is asked next goes over one
//! that is still there. Connecting anew is left to the caller, who knows whether the export still is what it was.

mod address;
mod connection;
mod handshake;
mod requests;
mod sink;
mod source;

use std::{
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

pub use address::Address;
pub use handshake::{Export, Listed};
pub use requests::Status;

use crate::{
    Error, Result, Tls,
    wire::{BASE_ALLOCATION, LONGEST_TEXT, command, flag},
};
use address::{dial, server_name};
use connection::{Answer, Connection};

/// How a server is used.
#[derive(Clone, Debug)]
pub struct Options {
    /// TLS, if it is to be; a server without it is refused then.
    pub tls: Option<Tls>,
    /// Connections, at least one. More than one are made if the server says that it keeps them in step, or that
    /// nobody writes.
    pub connections: usize,
    /// Requests that are on their way at once on a connection, at least one.
    pub in_flight: usize,
    /// Largest part in which is read or written, in bytes; the server may want smaller ones.
    pub request: u32,
    /// How long it may take until the first block can be asked for.
    pub connect: Duration,
    /// How long a request may take. One that takes longer ends its connection.
    pub reply: Duration,
    /// Contexts to ask for besides `base:allocation`, such as `qemu:dirty-bitmap:b0`.
    pub contexts: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tls: None,
            connections: 1,
            in_flight: 16,
            // As the blocks of VHD, so that one request is one block.
            request: 2 << 20,
            connect: Duration::from_secs(10),
            // Hosts have been seen to take minutes for a block while storage is slow.
            reply: Duration::from_secs(300),
            contexts: Vec::new(),
        }
    }
}

/// An export of a server.
#[derive(Debug)]
pub struct Client {
    export: Export,
    connections: Vec<Connection>,
    next: AtomicUsize,
    options: Options,
}

impl Client {
    /// Connects to the export `name`.
    ///
    /// # Errors
    ///
    /// If the server does not answer in time, is none, or has no such export.
    pub async fn connect(address: &Address, name: &str, options: Options) -> Result<Self> {
        Self::dialled(|| dial(address), &server_name(address), name, options).await
    }

    /// Uses the export `name` of the server that each stream of `dial` leads to, such as a tunnel: as many streams as
    /// there are connections. `server` is its name for TLS.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect), and what `dial` says.
    pub async fn dialled<S, D>(dial: impl Fn() -> D, server: &str, name: &str, options: Options) -> Result<Self>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
        D: Future<Output = Result<S>>,
    {
        check_name(name)?;
        let one = || {
            within(options.connect, async {
                let (export, stream) = handshake::go(Box::new(dial().await?), server, name, &options).await?;
                let connection = Connection::start(stream, &export, &options);
                Ok((export, connection))
            })
        };
        let (export, first) = one().await?;
        let alike = export.has(flag::MULTI_CONN) || export.has(flag::READ_ONLY);
        let more = if alike { options.connections.max(1) - 1 } else { 0 };
        let mut connections = vec![first];
        for (other, connection) in future::try_join_all((0..more).map(|_| one())).await? {
            if other.size != export.size {
                return Err(Error::protocol(format!("the export has {} bytes, then {}", export.size, other.size)));
            }
            connections.push(connection);
        }
        Ok(Self { export, connections, next: AtomicUsize::new(0), options })
    }

    /// Uses the export `name` of the server at the other end of `stream`; there is one connection then. `server` is its
    /// name for TLS.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub async fn over(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        server: &str,
        name: &str,
        options: Options,
    ) -> Result<Self> {
        check_name(name)?;
        let agreed = within(options.connect, handshake::go(Box::new(stream), server, name, &options));
        let (export, stream) = agreed.await?;
        let connections = vec![Connection::start(stream, &export, &options)];
        Ok(Self { export, connections, next: AtomicUsize::new(0), options })
    }

    /// Asks a server for its exports.
    ///
    /// # Errors
    ///
    /// If the server does not answer in time, is none, or does not tell.
    pub async fn list(address: &Address, options: &Options) -> Result<Vec<Listed>> {
        within(options.connect, async {
            let stream = dial(address).await?;
            handshake::list(stream, &server_name(address), options).await
        })
        .await
    }

    /// Returns what the server says of the export.
    pub fn export(&self) -> &Export {
        &self.export
    }

    /// Returns how many connections there are that have not failed.
    pub fn connections(&self) -> usize {
        self.connections.iter().filter(|connection| connection.failure().is_none()).count()
    }

    /// Says goodbye and waits until it has been sent.
    pub async fn close(self) {
        future::join_all(self.connections.iter().map(Connection::close)).await;
    }

    /// Sends a request over a connection that has the least to do.
    async fn ask(&self, flags: u16, command: u16, range: Range<u64>, data: Bytes) -> Result<Answer> {
        let connection = self.pick(command)?;
        connection.ask(flags, command, range, data).await
    }

    fn pick(&self, command: u16) -> Result<&Connection> {
        // Without a promise of the server, what is flushed is what was written on the same connection.
        let only_first =
            !self.export.has(flag::MULTI_CONN) && !matches!(command, command::READ | command::BLOCK_STATUS);
        let among = if only_first { &self.connections[..1] } else { &self.connections[..] };
        let start = self.next.fetch_add(1, Ordering::Relaxed);
        let order = (0..among.len()).map(|at| &among[(start + at) % among.len()]);
        let alive = order.filter(|connection| connection.failure().is_none());
        match alive.min_by_key(|connection| connection.on_their_way()) {
            Some(connection) => Ok(connection),
            None => Err(among[0].failure().unwrap_or(Error::Closed("nothing was asked"))),
        }
    }
}

fn check_name(name: &str) -> Result<()> {
    if name.len() > LONGEST_TEXT as usize {
        return Err(Error::Misuse(format!("the name of an export has at most {LONGEST_TEXT} bytes")));
    }
    Ok(())
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(limit, work).await.unwrap_or(Err(Error::Silent { doing: "connecting", limit }))
}

/// Sizes of requests that a server takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockSize {
    /// What offsets and lengths are multiples of, in bytes: a power of two.
    pub minimum: u32,
    /// What is quickest, in bytes.
    pub preferred: u32,
    /// Largest part with data, in bytes: the server's, or the caller's if that is smaller.
    pub maximum: u32,
}

impl Export {
    fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    /// Returns whether it cannot be written.
    pub fn is_read_only(&self) -> bool {
        self.has(flag::READ_ONLY)
    }

    /// Returns whether the server says which blocks are allocated.
    pub fn tells_allocation(&self) -> bool {
        self.contexts.iter().any(|(name, _)| name == BASE_ALLOCATION)
    }
}
