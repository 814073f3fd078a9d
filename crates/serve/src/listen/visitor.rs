//! One connection, as far as its right to stay is concerned.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::crowd::{Crowd, Place};

/// So many connections may be without a request; more than the honest clients of one moment.
const MOST_PENDING: usize = 512;
/// So many connections may be open of people who have not shown who they are; they do so within a second, and
/// what each can make the server keep, times this, is less than a gigabyte.
const MOST_STRANGERS: usize = 2048;
/// So many connections may be open when the configuration does not say.
const MOST_CONNECTIONS: usize = 10_000;

/// What the listeners of one server share.
#[derive(Clone)]
pub(crate) struct Limits {
    pending: Arc<Crowd>,
    strangers: Arc<Crowd>,
    connections: Arc<Semaphore>,
}

impl Limits {
    pub(crate) fn new(connections: Option<usize>) -> Self {
        let connections = connections.unwrap_or(MOST_CONNECTIONS).clamp(1, Semaphore::MAX_PERMITS);
        Self {
            pending: Crowd::new(MOST_PENDING),
            strangers: Crowd::new(MOST_STRANGERS),
            connections: Arc::new(Semaphore::new(connections)),
        }
    }

    /// Lets a connection in, `None` when too many are open.
    pub(super) fn enter(&self) -> Option<Visitor> {
        let permit = self.connections.clone().try_acquire_owned().ok()?;
        let visitor = Visitor {
            pending: self.pending.place(),
            stranger: self.strangers.place(),
            arrived: AtomicBool::new(false),
            known: AtomicBool::new(false),
            _permit: permit,
        };
        visitor.pending.stay();
        Some(visitor)
    }
}

/// A connection; first *pending*, until a request has arrived whole, then a *stranger*, until somebody signs in.
/// Whoever has signed in is not evicted.
#[derive(Debug)]
pub(crate) struct Visitor {
    pending: Place,
    stranger: Place,
    arrived: AtomicBool,
    known: AtomicBool,
    _permit: OwnedSemaphorePermit,
}

impl Visitor {
    /// A request is here.
    pub(super) fn request(&self) {
        if !self.arrived.swap(true, Ordering::Relaxed) {
            self.pending.leave();
        }
        if !self.known.load(Ordering::Relaxed) {
            self.stranger.stay();
        }
    }

    pub(super) fn has_arrived(&self) -> bool {
        self.arrived.load(Ordering::Relaxed)
    }

    /// Tells whether the other end has shown who it is.
    pub(crate) fn known(&self, known: bool) {
        if self.known.swap(known, Ordering::Relaxed) == known {
            return;
        }
        if known { self.stranger.leave() } else { self.stranger.stay() }
    }

    /// Completes when the connection is to make room for others.
    pub(crate) async fn evicted(&self) {
        tokio::select! {
            () = self.pending.evicted() => {}
            () = self.stranger.evicted() => {}
        }
    }
}
