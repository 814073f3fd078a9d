//! Updates of hosts: what each lacks, as it was last told.
//!
//! Asking a host takes it seconds, and pages ask again and again: what it told is good for a minute, as with the original.

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::Mutex;
use serde_json::Value;
use tokio::time::Instant;

/// How long what a host lacks is good.
const FRESH: Duration = Duration::from_secs(60);

/// What is known of updates; clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Updates(Arc<Inner>);

/// What a host lacks, and when it told.
type Told = (Instant, Arc<Vec<Value>>);

#[derive(Debug, Default)]
struct Inner {
    /// By host.
    missing: Mutex<HashMap<String, Told>>,
}

impl Updates {
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_a_host_lacks_is_good_for_a_minute_and_until_something_is_installed() {
        let updates = Updates::default();
        updates.keep_missing("a", vec!["one".into()]);
        updates.keep_missing("b", Vec::new());
        assert_eq!(*updates.missing("a").expect("it is fresh"), ["one"]);
        updates.forget_missing("a");
        assert!(updates.missing("a").is_none() && updates.missing("b").is_some());
        tokio::time::advance(FRESH).await;
        assert!(updates.missing("b").is_none());
    }
}
