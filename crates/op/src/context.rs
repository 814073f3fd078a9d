//! What the table asks of the application.

use serde_json::Value;

use crate::Level;

/// An object that an id names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The object's own id, whatever the caller used to name it.
    pub id: String,
    /// Its kind, such as `VM` or `VM-snapshot`.
    pub kind: &'static str,
}

/// One call as the application sees it: who calls, and what objects there are.
pub trait Context: Clone + Send + Sync + 'static {
    /// Returns whether a user is signed in.
    fn signed_in(&self) -> bool;
    /// Returns whether the user may do anything.
    fn admin(&self) -> bool;
    /// Returns the object that `id` names, be it by its id or by its XAPI reference.
    fn resolve(&self, id: &str) -> Option<Object>;
    /// Returns whether there can be a resource of this kind (`user`) on which the user holds a privilege for `action`.
    ///
    /// Administrators hold every privilege; nobody else does where this is not said.
    fn holds(&self, resource: &str, action: &str) -> bool {
        let _ = (resource, action);
        self.admin()
    }
    /// Returns the privilege that lets do `action` to objects of `kind`: the kind of resource that they are, and the
    /// action as privileges call it.
    fn privilege(&self, kind: &str, action: &str) -> Option<(&'static str, String)> {
        let _ = (kind, action);
        None
    }
    /// Returns whether the signed-in user, who is no administrator, holds the right on the object.
    ///
    /// `level` is the classic right, `action` the finer one (`start`, `update:tags`).
    fn allowed(&self, level: Level, action: &str, object: &Object) -> bool;
    /// Hears what the call has been let in for: the operation, and its parameters that are ids, as the objects' own.
    ///
    /// [`Ops::check_access`](crate::Ops::check_access) of the two says later whether it still would be.
    fn admitted(&mut self, operation: &'static str, ids: Value) {
        let _ = (operation, ids);
    }
}
