//! How it stands with a pool.

use std::time::SystemTime;

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::Error;

/// How it stands with a pool.
#[derive(Clone, Debug)]
pub enum State {
    /// The first login, or the first list of objects, is under way.
    Connecting,
    /// Logged in; if the pool is watched, what was handed out is up to date.
    Live,
    /// The pool was live and is not now; the client tries to reach it again.
    Stale {
        /// When the pool was last known to be up to date.
        since: SystemTime,
        /// What went wrong.
        reason: Error,
    },
    /// The pool has not been reached at all, or refuses us. Where waiting can help, the client
    /// tries again by itself; otherwise [`Pool::retry`](crate::Pool::retry) does, or new options.
    Failed {
        /// What went wrong.
        reason: Error,
    },
}

impl State {
    /// Returns whether the pool is live.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Live)
    }
}

/// The parts from which the state follows.
#[derive(Debug)]
struct Parts {
    session: Session,
    watching: Option<Watching>,
    last_good: Option<SystemTime>,
    /// What made us doubt the connection last.
    doubt: Option<Error>,
}

#[derive(Debug)]
enum Session {
    Connecting,
    Up,
    Down(Error),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Watching {
    /// Before the first whole list, or while it is made again.
    Listing,
    Live,
    Broken,
}

/// Collects what session and watch tell, and publishes the state.
#[derive(Debug)]
pub(crate) struct Status {
    parts: Mutex<Parts>,
    state: watch::Sender<State>,
}

impl Default for Status {
    fn default() -> Self {
        let parts = Parts { session: Session::Connecting, watching: None, last_good: None, doubt: None };
        Self { parts: Mutex::new(parts), state: watch::Sender::new(State::Connecting) }
    }
}

impl Status {
    pub(crate) fn subscribe(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    fn change(&self, change: impl FnOnce(&mut Parts)) {
        let mut parts = self.parts.lock();
        let was_live = matches!(*self.state.borrow(), State::Live);
        change(&mut parts);
        let state = parts.state();
        if !(was_live && state.is_live()) {
            self.state.send_replace(state);
        }
    }

    /// The login is under way, because of `doubt` if there is one.
    pub(crate) fn connecting(&self, doubt: Option<Error>) {
        self.change(|parts| {
            // While a pool that is down is tried again, it is still down.
            if !matches!(parts.session, Session::Down(_)) {
                parts.session = Session::Connecting;
                parts.doubt = doubt.or(parts.doubt.take());
            }
        });
    }

    pub(crate) fn up(&self) {
        self.change(|parts| {
            parts.session = Session::Up;
            if parts.watching.is_none() {
                parts.last_good = Some(SystemTime::now());
            }
        });
    }

    pub(crate) fn down(&self, error: Error) {
        self.change(|parts| parts.session = Session::Down(error));
    }

    /// A watch makes its list of all objects.
    pub(crate) fn listing(&self) {
        self.change(|parts| {
            if parts.watching.is_none() {
                // What counts from now on is whether the watch has been whole.
                parts.last_good = None;
            }
            parts.watching = Some(Watching::Listing);
        });
    }

    /// The watch is up to date.
    pub(crate) fn watched(&self) {
        self.change(|parts| {
            parts.watching = Some(Watching::Live);
            parts.last_good = Some(SystemTime::now());
            parts.doubt = None;
        });
    }

    pub(crate) fn watch_broke(&self, error: Error) {
        self.change(|parts| {
            parts.watching = Some(Watching::Broken);
            parts.doubt = Some(error);
        });
    }

    pub(crate) fn watch_ended(&self) {
        self.change(|parts| parts.watching = None);
    }
}

impl Parts {
    fn state(&self) -> State {
        let stale = |reason: &Error| match self.last_good {
            Some(since) => State::Stale { since, reason: reason.clone() },
            None => State::Failed { reason: reason.clone() },
        };
        match (&self.session, self.watching, &self.doubt) {
            (Session::Down(reason), ..) if reason.is_permanent() => State::Failed { reason: reason.clone() },
            (Session::Up, None | Some(Watching::Live), _) => State::Live,
            (Session::Down(reason), ..) | (Session::Up, Some(Watching::Broken), Some(reason)) => stale(reason),
            (_, _, Some(reason)) if self.last_good.is_some() => stale(reason),
            _ => State::Connecting,
        }
    }
}
