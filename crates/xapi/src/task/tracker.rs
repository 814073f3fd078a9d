//! Follows all tasks of a pool by one poll for events.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, timeout},
};
use xapi_types::{AnyRef, Kind, Record, Value, class, code};

use super::{Task, TaskState};
use crate::{
    Change, Error, Pool,
    session::{Core, Link, Trouble},
    watch::{Poll, poll},
};

/// Time that the poll goes on after the last task, so that calls in a row share it.
const LINGER: Duration = Duration::from_secs(10);

/// Rest after a failure; it grows with each that follows, up to a minute.
const REST: Duration = Duration::from_secs(1);

/// Time to look at one task, or to destroy it.
const SHORT: Duration = Duration::from_secs(30);

/// Follows tasks; its own task runs while there are some.
#[derive(Clone, Debug)]
pub(crate) struct Tracker {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    core: Arc<Core>,
    table: Mutex<Table>,
    added: Notify,
}

#[derive(Debug, Default)]
struct Table {
    running: bool,
    /// Whether `seen` holds every task of the pool.
    listed: bool,
    seen: FxHashMap<AnyRef, TaskState>,
    followed: FxHashMap<AnyRef, Followed>,
}

#[derive(Debug)]
struct Followed {
    method: String,
    state: watch::Sender<TaskState>,
}

impl Tracker {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { shared: Arc::new(Shared { core, table: Mutex::default(), added: Notify::new() }) }
    }

    /// Follows the task `reference`, which `method` has started.
    pub(crate) fn follow(&self, pool: &Pool, method: &str, reference: &str) -> Task {
        let key = AnyRef::parse(reference);
        let mut table = self.shared.table.lock();
        let (state, receiver) = watch::channel(TaskState::Running { progress: 0.0 });
        table.followed.insert(key.clone(), Followed { method: method.to_owned(), state });
        match table.seen.get(&key).cloned() {
            // Its events came before the answer to the call that started it.
            Some(known) => self.shared.tell(&mut table, &key, known),
            // It may have come and gone between two polls, which then say nothing of it.
            None if table.listed => {
                tokio::spawn(look_at(Arc::clone(&self.shared), key));
            }
            None => {}
        }
        if !table.running {
            table.running = true;
            tokio::spawn(run(Arc::clone(&self.shared)));
        }
        drop(table);
        self.shared.added.notify_one();
        Task::new(pool.clone(), reference.to_owned(), receiver)
    }
}

impl Shared {
    /// Tells the state of a task to whom it concerns; one that is over is destroyed.
    fn tell(self: &Arc<Self>, table: &mut Table, key: &AnyRef, state: TaskState) {
        let over = state.is_over();
        let Some(followed) = table.followed.get(key) else { return };
        followed.state.send_replace(state);
        if over {
            table.followed.remove(key);
            tokio::spawn(destroy(Arc::clone(self), key.clone()));
        }
    }

    fn lose(table: &mut Table, key: &AnyRef) {
        table.seen.remove(key);
        if let Some(followed) = table.followed.remove(key) {
            let lost = Error::TaskLost { task: key.to_string(), method: followed.method };
            followed.state.send_replace(TaskState::Failed(lost));
        }
    }

    fn apply(self: &Arc<Self>, changes: Vec<Change>) {
        let mut table = self.table.lock();
        for change in changes {
            match change {
                Change::Put(key, Record::Task(record)) => {
                    let state = TaskState::of(&record);
                    table.seen.insert(key.clone(), state.clone());
                    self.tell(&mut table, &key, state);
                }
                Change::Removed(Kind::Task, key) => Self::lose(&mut table, &key),
                Change::Put(..) | Change::Removed(..) => {}
            }
        }
    }

    /// Takes the list of all tasks: what is followed and not in it is lost.
    fn list(self: &Arc<Self>, changes: Vec<Change>, asked: &[AnyRef]) {
        {
            let mut table = self.table.lock();
            table.seen.clear();
            table.listed = true;
        }
        self.apply(changes);
        let mut table = self.table.lock();
        // A task that was begun after the question was asked need not be in its answer.
        let gone: Vec<_> = asked.iter().filter(|key| !table.seen.contains_key(key)).cloned().collect();
        for key in gone {
            Self::lose(&mut table, &key);
        }
    }

    fn followed(&self) -> Vec<AnyRef> {
        self.table.lock().followed.keys().cloned().collect()
    }

    /// Ends the poll if no task needs it; one that is added later starts it again.
    fn may_end(&self) -> bool {
        let mut table = self.table.lock();
        if !table.followed.is_empty() {
            return false;
        }
        *table = Table::default();
        true
    }
}

