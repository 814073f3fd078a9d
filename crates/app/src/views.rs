//! Live views: who looks at what, and what there is to see.
//!
//! Views that ask for the same of the same audience share an [`Index`]; those that also show the same part share a
//! [`Screen`], so that two hundred people who look at the list of all machines cost one. One task follows the feed. It
//! takes from it *which* objects something has happened to, and looks at the store and the rights for what is true
//! of them then: a view goes from state to state and never from one event to the next, hence it need not know what
//! was true in between, only that it looks at everything that may have changed. What was lost and given back before
//! it looked has not left the screen.
//!
//! Lock order: [`State`], then one connection's views, then a screen.

mod follow;
mod screen;
mod select;

use std::{
    collections::HashMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use model::Store;
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use view::{Index, Query, Window};

use crate::{App, Audience, Permissions, Session, session::WeakSession};

pub(crate) use screen::Screen;
pub(crate) use select::Selections;
pub use select::selected;

/// Rows of all indexes, about 300 bytes each: the machines of an estate of 10 000 in two hundred orders or rights.
const MOST_ROWS: usize = 2_000_000;

/// The views of all connections; clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Views(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    permissions: Permissions,
    state: Mutex<State>,
    /// Taken while an index is made: of many who ask for the same, one makes it.
    turn: Semaphore,
    next_making: AtomicU64,
    pub(super) selections: Selections,
}

#[derive(Debug, Default)]
struct State {
    #[allow(clippy::mutable_key_type, reason = "its subjects, which it is compared by, do not change")]
    lists: HashMap<Audience, HashMap<Arc<Query>, List>>,
    /// Objects that something has happened to while an index was made.
    making: HashMap<u64, Vec<Box<str>>>,
    /// Sessions with views, by user.
    sessions: HashMap<String, Vec<WeakSession>>,
}

/// An index and those who look at it.
#[derive(Debug)]
struct List {
    index: Index,
    screens: HashMap<Window, Weak<Screen>>,
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
        Self(Arc::new(Inner {
            store,
            permissions,
            state: Mutex::default(),
            turn: Semaphore::new(1),
            next_making: AtomicU64::default(),
            selections: Selections::default(),
        }))
    }

    pub(crate) fn selections(&self) -> &Selections {
        &self.0.selections
    }

    /// Returns the screen that shows `look` to the user of `session`.
    async fn screen(&self, app: &App, session: &Session, look: &Look) -> op::Result<Arc<Screen>> {
        let user = session.user().ok_or_else(op::Error::not_signed_in)?;
        let query = Arc::new(look.query.clone());
        loop {
            // Whoever finds the index there need not wait for those who make others.
            if let Some(screen) = self.find(app, session, &user.id, &query, &look.window)? {
                return Ok(screen);
            }
            let _turn = self.0.turn.acquire().await.expect("the semaphore is never closed");
            if let Some(screen) = self.find(app, session, &user.id, &query, &look.window)? {
                return Ok(screen);
            }
            let audience = app.audience(session.user().as_deref());
            self.make(audience, &query).await?;
        }
    }

    /// Returns the screen if its index is there, and notes that the session has views.
    fn find(
        &self,
        app: &App,
        session: &Session,
        user: &str,
        query: &Arc<Query>,
        window: &Window,
    ) -> op::Result<Option<Arc<Screen>>> {
        let mut state = self.0.state.lock();
        // Noted before the audience is looked up: a change of it after that finds the session here.
        let sessions = state.sessions.entry(user.to_owned()).or_default();
        sessions.retain(|known| known.upgrade().is_some());
        if !sessions.iter().filter_map(WeakSession::upgrade).any(|known| known.is(session)) {
            sessions.push(session.downgrade());
        }
        let signed_in = session.user().filter(|now| now.id == user).ok_or_else(op::Error::not_signed_in)?;
        let audience = app.audience(Some(&signed_in));
        Ok(state.screen(&audience, query, window))
    }

    /// Makes an index, away from the threads that serve clients.
    async fn make(&self, audience: Audience, query: &Arc<Query>) -> op::Result<()> {
        let (views, query) = (self.clone(), Arc::clone(query));
        let made = tokio::task::spawn_blocking(move || {
            let number = views.0.next_making.fetch_add(1, Ordering::Relaxed);
            views.0.state.lock().making.insert(number, Vec::new());
            let index = views.index(&audience, (*query).clone());
            let mut state = views.0.state.lock();
            let missed = state.making.remove(&number).unwrap_or_default();
            let mut list = List { index, screens: HashMap::new() };
            let objects = views.0.store.snapshot();
            for id in missed {
                let object = objects.by_id(&id).filter(|object| audience.sees(object));
                list.index.set(&id, object);
            }
            list.index.refresh();
            list.index.settle();
            state.prune();
            let rows: usize = state.lists.values().flatten().map(|(_, list)| list.index.len()).sum();
            if rows + list.index.len() > MOST_ROWS {
                return Err(op::Error::refused("too many different lists are open on this server; try again later"));
            }
            // One that was made meanwhile has screens that clients look at.
            state.lists.entry(audience).or_default().entry(query).or_insert(list);
            Ok(())
        });
        made.await.unwrap_or_else(|error| Err(op::Error::failed(format!("the list could not be made: {error}"))))
    }

    /// Goes over all objects that the query may be about.
    fn index(&self, audience: &Audience, query: Query) -> Index {
        let snapshot = self.0.store.snapshot();
        let kinds = query.kinds().to_vec();
        let every = kinds.is_empty().then(|| snapshot.iter());
        let some = kinds.into_iter().flat_map(|kind| snapshot.of_kind(kind));
        let matching = query.clone();
        // Rights are asked for last: they cost a look into a map.
        let seen =
            every.into_iter().flatten().chain(some).filter(|object| matching.matches(object) && audience.sees(object));
        Index::of(query, seen)
    }
}

