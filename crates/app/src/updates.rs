//! Updates of hosts: what each lacks, as it was last told, and the public list of those of XenServer up to 8.2.
//!
//! Asking a host takes it seconds, and pages ask again and again: what it told is good for a minute, as with the original.
//! Who looks at many hosts at once [surveys](Updates::survey) them: each is asked once however many look, and goes on being
//! asked when nobody waits for it any more, so that the next one who looks finds what it told.
//!
//! The list is good for a day; where it cannot be got, whoever asks is told, and the next one tries again.

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use hotfix::{Feed, Source};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::{sync::Semaphore, time::Instant};

use crate::UpdateSource;

/// How long what a host lacks is good.
const FRESH: Duration = Duration::from_secs(60);

/// Hosts that are asked at the same time by those who look at many: each takes seconds, and its pool is busy with it.
const ASKED: usize = 16;

/// What is known of updates; clones are the same.
#[derive(Clone, Debug)]
pub struct Updates(Arc<Inner>);

/// What a host lacks, and when it told.
type Told = (Instant, Arc<Vec<Value>>);

/// What a host lacks, once it tells.
pub type Lacking = Shared<BoxFuture<'static, op::Result<Arc<Vec<Value>>>>>;

#[derive(Debug)]
struct Inner {
    /// By host.
    missing: Mutex<HashMap<String, Told>>,
    /// By host: when it was asked by who looks at many, and what it tells or told.
    surveyed: Mutex<HashMap<String, (Instant, Lacking)>>,
    asked: Arc<Semaphore>,
    /// Where the list is got, or why it cannot be.
    source: Result<Source, String>,
    max_age: Duration,
    /// The list, and when it was got.
    feed: Mutex<Option<(Instant, Arc<Feed>)>>,
    /// One for whoever gets the list; the others wait and find it.
    turn: Semaphore,
}

impl Updates {
    /// Knows nothing yet; the list is got through `proxy`, where there is one.
    pub(crate) fn new(config: &UpdateSource, proxy: Option<&str>) -> Self {
        Self(Arc::new(Inner {
            missing: Mutex::default(),
            surveyed: Mutex::default(),
            asked: Arc::new(Semaphore::new(ASKED)),
            source: Source::new(&config.feed, proxy).map_err(|error| error.to_string()),
            max_age: config.feed_max_age.0,
            feed: Mutex::default(),
            turn: Semaphore::new(1),
        }))
    }

    /// Returns where archives of updates are got.
    ///
    /// # Errors
    ///
    /// [`op::Error::Refused`] where the configuration does not allow it.
    pub fn source(&self) -> op::Result<&Source> {
        self.0.source.as_ref().map_err(|error| op::Error::refused(error.clone()))
    }

    /// Returns the public list of updates, got within its time.
    ///
    /// # Errors
    ///
    /// [`op::Error::Refused`] that says why it cannot be got or read.
    pub async fn feed(&self) -> op::Result<Arc<Feed>> {
        let known = || {
            let feed = self.0.feed.lock();
            let (at, feed) = feed.as_ref()?;
            (at.elapsed() < self.0.max_age).then(|| Arc::clone(feed))
        };
        if let Some(feed) = known() {
            return Ok(feed);
        }
        let _turn = self.0.turn.acquire().await.expect("nobody closes it");
        if let Some(feed) = known() {
            return Ok(feed);
        }
        let feed = self.source()?.feed().await.map_err(|error| op::Error::refused(error.to_string()))?;
        let feed = Arc::new(feed);
        *self.0.feed.lock() = Some((Instant::now(), Arc::clone(&feed)));
        Ok(feed)
    }

    /// Returns what the host with this id lacks, if it was asked within the last minute.
    pub fn missing(&self, host: &str) -> Option<Arc<Vec<Value>>> {
        let missing = self.0.missing.lock();
        let (at, list) = missing.get(host)?;
        (at.elapsed() < FRESH).then(|| Arc::clone(list))
    }

    /// Keeps what a host lacks for a minute; what is older goes.
    pub fn keep_missing(&self, host: &str, list: Vec<Value>) -> Arc<Vec<Value>> {
        let list = Arc::new(list);
        let mut missing = self.0.missing.lock();
        missing.retain(|_, (at, _)| at.elapsed() < FRESH);
        missing.insert(host.to_owned(), (Instant::now(), Arc::clone(&list)));
        list
    }

    /// Forgets what a host lacks: something has been installed.
    pub fn forget_missing(&self, host: &str) {
        self.0.missing.lock().remove(host);
        self.0.surveyed.lock().remove(host);
    }

    /// Returns what a host lacks, or why it does not tell, as it was asked by `ask` no longer ago than `max_age`; asks it
    /// unless somebody does. It is asked to the end, whether or not somebody waits for that.
    pub fn survey<F>(&self, host: &str, max_age: Duration, ask: impl FnOnce() -> F) -> Lacking
    where
        F: Future<Output = op::Result<Arc<Vec<Value>>>> + Send + 'static,
    {
        let mut surveyed = self.0.surveyed.lock();
        surveyed.retain(|_, (at, told)| told.peek().is_none() || at.elapsed() < max_age);
        if let Some((_, told)) = surveyed.get(host) {
            return told.clone();
        }
        let (ask, turns) = (ask(), Arc::clone(&self.0.asked));
        let asking = tokio::spawn(async move {
            let _turn = turns.acquire_owned().await.expect("nobody closes it");
            ask.await
        });
        let told =
            asking.map(|told| told.unwrap_or_else(|_| Err(op::Error::failed("asking the host was interrupted"))));
        let told = told.boxed().shared();
        surveyed.insert(host.to_owned(), (Instant::now(), told.clone()));
        told
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_a_host_lacks_is_good_for_a_minute_and_until_something_is_installed() {
        let updates = Updates::new(&UpdateSource::default(), None);
        updates.keep_missing("a", vec!["one".into()]);
        updates.keep_missing("b", Vec::new());
        assert_eq!(*updates.missing("a").expect("it is fresh"), ["one"]);
        updates.forget_missing("a");
        assert!(updates.missing("a").is_none() && updates.missing("b").is_some());
        tokio::time::advance(FRESH).await;
        assert!(updates.missing("b").is_none());
    }
    #[tokio::test(start_paused = true)]
    async fn a_host_is_asked_once_however_many_look_and_goes_on_being_asked() {
        const AGE: Duration = Duration::from_secs(10);
        let updates = Updates::new(&UpdateSource::default(), None);
        let (tell, told) = oneshot::channel::<Vec<Value>>();
        let first = updates.survey("a", AGE, || async { Ok(Arc::new(told.await.expect("it tells"))) });
        let again = || async { Err(op::Error::refused("it is asked again")) };
        let second = updates.survey("a", AGE, again);
        // Nobody waits any more.
        drop((first, second));
        tokio::time::advance(2 * AGE).await;
        let third = updates.survey("a", AGE, again);
        tell.send(vec!["one".into()]).expect("it is still asked");
        assert_eq!(*third.await.expect("it tells"), ["one"]);
        let not_now = || async { Err(op::Error::refused("not now")) };
        for ask in [true, false] {
            // What it told before is too old; why it does not tell is good as long.
            let told = if ask { updates.survey("a", AGE, not_now) } else { updates.survey("a", AGE, again) };
            assert_eq!(told.await.expect_err("it does not tell").to_string(), "not now");
        }
        updates.forget_missing("a");
        assert!(updates.survey("a", AGE, || async { Ok(Arc::default()) }).await.expect("it tells").is_empty());
    }
}
