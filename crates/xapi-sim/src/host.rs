//! A host of a pool as the network sees it.

use std::{net::SocketAddr, sync::Arc};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use rustls::ServerConfig;
use tokio::sync::watch;

use crate::Object;

/// How a host behaves on the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Condition {
    /// It answers.
    #[default]
    Up,
    /// It takes requests and never answers.
    Mute,
    /// It neither reads nor writes, and closes nothing.
    Frozen,
    /// Its ports are closed.
    Down,
}

/// Addresses of a host, and how it behaves there.
pub(crate) struct Host {
    pub(crate) object: Object,
    pub(crate) http: SocketAddr,
    pub(crate) https: SocketAddr,
    pub(crate) condition: watch::Sender<Condition>,
    /// Counts how often all its connections were cut.
    pub(crate) cuts: watch::Sender<u64>,
    pub(crate) tls: Mutex<Arc<ServerConfig>>,
    /// Requests by path, of those that are counted.
    requests: Mutex<FxHashMap<&'static str, usize>>,
}

impl Host {
    pub(crate) fn new(object: Object, http: SocketAddr, https: SocketAddr, tls: Arc<ServerConfig>) -> Self {
        Self {
            object,
            http,
            https,
            condition: watch::Sender::default(),
            cuts: watch::Sender::default(),
            tls: Mutex::new(tls),
            requests: Mutex::default(),
        }
    }

    /// Counts a request at `path`.
    pub(crate) fn count(&self, path: &'static str) {
        *self.requests.lock().entry(path).or_default() += 1;
    }

    /// Returns how many requests came at `path`.
    pub(crate) fn counted(&self, path: &str) -> usize {
        self.requests.lock().get(path).copied().unwrap_or_default()
    }

    /// Cuts all connections.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Changes how the host behaves.
    pub(crate) fn set(&self, condition: Condition) {
        self.condition.send_replace(condition);
    }

    /// Waits until the host is down.
    pub(crate) async fn down(&self) {
        let mut condition = self.condition.subscribe();
        let _ = condition.wait_for(|now| *now == Condition::Down).await;
    }

    /// Waits until the host is none of `conditions`.
    pub(crate) async fn not(&self, conditions: &[Condition]) {
        let mut condition = self.condition.subscribe();
        // The sender is `self`, which outlives the wait.
        let _ = condition.wait_for(|now| !conditions.contains(now)).await;
    }
}
