//! Time as a pool sees it.

use std::{
    sync::Arc,
    sync::atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;
use xapi_types::DateTime;

/// The machine's time, moved by an offset that tests may change.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset: Arc<AtomicI64>,
}

impl Clock {
    /// Returns the time, in UTC.
    pub fn now(&self) -> DateTime {
        DateTime::from_unix(Timestamp::now().as_second() + self.offset.load(Ordering::Relaxed))
    }

    /// Moves the pool's time by `seconds`, which may be negative.
    pub fn advance(&self, seconds: i64) {
        self.offset.fetch_add(seconds, Ordering::Relaxed);
    }
}
