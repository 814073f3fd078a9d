//! What a connection to a pool is made of.

use std::{collections::BTreeMap, time::Duration};

use xapi_types::Kind;

use crate::{Address, Proxy, Route, Secret, tls::Fingerprint};

/// How to reach a pool, and as whom.
#[derive(Clone, Debug)]
pub struct Options {
    /// Any member of the pool; the client follows to the coordinator.
    pub address: Address,
    /// Name of the XAPI user.
    pub username: String,
    /// Password of the XAPI user.
    pub password: Secret,
    /// Accepts certificates that no known authority has signed, or that are for another name.
    pub allow_unauthorized: bool,
    /// Certificates by `host:port` ([`Address::authority`]): such a host must show exactly this one,
    /// which is then accepted whoever signed it.
    pub pins: BTreeMap<String, Fingerprint>,
    /// Certificates of authorities that are believed besides those of the system, in PEM form.
    pub authorities: String,
    /// HTTP proxy through which all members are reached.
    pub http_proxy: Option<Proxy>,
    /// Fields that the watch leaves empty.
    pub unneeded: Unneeded,
    /// How long things may take.
    pub limits: Limits,
}

/// Names the fields of a class that nobody reads, as the wire has them: large or frequent ones cost time and memory.
pub type Unneeded = fn(Kind) -> &'static [&'static str];

impl Options {
    /// Makes the options of a pool at `address`, with verified certificates and without a proxy.
    pub fn new(address: Address, username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self {
            address,
            username: username.into(),
            password: password.into(),
            allow_unauthorized: false,
            pins: BTreeMap::new(),
            authorities: String::new(),
            http_proxy: None,
            unneeded: |_| &[],
            limits: Limits::default(),
        }
    }

    /// Returns the way to a member of the pool.
    pub(crate) fn route(&self, address: &Address) -> Route {
        Route::new(address, self.http_proxy.as_ref())
    }

    /// Sets whether unauthorized certificates are accepted.
    #[must_use]
    pub fn allow_unauthorized(mut self, allow: bool) -> Self {
        self.allow_unauthorized = allow;
        self
    }
}

/// Limits of time and size; nothing that the client does waits without one of them.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Making a TCP connection, through the proxy if there is one (default 10 s).
    pub connect: Duration,
    /// TLS handshake (default 10 s).
    pub tls: Duration,
    /// Login, connection included (default 20 s; a host takes up to 5 s to refuse a password).
    pub login: Duration,
    /// A call that only reads (default 5 min).
    pub read: Duration,
    /// Any other call (default 1 h: a synchronous call answers when its work is done).
    pub call: Duration,
    /// Silence in the middle of an answer (default 30 s).
    pub silence: Duration,
    /// Time that a host may hold a poll for events (default 30 s).
    pub poll: Duration,
    /// What an answer to a poll may be late before the connection counts as dead (default 15 s);
    /// with `poll` it bounds how long a half-open connection goes unnoticed.
    pub grace: Duration,
    /// An asynchronous task, from its start to its end (default 24 h).
    pub task: Duration,
    /// For a host that broke a transfer off to say why in its task, and for us to end a task that no host ends
    /// (default 10 s).
    pub last_words: Duration,
    /// Longest rest between two attempts to reach a pool that is away (default 30 s).
    pub rest: Duration,
    /// Bytes of an answer to a call (default 512 MiB).
    pub answer: usize,
    /// Bytes of one event (default 64 MiB).
    pub event: usize,
    /// Bytes of an answer with statistics, and of the values that are kept of it (default 256 MiB: a year of a
    /// thousand VMs).
    pub statistics: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            tls: Duration::from_secs(10),
            login: Duration::from_secs(20),
            read: Duration::from_mins(5),
            call: Duration::from_hours(1),
            silence: Duration::from_secs(30),
            poll: Duration::from_secs(30),
            grace: Duration::from_secs(15),
            task: Duration::from_hours(24),
            last_words: Duration::from_secs(10),
            rest: Duration::from_secs(30),
            answer: 512 << 20,
            event: 64 << 20,
            statistics: 256 << 20,
        }
    }
}
