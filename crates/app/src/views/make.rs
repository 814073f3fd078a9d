//! Making lists, which goes over all objects: one at a time, away from the threads that serve clients.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use view::{Index, Query};

use super::{
    List, State, Views, aside, list,
    turns::{Asker, Turn},
};
use crate::Audience;

/// Longest time that a list may take with the wait for its turn; one of 10 000 objects takes some ten milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Objects that something has happened to while a list was made and that it has not looked at, of all news together;
/// beyond that it is made again.
const MOST_MISSED: usize = 100_000;

/// What a list that is being made has to look at again.
#[derive(Debug, Default)]
pub(super) struct Missed {
    /// Whether nobody knows which objects it is.
    all: bool,
    ids: Vec<Arc<[Box<str>]>>,
}

impl Missed {
    pub(super) fn add(&mut self, ids: &Arc<[Box<str>]>) {
        if !ids.is_empty() && !self.all {
            self.ids.push(Arc::clone(ids));
            if self.ids.iter().map(|ids| ids.len()).sum::<usize>() > MOST_MISSED {
                self.add_all();
            }
        }
    }

    pub(super) fn add_all(&mut self) {
        *self = Self { all: true, ids: Vec::new() };
    }

    fn is_nothing(&self) -> bool {
        !self.all && self.ids.is_empty()
    }
}

/// A list in the making, which is told what it misses.
struct Making<'v> {
    views: &'v Views,
    number: u64,
}

impl<'v> Making<'v> {
    fn begin(views: &'v Views) -> Self {
        let mut state = views.0.state.lock();
        state.next_making += 1;
        let number = state.next_making;
        state.making.insert(number, Missed::default());
        Self { views, number }
    }
}

impl Drop for Making<'_> {
    fn drop(&mut self) {
        self.views.0.state.lock().making.remove(&self.number);
    }
}

impl Views {
    /// Returns the list of what an audience sees of a query, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// [`op::Error::Refused`] if `stop` is cancelled, it takes too long, or there are too many lists.
    pub(super) async fn list(
        &self,
        audience: Audience,
        query: &Arc<Query>,
        asker: Asker<'_>,
        stop: &CancellationToken,
    ) -> op::Result<Arc<List>> {
        // Whoever finds the list there need not wait for those who make others.
        if let Some(list) = self.known(&audience, query) {
            return Ok(list);
        }
        self.in_turn(asker, stop, {
            let (views, query) = (self.clone(), Arc::clone(query));
            move |stop| match views.known(&audience, &query) {
                Some(list) => Ok(list),
                None => views.make(&audience, &query, stop),
            }
        })
        .await
    }

    /// Runs what goes over all objects when its turn comes, where no client waits for it; it has to end when its token
    /// is cancelled.
    ///
    /// # Errors
    ///
    /// Those of `work`, [`op::Error::Refused`] if `stop` is cancelled, it takes too long, or the user asks for too much.
    pub(super) async fn in_turn<T: Send + 'static>(
        &self,
        asker: Asker<'_>,
        stop: &CancellationToken,
        work: impl FnOnce(&CancellationToken) -> op::Result<T> + Send + 'static,
    ) -> op::Result<T> {
        // Nobody waits for the work once this returns.
        let ends = stop.child_token();
        let _ends = ends.clone().drop_guard();
        let done = async {
            let turn = self.0.turns.take(asker).await?;
            aside(move || with(turn, || work(&ends))).await?
        };
        let done = stop.run_until_cancelled(timeout(PATIENCE, done)).await.ok_or_else(cancelled)?;
        done.unwrap_or_else(|_| {
            let seconds = PATIENCE.as_secs();
            Err(op::Error::refused(format!(
                "the list was not made within {seconds} seconds, since the server is busy or its filter too costly; try again later"
            )))
        })
    }

    /// Returns a list if it is there.
    fn known(&self, audience: &Audience, query: &Arc<Query>) -> Option<Arc<List>> {
        self.0.state.lock().lists.get(audience)?.get(query).cloned()
    }

    fn make(&self, audience: &Audience, query: &Arc<Query>, stop: &CancellationToken) -> op::Result<Arc<List>> {
        let making = Making::begin(self);
        let index = self.index(audience, query, stop)?;
        self.finish(&making, audience, query, index, stop)
    }

    /// Looks at what an index in the making has missed until that is nothing, and adds it to the lists.
    fn finish(
        &self,
        making: &Making<'_>,
        audience: &Audience,
        query: &Arc<Query>,
        mut index: Index,
        stop: &CancellationToken,
    ) -> op::Result<Arc<List>> {
        loop {
            let missed = {
                let mut state = self.0.state.lock();
                let missed = state.making.get_mut(&making.number).map(std::mem::take).unwrap_or_default();
                if missed.is_nothing() {
                    let list = Arc::new(List::new(audience.clone(), Arc::clone(query), index));
                    let gone = state.prune();
                    let added = state.add(&list, self.0.most_bytes);
                    drop(state);
                    // What they hold is much, and nobody need wait for it; the same goes for a list that is not added.
                    drop((gone, list));
                    return added;
                }
                missed
            };
            if missed.all {
                index = self.index(audience, query, stop)?;
                continue;
            }
            let objects = self.0.store.snapshot();
            for ids in missed.ids {
                list::set(&mut index, audience, &ids, &objects);
            }
            index.refresh();
        }
    }

    /// Goes over all objects that the query may be about.
    ///
    /// # Errors
    ///
    /// [`op::Error::Refused`] if `stop` is cancelled meanwhile.
    pub(super) fn index(&self, audience: &Audience, query: &Arc<Query>, stop: &CancellationToken) -> op::Result<Index> {
        let snapshot = self.0.store.snapshot();
        let kinds = query.kinds();
        let every = kinds.is_empty().then(|| snapshot.iter());
        let some = kinds.iter().flat_map(|kind| snapshot.of_kind(*kind));
        let all = every.into_iter().flatten().chain(some).take_while(|_| !stop.is_cancelled());
        // Rights are asked for last: they cost a look into a map.
        let seen = all.filter(|object| query.matches(object) && audience.sees(object));
        let look = |id: &str| snapshot.by_id(id).filter(|object| audience.sees(object)).cloned();
        let index = Index::of((**query).clone(), seen, look);
        if stop.is_cancelled() { Err(cancelled()) } else { Ok(index) }
    }
}

impl State {
    /// Adds a list unless there are too many; one that was made meanwhile stays, since clients look at it.
    #[allow(clippy::mutable_key_type, reason = "what a regular expression remembers is not compared")]
    fn add(&mut self, list: &Arc<List>, most_bytes: usize) -> op::Result<Arc<List>> {
        let bytes: usize = self.lists.values().flat_map(|lists| lists.values()).map(|list| list.bytes()).sum();
        if bytes + list.bytes() > most_bytes {
            let most = most_bytes >> 20;
            return Err(op::Error::refused(format!(
                "the lists that are open on this server take more than {most} MiB; try again later, or narrow the filter"
            )));
        }
        let lists = self.lists.entry(list.audience().clone()).or_default();
        Ok(Arc::clone(lists.entry(Arc::clone(list.query())).or_insert_with(|| Arc::clone(list))))
    }
}

/// Runs what may be done while one has a turn.
fn with<T>(turn: Turn, work: impl FnOnce() -> T) -> T {
    let done = work();
    drop(turn);
    done
}

pub(super) fn cancelled() -> op::Error {
    op::Error::refused("the call has been cancelled")
}

#[cfg(test)]
mod tests;
