//! May this user see, use or change this object: the one answer that every door asks for.

use acl::{Right, Subjects};
use db::User;
use model::{Object, Store};
use op::Level;

use crate::{App, Permissions, Task};

/// What a user may see, as a key: those with the same audience get the same notification.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Sees no object.
    Nothing,
    /// Sees every object.
    Everything,
    /// Sees what rules allow.
    Some(View),
}

/// What the rules of some subjects allow; the same for users whose groups have the same rules, if they have none of
/// their own.
#[derive(Clone, Debug)]
pub struct View {
    permissions: Permissions,
    subjects: Subjects,
}

impl View {
    pub(crate) fn new(permissions: &Permissions, subjects: Subjects) -> Self {
        Self { permissions: permissions.clone(), subjects }
    }

    /// Returns whose rules these are.
    pub fn subjects(&self) -> &Subjects {
        &self.subjects
    }
}

impl PartialEq for View {
    fn eq(&self, other: &Self) -> bool {
        self.subjects == other.subjects
    }
}

impl Eq for View {}

impl std::hash::Hash for View {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.subjects.hash(state);
    }
}

impl Audience {
    /// Returns the audience that `user` belongs to.
    pub(crate) fn of(user: Option<&User>, permissions: &Permissions) -> Self {
        match user {
            None => Self::Nothing,
            Some(user) if is_admin(user) => Self::Everything,
            Some(user) => Self::Some(View::new(permissions, permissions.subjects_of(&user.id))),
        }
    }

    /// Returns whether it sees `object` now.
    pub fn sees(&self, object: &Object) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Some(view) => {
                !view.subjects.is_empty() && view.permissions.allow(&view.subjects, object.id(), Right::View)
            }
        }
    }
}

/// Returns whether `user` may do anything.
pub fn is_admin(user: &User) -> bool {
    user.permission == "admin"
}

/// Returns whether `user` holds the right on an object. Administrators hold every right.
pub(crate) fn allows(user: &User, level: Level, _action: &str, object: &op::Object, permissions: &Permissions) -> bool {
    is_admin(user) || permissions.allows(&user.id, level, &object.id)
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
        let (audience, store) = (self.audience(Some(user)), self.store().clone());
        TaskAccess { user: user.id.clone(), is_admin: is_admin(user), audience, store }
    }
}

impl TaskAccess {
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
