//! Selections: all that a view matches, under a name that actions take.

use std::{collections::HashMap, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use parking_lot::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use view::Query;

use super::turns::Asker;
use crate::{App, Cx, Session};

/// How long a selection may lie unused: a form is filled in, a dry run is read.
const VALIDITY: Duration = Duration::from_secs(15 * 60);
/// Selections of one user; the one used longest ago goes first.
const MOST_OF_USER: usize = 32;
/// Selections of all users, likewise.
const MOST: usize = 4096;

/// The selections; each is a query, not what it found.
#[derive(Debug, Default)]
pub(crate) struct Selections(Mutex<HashMap<String, Selection>>);

#[derive(Debug)]
struct Selection {
    user: String,
    query: Arc<Query>,
    until: Instant,
}

impl Selections {
    pub(super) fn add(&self, user: &str, query: Arc<Query>) -> String {
        let token = BASE64URL.encode(rand::random::<[u8; 16]>());
        let mut all = self.0.lock();
        let now = Instant::now();
        all.retain(|_, selection| now < selection.until);
        let oldest = |all: &HashMap<String, Selection>, of: Option<&str>| {
            let those = all.iter().filter(|(_, selection)| of.is_none_or(|of| selection.user == of));
            let count = those.clone().count();
            those.min_by_key(|(_, selection)| selection.until).map(|(token, _)| (token.clone(), count))
        };
        for (of, most) in [(Some(user), MOST_OF_USER), (None, MOST)] {
            if let Some((oldest, count)) = oldest(&all, of)
                && count >= most
            {
                all.remove(&oldest);
            }
        }
        all.insert(token.clone(), Selection { user: user.to_owned(), query, until: now + VALIDITY });
        token
    }

    fn get(&self, token: &str, user: &str) -> Option<Arc<Query>> {
        let mut all = self.0.lock();
        let now = Instant::now();
        let selection = all.get_mut(token).filter(|selection| selection.user == user && now < selection.until)?;
        selection.until = now + VALIDITY;
        Some(Arc::clone(&selection.query))
    }
}

impl App {
    /// Returns a token that stands for all objects that the view `id` matches, at the time when it is used, for the
    /// user of `session` and nobody else. It is good until it has not been used for 15 minutes.
    ///
    /// # Errors
    ///
    /// [`op::Error::Unauthorized`] if nobody is signed in, [`op::Error::NoSuchObject`] if the connection has no such view.
    pub fn select_view(&self, session: &Session, id: u64) -> op::Result<String> {
        let user = session.user().ok_or_else(op::Error::not_signed_in)?;
        let screen = session.notifications().screen(id).ok_or_else(|| super::no_view(id))?;
        Ok(self.views().selections().add(&user.id, Arc::clone(screen.query())))
    }
}

/// Returns the objects that a selection stands for: those that match now and that the caller may see, in the order of
/// the view.
///
/// # Errors
///
/// [`op::Error::NoSuchObject`] if there is no such selection, it has expired or is somebody else's;
/// [`op::Error::Refused`] if the user asks for too many lists at once, it takes longer than 30 seconds, or nobody waits
/// for the answer any more.
pub async fn selected(cx: &Cx, token: &str) -> op::Result<Vec<op::Object>> {
    let user = cx.user()?;
    let query = cx.app.views().selections().get(token, &user.id);
    let query = query.ok_or_else(|| op::Error::no_such("selection", token))?;
    let (views, audience) = (cx.app.views().clone(), cx.app.audience(Some(&user)));
    let find = move |stop: &CancellationToken| {
        let index = views.index(&audience, &query, stop)?;
        let object =
            |object: &Arc<model::Object>| op::Object { id: object.id().to_owned(), kind: object.kind().name() };
        Ok(index.objects().map(object).collect())
    };
    cx.app.views().in_turn(Asker::Call(&user.id), &cx.stop, find).await
}

#[cfg(test)]
mod tests {
    use view::Request;

    use super::*;

    fn query() -> Arc<Query> {
        Arc::new(Query::new(&Request { types: &["VM"], filter: "", sort: &[], groups: &[] }).expect("it is one"))
    }

    #[tokio::test(start_paused = true)]
    async fn a_selection_lives_as_long_as_it_is_used() {
        let selections = Selections::default();
        let token = selections.add("ann", query());
        for _ in 0..3 {
            tokio::time::advance(VALIDITY / 2).await;
            assert!(selections.get(&token, "ann").is_some());
        }
        tokio::time::advance(VALIDITY).await;
        assert!(selections.get(&token, "ann").is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_user_with_many_selections_pushes_out_none_but_their_own() {
        let selections = Selections::default();
        let ann = selections.add("ann", query());
        let first = selections.add("bob", query());
        for _ in 0..MOST_OF_USER {
            tokio::time::advance(Duration::from_millis(1)).await;
            selections.add("bob", query());
        }
        assert!(selections.get(&first, "bob").is_none());
        assert!(selections.get(&ann, "ann").is_some());
        assert!(selections.get(&ann, "bob").is_none(), "it is somebody else's");
    }
}
