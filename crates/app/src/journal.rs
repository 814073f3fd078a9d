//! Recording every event of every pool, and what users call, in the journal.
//!
//! Pools hand over what they have seen after they have told their listeners. The queue is bounded: when the disk is
//! slower than the pools for long, they wait before they read on, and the events wait at the hosts; nothing is lost.

mod called;
mod changes;

use std::{sync::Arc, time::Duration};

use db::{Db, NewEntry, Operation, Retention};
use serde_json::value::RawValue;
use tokio::{sync::mpsc, task::JoinHandle};
use tracing::{error, info, warn};
use xapi_types::{AnyRef, Kind, Record};

pub(crate) use self::called::Called;

/// Batches that wait; one holds what one answer of a pool held.
const QUEUE: usize = 64;
/// Entries of one transaction.
const BATCH: usize = 1000;
/// How long entries are collected before they are written: each transaction waits for the disk once.
const COLLECT: Duration = Duration::from_millis(100);
/// Rest after a write that failed; what failed is written then.
const REST: Duration = Duration::from_secs(5);
/// How long a call waits to be recorded before it is answered without.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the limits of the journal are looked at.
const PRUNE: Duration = Duration::from_secs(600);

/// What was seen of one object.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Its class.
    pub(crate) class: Kind,
    /// Its reference.
    pub(crate) reference: AnyRef,
    /// As it was; none when it appears.
    pub(crate) old: Option<Record>,
    /// As it is; none when it is gone.
    pub(crate) new: Option<Record>,
}

/// What one pool has seen at one time.
#[derive(Debug)]
pub(crate) struct Batch {
    /// When it arrived, milliseconds since the epoch.
    pub(crate) at: i64,
    /// Id of the pool.
    pub(crate) pool: Arc<str>,
    /// Number of objects where the pool has been listed for the first time.
    pub(crate) listed: Option<usize>,
    /// What was seen.
    pub(crate) seen: Vec<Seen>,
}

/// What is to be written.
#[derive(Debug)]
enum Job {
    Seen(Batch),
    Called(Box<Called>),
}

/// The way into the journal.
#[derive(Clone, Debug)]
pub(crate) struct Recorder(mpsc::Sender<Job>);

impl Recorder {
    /// Starts the writer and the pruning of `db`'s journal.
    ///
    /// The task ends, everything written, when every clone of the recorder is dropped.
    pub(crate) fn start(db: Db, retention: Retention) -> (Self, JoinHandle<()>) {
        let (sender, batches) = mpsc::channel(QUEUE);
        (Self(sender), tokio::spawn(run(db, retention, batches)))
    }

    /// Hands over a batch; waits while the queue is full.
    pub(crate) async fn record(&self, batch: Batch) {
        if self.0.send(Job::Seen(batch)).await.is_err() {
            error!("the journal is closed: events are not recorded");
        }
    }

    /// Hands over a call that has ended; waits while the queue is full, but not for ever: somebody waits for its answer.
    pub(crate) async fn record_call(&self, called: Called) {
        if !called.leaves_entry && called.error.is_none() {
            return;
        }
        let method = called.method.clone();
        let user = called.user.id.clone();
        if self.0.send_timeout(Job::Called(Box::new(called)), PATIENCE).await.is_err() {
            error!(user.id = %user, "the journal takes nothing: a call of `{method}` by user `{user}` is not recorded");
        }
    }
}

async fn run(db: Db, retention: Retention, mut batches: mpsc::Receiver<Job>) {
    let mut prune = tokio::time::interval(PRUNE);
    let mut entries = Vec::new();
    loop {
        tokio::select! {
            batch = batches.recv() => {
                let Some(batch) = batch else { return };
                let mut waiting = vec![batch];
                if !batches.is_closed() {
                    tokio::time::sleep(COLLECT).await;
                }
                while waiting.len() < QUEUE && let Ok(batch) = batches.try_recv() {
                    waiting.push(batch);
                }
                let mut failures = Vec::new();
                for job in waiting {
                    let seen = match job {
                        Job::Seen(batch) => batch,
                        Job::Called(called) => {
                            failures.extend(called.log());
                            if called.leaves_entry {
                                entries.push(called.entry());
                            }
                            continue;
                        }
                    };
                    for entry in seen.entries() {
                        entries.push(entry);
                        if entries.len() == BATCH {
                            write(&db, &mut entries, &batches).await;
                        }
                    }
                }
                write(&db, &mut entries, &batches).await;
                if !failures.is_empty() && let Err(error) = db.logs().append(&failures).await {
                    error!("cannot log {} failed calls: {error}", failures.len());
                }
            }
            _ = prune.tick() => match db.journal().prune(&retention).await {
                Ok(0) => {}
                Ok(count) => info!(count, "pruned {count} entries of the journal"),
                Err(error) => warn!("cannot prune the journal: {error}"),
            },
        }
    }
}

/// Writes `entries`; tries again until that works, or the server stops.
async fn write(db: &Db, entries: &mut Vec<NewEntry>, batches: &mpsc::Receiver<Job>) {
    while let Err(error) = db.journal().append(entries).await {
        error!("cannot write {} entries of the journal: {error}", entries.len());
        if batches.is_closed() {
            break;
        }
        tokio::time::sleep(REST).await;
    }
    entries.clear();
}

impl Batch {
    fn entries(self) -> impl Iterator<Item = NewEntry> {
        let Self { at, pool, listed, seen } = self;
        let listing = listed.map(|count| NewEntry {
            at,
            pool: pool.to_string(),
            class: Kind::Pool.name().to_owned(),
            reference: String::new(),
            uuid: Some(pool.to_string()),
            user: None,
            objects: Vec::new(),
            operation: Operation::Init,
            changes: raw(format!("{{\"objects\":[null,{count}]}}")),
        });
        // The reference of a session is the session: it must not be written down.
        let seen = seen.into_iter().filter(|seen| seen.class != Kind::Session);
        listing.into_iter().chain(seen.map(move |seen| {
            let operation = match (&seen.old, &seen.new) {
                (None, Some(_)) => Operation::Add,
                (_, None) => Operation::Del,
                (Some(_), Some(_)) => Operation::Mod,
            };
            let record = seen.new.as_ref().or(seen.old.as_ref());
            NewEntry {
                at,
                pool: pool.to_string(),
                class: seen.class.name().to_owned(),
                reference: seen.reference.to_string(),
                uuid: record.and_then(Record::uuid).filter(|uuid| !uuid.is_empty()).map(ToOwned::to_owned),
                user: None,
                objects: Vec::new(),
                operation,
                changes: raw(changes::between(seen.class, seen.old.as_ref(), seen.new.as_ref())),
            }
        }))
    }
}

/// Returns the current time in milliseconds since the epoch, UTC.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn raw(json: String) -> Box<RawValue> {
    RawValue::from_string(json).expect("what we write is JSON")
}
