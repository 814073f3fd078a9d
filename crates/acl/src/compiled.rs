//! The rules compiled, and kept so.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{Delta, Object};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    Giver, Grants, Right, Role, Rule, Standing, Subjects, grants::List, graph::Graph, holders::Holders, member::Members,
};

/// Actions by subject.
type Actions = BTreeMap<Box<str>, BTreeSet<Box<str>>>;

/// Decides; see the crate.
#[derive(Debug, Default)]
pub struct Acl {
    members: Members,
    holders: Holders,
    /// Actions by object and subject.
    rules: FxHashMap<Box<str>, Actions>,
    /// Objects that rules of a subject name.
    by_subject: FxHashMap<Box<str>, BTreeSet<Box<str>>>,
    /// Numbers of the subjects that ever had a rule.
    ruled: FxHashSet<u32>,
    graph: Graph,
}

/// The rights on an object have changed.
#[derive(Clone, Debug)]
pub struct Regranted {
    /// The object, as it is or was last.
    pub object: Arc<Object>,
    /// What was granted.
    pub old: Grants,
    /// What is granted now; nothing on an object that is gone.
    pub new: Grants,
}

/// What a change did to the rights: each object once.
pub type Regrant = Vec<Regranted>;

impl Acl {
    /// Adds a rule; one that is there already changes nothing.
    pub fn add(&mut self, rule: &Rule) -> Regrant {
        let subjects = self.rules.entry(rule.object.as_str().into()).or_default();
        if !subjects.entry(rule.subject.as_str().into()).or_default().insert(rule.action.as_str().into()) {
            return Regrant::new();
        }
        self.by_subject.entry(rule.subject.as_str().into()).or_default().insert(rule.object.as_str().into());
        let number = self.members.number_or_new(&rule.subject);
        self.ruled.insert(number);
        self.compile(&rule.object)
    }

    /// Removes a rule; one that is not there changes nothing.
    pub fn remove(&mut self, rule: &Rule) -> Regrant {
        let Some(subjects) = self.rules.get_mut(&*rule.object) else { return Regrant::new() };
        let Some(actions) = subjects.get_mut(&*rule.subject) else { return Regrant::new() };
        if !actions.remove(&*rule.action) {
            return Regrant::new();
        }
        if actions.is_empty() {
            subjects.remove(&*rule.subject);
            if subjects.is_empty() {
                self.rules.remove(&*rule.object);
            }
            if let Some(objects) = self.by_subject.get_mut(&*rule.subject) {
                objects.remove(&*rule.object);
                if objects.is_empty() {
                    self.by_subject.remove(&*rule.subject);
                }
            }
        }
        self.compile(&rule.object)
    }

    /// Removes all rules of a subject.
    pub fn remove_subject(&mut self, subject: &str) -> Regrant {
        let mut regrant = Regrant::new();
        for object in self.by_subject.get(subject).cloned().unwrap_or_default() {
            let actions = self.rules.get(&object).and_then(|subjects| subjects.get(subject)).cloned();
            for action in actions.into_iter().flatten() {
                regrant.extend(self.remove(&Rule::new(subject, &*object, &*action)));
            }
        }
        regrant
    }

    /// Replaces the members of a group.
    pub fn set_group(&mut self, group: &str, users: impl IntoIterator<Item = impl AsRef<str>>) {
        self.members.set(group, users);
        self.holders.compile(&self.members);
    }

    /// Forgets a group; its rules stay until [`Self::remove_subject`].
    pub fn remove_group(&mut self, group: &str) {
        self.members.remove(group);
        self.holders.compile(&self.members);
    }

    /// Takes a user out of every group; its rules stay until [`Self::remove_subject`].
    pub fn remove_user(&mut self, user: &str) {
        self.members.remove_user(user);
        self.holders.compile(&self.members);
    }

    /// Replaces the roles that give privileges.
    pub fn set_roles(&mut self, roles: Vec<Giver>) {
        self.holders.set(roles, &self.members);
    }

    /// Returns the ids of the users who hold any privilege.
    pub fn holders(&self) -> Vec<String> {
        self.holders.users().map(ToOwned::to_owned).collect()
    }

