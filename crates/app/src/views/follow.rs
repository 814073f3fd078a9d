//! The task that keeps lists as the store and the rights are.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{List, State, Views};
use crate::{Audience, News, Session, Subscription};

/// At least so long between what is shown and what is shown next: where hundreds of things change in a second, clients
/// are told a hundred times, of a few each. Well below what people notice.
const PAUSE: Duration = Duration::from_millis(10);
/// More objects than these are looked at where no client waits.
const MANY: usize = 200;

impl Views {
    /// Follows the feed until `stop` or the end.
    pub(crate) async fn follow(self, mut feed: Subscription, stop: CancellationToken) {
        let mut next = Instant::now();
        let mut dirty = false;
        loop {
            let news = tokio::select! {
                () = stop.cancelled() => return,
                news = feed.next() => news,
                () = sleep_until(next), if dirty => {
                    self.show();
                    (dirty, next) = (false, Instant::now() + PAUSE);
                    continue;
                }
            };
            let ids: Vec<Box<str>> = match &news {
                News::Delta(delta) => {
                    delta.entered.iter().chain(&delta.left).map(|object| object.id().into()).collect()
                }
                News::Shift(shift) => shift.0.iter().map(|(change, _)| change.object.id().into()).collect(),
                News::Moved(moved) => {
                    for moved in moved.iter() {
                        self.moved(&moved.user).await;
                    }
                    continue;
                }
                News::Lost(count) => {
                    warn!(count, "missed changes of objects; the lists on screens are made again");
                    let views = self.clone();
                    aside(move || views.again()).await;
                    // Whose rights have moved may be among what was missed.
                    let users: Vec<String> = self.0.state.lock().sessions.keys().cloned().collect();
                    for user in users {
                        self.moved(&user).await;
                    }
                    dirty = true;
                    continue;
                }
                News::End => return,
            };
            if ids.len() > MANY {
                let views = self.clone();
                aside(move || views.look(&ids)).await;
            } else {
                self.look(&ids);
            }
            dirty = true;
        }
    }

    /// Looks at what is true of some objects now.
    fn look(&self, ids: &[Box<str>]) {
        let mut state = self.0.state.lock();
        let objects = self.0.store.snapshot();
        for missed in state.making.values_mut() {
            missed.extend_from_slice(ids);
        }
        for (audience, lists) in &mut state.lists {
            for list in lists.values_mut() {
                for id in ids {
                    let object = objects.by_id(id);
                    let is_about = object.is_some_and(|object| list.index.query().is_about(object.kind()));
                    if is_about || list.index.contains(id) {
                        list.index.set(id, object.filter(|object| audience.sees(object)));
                    }
                }
            }
        }
    }

    /// Shows what has changed.
    fn show(&self) {
        let mut state = self.0.state.lock();
        state.prune();
        for list in state.lists.values_mut().flat_map(|lists| lists.values_mut()) {
            if list.index.is_changed() {
                list.show();
            }
        }
    }

    /// Makes every list again.
    fn again(&self) {
        let mut state = self.0.state.lock();
        let State { lists, making, .. } = &mut *state;
        let all = self.0.store.snapshot();
        for missed in making.values_mut() {
            missed.extend(all.iter().map(|object| object.id().into()));
        }
        for (audience, lists) in lists {
            for (query, list) in lists {
                let index = self.index(audience, (**query).clone());
                let gone: Vec<Box<str>> = list
                    .index
                    .objects()
                    .filter(|object| !index.contains(object.id()))
                    .map(|object| object.id().into())
                    .collect();
                for id in gone {
                    list.index.set(&id, None);
                }
                for object in index.objects() {
                    list.index.set(object.id(), Some(object));
                }
            }
        }
    }

    /// Shows the views of a user, who may see other objects than before, on screens of what they may see now.
    async fn moved(&self, user: &str) {
        let sessions: Vec<Session> = {
            let state = self.0.state.lock();
            state.sessions.get(user).into_iter().flatten().filter_map(crate::session::WeakSession::upgrade).collect()
        };
        for session in sessions {
            let Some(user) = session.user().filter(|now| now.id == user) else { continue };
            for (id, from) in session.notifications().screens() {
                let audience = self.audience(&user);
                if *from.audience() == audience {
                    continue;
                }
                let window = from.window();
                let to = loop {
                    let found = self.0.state.lock().screen(&audience, from.query(), &window);
                    if let Some(found) = found {
                        break Some(found);
                    }
                    let _turn = self.0.turn.acquire().await.expect("the semaphore is never closed");
                    if let Err(error) = self.make(audience.clone(), from.query()).await {
                        warn!("a view ends because its list cannot be made: {error}");
                        break None;
                    }
                };
                match to {
                    Some(to) => session.notifications().switch(id, &from, &to),
                    // Better none than one that shows what may not be seen.
                    None => drop(session.notifications().close(id)),
                }
            }
        }
    }

    fn audience(&self, user: &db::User) -> Audience {
        Audience::of(Some(user), &self.0.permissions)
    }
}

impl List {
    fn show(&mut self) {
        self.index.refresh();
        for screen in self.screens.values().filter_map(std::sync::Weak::upgrade) {
            screen.refresh(&self.index);
        }
        self.index.settle();
    }
}

/// Runs what goes over many objects where no client waits for it.
async fn aside(work: impl FnOnce() + Send + 'static) {
    if let Err(error) = tokio::task::spawn_blocking(work).await {
        warn!("the lists on screens could not be brought up to date: {error}");
    }
}
