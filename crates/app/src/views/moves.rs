//! Views of users who may see other objects than before, and hence look at other lists.
//!
//! Their lists may have to wait until they are made. Meanwhile nothing is told of such a view: it shows what its user
//! may not see any more.

use std::{collections::HashMap, sync::Arc};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Views, turns::Asker};
use crate::{Session, is_admin, session::WeakSession};

/// The users whose views move, one task each: there are no more than have a connection with views.
pub(super) struct Moves {
    views: Views,
    stop: CancellationToken,
    /// With whether they have moved again since their task began.
    users: HashMap<String, bool>,
    tasks: JoinSet<String>,
}

impl Moves {
    pub(super) fn new(views: Views, stop: CancellationToken) -> Self {
        Self { views, stop, users: HashMap::new(), tasks: JoinSet::new() }
    }

    /// Holds what views of a user tell that do not show what the user may see, and begins to show that.
    pub(super) fn begin(&mut self, user: &str) {
        let any = self.views.hold(user);
        if let Some(again) = self.users.get_mut(user) {
            // Its task may be about to show what the user could see before.
            *again = true;
        } else if any {
            self.spawn(user.to_owned());
        }
    }

    fn spawn(&mut self, user: String) {
        self.users.insert(user.clone(), false);
        let (views, stop) = (self.views.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            let moving = tokio::spawn(views.moved(user.clone(), stop));
            if let Err(error) = moving.await {
                warn!("views of a user could not be shown again: {error}");
            }
            user
        });
    }

    pub(super) fn any(&self) -> bool {
        !self.tasks.is_empty()
    }

    /// Waits until a task has ended, and begins another if its user has moved again.
    pub(super) async fn ended(&mut self) {
        if let Some(Ok(user)) = self.tasks.join_next().await
            && self.users.remove(&user).unwrap_or_default()
            && self.views.hold(&user)
        {
            self.spawn(user);
        }
    }
}

impl Views {
    /// Returns the ids of the users who have views.
    pub(super) fn users(&self) -> Vec<String> {
        self.0.state.lock().sessions.keys().cloned().collect()
    }

    fn sessions(&self, user: &str) -> Vec<Session> {
        let state = self.0.state.lock();
        state.sessions.get(user).into_iter().flatten().filter_map(WeakSession::upgrade).collect()
    }

    /// Lets views of a user that do not show what the user may see tell nothing more; returns whether there are any.
    fn hold(&self, user: &str) -> bool {
        let mut any = false;
        for session in self.sessions(user) {
            if let Some(now) = session.user().filter(|now| now.id == user) {
                let audience = self.audience(&now);
                any |= session.notifications().hold(|screen| *screen.audience() != audience);
            }
        }
        any
    }

    /// Shows the views of a user on screens of what the user may see now.
    async fn moved(self, user: String, stop: CancellationToken) {
        for session in self.sessions(&user) {
            for (id, from) in session.notifications().screens() {
                let Some(now) = session.user().filter(|now| now.id == user) else { break };
                let audience = self.audience(&now);
                let to = async {
                    if *from.audience() == audience {
                        return Ok(Arc::clone(&from));
                    }
                    let list = self.list(audience, from.query(), Asker::Kept(&user), &stop).await?;
                    list.open(&from.window()).await
                };
                match to.await {
                    Ok(to) => session.notifications().switch(id, &from, &to),
                    // The connection ends, too.
                    Err(_) if stop.is_cancelled() => return,
                    // Better none than one that shows what may not be seen.
                    Err(error) => {
                        warn!("a view ends because its list cannot be made: {error}");
                        session.notifications().end(id, &from, &error, is_admin(&now));
                    }
                }
                // They may have moved meanwhile, when this view was not on that screen yet.
                self.hold(&user);
            }
        }
    }
}
