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

/// Returns whether a pool answered with the error; without an answer, what was asked for may have been done.
pub(crate) fn is_answer(error: &Error) -> bool {
    match error {
        Error::ServerUnreachable { .. } => false,
        Error::Failed { data, .. } => data.contains_key("code"),
        _ => true,
    }
}
