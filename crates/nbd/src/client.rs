//! A client: one export, over one connection or several, with many requests on their way at once.
//!
//! A connection that fails stays failed, and so do the requests that were on it; what is asked next goes over one
//! that is still there. Connecting anew is left to the caller, who knows whether the export still is what it was.

mod connection;
mod handshake;
mod source;

use std::{
    ops::Range,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, future, stream};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
    time::timeout,
};

pub use handshake::{Export, Listed};

use crate::{
    Error, Result, Tls,
    io::Stream,
    wire::{BASE_ALLOCATION, LONGEST_TEXT, command, flag},
};
use connection::{Answer, Connection};

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A port of a host.
    Tcp {
        /// Name or number of the host, without brackets.
        host: String,
        /// Its port; 10809 is NBD's.
        port: u16,
    },
    /// A socket in the file system.
    Unix(PathBuf),
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}

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

/// What a context says of a range: its length in bytes, and a number whose meaning is the context's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Length, in bytes; never 0.
    pub length: u64,
    /// What is so: for `base:allocation` 1 is a hole, 2 reads as zeros; for a bitmap of QEMU 1 is dirty.
    pub flags: u32,
}

impl Client {
    /// Connects to the export `name`.
    ///
    /// # Errors
    ///
    /// If the server does not answer in time, is none, or has no such export.
    pub async fn connect(address: &Address, name: &str, options: Options) -> Result<Self> {
        check_name(name)?;
        let (export, first) = Self::one(address, name, &options).await?;
        let alike = export.has(flag::MULTI_CONN) || export.has(flag::READ_ONLY);
        let more = if alike { options.connections.max(1) - 1 } else { 0 };
        let mut connections = vec![first];
        for (other, connection) in future::try_join_all((0..more).map(|_| Self::one(address, name, &options))).await? {
            if other.size != export.size {
                return Err(Error::protocol(format!("the export has {} bytes, then {}", export.size, other.size)));
            }
            connections.push(connection);
        }
        Ok(Self { export, connections, next: AtomicUsize::new(0), options })
    }

    /// Uses the export `name` of the server at the other end of `stream`, such as a tunnel; there is one connection
    /// then. `server` is its name for TLS.
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

