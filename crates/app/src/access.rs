//! May this user see, use or change this object: the one answer that every door asks for.

use db::User;
use model::Object;
use op::Level;

/// What a user may see, as a key: those with the same audience get the same notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// Sees no object.
    Nothing,
    /// Sees every object.
    Everything,
}

impl Audience {
    /// Returns the audience that `user` belongs to.
    pub fn of(user: Option<&User>) -> Self {
        if user.is_some_and(is_admin) { Self::Everything } else { Self::Nothing }
    }

    /// Returns whether it sees `object`.
    pub fn sees(self, _object: &Object) -> bool {
        self == Self::Everything
    }
}

/// Returns whether `user` may do anything.
pub(crate) fn is_admin(user: &User) -> bool {
    user.permission == "admin"
}

/// Returns whether `user` holds the right on an object.
///
/// Administrators hold every right. Rights of others come with access lists; until then they hold none.
pub(crate) fn allows(user: &User, _level: Level, _action: &str, _object: &op::Object) -> bool {
    is_admin(user)
}
