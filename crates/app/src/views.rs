//! Live views: who looks at what, and what there is to see.
//!
//! Views that ask for the same of the same audience share an [`Index`]; those that also show the same part share a
//! [`Screen`], so that two hundred people who look at the list of all machines cost one. One task follows the feed. It
//! takes from it *which* objects something has happened to, and looks at the store and the rights for what is true
//! of them then: a view goes from state to state and never from one event to the next, hence it need not know what
//! was true in between, only that it looks at everything that may have changed. What was lost and given back before
//! it looked has not left the screen.
//!
//! Whatever takes a while happens beside the threads that serve clients: an index is locked there only, and these wait
//! for no longer than a few names are noted.
//!
//! Lock order: [`State`], then an index, then one connection's views, then a screen.

mod follow;
mod list;
mod make;
mod moves;
mod screen;
mod select;
mod turns;

use std::{collections::HashMap, sync::Arc};

use model::Store;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use view::{Query, Window};

use crate::{App, Audience, Cx, Permissions, Session, is_admin, session::WeakSession};
use list::List;
use make::{Missed, cancelled};
use turns::{Asker, Turns};

pub(crate) use screen::Screen;
pub(crate) use select::Selections;
pub use select::selected;

/// What all lists take together, in bytes: the machines of an estate of 10 000 in two hundred orders or rights, at
/// about 300 bytes a row.
const MOST_BYTES: usize = 600 << 20;

/// The views of all connections; clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Views(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    permissions: Permissions,
    state: Mutex<State>,
    /// Taken while a list is made: of many who ask for the same, one makes it.
    turns: Turns,
    most_bytes: usize,
    selections: Selections,
}

/// Held for a few lines only: threads that serve clients wait for it.
#[derive(Debug, Default)]
struct State {
    #[allow(clippy::mutable_key_type, reason = "its subjects, which it is compared by, do not change")]
    lists: HashMap<Audience, HashMap<Arc<Query>, Arc<List>>>,
    /// What lists that are being made have missed, by the number of the making.
    making: HashMap<u64, Missed>,
    next_making: u64,
    /// Sessions with views, by user.
    sessions: HashMap<String, Vec<WeakSession>>,
}

/// What a client asks to see.
#[derive(Debug)]
pub struct Look {
    /// Which objects, in which order.
    pub query: Query,
    /// Which part of them.
    pub window: Window,
}

impl Views {
    pub(crate) fn new(store: Store, permissions: Permissions) -> Self {
        Self::limited(store, permissions, MOST_BYTES)
    }

    fn limited(store: Store, permissions: Permissions, most_bytes: usize) -> Self {
        Self(Arc::new(Inner {
            store,
            permissions,
            state: Mutex::default(),
            turns: Turns::default(),
            most_bytes,
            selections: Selections::default(),
        }))
    }

    pub(crate) fn selections(&self) -> &Selections {
        &self.0.selections
    }

    fn audience(&self, user: &db::User) -> Audience {
        Audience::of(Some(user), &self.0.permissions)
    }

    /// Returns the screen that shows `look` to the user of `session`.
    async fn screen(&self, session: &Session, look: &Look, stop: &CancellationToken) -> op::Result<Arc<Screen>> {
        let user = session.user().ok_or_else(op::Error::not_signed_in)?;
        self.0.state.lock().note(&user.id, session);
        // After that: a change of what they may see finds the session.
        let user = session.user().filter(|now| now.id == user.id).ok_or_else(op::Error::not_signed_in)?;
        let (audience, query) = (self.audience(&user), Arc::new(look.query.clone()));
        let list = self.list(audience, &query, Asker::Call(&user.id), stop).await?;
        list.open(&look.window).await
    }

    /// Opens a view for the client of `session`; returns the answer.
    async fn open(&self, session: &Session, look: &Look, stop: &CancellationToken) -> op::Result<String> {
        let user = session.user().ok_or_else(op::Error::not_signed_in)?;
        let screen = self.screen(session, look, stop).await?;
        // Nobody would ever end it.
        if stop.is_cancelled() {
            return Err(cancelled());
        }
        // Somebody else may have signed in meanwhile, whose views have been cleared for that.
        let same = || session.user().is_some_and(|now| now.id == user.id);
        let (id, answer) = session.notifications().open(&screen, same)?;
        match self.keep_up(session, id, screen, look, stop).await {
            Ok(()) => Ok(answer),
            Err((_, error)) => {
                session.notifications().close(id);
                Err(error)
            }
        }
    }

