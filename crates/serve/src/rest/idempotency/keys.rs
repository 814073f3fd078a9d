//! The keys that are known, with what came of their requests.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use http::StatusCode;
use parking_lot::Mutex;
use tokio::{sync::watch, time::Instant};

use super::Kept;
use crate::rest::refusal::Refusal;

/// How long an answer is kept; a client that has not come again by then has given up.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// What one user may have.
const OF_USER: Size = Size { keys: 1000, bytes: 4 << 20 };
/// What all users may have: ten that use all they may, and thousands of others.
const OVERALL: Size = Size { keys: 10_000, bytes: 40 << 20 };
/// What a key takes besides its text and answer, in bytes.
const OVERHEAD: usize = 512;

/// A hash of a request.
pub(super) type Fingerprint = [u8; 32];

/// The user and the key.
type Id = (String, String);

/// The keys. Where there is no room for another, the oldest ones that do not run go, those of the same user first.
#[derive(Debug, Default)]
pub(in crate::rest) struct Keys(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    entries: HashMap<Id, Entry>,
    /// The same, the oldest first.
    ages: BTreeMap<u64, Id>,
    users: HashMap<String, Size>,
    all: Size,
    next: u64,
}

#[derive(Debug)]
struct Entry {
    age: u64,
    since: Instant,
    asked: Fingerprint,
    stage: Stage,
    bytes: usize,
}

#[derive(Debug)]
enum Stage {
    /// The receiver hears nothing but that the sender is gone.
    Running(watch::Receiver<()>),
    Ended(Arc<Kept>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    keys: usize,
    bytes: usize,
}

/// What a key is good for.
pub(super) enum Begun {
    /// It is new: the request may run.
    First(Turn),
    /// It has run.
    Again(Arc<Kept>),
    /// It runs, until this hears something.
    Running(watch::Receiver<()>),
}

/// The turn of the first request with a key. Dropped without an end, the key is forgotten.
pub(super) struct Turn {
    keys: Arc<Keys>,
    id: Id,
    age: u64,
    _running: watch::Sender<()>,
}

impl Keys {
    pub(super) fn begin(self: &Arc<Self>, user: &str, key: &str, asked: Fingerprint) -> Result<Begun, Refusal> {
        let mut state = self.0.lock();
        state.forget_old();
        let id = (user.to_owned(), key.to_owned());
        if let Some(entry) = state.entries.get(&id) {
            if entry.asked != asked {
                let message = "it was used with another request";
                return Err(Refusal::invalid("Idempotency-Key", message, Some(key.into())));
            }
            return Ok(match &entry.stage {
                Stage::Running(ended) => Begun::Running(ended.clone()),
                Stage::Ended(kept) => Begun::Again(Arc::clone(kept)),
            });
        }
        let bytes = user.len() + 2 * key.len() + OVERHEAD;
        if !state.make_room(user, Size { keys: 1, bytes }) {
            let message = "too many requests with an Idempotency-Key are running";
            return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, message));
        }
        let (running, ended) = watch::channel(());
        let age = state.next;
        state.next += 1;
        let entry = Entry { age, since: Instant::now(), asked, stage: Stage::Running(ended), bytes };
        state.ages.insert(age, id.clone());
        state.entries.insert(id.clone(), entry);
        state.count(user, Size { keys: 1, bytes });
        Ok(Begun::First(Turn { keys: Arc::clone(self), id, age, _running: running }))
    }
}

impl Turn {
    /// Keeps what came of the request, or forgets the key.
    pub(super) fn end(self, kept: Option<Kept>) {
        let Some(kept) = kept else { return };
        let mut state = self.keys.0.lock();
        let size = Size { keys: 0, bytes: kept.size() };
        if state.make_room(&self.id.0, size)
            && let Some(entry) = state.entries.get_mut(&self.id)
        {
            entry.stage = Stage::Ended(Arc::new(kept));
            entry.bytes += size.bytes;
            state.count(&self.id.0, size);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.keys.0.lock();
        let runs = |entry: &Entry| entry.age == self.age && matches!(entry.stage, Stage::Running(_));
        if state.entries.get(&self.id).is_some_and(runs) {
            state.forget(self.age);
        }
    }
}

impl State {
    fn count(&mut self, user: &str, more: Size) {
        self.all.add(more);
        self.users.entry(user.to_owned()).or_default().add(more);
    }

    fn forget(&mut self, age: u64) {
        let Some(entry) = self.ages.remove(&age).and_then(|id| self.entries.remove_entry(&id)) else { return };
        let ((user, _), Entry { bytes, .. }) = entry;
        let less = Size { keys: 1, bytes };
        self.all.take(less);
        if let Some(own) = self.users.get_mut(&user) {
            own.take(less);
            if own.keys == 0 {
                self.users.remove(&user);
            }
        }
    }

    fn forget_old(&mut self) {
        while let Some((&age, id)) = self.ages.first_key_value()
            && self.entries[id].since.elapsed() >= KEPT
            && matches!(self.entries[id].stage, Stage::Ended(_))
        {
            self.forget(age);
        }
    }

    /// Forgets the oldest that do not run until there is room for `more` of `user`. Returns whether there is.
    fn make_room(&mut self, user: &str, more: Size) -> bool {
        loop {
            let own = self.users.get(user).copied().unwrap_or_default();
            let (own_fits, all_fit) = (own.fits(more, OF_USER), self.all.fits(more, OVERALL));
            if own_fits && all_fit {
                return true;
            }
            // One who uses a lot does not push out what others have.
            let most = self.users.iter().max_by_key(|(_, size)| size.bytes).map(|(user, _)| user.clone());
            let Some(whose) = (if own_fits { most } else { Some(user.to_owned()) }) else { return false };
            let oldest = self.ages.iter().find(|(_, id)| {
                id.0 == whose && self.entries.get(id).is_some_and(|entry| matches!(entry.stage, Stage::Ended(_)))
            });
            let Some((&age, _)) = oldest else { return false };
            self.forget(age);
        }
    }
}

impl Size {
    fn add(&mut self, more: Self) {
        self.keys += more.keys;
        self.bytes += more.bytes;
    }

    fn take(&mut self, less: Self) {
        self.keys -= less.keys;
        self.bytes -= less.bytes;
    }

    fn fits(self, more: Self, limit: Self) -> bool {
        self.keys + more.keys <= limit.keys && self.bytes + more.bytes <= limit.bytes
    }
}

#[cfg(test)]
mod tests;
