//! The feed of changes of tasks.

use std::sync::Arc;

use tokio::sync::broadcast;

use super::Task;

/// Changes that a listener may be behind before it is told that it lost some; a call makes two, an action on a thousand
/// objects two thousand.
pub(super) const KEPT: usize = 4096;

#[derive(Clone, Debug)]
pub(super) enum Message {
    Updated(Arc<Task>),
    Removed(Arc<Task>),
}

/// What a listener hears.
#[derive(Clone, Debug)]
pub enum TaskNews {
    /// It is new, or has changed.
    Updated(Arc<Task>),
    /// Its record is gone; this is how it was last.
    Removed(Arc<Task>),
    /// So many changes are lost for this listener; it has to look at the list again.
    Lost(u64),
    /// There will be no more.
    End,
}

/// One listener.
#[derive(Debug)]
pub struct TaskSubscription(pub(super) broadcast::Receiver<Message>);

impl TaskSubscription {
    /// Waits for the next news. Dropping the future loses nothing.
    pub async fn next(&mut self) -> TaskNews {
        match self.0.recv().await {
            Ok(message) => message.into(),
            Err(broadcast::error::RecvError::Lagged(count)) => TaskNews::Lost(count),
            Err(broadcast::error::RecvError::Closed) => TaskNews::End,
        }
    }
}

impl From<Message> for TaskNews {
    fn from(message: Message) -> Self {
        match message {
            Message::Updated(task) => Self::Updated(task),
            Message::Removed(task) => Self::Removed(task),
        }
    }
}
