//! A host of a pool as the network sees it.

use std::{
    future::pending,
    net::SocketAddr,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::sync::watch;

use crate::{Object, World, class::vdi::nbd, pool::Pool, wire::tls::Shown};

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
    /// Where its disks are read by NBD.
    pub(crate) nbd: SocketAddr,
    pub(crate) condition: watch::Sender<Condition>,
    /// Counts how often all its connections were cut.
    pub(crate) cuts: watch::Sender<u64>,
    pub(crate) tls: Mutex<Shown>,
    /// Requests by path, of those that are counted.
    requests: Mutex<FxHashMap<&'static str, usize>>,
    /// What answers at its ports since it has joined another pool.
    moved: watch::Sender<Option<(Weak<Pool>, Arc<Host>)>>,
}

impl Host {
    pub(crate) fn new(object: Object, [http, https, nbd]: [SocketAddr; 3], tls: Shown) -> Self {
        Self {
            object,
            http,
            https,
            nbd,
            condition: watch::Sender::default(),
            cuts: watch::Sender::default(),
            tls: Mutex::new(tls),
            requests: Mutex::default(),
            moved: watch::Sender::default(),
        }
    }

    /// Notes in the world what the network knows of the host.
    pub(crate) fn note(&self, world: &mut World) {
        // Only what a real host does not need is written into URLs.
        world.hide(self.object, "port", i64::from(self.http.port()));
        world.hide(self.object, nbd::PORT, i64::from(self.nbd.port()));
        world.hide(self.object, nbd::CERTIFICATE, self.tls.lock().pem.as_str());
    }

    /// Lets another host of another pool answer at its ports.
    pub(crate) fn move_to(&self, pool: &Arc<Pool>, host: Arc<Self>) {
        self.moved.send_replace(Some((Arc::downgrade(pool), host)));
    }

    /// Waits until another host answers at its ports; returns that with its pool.
    pub(crate) async fn moved(&self) -> (Arc<Pool>, Arc<Self>) {
        let mut moved = self.moved.subscribe();
        // The sender is `self`, which outlives the wait.
        let now = moved.wait_for(Option::is_some).await.ok().and_then(|now| (*now).clone());
        match now.and_then(|(pool, host)| Some((pool.upgrade()?, host))) {
            Some(now) => now,
            // The simulation ends.
            None => pending().await,
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