    async fn one(address: &Address, name: &str, options: &Options) -> Result<(Export, Connection)> {
        within(options.connect, async {
            let stream = dial(address).await?;
            let (export, stream) = handshake::go(stream, &server_name(address), name, options).await?;
            let connection = Connection::start(stream, &export, options);
            Ok((export, connection))
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

    /// Reads exactly `length` bytes from `offset` on, in as many requests as it takes, which are on their way at once.
    ///
    /// # Errors
    ///
    /// If the range ends beyond the export, or the server fails.
    pub async fn read(&self, offset: u64, length: usize) -> Result<Bytes> {
        let end = self.check(offset, length as u64)?;
        // The server may take whole blocks only.
        let block = u64::from(self.export.block.minimum);
        let from = offset - offset % block;
        let to = end.div_ceil(block).saturating_mul(block).min(self.export.size);
        let parts = cut(from..to, self.export.block.maximum.into());
        let read = |part: Range<u64>| async move {
            match self.ask(0, command::READ, part, Bytes::new()).await? {
                Answer::Data(data) => Ok(data),
                _ => Err(Error::protocol("a read has no data")),
            }
        };
        let trim = |data: Bytes| {
            let start = usize::try_from(offset - from).expect("less than a block");
            data.slice(start..start + length)
        };
        if parts.len() == 1 {
            return read(parts[0].clone()).await.map(trim);
        }
        let whole = BytesMut::with_capacity(usize::try_from(to - from).unwrap_or(usize::MAX));
        let parts = stream::iter(parts).map(read).buffered(self.options.in_flight.max(1) * self.connections.len());
        let whole = parts.try_fold(whole, |mut whole, part| {
            whole.extend_from_slice(&part);
            future::ready(Ok(whole))
        });
        whole.await.map(|whole| trim(whole.freeze()))
    }

    /// Writes `data` at `offset`, in as many requests as it takes.
    ///
    /// # Errors
    ///
    /// If the export is read-only, the range ends beyond it or does not fit its blocks, or the server fails.
    pub async fn write(&self, offset: u64, data: Bytes) -> Result<()> {
        let end = self.check(offset, data.len() as u64)?;
        self.check_writable(offset..end)?;
        let parts = cut(offset..end, self.export.block.maximum.into());
        let write = |part: Range<u64>| {
            let start = usize::try_from(part.start - offset).expect("within the data");
            let end = usize::try_from(part.end - offset).expect("within the data");
            self.ask(0, command::WRITE, part, data.slice(start..end))
        };
        let parts = stream::iter(parts).map(write).buffer_unordered(self.options.in_flight.max(1));
        parts.try_for_each(|_| future::ready(Ok(()))).await
    }

    /// Writes zeros; without data where the server can do so.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    pub async fn write_zeros(&self, range: Range<u64>) -> Result<()> {
        self.check(range.start, range.end.saturating_sub(range.start))?;
        self.check_writable(range.clone())?;
        let without_data = self.export.has(flag::WRITE_ZEROES);
        // Without data a request may be long; of whole blocks it is.
        let most = if without_data { 1 << 30 } else { u64::from(self.export.block.maximum) };
        for part in cut(range, most) {
            if without_data {
                self.ask(0, command::WRITE_ZEROES, part, Bytes::new()).await?;
            } else {
                let length = usize::try_from(part.end - part.start).expect("at most a request");
                self.ask(0, command::WRITE, part, BytesMut::zeroed(length).freeze()).await?;
            }
        }
        Ok(())
    }

    /// Waits until what was written is safe.
    ///
    /// # Errors
    ///
    /// If the server fails.
    pub async fn flush(&self) -> Result<()> {
        if !self.export.has(flag::FLUSH) {
            return Ok(());
        }
        self.ask(0, command::FLUSH, 0..0, Bytes::new()).await.map(drop)
    }

    /// Asks what `context` says of the range from its start on: to its end, or as far as the server tells at once.
    ///
    /// # Errors
    ///
    /// If the context was not asked for or is not there, the range ends beyond the export, or the server fails.
    pub async fn status(&self, context: &str, range: Range<u64>) -> Result<Vec<Status>> {
        let length = range.end.saturating_sub(range.start);
        self.check(range.start, length)?;
        let id = self.export.contexts.iter().find(|(name, _)| name == context).map(|(_, id)| *id);
        let id = id.ok_or_else(|| Error::Misuse(format!("the export has no context `{context}`")))?;
        if length == 0 {
            return Ok(Vec::new());
        }
        let block = u64::from(self.export.block.minimum);
        let from = range.start - range.start % block;
        // Lengths are numbers of 32 bits.
        let to = range.end.min(from + (2 << 30)).div_ceil(block).saturating_mul(block).min(self.export.size);
        let Answer::Status(answers) = self.ask(0, command::BLOCK_STATUS, from..to, Bytes::new()).await? else {
            return Err(Error::protocol("it does not say which blocks are allocated"));
        };
        let told = answers.into_iter().find(|(of, _)| *of == id).map(|(_, told)| told);
        let told = told.ok_or_else(|| Error::protocol(format!("it says nothing of `{context}`")))?;
        // What is told may start before the range and end after it.
        let mut at = from;
        let mut inside = Vec::with_capacity(told.len());
        for status in told {
            let part = at.max(range.start)..(at + status.length).min(range.end);
            at += status.length;
            if part.start < part.end {
                inside.push(Status { length: part.end - part.start, flags: status.flags });
            }
        }
        if inside.is_empty() {
            return Err(Error::protocol("it says nothing of the range that it was asked about"));
        }
        Ok(inside)
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

    fn check(&self, offset: u64, length: u64) -> Result<u64> {
        offset.checked_add(length).filter(|end| *end <= self.export.size).ok_or_else(|| {
            Error::Misuse(format!("{length} bytes at {offset} end beyond the export of {} bytes", self.export.size))
        })
    }

    fn check_writable(&self, range: Range<u64>) -> Result<()> {
        if self.export.has(flag::READ_ONLY) {
            return Err(Error::Misuse("the export is read-only".to_owned()));
        }
        let block = u64::from(self.export.block.minimum);
        let fits =
            range.start.is_multiple_of(block) && (range.end.is_multiple_of(block) || range.end == self.export.size);
        if fits { Ok(()) } else { Err(Error::Misuse(format!("the export is written in blocks of {block} bytes"))) }
    }
}

/// Cuts a range at multiples of `most`; an empty one stays one part.
fn cut(range: Range<u64>, most: u64) -> Vec<Range<u64>> {
    let mut parts = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let end = range.end.min((at / most + 1).saturating_mul(most));
        parts.push(at..end);
        at = end;
    }
    if parts.is_empty() {
        parts.push(range);
    }
    parts
}

fn check_name(name: &str) -> Result<()> {
    if name.len() > LONGEST_TEXT as usize {
        return Err(Error::Misuse(format!("the name of an export has at most {LONGEST_TEXT} bytes")));
    }
    Ok(())
}

async fn dial(address: &Address) -> Result<Stream> {
    let stream = match address {
        Address::Tcp { host, port } => match TcpStream::connect((host.as_str(), *port)).await {
            // Requests are small, and each is waited for.
            Ok(stream) => stream.set_nodelay(true).map(|()| Box::new(stream) as Stream),
            Err(error) => Err(error),
        },
        Address::Unix(path) => UnixStream::connect(path).await.map(|stream| Box::new(stream) as Stream),
    };
    stream.map_err(|source| Error::Connect { address: address.to_string(), source: source.into() })
}

fn server_name(address: &Address) -> String {
    match address {
        Address::Tcp { host, .. } => host.clone(),
        Address::Unix(_) => "localhost".to_owned(),
    }
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
