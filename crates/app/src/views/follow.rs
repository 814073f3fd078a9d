//! The task that keeps lists as the store and the rights are.

use std::{sync::Arc, time::Duration};

use rustc_hash::FxHashSet;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Views, moves::Moves};
use crate::{Delta, News, Shift, Shifted, Subscription};

/// At least so long between what is shown and what is shown next: where hundreds of things change in a second, clients
/// are told a hundred times, of a few each. Well below what people notice.
const PAUSE: Duration = Duration::from_millis(10);

/// Objects that something has happened to while others were looked at: more than an estate has. Beyond that the lists
/// are made again, which costs no more.
const MOST_HEARD: usize = 100_000;

/// What was heard and not looked at.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// Whether it may be any object.
    all: bool,
    deltas: Vec<Arc<Delta>>,
    shifts: Vec<Arc<Shift>>,
    count: usize,
}

impl Heard {
    /// Returns what stands for news that were missed.
    pub(super) fn all() -> Self {
        Self { all: true, ..Self::default() }
    }

    #[cfg(test)]
    pub(super) fn of(delta: Arc<Delta>) -> Self {
        let mut heard = Self::default();
        heard.delta(delta);
        heard
    }

    fn is_nothing(&self) -> bool {
        !self.all && self.count == 0
    }

    fn delta(&mut self, delta: Arc<Delta>) {
        let count = delta.entered.len() + delta.left.len();
        if self.grows(count) {
            self.deltas.push(delta);
        }
    }

    fn shift(&mut self, shift: Arc<Shift>) {
        if self.grows(shift.0.len()) {
            self.shifts.push(shift);
        }
    }

    fn grows(&mut self, by: usize) -> bool {
        self.count += by;
        // One change of so many, such as a pool that leaves, is not a sign that too much has piled up.
        if self.count > MOST_HEARD.max(by) {
            *self = Self::all();
        }
        !self.all
    }

    fn ids(&self) -> Arc<[Box<str>]> {
        let changed = self.deltas.iter().flat_map(|delta| delta.entered.iter().chain(&delta.left));
        let changed = changed.map(|object| object.id());
        let shifted = self.shifts.iter().flat_map(|shift| &shift.0).map(Shifted::id);
        let ids: FxHashSet<&str> = changed.chain(shifted).collect();
        ids.into_iter().map(Box::from).collect()
    }
}

impl Views {
    /// Follows the feed until `stop` or the end. It only listens: what takes longer goes on beside it.
    pub(crate) async fn follow(self, mut feed: Subscription, stop: CancellationToken) {
        let mut next = Instant::now();
        let mut heard = Heard::default();
        let mut work: Option<JoinHandle<()>> = None;
        let mut moves = Moves::new(self.clone(), stop.clone());
        loop {
            let news = tokio::select! {
                () = stop.cancelled() => return,
                news = feed.next() => news,
                () = sleep_until(next), if work.is_none() && !heard.is_nothing() => {
                    let (views, heard, stop) = (self.clone(), std::mem::take(&mut heard), stop.clone());
                    work = Some(tokio::task::spawn_blocking(move || views.look(&heard, &stop)));
                    continue;
                }
                () = ended(&mut work), if work.is_some() => {
                    (work, next) = (None, Instant::now() + PAUSE);
                    continue;
                }
                () = moves.ended(), if moves.any() => continue,
            };
            match news {
                News::Delta(delta) => heard.delta(delta),
                News::Shift(shift) => heard.shift(shift),
                News::Moved(moved) => moved.iter().for_each(|moved| moves.begin(&moved.user)),
                News::Lost(count) => {
                    warn!(count, "missed changes of objects; the lists on screens are made again");
                    heard = Heard::all();
                    // Whose rights have moved may be among what was missed.
                    self.users().iter().for_each(|user| moves.begin(user));
                }
                News::End => return,
            }
        }
    }

    /// Looks at what is true now of the objects that were heard of, and shows what is new.
    pub(super) fn look(&self, heard: &Heard, stop: &CancellationToken) {
        let ids = heard.ids();
        let lists: Vec<_> = {
            let mut state = self.0.state.lock();
            // At the same moment, so that each list is either there or knows what it misses.
            for missed in state.making.values_mut() {
                if heard.all { missed.add_all() } else { missed.add(&ids) }
            }
            state.lists.values().flat_map(|lists| lists.values()).cloned().collect()
        };
        let objects = self.0.store.snapshot();
        for list in &lists {
            if heard.all {
                let Ok(index) = self.index(list.audience(), list.query(), stop) else { return };
                list.swap(index);
            } else {
                list.set(&ids, &objects);
            }
            list.show();
        }
        drop(lists);
        let gone = self.0.state.lock().prune();
        // What they hold is much, and nobody need wait for it.
        drop(gone);
    }
}

/// Waits until the work that goes on has ended.
async fn ended(work: &mut Option<JoinHandle<()>>) {
    if let Some(work) = work
        && let Err(error) = work.await
    {
        warn!("the lists on screens could not be brought up to date: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_piles_up_is_bounded_and_one_large_change_is_not() {
        let mut heard = Heard::default();
        assert!(heard.grows(2 * MOST_HEARD) && !heard.is_nothing());
        assert!(!heard.grows(1), "it is more than anybody looks at one by one");
        assert!(heard.all && heard.ids().is_empty());
        assert!(!heard.grows(1), "everything stays everything");
    }
}
