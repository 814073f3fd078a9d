//! The one writer of the store, on a thread of its own.
//!
//! Making 90 000 objects takes a good part of a second: no thread that serves clients may spend that. Pools hand over
//! their mirror and get it back; what changed is told to the feed before that.

use std::sync::mpsc;

use model::{Change, Mirror, NoPool, PoolId, Store, Writer};
use tokio::sync::oneshot;

use crate::{Feed, Permissions};

/// The way to the writer.
#[derive(Clone, Debug)]
pub(crate) struct StoreWriter(mpsc::SyncSender<Job>);

/// Jobs that wait; each pool has one at a time.
const QUEUE: usize = 256;

enum Job {
    Relist { mirror: Mirror, done: oneshot::Sender<(Mirror, Result<(), NoPool>)> },
    Apply { mirror: Mirror, changes: Vec<Change>, done: oneshot::Sender<(Mirror, Result<(), NoPool>)> },
    Remove { pool: PoolId, done: oneshot::Sender<()> },
}

impl StoreWriter {
    /// Makes an empty store and starts its writer, which ends when every clone of the way to it is dropped.
    pub(crate) fn start(feed: Feed) -> (Store, Permissions, Self) {
        let (store, writer) = Store::new();
        let permissions = Permissions::new(store.clone(), feed);
        let (sender, jobs) = mpsc::sync_channel(QUEUE);
        let builder = std::thread::Builder::new().name("store writer".to_owned());
        let told = permissions.clone();
        builder.spawn(move || run(writer, &told, &jobs)).expect("the system lets us start a thread");
        (store, permissions, Self(sender))
    }

    /// Swaps the pool of `mirror` for what the mirror holds.
    pub(crate) async fn relist(&self, mirror: Mirror) -> (Mirror, Result<(), NoPool>) {
        let (done, result) = oneshot::channel();
        self.send(Job::Relist { mirror, done });
        result.await.expect("the writer answers every job")
    }

    /// Applies `changes` to `mirror` and the store.
    pub(crate) async fn apply(&self, mirror: Mirror, changes: Vec<Change>) -> (Mirror, Result<(), NoPool>) {
        let (done, result) = oneshot::channel();
        self.send(Job::Apply { mirror, changes, done });
        result.await.expect("the writer answers every job")
    }

    /// Removes the objects of `pool`.
    pub(crate) async fn remove(&self, pool: PoolId) {
        let (done, result) = oneshot::channel();
        self.send(Job::Remove { pool, done });
        result.await.expect("the writer answers every job");
    }

    fn send(&self, job: Job) {
        // There are fewer pools than places: this never waits.
        self.0.send(job).expect("the writer outlives its senders");
    }
}

fn run(mut writer: Writer, permissions: &Permissions, jobs: &mpsc::Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        let publish = |delta: model::Delta| {
            if !delta.is_empty() {
                permissions.follow(delta);
            }
        };
        // Who waits may be gone by now; the job is done all the same.
        match job {
            Job::Relist { mut mirror, done } => {
                let result = writer.relist(&mut mirror).map(publish);
                let _ = done.send((mirror, result));
            }
            Job::Apply { mut mirror, changes, done } => {
                let result = writer.apply(&mut mirror, changes).map(publish);
                let _ = done.send((mirror, result));
            }
            Job::Remove { pool, done } => {
                publish(writer.remove(&pool));
                let _ = done.send(());
            }
        }
    }
}
