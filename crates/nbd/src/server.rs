//! A server: disks as exports, for any client of the protocol.
//!
//! Nothing grows with what clients do: there is a most of connections, of requests at once and of bytes of a request,
//! and a client that is silent, or takes nothing, is left after a while.

mod answer;
mod handshake;
mod memory;
mod session;
mod writer;

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use disk::{Sink, Source};
use futures_util::future::{BoxFuture, ready};
use parking_lot::RwLock;
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, warn};

use crate::Result;
use memory::Memory;
use writer::Writer;

/// How a server behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Certificate and key, if it has TLS.
    pub tls: Option<Arc<ServerConfig>>,
    /// Whether it talks of exports only within TLS.
    pub tls_required: bool,
    /// Whether it knows no more options than `xapi-nbd` of hosts: neither parts of replies nor `GO`, and nothing of what
    /// is allocated.
    pub plain: bool,
    /// Most connections at once; more are closed at once.
    pub connections: usize,
    /// Most requests at once on a connection; more wait to be read.
    pub in_flight: usize,
    /// Memory for the data of requests and replies of all connections together, in bytes, at least that of the largest
    /// request (32 MiB); what needs more waits. A connection has 64 MiB of it at most.
    pub memory: usize,
    /// How long a client may take to choose an export.
    pub handshake: Duration,
    /// How long a client may ask for nothing.
    pub idle: Duration,
    /// How long a client may take to accept a part of a reply.
    pub stall: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tls: None,
            tls_required: false,
            plain: false,
            connections: 256,
            in_flight: 16,
            memory: 512 << 20,
            handshake: Duration::from_secs(15),
            idle: Duration::from_secs(30 * 60),
            stall: Duration::from_secs(60),
        }
    }
}

/// A disk that is served.
#[derive(Clone)]
pub struct Export {
    description: String,
    disk: Arc<dyn Source>,
    writer: Option<Writer>,
}

impl Export {
    /// Makes a disk an export that is only read.
    pub fn read_only(disk: Arc<dyn Source>) -> Self {
        Self { description: String::new(), disk, writer: None }
    }

    /// Makes a disk an export that is read and written: what `sink` has taken, `disk` reads.
    ///
    /// # Panics
    ///
    /// If called outside of a runtime, or if the two are not of one size.
    pub fn writable(disk: Arc<dyn Source>, sink: Box<dyn Sink>) -> Self {
        assert_eq!(disk.size(), sink.size(), "what is read is what is written");
        Self { description: String::new(), disk, writer: Some(Writer::start(sink)) }
    }

    /// Adds a description.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }
}

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Export");
        f.field("size", &self.disk.size()).field("writable", &self.writer.is_some()).finish_non_exhaustive()
    }
}

/// Where a server finds exports.
pub trait Exports: Send + Sync + 'static {
    /// Returns the export of this name; the name may carry who asks, as `/<uuid>?session_id=<ref>` of hosts.
    fn open<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Option<Export>>;

    /// Returns what anybody may know of: names and descriptions.
    fn list(&self) -> BoxFuture<'_, Vec<(String, String)>>;
}

/// Exports that are told to anybody by their names.
#[derive(Debug, Default)]
pub struct Shelf(RwLock<BTreeMap<String, Export>>);

impl Shelf {
    /// Adds an export, in place of one of the same name.
    pub fn put(&self, name: impl Into<String>, export: Export) {
        self.0.write().insert(name.into(), export);
    }

    /// Takes an export away; who uses it goes on.
    pub fn take(&self, name: &str) -> Option<Export> {
        self.0.write().remove(name)
    }
}

impl Exports for Shelf {
    fn open<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Option<Export>> {
        Box::pin(ready(self.0.read().get(name).cloned()))
    }

    fn list(&self) -> BoxFuture<'_, Vec<(String, String)>> {
        let list = self.0.read().iter().map(|(name, export)| (name.clone(), export.description.clone())).collect();
        Box::pin(ready(list))
    }
}

/// A server.
#[derive(Clone)]
pub struct Server {
    exports: Arc<dyn Exports>,
    options: Arc<Options>,
    places: Arc<Semaphore>,
    memory: Memory,
    sessions: TaskTracker,
    over: CancellationToken,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Server {
    /// Makes a server of exports.
    pub fn new(exports: Arc<dyn Exports>, options: Options) -> Self {
        let places = Arc::new(Semaphore::new(options.connections));
        let (sessions, over) = (TaskTracker::new(), CancellationToken::new());
        let memory = Memory::new(options.memory);
        Self { exports, options: Arc::new(options), places, memory, sessions, over }
    }

    /// Serves all who connect, until the server is stopped.
    pub async fn serve(&self, listener: TcpListener) {
        loop {
            let accepted = tokio::select! {
                () = self.over.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    // Replies are waited for.
                    let _ = stream.set_nodelay(true);
                    if !self.connected(stream) {
                        debug!(%peer, "an NBD client is one too many and left");
                    }
                }
                Err(error) => {
                    // Such as too many open files: others go on, and give theirs back.
                    warn!("cannot accept NBD clients: {error}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    /// Serves one client in the background; `false` if there are too many.
    pub fn connected(&self, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> bool {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { return false };
        let server = self.clone();
        self.sessions.spawn(async move {
            let _place = place;
            if let Some(Err(error)) = server.over.run_until_cancelled(server.attend(stream)).await {
                debug!("an NBD client is left: {error}");
            }
        });
        true
    }

    /// Serves one client until it leaves, beside those that are counted.
    ///
    /// # Errors
    ///
    /// Why it is left.
    pub async fn attend(&self, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Result<()> {
        session::run(Box::new(stream), &*self.exports, &self.options, &self.memory).await
    }

    /// Returns how many clients there are.
    pub fn clients(&self) -> usize {
        self.sessions.len()
    }

    /// Ends all connections and waits until they have ended.
    pub async fn stop(&self) {
        self.over.cancel();
        self.sessions.close();
        self.sessions.wait().await;
    }
}
