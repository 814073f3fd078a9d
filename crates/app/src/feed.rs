//! The feed of changes: every delta of the store, to whoever listens.

use std::sync::Arc;

use model::Delta;
use tokio::sync::broadcast;

/// Deltas that a listener may be behind before it is told that it lost some: at one delta every 200 ms and pool,
/// more than three minutes of one pool.
const KEPT: usize = 1024;

/// The feed; clones are the same.
#[derive(Clone, Debug)]
pub struct Feed(broadcast::Sender<Arc<Delta>>);

/// What a listener hears.
#[derive(Clone, Debug)]
pub enum News {
    /// Something changed.
    Delta(Arc<Delta>),
    /// So many deltas are lost for this listener; it has to look at the store again.
    Lost(u64),
    /// The server stops; there will be no more.
    End,
}

/// One listener.
#[derive(Debug)]
pub struct Subscription(broadcast::Receiver<Arc<Delta>>);

impl Default for Feed {
    fn default() -> Self {
        Self(broadcast::Sender::new(KEPT))
    }
}

impl Feed {
    /// Starts to listen; a snapshot of the store taken afterwards misses nothing that is not heard.
    pub fn subscribe(&self) -> Subscription {
        Subscription(self.0.subscribe())
    }

    /// Tells every listener; never waits for any.
    pub fn publish(&self, delta: Delta) {
        // An error means that nobody listens.
        let _ = self.0.send(Arc::new(delta));
    }
}

impl Subscription {
    /// Waits for the next news. Dropping the future loses nothing.
    pub async fn next(&mut self) -> News {
        match self.0.recv().await {
            Ok(delta) => News::Delta(delta),
            Err(broadcast::error::RecvError::Lagged(count)) => News::Lost(count),
            Err(broadcast::error::RecvError::Closed) => News::End,
        }
    }
}
