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

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_change_or_the_end_is_waited_for() {
        let tasks = Tasks::default();
        let open = tasks.open("vm.start", &json!({}), None).expect("it may run");
        let id = open.id().to_owned();
        let mut changed = Box::pin(tasks.wait(&id, Until::Updated));
        let mut ended = Box::pin(tasks.wait(&id, Until::Ended));
        assert!(changed.as_mut().now_or_never().is_none() && ended.as_mut().now_or_never().is_none());
        tasks.note(&id, false, "half way", &json!(null));
        assert_eq!(changed.await.expect("it is there").infos.len(), 1);
        assert!(ended.as_mut().now_or_never().is_none());
        open.failed(&op::Error::NoHostsAvailable);
        assert!(ended.await.expect("it stays").has_ended());
        assert!(tasks.wait(&id, Until::Updated).await.expect("at once").has_ended());
        assert!(tasks.wait("nope", Until::Ended).await.is_none());
    }

    #[tokio::test]
    async fn who_missed_the_change_sees_it_all_the_same() {
        let tasks = Tasks::default();
        let open = tasks.open("vm.start", &json!({}), None).expect("it may run");
        let id = open.id().to_owned();
        let mut ended = Box::pin(tasks.wait(&id, Until::Ended));
        assert!(ended.as_mut().now_or_never().is_none());
        open.failed(&op::Error::NoHostsAvailable);
        for _ in 0..5000 {
            tasks.open("vm.stop", &json!({}), None).expect("it may run");
        }
        assert!(ended.await.expect("it stays").has_ended());
    }
}
