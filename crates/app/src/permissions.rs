//! The rules and groups in memory, kept as the database and the store have them.
//!
//! Every change goes through one door, in order, and what it does to anybody's view is told to the feed before the
//! next. The objects are followed only once there is a rule: where only administrators sign in, nothing is spent.

use std::{collections::BTreeMap, sync::Arc};

use acl::{Acl, Regrant, Right, Rule, Subjects};
use db::Db;
use model::{Delta, Object, Store};
use op::Level;
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxHashSet;

use crate::{
    Audience, Feed,
    access::View,
    feed::{Moved, Shift},
};

/// Objects followed under one lock: those who ask for a right wait no longer than that.
const AT_ONCE: usize = 1000;

/// Who may see and touch what; clones are the same.
#[derive(Clone, Debug)]
pub struct Permissions(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    feed: Feed,
    acl: RwLock<Acl>,
    /// Whether the objects are followed; held while a change is made and told, so that the feed has them in order.
    following: Mutex<bool>,
    /// Held while a change is written to the database and then made, so that both end alike.
    writing: tokio::sync::Mutex<()>,
}

/// A user who is connected, whose view may change.
pub(crate) struct Affected {
    /// Id of the user.
    pub(crate) id: String,
    /// Whether any connection is open, which is to be told.
    pub(crate) connected: bool,
}

impl Permissions {
    pub(crate) fn new(store: Store, feed: Feed) -> Self {
        Self(Arc::new(Inner {
            store,
            feed,
            acl: RwLock::default(),
            following: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
        }))
    }

    /// Reads what the database has; for a store that is empty yet.
    pub(crate) async fn load(&self, db: &Db) -> db::Result<()> {
        let (rules, groups) = (db.acl_rules().all().await?, db.groups().all().await?);
        let mut following = self.0.following.lock();
        let mut acl = self.0.acl.write();
        for group in groups {
            acl.set_group(&group.id, &group.users);
        }
        *following = !rules.is_empty();
        for rule in rules {
            acl.add(&Rule { subject: rule.subject, object: rule.object, action: rule.action });
        }
        Ok(())
    }

    /// Returns what has to be held while a change is written and made.
    pub(crate) async fn writing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.writing.lock().await
    }

    /// Follows a change of the store and tells the feed of it.
    pub fn follow(&self, delta: Delta) {
        let following = self.0.following.lock();
        if *following {
            let mut regrant = self.put(&delta.entered);
            regrant.extend(self.0.acl.write().follow(&[], &delta.left));
            let told: FxHashSet<&str> = delta.entered.iter().map(|object| object.id()).collect();
            let shift = regrant
                .into_iter()
                .map(|change| {
                    let told = told.contains(change.object.id());
                    (change, told)
                })
                .filter(|(change, told)| !(*told && change.old.is_empty()))
                .collect();
            self.0.feed.publish_shift(Shift(shift));
        }
        self.0.feed.publish(delta);
    }

    /// Makes a change of rules or groups and tells the feed what becomes visible to whom, and what does not stay so.
    ///
    /// `affected` names the users whose groups or first rules change. Takes time that grows with the objects: not for
    /// a thread that serves clients.
    pub(crate) fn change(
        &self,
        affected: impl FnOnce(&Acl) -> Vec<Affected>,
        change: impl FnOnce(&mut Acl) -> Regrant,
    ) {
        let mut following = self.0.following.lock();
        let affected = affected(&self.0.acl.read());
        let before: Vec<_> = affected.iter().map(|user| self.subjects_of(&user.id)).collect();
        let regrant = change(&mut self.0.acl.write());
        self.0.feed.publish_shift(Shift(regrant.into_iter().map(|change| (change, false)).collect()));
        if !*following && self.0.acl.read().has_rules() {
            *following = true;
            self.put(&self.0.store.snapshot().iter().collect::<Vec<_>>());
        }
        let mut moved = Vec::new();
        for (user, before) in affected.into_iter().zip(before) {
            let after = self.subjects_of(&user.id);
            if before != after {
                let audience = |subjects: &Subjects| Audience::Some(View::new(self, subjects.clone()));
                let (before, after) = (audience(&before), audience(&after));
                moved.push(self.moved(user, &before, &after));
            }
        }
        self.0.feed.publish_moved(moved);
    }

    /// Tells the feed that a user has become an administrator, or is none any more.
    pub(crate) fn changed_permission(&self, user: Affected, before: &Audience, after: &Audience) {
        let _in_order = self.0.following.lock();
        let moved = self.moved(user, before, after);
        self.0.feed.publish_moved(vec![moved]);
    }

    fn moved(&self, user: Affected, before: &Audience, after: &Audience) -> Moved {
        let (mut entered, mut left) = (Vec::new(), Vec::new());
        if user.connected {
            for object in &self.0.store.snapshot() {
                match (before.sees(&object), after.sees(&object)) {
                    (false, true) => entered.push(object),
                    (true, false) => left.push(object),
                    _ => {}
                }
            }
        }
        Moved { audience: Audience::Some(View::new(self, self.subjects_of(&user.id))), user: user.id, entered, left }
    }

    fn put(&self, objects: &[Arc<Object>]) -> Regrant {
        objects.chunks(AT_ONCE).flat_map(|objects| self.0.acl.write().follow(objects, &[])).collect()
    }

    /// Returns the user and its groups, as far as they ever had rules.
    pub fn subjects_of(&self, user: &str) -> Subjects {
        self.0.acl.read().subjects_of(user)
    }

    /// Returns whether `subjects` have a right on the object `id`.
    pub(crate) fn allow(&self, subjects: &Subjects, id: &str, right: Right) -> bool {
        self.0.acl.read().allows(subjects, id, right)
    }

    /// Returns whether the rules give a user a right on the object `id`.
    pub fn allows(&self, user: &str, level: Level, id: &str) -> bool {
        let right = match level {
            Level::None => return true,
            Level::View => Right::View,
            Level::Operate => Right::Operate,
            Level::Administrate => Right::Administrate,
        };
        let acl = self.0.acl.read();
        acl.allows(&acl.subjects_of(user), id, right)
    }

    /// Returns what the rules of a user and its groups say: names of rights by object, without inheritance.
    pub fn granted(&self, user: &str) -> BTreeMap<String, Vec<String>> {
        let acl = self.0.acl.read();
        let granted = acl.granted(user).into_iter();
        granted.map(|(id, names)| (id.to_owned(), names.into_iter().map(ToOwned::to_owned).collect())).collect()
    }

    /// Returns the ids of the groups of a user.
    pub fn groups_of(&self, user: &str) -> Vec<String> {
        self.0.acl.read().groups_of(user)
    }
}
