//! May this user see, use or change this object: the one answer that every door asks for.

use acl::{Right, Subjects};
use db::User;
use model::Object;
use op::Level;

use crate::Permissions;

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