    /// Shows something else in the view `id`; returns the answer.
    async fn change(&self, session: &Session, id: u64, look: &Look, stop: &CancellationToken) -> op::Result<String> {
        let notifications = session.notifications();
        if notifications.screen(id).is_none() {
            return Err(no_view(id));
        }
        let screen = self.screen(session, look, stop).await?;
        let answer = notifications.change(id, &screen).ok_or_else(|| no_view(id))?;
        match self.keep_up(session, id, screen, look, stop).await {
            Ok(()) => Ok(answer),
            Err((screen, error)) => {
                notifications.end(id, &screen, &error, session.user().is_some_and(|user| is_admin(&user)));
                Err(error)
            }
        }
    }

    /// Shows a view that has just got its screen on another where rights have changed meanwhile: whoever looked through
    /// the views of the user for that did not find it yet.
    async fn keep_up(
        &self,
        session: &Session,
        id: u64,
        mut screen: Arc<Screen>,
        look: &Look,
        stop: &CancellationToken,
    ) -> Result<(), (Arc<Screen>, op::Error)> {
        while let Some(user) = session.user()
            && *screen.audience() != self.audience(&user)
        {
            let to = match self.screen(session, look, stop).await {
                Ok(to) => to,
                Err(error) => return Err((screen, error)),
            };
            session.notifications().switch(id, &screen, &to);
            screen = to;
        }
        Ok(())
    }
}

impl State {
    /// Notes that a session has views.
    fn note(&mut self, user: &str, session: &Session) {
        let sessions = self.sessions.entry(user.to_owned()).or_default();
        sessions.retain(|known| known.upgrade().is_some());
        if !sessions.iter().filter_map(WeakSession::upgrade).any(|known| known.is(session)) {
            sessions.push(session.downgrade());
        }
    }

    /// Forgets what nobody looks at any more; returns the lists that were so, to be dropped without the lock.
    fn prune(&mut self) -> Vec<Arc<List>> {
        let mut gone = Vec::new();
        self.lists.retain(|_, lists| {
            // Whoever else has a list has it from here, and may be about to open a screen.
            gone.extend(lists.extract_if(|_, list| Arc::strong_count(list) == 1 && !list.is_watched()));
            !lists.is_empty()
        });
        self.sessions.retain(|_, sessions| {
            sessions.retain(|session| session.upgrade().is_some());
            !sessions.is_empty()
        });
        gone.into_iter().map(|(_, list)| list).collect()
    }
}

/// Runs what takes a while where no client waits for it.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> op::Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| op::Error::failed(format!("the list could not be read: {error}")))
}

impl Cx {
    /// Opens a view for the client who calls; returns the JSON that answers, which names the view by `id`. What
    /// changes comes through [`Session::notifications`].
    ///
    /// # Errors
    ///
    /// [`op::Error::Unauthorized`] if nobody is signed in, [`op::Error::Refused`] if the connection has too many views,
    /// the user asks for too many lists at once, the server has too many, it takes longer than 30 seconds, or nobody
    /// waits for the answer any more.
    pub async fn open_view(&self, look: &Look) -> op::Result<String> {
        self.app.views().open(&self.session, look, &self.stop).await
    }

    /// Shows something else in the view `id`; returns the JSON that answers, as [`Self::open_view`].
    ///
    /// # Errors
    ///
    /// As that, and [`op::Error::NoSuchObject`] if the connection has no such view.
    pub async fn change_view(&self, id: u64, look: &Look) -> op::Result<String> {
        self.app.views().change(&self.session, id, look, &self.stop).await
    }
}

impl App {
    /// Returns what the view `id` shows.
    ///
    /// # Errors
    ///
    /// [`op::Error::NoSuchObject`] if the connection has no such view.
    pub fn view(&self, session: &Session, id: u64) -> op::Result<Look> {
        let screen = session.notifications().screen(id).ok_or_else(|| no_view(id))?;
        Ok(Look { query: (**screen.query()).clone(), window: (*screen.window()).clone() })
    }

    /// Ends the view `id`.
    ///
    /// # Errors
    ///
    /// [`op::Error::NoSuchObject`] if the connection has no such view.
    pub fn close_view(&self, session: &Session, id: u64) -> op::Result<()> {
        if session.notifications().close(id) { Ok(()) } else { Err(no_view(id)) }
    }
}

fn no_view(id: u64) -> op::Error {
    op::Error::no_such("view", id.to_string())
}

#[cfg(test)]
mod tests;
