//! Users and groups by number, and who is in which group.

use std::{collections::BTreeSet, sync::Arc};

use rustc_hash::FxHashMap;

/// A user and its groups, as checks want them; a clone is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Subjects(pub(crate) Arc<[u32]>);

impl Subjects {
    /// Tells whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The numbers of subjects, and the groups of users.
#[derive(Debug, Default)]
pub(crate) struct Members {
    numbers: FxHashMap<Box<str>, u32>,
    users: FxHashMap<Box<str>, BTreeSet<Box<str>>>,
    groups: FxHashMap<Box<str>, BTreeSet<Box<str>>>,
}

impl Members {
    /// Returns the number of a subject.
    pub(crate) fn number(&self, subject: &str) -> Option<u32> {
        self.numbers.get(subject).copied()
    }

    /// Returns the number of a subject, which gets one if it has none.
    pub(crate) fn number_or_new(&mut self, subject: &str) -> u32 {
        let next = u32::try_from(self.numbers.len()).expect("there are fewer subjects");
        *self.numbers.entry(subject.into()).or_insert(next)
    }

    /// Replaces the members of a group.
    pub(crate) fn set(&mut self, group: &str, users: impl IntoIterator<Item = impl AsRef<str>>) {
        self.remove(group);
        let users: BTreeSet<Box<str>> = users.into_iter().map(|user| user.as_ref().into()).collect();
        for user in &users {
            self.groups.entry(user.clone()).or_default().insert(group.into());
        }
        self.users.insert(group.into(), users);
    }

    /// Forgets a group.
    pub(crate) fn remove(&mut self, group: &str) {
        for user in self.users.remove(group).into_iter().flatten() {
            if let Some(groups) = self.groups.get_mut(&user) {
                groups.remove(group);
                if groups.is_empty() {
                    self.groups.remove(&user);
                }
            }
        }
    }

    /// Takes a user out of every group.
    pub(crate) fn remove_user(&mut self, user: &str) {
        for group in self.groups.remove(user).into_iter().flatten() {
            if let Some(users) = self.users.get_mut(&group) {
                users.remove(user);
            }
        }
    }

    /// Tells whether there is a group of this id.
    pub(crate) fn is_group(&self, id: &str) -> bool {
        self.users.contains_key(id)
    }

    /// Returns the members of a group.
    pub(crate) fn users_of(&self, group: &str) -> impl Iterator<Item = &str> {
        self.users.get(group).into_iter().flatten().map(|user| &**user)
    }

    /// Returns the groups of a user.
    pub(crate) fn groups_of(&self, user: &str) -> impl Iterator<Item = &str> {
        self.groups.get(user).into_iter().flatten().map(|group| &**group)
    }
}
