//! Keeping tasks over a restart.
//!
//! What changes is collected and written in batches, beside the way of what changes it; only who has been promised that
//! an action goes on waits until that is written. What ran when the server stopped is interrupted at the next start.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use db::{Db, KeptTask};
use parking_lot::Mutex;
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};
use tracing::{error, info, warn};

use super::{Status, Task, Tasks, now, open::KEPT};

/// How long changes are collected before they are written: each transaction waits for the disk once.
const COLLECT: Duration = Duration::from_millis(200);
/// Rest after a write that failed; what failed is written then.
const REST: Duration = Duration::from_secs(5);
/// How long an action waits for its record to be written before it begins without.
const PATIENCE: Duration = Duration::from_secs(5);
/// Tasks whose change waits for the disk: all that there can be, and as many that are gone.
const DUE: usize = 8 * KEPT;

/// What is to be written; nothing ever where no database is behind.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    due: Mutex<Due>,
    ready: Notify,
    urgent: Notify,
    /// The number of the last change that is written.
    written: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Due {
    is_open: bool,
    is_closing: bool,
    /// Number of the last change.
    last: u64,
    /// By id: how it is now, or that it is gone.
    tasks: BTreeMap<String, Option<Arc<Task>>>,
}

impl Keeper {
    pub(super) fn changed(&self, task: &Arc<Task>) {
        self.due(&task.id, Some(Arc::clone(task)));
    }

    pub(super) fn removed(&self, id: &str) {
        self.due(id, None);
    }

    fn due(&self, id: &str, task: Option<Arc<Task>>) {
        let mut due = self.due.lock();
        if !due.is_open {
            return;
        }
        due.last += 1;
        due.tasks.insert(id.to_owned(), task);
        if due.tasks.len() > DUE {
            // The disk takes nothing for long; the oldest is the one that would go first anyway.
            due.tasks.pop_first();
        }
        drop(due);
        self.ready.notify_one();
    }

    /// Writes what is due; tries again until that works, or the server stops. Returns whether it worked.
    async fn write(&self, db: &Db) -> bool {
        loop {
            let (last, tasks) = {
                let mut due = self.due.lock();
                (due.last, std::mem::take(&mut due.tasks))
            };
            let rows = tasks.iter().map(|(id, task)| (id.clone(), task.as_deref().map(row))).collect::<Vec<_>>();
            let Err(error) = db.tasks().write(&rows).await else {
                self.written.send_replace(last);
                return true;
            };
            error!("cannot write {} tasks: {error}", rows.len());
            let is_closing = {
                let mut due = self.due.lock();
                for (id, task) in tasks {
                    due.tasks.entry(id).or_insert(task);
                }
                due.is_closing
            };
            if is_closing {
                return false;
            }
            let _ = timeout(REST, self.urgent.notified()).await;
        }
    }
}

fn row(task: &Task) -> KeptTask {
    let record = serde_json::to_string(task).expect("a task has a JSON form");
    KeptTask { start: task.start, end: task.end, record }
}

impl Tasks {
    /// Reads what the database has; what ran is interrupted.
    pub(crate) async fn load(db: &Db) -> db::Result<Self> {
        let kept = db.tasks().newest(KEPT).await?;
        let mut all = VecDeque::with_capacity(kept.len());
        let mut interrupted = Vec::new();
        for (id, record) in kept {
            match serde_json::from_str::<Task>(&record) {
                Ok(mut task) => {
                    let ran = !task.has_ended();
                    if ran {
                        task.interrupt();
                    }
                    let task = Arc::new(task);
                    if ran {
                        interrupted.push(Arc::clone(&task));
                    }
                    all.push_back(task);
                }
                Err(error) => warn!(task = %id, "the record of task `{id}` cannot be read: {error}"),
            }
        }
        if !interrupted.is_empty() {
            info!("{} tasks ran when the server stopped; they are interrupted", interrupted.len());
        }
        let keeper = Keeper::default();
        keeper.due.lock().is_open = true;
        for task in &interrupted {
            keeper.changed(task);
        }
        Ok(Self::with(all, keeper))
    }

    /// Writes what changes to the database, until [`Tasks::close`].
    pub(crate) async fn keep(self, db: Db) {
        let keeper = &self.0.keeper;
        loop {
            keeper.ready.notified().await;
            if !keeper.due.lock().is_closing {
                let _ = timeout(COLLECT, keeper.urgent.notified()).await;
            }
            loop {
                let has_worked = keeper.write(&db).await;
                let due = keeper.due.lock();
                if !due.is_closing {
                    break;
                }
                // What has come during the last write is written, too.
                if !has_worked || due.tasks.is_empty() {
                    return;
                }
            }
        }
    }

    /// Lets what is due be written a last time.
    pub(crate) fn close(&self) {
        self.0.keeper.due.lock().is_closing = true;
        self.0.keeper.ready.notify_one();
        self.0.keeper.urgent.notify_one();
    }

    /// Waits until every change so far is written, but not for ever.
    pub(crate) async fn written(&self) {
        let keeper = &self.0.keeper;
        let last = {
            let due = keeper.due.lock();
            if !due.is_open || due.is_closing {
                return;
            }
            due.last
        };
        let mut written = keeper.written.subscribe();
        keeper.urgent.notify_one();
        if timeout(PATIENCE, written.wait_for(|written| *written >= last)).await.is_err() {
            error!("the database takes no tasks: an action begins without a record that outlives a restart");
        }
    }
}

impl Task {
    fn interrupt(&mut self) {
        let now = now();
        self.updated = now;
        self.finish(Status::Interrupted);
        for step in self.steps.iter_mut().filter(|step| step.end.is_none()) {
            (step.end, step.status) = (Some(now), Status::Interrupted);
        }
        self.links.retain(|link| link.step.is_none());
        for link in self.links.iter_mut().filter(|link| link.end.is_none()) {
            (link.end, link.status) = (Some(now), Status::Interrupted);
        }
    }
}
