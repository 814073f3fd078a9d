//! What hosts have told, for everybody who asks, and who is asking them.

use std::{collections::hash_map::Entry, future::Future, sync::Arc, time::Duration};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::{sync::watch, time::Instant};

use super::{Frame, Turns, What};

/// What is kept of all hosts, in bytes; beyond it what was asked for longest ago is forgotten. Ten minutes of a VM with
/// four processors, two disks and two interfaces are some 40 KB: it is enough for 6000 of those.
const BUDGET: usize = 256 << 20;

/// What nobody has asked for during this time is forgotten.
const IDLE: Duration = Duration::from_secs(600);

/// How old what is kept must be before a host is asked again because something is missing in it.
const MISSING: Duration = Duration::from_secs(5);

/// Id of a host, and what it has been asked for.
type Key = (Arc<str>, What);

/// The way to a result that is being worked on.
type Pending = watch::Receiver<Option<op::Result<Arc<Frame>>>>;

/// What is kept; clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stats(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    slots: Mutex<FxHashMap<Key, Slot>>,
    turns: Turns,
}

/// What is known of one host.
#[derive(Debug)]
struct Slot {
    held: Option<Held>,
    pending: Option<Pending>,
    used: Instant,
}

#[derive(Clone, Debug)]
struct Held {
    frame: Arc<Frame>,
    /// When the host was asked.
    asked: Instant,
    /// About how many bytes the frame is.
    size: usize,
}

impl Held {
    /// Returns whether this will do for somebody who wants to know `about` something, and nothing older than `age`.
    fn will_do(&self, age: Duration, about: &str) -> bool {
        let is = self.asked.elapsed();
        is < age && (is < MISSING || !self.frame.of(about).is_empty())
    }
}

impl Stats {
    pub(super) fn turns(&self) -> &Turns {
        &self.0.turns
    }

    /// Returns what is kept and younger than `age`, or asks the host: with what is known of it, or with nothing if
    /// everything is wanted.
    pub(super) async fn get<F>(
        &self,
        host: &str,
        what: What,
        age: Duration,
        about: &str,
        ask: impl FnOnce(Option<Arc<Frame>>) -> F,
    ) -> op::Result<Arc<Frame>>
    where
        F: Future<Output = op::Result<Frame>> + Send + 'static,
    {
        let key = (Arc::<str>::from(host), what);
        let mut pending = {
            let mut slots = self.0.slots.lock();
            let slot =
                slots.entry(key.clone()).or_insert_with(|| Slot { held: None, pending: None, used: Instant::now() });
            slot.used = Instant::now();
            if let Some(held) = slot.held.as_ref().filter(|held| held.will_do(age, about)) {
                return Ok(Arc::clone(&held.frame));
            }
            match &slot.pending {
                // Who worked on it may have died.
                Some(pending) if pending.has_changed().is_ok() => pending.clone(),
                _ => {
                    // What is asked about may have been on another host before, with all that was measured of it.
                    let known = slot.held.as_ref().filter(|held| !held.frame.of(about).is_empty());
                    let work = ask(known.map(|held| Arc::clone(&held.frame)));
                    let (done, pending) = watch::channel(None);
                    slot.pending = Some(pending.clone());
                    // It goes on when the one who asked first has gone: others may wait for it.
                    tokio::spawn(self.clone().work(key, work, done));
                    pending
                }
            }
        };
        match pending.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(result)) => result.clone(),
            Ok(None) | Err(_) => Err(op::Error::failed("asking the host for statistics was interrupted")),
        }
    }

    async fn work(
        self,
        key: Key,
        work: impl Future<Output = op::Result<Frame>>,
        done: watch::Sender<Option<op::Result<Arc<Frame>>>>,
    ) {
        let asked = Instant::now();
        let result = work.await.map(Arc::new);
        {
            let mut slots = self.0.slots.lock();
            // A host that has left meanwhile has no place any more, and gets none.
            if let Entry::Occupied(mut slot) = slots.entry(key) {
                slot.get_mut().pending = None;
                if let Ok(frame) = &result {
                    slot.get_mut().held = Some(Held { frame: Arc::clone(frame), asked, size: frame.size() });
                } else if slot.get().held.is_none() {
                    slot.remove();
                }
            }
            fit(&mut slots, BUDGET);
        }
        done.send_replace(Some(result));
    }

    /// Returns what is kept of a host and younger than `age`, without asking it.
    pub(crate) fn held(&self, host: &str, what: What, age: Duration) -> Option<Arc<Frame>> {
        let mut slots = self.0.slots.lock();
        let slot = slots.get_mut(&(Arc::<str>::from(host), what))?;
        let held = slot.held.as_ref().filter(|held| held.asked.elapsed() < age)?;
        slot.used = Instant::now();
        Some(Arc::clone(&held.frame))
    }

    /// Forgets all of a host.
    pub(super) fn forget(&self, host: &str) {
        // Most of what leaves are no hosts: a look at each granularity costs nothing.
        let mut slots = self.0.slots.lock();
        if !slots.is_empty() {
            let host = Arc::<str>::from(host);
            for what in What::ALL {
                slots.remove(&(Arc::clone(&host), what));
            }
        }
    }

    /// Forgets all hosts but those that are `wanted`.
    pub(super) fn retain(&self, wanted: impl Fn(&str) -> bool) {
        self.0.slots.lock().retain(|(host, _), _| wanted(host));
    }

    /// Forgets what nobody has asked for lately.
    pub(super) fn sweep(&self) {
        self.0.slots.lock().retain(|_, slot| slot.pending.is_some() || slot.used.elapsed() < IDLE);
    }

    /// Returns how many answers of hosts are kept.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.slots.lock().len()
    }
}

/// Forgets what was asked for longest ago until the rest fits.
fn fit(slots: &mut FxHashMap<Key, Slot>, budget: usize) {
    let size = |slot: &Slot| slot.held.as_ref().map_or(0, |held| held.size);
    let mut all: Vec<_> = slots.iter().map(|(key, slot)| (slot.used, size(slot), key.clone())).collect();
    let mut sum: usize = all.iter().map(|(_, size, _)| size).sum();
    if sum <= budget {
        return;
    }
    all.sort_by_key(|(used, ..)| *used);
    for (_, size, key) in all {
        if sum <= budget {
            break;
        }
        if let Some(slot) = slots.get_mut(&key) {
            slot.held = None;
            if slot.pending.is_none() {
                slots.remove(&key);
            }
            sum -= size;
        }
    }
}

#[cfg(test)]
mod tests;
