//! Waiting for a task.

use std::sync::Arc;

use super::{Task, TaskNews, Tasks};

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The next change.
    Updated,
    /// The end.
    Ended,
}

impl Tasks {
    /// Waits for a change of the task `id`, or for its end, and returns it; at once where it has ended, and nothing
    /// where it is gone.
    pub async fn wait(&self, id: &str, until: Until) -> Option<Arc<Task>> {
        let mut news = self.subscribe();
        let mut task = self.shared(id)?;
        let seen = task.updated;
        loop {
            if task.has_ended() {
                return Some(task);
            }
            match news.next().await {
                TaskNews::Updated(now) if now.id == id => {
                    task = now;
                    if until == Until::Updated {
                        return Some(task);
                    }
                }
                TaskNews::Removed(now) if now.id == id => return None,
                TaskNews::Lost(_) => {
                    task = self.shared(id)?;
                    if until == Until::Updated && task.updated != seen {
                        return Some(task);
                    }
                }
                TaskNews::End => return Some(task),
                TaskNews::Updated(_) | TaskNews::Removed(_) => {}
            }
        }
    }
}
