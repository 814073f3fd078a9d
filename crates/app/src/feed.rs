//! The feed of changes: every delta of the store and every change of rights, to whoever listens.
//!
//! Who follows it in order and does what it says knows at each moment what a user may see; looking the rights up
//! instead would show those of a later moment, and what a user lost in between would never leave.

use std::sync::Arc;

use acl::Grants;
use model::{Delta, Object};
use tokio::sync::broadcast;

use crate::Audience;

/// Deltas that a listener may be behind before it is told that it lost some: at one delta every 200 ms and pool,
/// more than three minutes of one pool.
const KEPT: usize = 1024;

/// The feed; clones are the same.
#[derive(Clone, Debug)]
pub struct Feed(broadcast::Sender<Message>);

#[derive(Clone, Debug)]
enum Message {
    Delta(Arc<Delta>),
    Shift(Arc<Shift>),
    Moved(Arc<Vec<Moved>>),
}

/// What a listener hears.
#[derive(Clone, Debug)]
pub enum News {
    /// Something changed.
    Delta(Arc<Delta>),
    /// Rights on objects have changed; comes before the delta that made it so.
    Shift(Arc<Shift>),
    /// These users have other groups or another permission.
    Moved(Arc<Vec<Moved>>),
    /// So many messages are lost for this listener; it has to look at the store again.
    Lost(u64),
    /// The server stops; there will be no more.
    End,
}

/// Objects on which rights may have changed.
#[derive(Debug)]
pub struct Shift(pub Vec<Shifted>);

/// What has become of an object and the rights on it.
#[derive(Debug)]
pub struct Shifted {
    /// The object so far; nothing where it is new.
    pub before: Option<Arc<Object>>,
    /// The object now; nothing where it is gone.
    pub after: Option<Arc<Object>>,
    /// What rules granted.
    pub old: Grants,
    /// What rules grant now.
    pub new: Grants,
    /// Whether the delta that follows tells of the object anyway.
    pub told: bool,
}

impl Shifted {
    /// Returns the id of the object.
    pub fn id(&self) -> &str {
        self.after.as_ref().or(self.before.as_ref()).map_or("", |object| object.id())
    }
}

/// A user who may see other objects than before, not because of the objects.
#[derive(Debug)]
pub struct Moved {
    /// Id of the user.
    pub user: String,
    /// What they see now by rules, be they administrators or not.
    pub audience: Audience,
    /// Objects that they see now and did not.
    pub entered: Vec<Arc<Object>>,
    /// Objects that they saw and do not any more.
    pub left: Vec<Arc<Object>>,
}

/// One listener.
#[derive(Debug)]
pub struct Subscription(broadcast::Receiver<Message>);

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
        self.send(Message::Delta(Arc::new(delta)));
    }

    pub(crate) fn publish_shift(&self, shift: Shift) {
        if !shift.0.is_empty() {
            self.send(Message::Shift(Arc::new(shift)));
        }
    }

    pub(crate) fn publish_moved(&self, moved: Vec<Moved>) {
        if !moved.is_empty() {
            self.send(Message::Moved(Arc::new(moved)));
        }
    }

    fn send(&self, message: Message) {
        // An error means that nobody listens.
        let _ = self.0.send(message);
    }
}

impl Subscription {
    /// Waits for the next news. Dropping the future loses nothing.
    pub async fn next(&mut self) -> News {
        match self.0.recv().await {
            Ok(Message::Delta(delta)) => News::Delta(delta),
            Ok(Message::Shift(shift)) => News::Shift(shift),
            Ok(Message::Moved(moved)) => News::Moved(moved),
            Err(broadcast::error::RecvError::Lagged(count)) => News::Lost(count),
            Err(broadcast::error::RecvError::Closed) => News::End,
        }
    }
}
