//! What a connection is told of tasks of its own accord.
//!
//! As with views nothing is queued: a task that has changed is due, and told as it is, and to whom it may be told, when
//! the client takes it.

use std::collections::{BTreeSet, HashSet};

use bytes::Bytes;
use model::Store;
use op::{Error, Result};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{TaskNews, TaskSubscription, Tasks};
use crate::{Cx, Permissions, TaskAccess, notifications::WeakNotifications, session::WeakSession};

/// Tasks in one notification: the next one has the others.
const MOST: usize = 100;

/// What the client of one connection has been told, and what is due.
#[derive(Debug)]
pub(crate) struct Told {
    tasks: Tasks,
    store: Store,
    permissions: Permissions,
    session: WeakSession,
    /// Ids of the tasks that it knows of.
    known: HashSet<String>,
    due: BTreeSet<String>,
    /// Ends what follows the tasks for it.
    _follow: DropGuard,
}

impl Told {
    fn access(&self) -> Option<TaskAccess> {
        let user = self.session.upgrade()?.user()?;
        Some(TaskAccess::of(&user, &self.store, &self.permissions))
    }

    /// Tells of all tasks that there are.
    fn begin(&mut self) -> Result<Vec<Value>> {
        let access = self.access().ok_or_else(Error::not_signed_in)?;
        let shown: Vec<_> = self.tasks.list().into_iter().filter(|task| access.sees(task)).collect();
        self.known = shown.iter().map(|task| task.id.clone()).collect();
        Ok(shown.iter().map(|task| access.show(task)).collect())
    }

    /// Notes that there is news of this task.
    pub(crate) fn changed(&mut self, id: &str) {
        self.due.insert(id.to_owned());
    }

    /// Notes that something was missed.
    pub(crate) fn all(&mut self) {
        self.due.extend(self.known.iter().cloned());
        self.due.extend(self.tasks.list().iter().map(|task| task.id.clone()));
    }

    /// Takes the parameters of the next notification: `{"updated":[task…],"removed":[id…]}`.
    pub(crate) fn take(&mut self) -> Option<Bytes> {
        while !self.due.is_empty() {
            let access = self.access()?;
            let rest = self.due.iter().nth(MOST).cloned().map(|first| self.due.split_off(&first)).unwrap_or_default();
            let mut removed = std::mem::replace(&mut self.due, rest);
            let mut updated = Vec::new();
            for task in self.tasks.list() {
                if removed.contains(&task.id) && access.sees(&task) {
                    removed.remove(&task.id);
                    self.known.insert(task.id.clone());
                    updated.push(access.show(&task));
                }
            }
            removed.retain(|id| self.known.remove(id));
            if !(updated.is_empty() && removed.is_empty()) {
                return Some(json!({ "updated": updated, "removed": removed }).to_string().into());
            }
        }
        None
    }
}

impl Cx {
    /// Returns the tasks that the client who calls may see, and tells of each that changes from now on through
    /// [`crate::Session::notifications`], until [`crate::Notifications::without_tasks`].
    ///
    /// # Errors
    ///
    /// [`Error::Unauthorized`] if nobody is signed in.
    pub fn tell_of_tasks(&self) -> Result<Vec<Value>> {
        let (session, tasks) = (&self.session, self.app.tasks().clone());
        let end = CancellationToken::new();
        // It listens before it looks: nothing is missed in between.
        let news = tasks.subscribe();
        let mut told = Told {
            tasks,
            store: self.app.store().clone(),
            permissions: self.app.permissions().clone(),
            session: session.downgrade(),
            known: HashSet::new(),
            due: BTreeSet::new(),
            _follow: end.clone().drop_guard(),
        };
        let all = told.begin()?;
        session.notifications().with_tasks(told, || session.user().is_some())?;
        tokio::spawn(follow(news, session.notifications().downgrade(), end));
        Ok(all)
    }
}

/// Notes what is due, until it is ended: by the client, with the connection, or with the tasks.
async fn follow(mut news: TaskSubscription, whose: WeakNotifications, end: CancellationToken) {
    loop {
        let news = tokio::select! {
            () = end.cancelled() => return,
            news = news.next() => news,
        };
        let Some(notifications) = whose.upgrade() else { return };
        match news {
            TaskNews::Updated(task) | TaskNews::Removed(task) => notifications.tasks(|told| told.changed(&task.id)),
            TaskNews::Lost(_) => notifications.tasks(Told::all),
            TaskNews::End => return,
        }
    }
}
