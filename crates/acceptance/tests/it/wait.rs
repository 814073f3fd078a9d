//! Waits are for a condition, with a limit.

use std::time::Duration;

/// Time that anything may take; far more than it takes on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_mins(2);

/// Asks `condition` again and again until it gives something.
#[track_caller]
pub(crate) fn until<T>(what: &str, condition: impl AsyncFnMut() -> Option<T>) -> impl Future<Output = T> {
    until_within(LIMIT, what, condition)
}

/// As [`until`], with a limit of its own.
#[track_caller]
pub(crate) fn until_within<T>(
    limit: Duration,
    what: &str,
    mut condition: impl AsyncFnMut() -> Option<T>,
) -> impl Future<Output = T> {
    let place = std::panic::Location::caller();
    async move {
        let asking = async {
            loop {
                if let Some(value) = condition().await {
                    break value;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let done = tokio::time::timeout(limit, asking).await.ok();
        done.unwrap_or_else(|| panic!("{place}: not within {limit:?}: {what}"))
    }
}