/// What the poll for tasks is about to do.
enum Step {
    /// Wait for a link newer than this; `failures` in a row have led here.
    Connect {
        after: u64,
        failures: u32,
    },
    List {
        link: Arc<Link>,
        failures: u32,
    },
    Poll {
        link: Arc<Link>,
        token: String,
    },
    Linger {
        link: Arc<Link>,
        token: String,
    },
}

/// Follows tasks until there are none.
async fn run(shared: Arc<Shared>) {
    let core = Arc::clone(&shared.core);
    let mut step = Step::Connect { after: 0, failures: 0 };
    loop {
        match core.closing.run_until_cancelled(take(&shared, step)).await {
            Some(Some(next)) => step = next,
            Some(None) => return,
            // The senders of all states go with the table, which says "closed".
            None => {
                *shared.table.lock() = Table::default();
                return;
            }
        }
    }
}

async fn take(shared: &Arc<Shared>, step: Step) -> Option<Step> {
    let core = &shared.core;
    match step {
        Step::Connect { after, failures } => {
            shared.table.lock().listed = false;
            if failures > 1 {
                sleep(REST * failures.min(60)).await;
            }
            if let Ok(link) = core.link(after, Instant::now() + core.options.limits.login).await {
                return Some(Step::List { link, failures });
            }
            // The tasks may go on without us: the keeper comes back, or the pool is closed.
            sleep(REST).await;
            if shared.may_end() { None } else { Some(Step::Connect { after, failures }) }
        }
        Step::List { link, failures } => {
            let asked = shared.followed();
            let request = Poll { classes: &["task"], token: "", hold: Duration::ZERO };
            match poll(core, &link, &request).await {
                Ok(answer) => {
                    shared.list(answer.changes, &asked);
                    Some(Step::Poll { link, token: answer.token })
                }
                Err(error) => Some(trouble(core, link, error, failures).await),
            }
        }
        Step::Poll { link, token } => {
            if shared.followed().is_empty() {
                return Some(Step::Linger { link, token });
            }
            let request = Poll { classes: &["task"], token: &token, hold: core.options.limits.poll };
            match poll(core, &link, &request).await {
                Ok(answer) => {
                    let count = answer.count(Kind::Task);
                    shared.apply(answer.changes);
                    let known = shared.table.lock().seen.len();
                    // A toolstack that restarts forgets its tasks without an event.
                    if count.is_some_and(|count| count != known as u64) {
                        return Some(Step::List { link, failures: 0 });
                    }
                    Some(Step::Poll { link, token: answer.token })
                }
                Err(error) => Some(trouble(core, link, error, 0).await),
            }
        }
        Step::Linger { link, token } => match timeout(LINGER, shared.added.notified()).await {
            Err(_) if shared.may_end() => None,
            Ok(()) | Err(_) => Some(Step::Poll { link, token }),
        },
    }
}

/// Reports what broke a poll; the tasks are listed anew afterwards.
async fn trouble(core: &Arc<Core>, link: Arc<Link>, error: Error, failures: u32) -> Step {
    let failures = failures + 1;
    if let Some(trouble) = Trouble::of(&error) {
        core.report(&link, trouble);
        return Step::Connect { after: link.generation, failures };
    }
    tracing::warn!(host = %link.endpoint.address(), "tasks cannot be followed: {error}; trying again");
    sleep(REST * failures.min(60)).await;
    Step::List { link, failures }
}

/// Asks for one task.
async fn look_at(shared: Arc<Shared>, key: AnyRef) {
    let core = &shared.core;
    let Ok(link) = core.link(0, Instant::now() + SHORT).await else { return };
    let record = core.call_once::<class::Task>(&link, "task.get_record", &[Value::from(&key)], SHORT).await;
    let mut table = shared.table.lock();
    match record {
        Ok(record) => shared.tell(&mut table, &key, TaskState::of(&record)),
        Err(failed) if failed.error.is(code::HANDLE_INVALID) => Shared::lose(&mut table, &key),
        // The poll is in the same trouble and lists all tasks afterwards.
        Err(_) => {}
    }
}

/// Destroys a task that is over; one that is gone already is no trouble.
async fn destroy(shared: Arc<Shared>, key: AnyRef) {
    let core = &shared.core;
    let Ok(link) = core.link(0, Instant::now() + SHORT).await else { return };
    if let Err(failed) = core.call_once::<Value>(&link, "task.destroy", &[Value::from(&key)], SHORT).await
        && !failed.error.is(code::HANDLE_INVALID)
    {
        tracing::debug!(task = %key, "task `{key}` was not destroyed: {}", failed.error);
    }
}
