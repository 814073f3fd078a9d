//! Calls: which may be repeated, how often, and what the caller is told when that is not enough.
//!
//! | what happened | a call that reads | any other call |
//! |---|---|---|
//! | session invalid, host became a member | again, once each, with the new session | same: it did not run |
//! | no connection, request not sent | again | again |
//! | connection broke, answer unreadable | again | [`Error::Unknown`]: it may have run |
//! | limit passed | [`Error::Timeout`] | [`Error::Unknown`] |
//! | any other error of the host | returned | returned |

use std::{sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep, timeout_at},
};
use xapi_types::Value;

use crate::{
    Error,
    session::{Core, Trouble},
};

/// Calls under way at once that may last: the 20 that a host bears, less those kept for reads, and one
/// for what the client asks on its own.
const LONG_CALLS: usize = 13;

/// Reads under way at once; calls that hang for a host that is away do not take their place.
const READS: usize = 6;

/// Attempts of a call, the first included.
const ATTEMPTS: u32 = 4;

/// Rest before the second attempt; it doubles with each.
const REST: Duration = Duration::from_millis(100);

/// Bounds the number of calls that are under way.
#[derive(Debug)]
pub(crate) struct Turns {
    reads: Semaphore,
    others: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        Self { reads: Semaphore::new(READS), others: Semaphore::new(LONG_CALLS) }
    }
}

impl Turns {
    async fn take(&self, method: &str, limit: Duration, deadline: Instant) -> Result<SemaphorePermit<'_>, Error> {
        let turns = if only_reads(method) { &self.reads } else { &self.others };
        let busy = || Error::Busy { method: method.to_owned(), limit };
        timeout_at(deadline, turns.acquire()).await.map_err(|_| busy())?.map_err(|_| Error::Closed)
    }
}

/// Returns whether `method` changes nothing, so that doing it twice does no harm.
pub(crate) fn only_reads(method: &str) -> bool {
    let name = method.split_once('.').map_or(method, |(_, name)| name);
    name.starts_with("get_") || method.starts_with("system.")
}

/// Calls `method` and repeats it where that is safe.
pub(crate) async fn call<T: DeserializeOwned + Send + 'static>(
    core: &Arc<Core>,
    turns: &Turns,
    method: &str,
    params: &[Value],
    limit: Option<Duration>,
) -> Result<T, Error> {
    let reads = only_reads(method);
    let limits = &core.options.limits;
    let limit = limit.unwrap_or(if reads { limits.read } else { limits.call });
    let started = Instant::now();
    let deadline = started + limit;
    let _turn = turns.take(method, limit, deadline).await?;
    // A pool that does not let us in within its own limits will not do so for this call either.
    let patience = (limits.login * 2).min(limit);
    let mut after = 0;
    let mut attempt = 1;
    loop {
        let link = core.link(after, Instant::now() + patience).await?;
        let left = deadline.saturating_duration_since(Instant::now());
        let failed = match core.call_once(&link, method, params, left).await {
            Ok(result) => {
                let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                tracing::debug!(host = %link.endpoint.address(), elapsed_ms, "called `{method}`");
                return Ok(result);
            }
            Err(failed) => failed,
        };
        let Some(trouble) = Trouble::of(&failed.error) else { return Err(failed.error) };
        let ran = failed.sent && matches!(trouble, Trouble::Suspect(_));
        core.report(&link, trouble);
        let time_is_up = Instant::now() + REST >= deadline;
        if attempt >= ATTEMPTS || time_is_up || (ran && !reads) {
            return Err(if ran && !reads {
                Error::Unknown { method: method.to_owned(), cause: Box::new(failed.error) }
            } else {
                failed.error
            });
        }
        tracing::debug!(host = %link.endpoint.address(), attempt, "calling `{method}` again: {}", failed.error);
        sleep(REST * (1 << (attempt - 1))).await;
        attempt += 1;
        after = link.generation;
    }
}

#[cfg(test)]
mod tests {
    use super::only_reads;

    #[test]
    fn only_getters_count_as_reads() {
        for method in ["VM.get_all_records", "pool.get_all", "system.listMethods"] {
            assert!(only_reads(method), "{method}");
        }
        for method in ["VM.start", "VM.set_name_label", "Async.VM.get_record", "event.from", "get_all"] {
            assert_eq!(only_reads(method), method == "get_all", "{method}");
        }
    }
}