    /// Tells whether anybody holds a privilege.
    pub fn has_holders(&self) -> bool {
        !self.holders.is_empty()
    }

    /// Tells whether what anybody sees depends on what objects are like.
    pub fn looks_into_objects(&self) -> bool {
        self.holders.look_into_objects()
    }

    /// Returns what a user brings to a check.
    pub fn standing_of(&self, user: &str) -> Standing {
        Standing { subjects: self.subjects_of(user), privileges: self.holders.of(user) }
    }

    /// Returns the ids of the members of a group.
    pub fn members_of(&self, group: &str) -> Vec<String> {
        self.members.users_of(group).map(ToOwned::to_owned).collect()
    }

    /// Returns the ids of the groups of a user.
    pub fn groups_of(&self, user: &str) -> Vec<String> {
        self.members.groups_of(user).map(ToOwned::to_owned).collect()
    }

    /// Tells whether there is any rule.
    pub fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    /// Returns the user and the groups that it is in, as checks want them.
    ///
    /// Those who never had a rule are left out, so that users who may see the same have the same subjects.
    pub fn subjects_of(&self, user: &str) -> Subjects {
        let all = std::iter::once(user).chain(self.members.groups_of(user));
        let mut numbers: Vec<u32> = all
            .filter_map(|subject| self.members.number(subject))
            .filter(|number| self.ruled.contains(number))
            .collect();
        numbers.sort_unstable();
        Subjects(numbers.into())
    }

    /// Follows the objects: some have entered or changed, others have left.
    pub fn apply(&mut self, delta: &Delta) -> Regrant {
        self.follow(&delta.entered, &delta.left)
    }

    /// Same, for a part of a change.
    pub fn follow(&mut self, entered: &[Arc<Object>], left: &[Arc<Object>]) -> Regrant {
        let mut dirty = Vec::new();
        for object in left {
            self.graph.remove(object.id(), &mut dirty);
        }
        for object in entered {
            self.graph.put(object, &mut dirty);
        }
        let regrant = self.graph.refresh(dirty);
        self.graph.forget(left.iter().map(|object| object.id().to_owned()));
        regrant
    }

    /// Returns the object `id` as it was followed last.
    pub fn object(&self, id: &str) -> Option<&Arc<Object>> {
        self.graph.object(id)
    }

    /// Returns what rules grant on the object `id`.
    pub fn grants(&self, id: &str) -> Grants {
        self.graph.grants(id).cloned().unwrap_or_default()
    }

    /// Tells whether `subjects` have `right` on the object `id`; nobody has any on an object that is not there.
    pub fn allows(&self, subjects: &Subjects, id: &str, right: Right) -> bool {
        self.graph.grants(id).is_some_and(|grants| grants.allow(subjects, right))
    }

    /// Returns what rules say of a user and its groups: names of rights by object, as they are, without inheritance.
    pub fn granted(&self, user: &str) -> BTreeMap<&str, Vec<&str>> {
        let mut granted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for subject in std::iter::once(user).chain(self.members.groups_of(user)) {
            for object in self.by_subject.get(subject).into_iter().flatten() {
                for action in self.rules[object].get(subject).into_iter().flatten() {
                    let names = granted.entry(object).or_default();
                    for name in Role::names_of(action) {
                        if !names.contains(&name) {
                            names.push(name);
                        }
                    }
                }
            }
        }
        granted
    }

    fn compile(&mut self, object: &str) -> Regrant {
        let rules = self.list(object);
        self.graph.set_rules(object, rules)
    }

    fn list(&self, object: &str) -> List {
        let subjects = self.rules.get(object)?;
        let mut list: Vec<_> = subjects
            .iter()
            .filter_map(|(subject, actions)| {
                let rights =
                    actions.iter().flat_map(|action| Role::names_of(action)).filter_map(Right::parse).collect();
                Some((self.members.number(subject)?, rights))
            })
            .filter(|(_, rights): &(u32, crate::Rights)| !rights.is_empty())
            .collect();
        list.sort_unstable_by_key(|(subject, _)| *subject);
        (!list.is_empty()).then(|| list.into())
    }
}
