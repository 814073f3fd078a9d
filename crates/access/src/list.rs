//! What lists of several features share.

use app::Cx;
use op::Result;
use serde::Serialize;
use serde_json::Value;

/// Returns what is told of things, of those that the caller may read: resources of the kind `resource`.
pub(crate) fn readable<T: Serialize>(cx: &Cx, resource: &str, all: impl IntoIterator<Item = T>) -> Result<Vec<Value>> {
    let mut readable = Vec::new();
    for one in all {
        let described = told(&one)?;
        if cx.permits(resource, "read", &described) {
            readable.push(described);
        }
    }
    Ok(readable)
}

/// Returns what is told of a thing.
pub(crate) fn told(of: &impl Serialize) -> Result<Value> {
    serde_json::to_value(of).map_err(|error| op::Error::failed(format!("cannot describe it: {error}")))
}
