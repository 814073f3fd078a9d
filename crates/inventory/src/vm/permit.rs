//! Rights on objects that are named inside a parameter, or by no parameter at all.
//!
//! The operation table checks ids that stand by themselves. The keys of a map and what an object points at are checked
//! here, before anything is done.

use std::sync::Arc;

use app::{Cx, On, model::Kind, model::Object};
use op::{Context, Error, Level, Result};

/// Refuses a caller who does not hold the right on `object`.
pub(super) fn permit(cx: &Cx, level: Level, action: &str, object: &Object) -> Result<()> {
    let known = op::Object { id: object.id().to_owned(), kind: object.kind().name() };
    if cx.admin() || cx.allowed(level, action, &known) {
        return Ok(());
    }
    let error = Error::unauthorized(level.name(), Some(known.id.clone()));
    Err(match cx.privilege(known.kind, action) {
        Some((resource, action)) => error.missing(resource, action, Some(known.id)),
        None => error,
    })
}

/// Returns the object `id`, which must be of that kind and which the caller must hold the right on.
pub(super) fn named(cx: &Cx, kind: Kind, id: &str, level: Level, action: &str) -> Result<Arc<Object>> {
    let found = cx.app.store().get(id).filter(|found| found.kind() == kind);
    let found = found.ok_or_else(|| Error::no_such(kind.name(), id))?;
    permit(cx, level, action, &found)?;
    Ok(found)
}

/// Refuses an object of another pool than that of `vm`, which could not be told of it.
pub(super) fn same_pool(vm: &On, other: &Object) -> Result<()> {
    if vm.object.pool() == other.pool() {
        return Ok(());
    }
    let (kind, id, vm) = (other.kind(), other.id(), vm.object.id());
    Err(Error::invalid(format!("{kind} `{id}` is in another pool than `{vm}`")))
}
