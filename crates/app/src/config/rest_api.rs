//! The `[rest-api]` section.

use std::num::NonZeroU32;

use serde::Deserialize;

use crate::Duration;

/// REST. The keys of the limit are of our own.
///
/// There is no limit unless one is set: what scripts do today, they may do tomorrow, and how much is too much depends
/// on the pools behind.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct RestApi {
    /// How much may wait for a reader of events before it is cut off, in bytes.
    pub max_ram_allocated_per_sse_client: usize,
    /// Requests a second that each token may make on the average; each user without one; each address, where nobody
    /// is signed in.
    pub requests_per_second: Option<NonZeroU32>,
    /// Requests that may come at once; those of ten seconds when left out.
    pub burst: Option<NonZeroU32>,
    /// How long what a dashboard tells is good, where hosts had to be asked for it.
    pub dashboard_cache_expires_in: Duration,
    /// How long a dashboard waits for hosts to tell.
    pub dashboard_cache_timeout: Duration,
}

impl Default for RestApi {
    fn default() -> Self {
        Self {
            max_ram_allocated_per_sse_client: 20 << 20,
            requests_per_second: None,
            burst: None,
            dashboard_cache_expires_in: Duration::from_millis(5 * 60_000),
            dashboard_cache_timeout: Duration::from_millis(10_000),
        }
    }
}

impl RestApi {
    pub(super) fn check(self) -> Result<(), (String, String)> {
        if self.burst.is_some() && self.requests_per_second.is_none() {
            let what = "of no use without `rest-api.requestsPerSecond`".to_owned();
            return Err(("rest-api.burst".to_owned(), what));
        }
        Ok(())
    }
}
