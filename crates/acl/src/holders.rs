//! Who holds which privileges.

use std::{collections::BTreeSet, sync::Arc};

use rustc_hash::FxHashMap;

use crate::{Privilege, Privileges, member::Members};

/// A role, as far as checks need to know.
#[derive(Clone, Debug, Default)]
pub struct Giver {
    /// What it gives.
    pub privileges: Vec<Arc<Privilege>>,
    /// Ids of the users and groups that have it.
    pub subjects: Vec<String>,
}

/// The roles that somebody has, and what each user holds by them.
#[derive(Debug, Default)]
pub(crate) struct Holders {
    roles: Vec<Giver>,
    held: FxHashMap<Box<str>, Privileges>,
    looks: bool,
}

impl Holders {
    /// Replaces the roles.
    pub(crate) fn set(&mut self, roles: Vec<Giver>, members: &Members) {
        self.roles = roles;
        self.roles.retain(|role| !role.subjects.is_empty());
        self.compile(members);
    }

    /// Makes anew what each user holds, by its roles and those of its groups.
    pub(crate) fn compile(&mut self, members: &Members) {
        let mut roles_of: FxHashMap<&str, BTreeSet<usize>> = FxHashMap::default();
        for (number, role) in self.roles.iter().enumerate() {
            for subject in &role.subjects {
                let own = (!members.is_group(subject)).then_some(subject.as_str());
                for user in own.into_iter().chain(members.users_of(subject)) {
                    roles_of.entry(user).or_default().insert(number);
                }
            }
        }
        // Those who have the same roles share what these give.
        let mut made: FxHashMap<BTreeSet<usize>, Privileges> = FxHashMap::default();
        let mut held = FxHashMap::default();
        for (user, roles) in roles_of {
            let privileges = made.entry(roles).or_insert_with_key(|roles| {
                Privileges::new(roles.iter().flat_map(|role| &self.roles[*role].privileges))
            });
            if !privileges.is_empty() {
                held.insert(Box::from(user), privileges.clone());
            }
        }
        self.looks = held.values().any(Privileges::look_into_objects);
        self.held = held;
    }

    /// Returns what a user holds.
    pub(crate) fn of(&self, user: &str) -> Privileges {
        self.held.get(user).cloned().unwrap_or_default()
    }

    /// Returns who holds any privilege.
    pub(crate) fn users(&self) -> impl Iterator<Item = &str> {
        self.held.keys().map(|user| &**user)
    }

    /// Tells whether nobody holds any.
    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Tells whether what anybody sees depends on what objects are like.
    pub(crate) fn look_into_objects(&self) -> bool {
        self.looks
    }
}
