//! Connections that have not sent a request yet, oldest first.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use parking_lot::Mutex;
use tokio::sync::oneshot;

/// A bounded set; entering when it is full evicts the oldest.
#[derive(Debug)]
pub(super) struct Pending {
    limit: usize,
    set: Mutex<Set>,
}

#[derive(Debug, Default)]
struct Set {
    next: u64,
    evict: BTreeMap<u64, oneshot::Sender<()>>,
}

impl Pending {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, set: Mutex::default() }
    }

    /// Adds a connection; when there are too many, the oldest is told to go.
    pub(super) fn enter(self: &Arc<Self>) -> Ticket {
        let (evict, evicted) = oneshot::channel();
        let mut set = self.set.lock();
        let number = set.next;
        set.next += 1;
        set.evict.insert(number, evict);
        if set.evict.len() > self.limit
            && let Some((_, oldest)) = set.evict.pop_first()
        {
            let _ = oldest.send(());
        }
        Ticket { pending: self.clone(), number, evicted: Some(evicted), arrived: AtomicBool::new(false) }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.set.lock().evict.len()
    }
}

/// The place of one connection in the set; left when its first request arrives, or when dropped.
#[derive(Debug)]
pub(super) struct Ticket {
    pending: Arc<Pending>,
    number: u64,
    evicted: Option<oneshot::Receiver<()>>,
    arrived: AtomicBool,
}

impl Ticket {
    /// Returns what completes when the connection is to make place; never after its first request.
    pub(super) fn evicted(&mut self) -> impl Future<Output = ()> + Send + use<> {
        let evicted = self.evicted.take();
        async move {
            let Some(evicted) = evicted else { return std::future::pending().await };
            if evicted.await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// The first request is here.
    pub(super) fn arrived(&self) {
        if !self.arrived.swap(true, Ordering::Relaxed) {
            self.pending.set.lock().evict.remove(&self.number);
        }
    }

    pub(super) fn has_arrived(&self) -> bool {
        self.arrived.load(Ordering::Relaxed)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.arrived();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_newcomer_evicts_the_oldest() {
        let pending = Arc::new(Pending::new(2));
        let mut tickets: Vec<_> = (0..3).map(|_| pending.enter()).collect();
        let evicted: Vec<_> = tickets.iter_mut().map(|t| t.evicted().now_or_never().is_some()).collect();
        assert_eq!((evicted, pending.len()), (vec![true, false, false], 2));
    }

    #[test]
    fn a_connection_with_a_request_is_not_evicted() {
        let pending = Arc::new(Pending::new(1));
        let mut first = pending.enter();
        let evicted = first.evicted();
        first.arrived();
        let _second = pending.enter();
        assert!(evicted.now_or_never().is_none());
    }

    #[test]
    fn a_connection_that_ends_leaves_no_trace() {
        let pending = Arc::new(Pending::new(8));
        drop(pending.enter());
        assert_eq!(pending.len(), 0);
    }
}
