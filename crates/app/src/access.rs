//! May this user see, use or change this object: the one answer that every door asks for.

use acl::{Grants, Right, Standing};
use db::User;
use model::{Object, Store};
use op::Level;
use serde_json::Value;

use crate::{App, Permissions, Task};

/// What a user may see, as a key: those with the same audience get the same notification.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Sees no object.
    Nothing,
    /// Sees every object.
    Everything,
    /// Sees what rules and privileges allow.
    Some(View),
}

/// What rules and privileges allow; the same for users whose groups have the same rules, if they have none of their
/// own, and who hold the same privileges.
#[derive(Clone, Debug)]
pub struct View {
    permissions: Permissions,
    standing: Standing,
}

impl View {
    pub(crate) fn new(permissions: &Permissions, standing: Standing) -> Self {
        Self { permissions: permissions.clone(), standing }
    }

    /// Returns what those who see this bring to checks.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Returns whether `object` is seen where rules grant what `grants` says.
    pub fn sees(&self, object: &Object, grants: &Grants) -> bool {
        self.standing.sees(object, grants)
    }
}

impl PartialEq for View {
    fn eq(&self, other: &Self) -> bool {
        self.standing == other.standing
    }
}

impl Eq for View {}

impl std::hash::Hash for View {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.standing.hash(state);
    }
}

impl Audience {
    /// Returns the audience that `user` belongs to.
    pub(crate) fn of(user: Option<&User>, permissions: &Permissions) -> Self {
        match user {
            None => Self::Nothing,
            Some(user) if is_admin(user) => Self::Everything,
            Some(user) => Self::Some(View::new(permissions, permissions.standing_of(&user.id))),
        }
    }

    /// Returns whether it sees `object` now.
    pub fn sees(&self, object: &Object) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Some(View { permissions, standing }) => {
                let by_rule =
                    || !standing.subjects.is_empty() && permissions.allow(&standing.subjects, object.id(), Right::View);
                by_rule() || standing.privileges.permit_object("read", object)
            }
        }
    }
}

/// Returns whether `user` may do anything.
pub fn is_admin(user: &User) -> bool {
    user.permission == "admin"
}

/// Returns whether `user` holds the right on an object, by a rule (`level`) or a privilege (`action`). Administrators
/// hold every right.
pub(crate) fn allows(user: &User, level: Level, action: &str, object: &op::Object, permissions: &Permissions) -> bool {
    is_admin(user) || permissions.allows(&user.id, level, action, &object.id)
}

/// Returns whether `user` holds a privilege on a resource that is no object of a pool, which `resource` describes.
pub(crate) fn permits(user: &User, kind: &str, action: &str, resource: &Value, permissions: &Permissions) -> bool {
    is_admin(user) || permissions.standing_of(&user.id).privileges.permit(kind, action, resource)
}

/// Which tasks a user may see and end: administrators all; others their own, and those that are about an object that
/// they may see without being able to end them. Made for each look: rights are those of that moment.
#[derive(Clone, Debug)]
pub struct TaskAccess {
    user: String,
    is_admin: bool,
    audience: Audience,
    store: Store,
}

impl App {
    /// Returns which tasks `user` may see and end.
    pub fn task_access(&self, user: &User) -> TaskAccess {
        TaskAccess::of(user, self.store(), self.permissions())
    }
}

impl TaskAccess {
    pub(crate) fn of(user: &User, store: &Store, permissions: &Permissions) -> Self {
        let audience = Audience::of(Some(user), permissions);
        Self { user: user.id.clone(), is_admin: is_admin(user), audience, store: store.clone() }
    }

    /// Returns whether the user sees every task, and every error whole.
    pub fn sees_all(&self) -> bool {
        self.is_admin
    }

    /// Returns whether the user may know of `task`.
    pub fn sees(&self, task: &Task) -> bool {
        let is_about = || task.object().and_then(|id| self.store.get(id));
        self.owns(task) || is_about().is_some_and(|object| self.audience.sees(&object))
    }

    /// Returns whether the user may end or forget `task`.
    pub fn owns(&self, task: &Task) -> bool {
        self.is_admin || task.user() == Some(&*self.user)
    }

    /// Returns `task` as the user sees it.
    pub fn show(&self, task: &Task) -> serde_json::Value {
        task.to_json(self.is_admin)
    }
}
