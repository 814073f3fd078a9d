//! Sessions: one a connection, with the user who is signed in on it.

use std::{
    fmt,
    net::IpAddr,
    sync::{Arc, Weak},
    time::Duration,
};

use db::User;
use tokio::sync::watch;

use crate::Notifications;

/// The expiry of a token is looked at this often, so that a clock that is set does not matter for long.
const LOOK: Duration = Duration::from_secs(60);

/// Where a connection comes from.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Address of the client; behind a trusted proxy, the one that the proxy names.
    pub address: IpAddr,
    /// What the client says it is.
    pub user_agent: Option<String>,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The user, as the latest change left it.
    pub user: Arc<User>,
    /// Id of the token that signed in; none for a password.
    pub token: Option<String>,
    /// When the token expires, milliseconds since the epoch.
    pub expiration: Option<i64>,
}

/// Why a session has ended from our side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The token that signed in has expired.
    TokenExpired,
    /// The token that signed in has been revoked.
    TokenRevoked,
    /// The user has been deleted.
    UserDeleted,
    /// An administrator has closed all connections.
    Administrator,
    /// The server stops.
    Shutdown,
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TokenExpired => "the token has expired",
            Self::TokenRevoked => "the token has been revoked",
            Self::UserDeleted => "the user has been deleted",
            Self::Administrator => "closed by an administrator",
            Self::Shutdown => "the server is stopping",
        })
    }
}

/// One connection; clones are the same session.
#[derive(Clone, Debug)]
pub struct Session(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    peer: Peer,
    notifications: Notifications,
    state: watch::Sender<State>,
}

#[derive(Debug, Default)]
struct State {
    signed_in: Option<SignedIn>,
    closed: Option<CloseReason>,
}

impl Session {
    pub(crate) fn new(peer: Peer) -> Self {
        let state = watch::Sender::new(State::default());
        Self(Arc::new(Inner { peer, notifications: Notifications::default(), state }))
    }

    /// Returns where the connection comes from.
    pub fn peer(&self) -> &Peer {
        &self.0.peer
    }

    /// Returns what the client is told of the server's own accord.
    pub fn notifications(&self) -> &Notifications {
        &self.0.notifications
    }

    /// Returns who is signed in; nobody once the token has expired.
    pub fn signed_in(&self) -> Option<SignedIn> {
        let state = self.0.state.borrow();
        if state.closed.is_some() {
            return None;
        }
        state.signed_in.clone().filter(|signed_in| left(signed_in) > Duration::ZERO)
    }

    /// Returns the user who is signed in.
    pub fn user(&self) -> Option<Arc<User>> {
        self.signed_in().map(|signed_in| signed_in.user)
    }

    /// Returns why the session has ended, when it has; calls are refused from then on.
    pub fn ended(&self) -> Option<CloseReason> {
        let state = self.0.state.borrow();
        let expired = || state.signed_in.as_ref().is_some_and(|signed_in| left(signed_in) == Duration::ZERO);
        state.closed.or_else(|| expired().then_some(CloseReason::TokenExpired))
    }

    /// Waits until the session has ended from our side, and says why; a face then closes the connection.
    pub async fn closed(&self) -> CloseReason {
        let mut state = self.0.state.subscribe();
        loop {
            if let Some(reason) = self.ended() {
                return reason;
            }
            let left = state.borrow_and_update().signed_in.as_ref().map_or(Duration::MAX, left).min(LOOK);
            let _ = tokio::time::timeout(left, state.changed()).await;
        }
    }

    /// Waits until somebody signs in or out, the user changes, or the session ends.
    ///
    /// Changes before the first poll are not seen: make the future, look at [`Session::user`], then await it.
    pub fn changed(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut state = self.0.state.subscribe();
        async move {
            // The sender is gone only with the session: nobody waits for it then.
            let _ = state.changed().await;
        }
    }

    pub(crate) fn enter(&self, signed_in: SignedIn) {
        let user = signed_in.user.id.clone();
        let before = self.user();
        self.0.state.send_modify(|state| state.signed_in = Some(signed_in));
        if before.is_some_and(|before| before.id != user) {
            self.0.notifications.clear();
        }
    }

    pub(crate) fn leave(&self) {
        self.0.state.send_modify(|state| state.signed_in = None);
        self.0.notifications.clear();
    }

    /// Ends the session for this reason, unless it has ended.
    pub fn close(&self, reason: CloseReason) {
        self.0.state.send_modify(|state| state.closed = state.closed.or(Some(reason)));
    }

    /// Changes who is signed in where `change` says that something is different.
    pub(crate) fn revise(&self, change: impl FnOnce(&mut SignedIn) -> bool) {
        self.0.state.send_if_modified(|state| state.signed_in.as_mut().is_some_and(change));
    }

    /// Tells whether both are the same connection.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn downgrade(&self) -> WeakSession {
        WeakSession(Arc::downgrade(&self.0))
    }
}

/// A session that may be gone.
#[derive(Clone, Debug)]
pub(crate) struct WeakSession(Weak<Inner>);

impl WeakSession {
    pub(crate) fn upgrade(&self) -> Option<Session> {
        self.0.upgrade().map(Session)
    }
}

/// Time until the token expires; [`Duration::MAX`] for a password.
fn left(signed_in: &SignedIn) -> Duration {
    let Some(expiration) = signed_in.expiration else { return Duration::MAX };
    let now = jiff::Timestamp::now().as_millisecond();
    Duration::from_millis(u64::try_from(expiration.saturating_sub(now)).unwrap_or(0))
}
