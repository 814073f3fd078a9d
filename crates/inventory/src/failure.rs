//! What failed at a pool, where an operation goes by the reason.

use op::Error;

/// Returns XAPI's code of an error that no caller waits for.
pub(crate) fn code(error: &Error) -> Option<&str> {
    match error {
        Error::Failed { data, .. } => data.get("code")?.as_str(),
        _ => None,
    }
}

/// Returns the parameter `at` of that code.
pub(crate) fn param(error: &Error, at: usize) -> Option<&str> {
    match error {
        Error::Failed { data, .. } => data.get("params")?.get(at)?.as_str(),
        _ => None,
    }
}
