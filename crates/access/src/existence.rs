//! Whether there was what a call named.

use op::{Error, Result};

/// Refuses a call that named the `kind` of that id, where none was found.
///
/// # Errors
///
/// [`Error::NoSuchObject`] where it was not found.
pub(crate) fn must_exist(found: bool, kind: &str, id: impl Into<String>) -> Result<()> {
    if found { Ok(()) } else { Err(Error::no_such(kind, id)) }
}