impl State {
    fn screen(&mut self, audience: &Audience, query: &Arc<Query>, window: &Window) -> Option<Arc<Screen>> {
        let list = self.lists.get_mut(audience)?.get_mut(query)?;
        if let Some(screen) = list.screens.get(window).and_then(Weak::upgrade) {
            return Some(screen);
        }
        list.index.refresh();
        let screen = Arc::new(Screen::new(audience.clone(), Arc::clone(query), window.frame(&list.index, None)));
        list.screens.insert(window.clone(), Arc::downgrade(&screen));
        Some(screen)
    }

    /// Forgets what nobody looks at any more.
    fn prune(&mut self) {
        self.lists.retain(|_, lists| {
            lists.retain(|_, list| {
                list.screens.retain(|_, screen| screen.strong_count() > 0);
                !list.screens.is_empty()
            });
            !lists.is_empty()
        });
        self.sessions.retain(|_, sessions| {
            sessions.retain(|session| session.upgrade().is_some());
            !sessions.is_empty()
        });
    }
}

impl App {
    /// Opens a view for the client of `session`; returns the JSON that answers, which names the view by `id`. What
    /// changes comes through [`Session::notifications`].
    ///
    /// # Errors
    ///
    /// [`op::Error::Unauthorized`] if nobody is signed in, [`op::Error::Refused`] if the connection has too many views or
    /// the server too many lists.
    pub async fn open_view(&self, session: &Session, look: &Look) -> op::Result<String> {
        let user = session.user().ok_or_else(op::Error::not_signed_in)?;
        let screen = self.views().screen(self, session, look).await?;
        // Somebody else may have signed in meanwhile, whose views have been cleared for that.
        let same = || session.user().is_some_and(|now| now.id == user.id);
        let (id, answer) = session.notifications().open(&screen, same)?;
        self.keep_up(session, id, screen, look).await;
        Ok(answer)
    }

    /// Shows something else in the view `id`; returns the JSON that answers, as [`Self::open_view`].
    ///
    /// # Errors
    ///
    /// As that, and [`op::Error::NoSuchObject`] if the connection has no such view.
    pub async fn change_view(&self, session: &Session, id: u64, look: &Look) -> op::Result<String> {
        let notifications = session.notifications();
        if notifications.screen(id).is_none() {
            return Err(no_view(id));
        }
        let screen = self.views().screen(self, session, look).await?;
        let answer = notifications.change(id, &screen).ok_or_else(|| no_view(id))?;
        self.keep_up(session, id, screen, look).await;
        Ok(answer)
    }

    /// Shows a view that has just got its screen on another where rights have changed meanwhile: whoever looked through
    /// the views of the user for that did not find it yet.
    async fn keep_up(&self, session: &Session, id: u64, mut screen: Arc<Screen>, look: &Look) {
        while let Some(user) = session.user()
            && *screen.audience() != self.audience(Some(&user))
        {
            let Ok(to) = self.views().screen(self, session, look).await else {
                session.notifications().close(id);
                return;
            };
            session.notifications().switch(id, &screen, &to);
            screen = to;
        }
    }

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
