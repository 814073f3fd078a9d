//! What a connection is told of records of the server itself, which are no objects of pools: of which kinds some have
//! changed. What they are like it asks, by the operations that list them, and so by their rights.
//!
//! Nothing is queued: a kind of which something has changed is due until the client takes it, and there are nine.

use std::collections::BTreeSet;

use bytes::Bytes;
use db::{Changed, RecordKind, User};
use op::{Error, Result};
use serde_json::json;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{Cx, Permissions, access::is_admin, notifications::WeakNotifications, session::WeakSession};

/// Every kind, with the words on the wire.
const KINDS: [(RecordKind, &str); 9] = [
    (RecordKind::Server, "server"),
    (RecordKind::User, "user"),
    (RecordKind::Group, "group"),
    (RecordKind::Token, "token"),
    (RecordKind::Rule, "acl"),
    (RecordKind::Role, "aclRole"),
    (RecordKind::Alarm, "alarm"),
    (RecordKind::CloudConfig, "cloudConfig"),
    (RecordKind::SharedFilter, "sharedFilter"),
];

/// What the client of one connection is to be told.
#[derive(Debug)]
pub(crate) struct RecordsTold {
    permissions: Permissions,
    session: WeakSession,
    /// Of what it could read some when it was told last.
    readable: BTreeSet<RecordKind>,
    due: BTreeSet<RecordKind>,
    /// Ends what follows the changes for it.
    _follow: DropGuard,
}

impl RecordsTold {
    fn user(&self) -> Option<std::sync::Arc<User>> {
        self.session.upgrade()?.user()
    }

    /// Returns the kinds of which the user may read some that are not its own.
    fn readable(&self, user: &User) -> BTreeSet<RecordKind> {
        KINDS.iter().map(|(kind, _)| *kind).filter(|kind| may_read(user, *kind, &self.permissions)).collect()
    }

    /// Notes that a record has changed, if the client may read such ones.
    pub(crate) fn changed(&mut self, changed: &Changed) {
        let Some(user) = self.user() else { return };
        let (is_own, kind) = (changed.user.as_deref() == Some(&*user.id), changed.kind);
        if is_own || is_for_all(kind) || may_read(&user, kind, &self.permissions) {
            self.due.insert(kind);
        }
        // By a role, a group or as another kind of user one may read more or less than before.
        if matches!(kind, RecordKind::Role | RecordKind::Group) || (is_own && kind == RecordKind::User) {
            let now = self.readable(&user);
            if !is_admin(&user) {
                self.due.extend(now.union(&self.readable));
            } else if now != self.readable {
                self.due.extend(&now);
            }
            self.readable = now;
        }
    }

    /// Notes that something was missed.
    pub(crate) fn all(&mut self) {
        self.due.extend(KINDS.map(|(kind, _)| kind));
    }

    /// Takes the parameters of the next notification: `{"kinds":[kind…]}`.
    pub(crate) fn take(&mut self) -> Option<Bytes> {
        let due = std::mem::take(&mut self.due);
        if due.is_empty() {
            return None;
        }
        Some(json!({ "kinds": words(&due) }).to_string().into())
    }
}

fn words(kinds: &BTreeSet<RecordKind>) -> Vec<&'static str> {
    KINDS.iter().filter(|(kind, _)| kinds.contains(kind)).map(|(_, word)| *word).collect()
}

/// Returns whether everybody may list the records of a kind; of alarms those about what they see.
fn is_for_all(kind: RecordKind) -> bool {
    matches!(kind, RecordKind::Alarm | RecordKind::CloudConfig | RecordKind::SharedFilter)
}

/// Returns whether `user` may read some records of a kind, also of others.
fn may_read(user: &User, kind: RecordKind, permissions: &Permissions) -> bool {
    let reads = |resource| permissions.holds(&user.id, resource, "read");
    is_admin(user)
        || match kind {
            RecordKind::Server => reads("server"),
            RecordKind::User => reads("user"),
            RecordKind::Group => reads("group"),
            RecordKind::Role => reads("acl-role") || reads("acl-privilege"),
            // Rules and the tokens of others are for administrators; what everybody may list does not come and go.
            RecordKind::Token
            | RecordKind::Rule
            | RecordKind::Alarm
            | RecordKind::CloudConfig
            | RecordKind::SharedFilter => false,
        }
}

impl Cx {
    /// Returns the kinds of records of which the client who calls may read others than its own, and tells from now on
    /// of each kind of which some that it may read have changed, through [`crate::Session::notifications`], until
    /// [`crate::Notifications::without_records`].
    ///
    /// # Errors
    ///
    /// [`Error::Unauthorized`] if nobody is signed in.
    pub fn tell_of_records(&self) -> Result<Vec<&'static str>> {
        let end = CancellationToken::new();
        // It listens before it looks: nothing is missed in between.
        let changes = self.app.db().changes().subscribe();
        let user = self.session.user().ok_or_else(Error::not_signed_in)?;
        let mut told = RecordsTold {
            permissions: self.app.permissions().clone(),
            session: self.session.downgrade(),
            readable: BTreeSet::new(),
            due: BTreeSet::new(),
            _follow: end.clone().drop_guard(),
        };
        told.readable = told.readable(&user);
        let kinds = words(&told.readable);
        self.session.notifications().with_records(told, || self.session.user().is_some())?;
        tokio::spawn(follow(changes, self.session.notifications().downgrade(), end));
        Ok(kinds)
    }
}

/// Notes what is due, until it is ended: by the client, or with the connection.
async fn follow(mut changes: broadcast::Receiver<Changed>, whose: WeakNotifications, end: CancellationToken) {
    loop {
        let change = tokio::select! {
            () = end.cancelled() => return,
            change = changes.recv() => change,
        };
        let Some(notifications) = whose.upgrade() else { return };
        match change {
            Ok(changed) => notifications.records(|told| told.changed(&changed)),
            Err(RecvError::Lagged(_)) => notifications.records(RecordsTold::all),
            Err(RecvError::Closed) => return,
        }
    }
}
