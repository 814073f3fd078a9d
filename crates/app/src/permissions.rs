//! The rules, roles and groups in memory, kept as the database and the store have them.
//!
//! Every change goes through one door, in order, and what it does to anybody's view is told to the feed before the
//! next. The objects are followed only once there is a rule or somebody has a role: where only administrators sign in, nothing is spent.

use std::{collections::BTreeMap, sync::Arc};

use acl::{Acl, Effect, Giver, Privilege, Regrant, Right, RoleTemplate, Rule, Standing, Subjects};
use db::Db;
use filter::Filter;
use model::{Delta, Object, Store};
use op::Level;
use parking_lot::{Mutex, RwLock};
use rustc_hash::{FxHashMap, FxHashSet};
use tracing::warn;

use crate::{
    Audience, Feed,
    access::View,
    feed::{Moved, Shift, Shifted},
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
        db.roles().synchronise(&templates()).await?;
        let (rules, groups, roles) = (db.acl_rules().all().await?, db.groups().all().await?, givers(db).await?);
        let mut following = self.0.following.lock();
        let mut acl = self.0.acl.write();
        for group in groups {
            acl.set_group(&group.id, &group.users);
        }
        for rule in rules {
            acl.add(&Rule { subject: rule.subject, object: rule.object, action: rule.action });
        }
        acl.set_roles(roles);
        *following = acl.has_rules() || acl.has_holders();
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
            let shift = self.shift(&delta);
            self.0.feed.publish_shift(Shift(shift));
        }
        self.0.feed.publish(delta);
    }

    /// Follows a change of the store and returns what it does to rights.
    fn shift(&self, delta: &Delta) -> Vec<Shifted> {
        let entered: FxHashSet<&str> = delta.entered.iter().map(|object| object.id()).collect();
        // Privileges look at what an object is like; rules do not, and what it was like need not be known.
        let mut former: FxHashMap<&str, Arc<Object>> = FxHashMap::default();
        let holders = {
            let acl = self.0.acl.read();
            let holders = acl.has_holders();
            for object in delta.entered.iter().filter(|_| holders) {
                former.extend(acl.object(object.id()).map(|known| (object.id(), known.clone())));
            }
            holders
        };
        let mut regrant = self.put(&delta.entered);
        regrant.extend(self.0.acl.write().follow(&[], &delta.left));
        let acl = self.0.acl.read();
        let left: FxHashSet<&str> = delta.left.iter().map(|object| object.id()).collect();
        let mut shift = Vec::with_capacity(regrant.len());
        for change in regrant {
            let told = entered.contains(change.object.id());
            let after = (told || !left.contains(change.object.id())).then(|| change.object.clone());
            let before = if told && holders { former.remove(change.object.id()) } else { Some(change.object) };
            shift.push(Shifted { before, after, old: change.old, new: change.new, told });
        }
        if holders {
            let known: FxHashSet<String> = shift.iter().map(|change| change.id().to_owned()).collect();
            let new = |id: &str| !known.contains(id);
            for object in delta.left.iter().filter(|object| new(object.id()) && !entered.contains(object.id())) {
                let grants = acl.grants(object.id());
                let before = Some(object.clone());
                shift.push(Shifted { before, after: None, old: grants.clone(), new: grants, told: false });
            }
            for object in delta.entered.iter().filter(|object| new(object.id())) {
                let Some(before) = former.remove(object.id()) else { continue };
                if acl.looks_into_objects() || before.kind() != object.kind() {
                    let (after, grants) = (Some(object.clone()), acl.grants(object.id()));
                    let before = Some(before);
                    shift.push(Shifted { before, after, old: grants.clone(), new: grants, told: true });
                }
            }
        }
        shift.retain(|change| !(change.told && change.old.is_empty() && (!holders || change.before.is_none())));
        shift
    }

    /// Makes a change of rules, roles or groups and tells the feed what becomes visible to whom, and what does not stay so.
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
        let before: Vec<_> = affected.iter().map(|user| self.standing_of(&user.id)).collect();
        let regrant = change(&mut self.0.acl.write());
        let shift = regrant.into_iter().map(|change| {
            let (before, after) = (Some(change.object.clone()), Some(change.object));
            Shifted { before, after, old: change.old, new: change.new, told: false }
        });
        self.0.feed.publish_shift(Shift(shift.collect()));
        let is_needed = |acl: &Acl| acl.has_rules() || acl.has_holders();
        if !*following && is_needed(&self.0.acl.read()) {
            *following = true;
            self.put(&self.0.store.snapshot().iter().collect::<Vec<_>>());
        }
        let mut moved = Vec::new();
        for (user, before) in affected.into_iter().zip(before) {
            let after = self.standing_of(&user.id);
            if before != after {
                let audience = |standing: &Standing| Audience::Some(View::new(self, standing.clone()));
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
        Moved { audience: Audience::Some(View::new(self, self.standing_of(&user.id))), user: user.id, entered, left }
    }

    fn put(&self, objects: &[Arc<Object>]) -> Regrant {
        objects.chunks(AT_ONCE).flat_map(|objects| self.0.acl.write().follow(objects, &[])).collect()
    }

    /// Returns what a user brings to a check.
    pub fn standing_of(&self, user: &str) -> Standing {
        self.0.acl.read().standing_of(user)
    }

    /// Returns whether `subjects` have a right on the object `id`.
    pub(crate) fn allow(&self, subjects: &Subjects, id: &str, right: Right) -> bool {
        self.0.acl.read().allows(subjects, id, right)
    }

    /// Returns whether rules give a user the right `level` on the object `id`, or privileges permit `action` on it.
    pub fn allows(&self, user: &str, level: Level, action: &str, id: &str) -> bool {
        let right = match level {
            Level::None => return true,
            Level::View => Right::View,
            Level::Operate => Right::Operate,
            Level::Administrate => Right::Administrate,
        };
        let standing = {
            let acl = self.0.acl.read();
            let standing = acl.standing_of(user);
            if acl.allows(&standing.subjects, id, right) {
                return true;
            }
            standing
        };
        !standing.privileges.is_empty()
            && self.0.store.get(id).is_some_and(|object| standing.privileges.permit_object(action, &object))
    }

    /// Returns whether there can be a resource of this kind on which privileges permit a user the action.
    pub(crate) fn holds(&self, user: &str, resource: &str, action: &str) -> bool {
        self.standing_of(user).privileges.permit_some(resource, action)
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

/// The roles that come with the server, as the database keeps them.
fn templates() -> Vec<db::Template> {
    let template = |role: RoleTemplate| db::Template {
        number: role.number,
        name: role.name.to_owned(),
        description: role.description.to_owned(),
        allows: role.allows().into_iter().map(|(kind, action)| (kind.to_owned(), action.to_owned())).collect(),
    };
    RoleTemplate::ALL.into_iter().map(template).collect()
}

/// Reads the roles that somebody has.
pub(crate) async fn givers(db: &Db) -> db::Result<Vec<Giver>> {
    let roles = db.roles().all().await?.into_iter();
    let given = roles.filter(|role| !(role.users.is_empty() && role.groups.is_empty()));
    let giver = |role: db::Role| Giver {
        privileges: role.privileges.into_iter().filter_map(privilege).map(Arc::new).collect(),
        subjects: role.users.into_iter().chain(role.groups).collect(),
    };
    Ok(given.map(giver).collect())
}

/// Returns a privilege as checks want it.
fn privilege(stored: db::Privilege) -> Option<Privilege> {
    let db::Privilege { resource, action, deny, selector, id, .. } = stored;
    let effect = if deny { Effect::Deny } else { Effect::Allow };
    let selector = match selector.map(|text| Filter::parse(&text)).transpose() {
        Ok(selector) => selector,
        Err(error) if deny => {
            warn!(privilege.id = id, "privilege `{id}` denies everything, because its selector is wrong: {error}");
            None
        }
        Err(error) => {
            warn!(privilege.id = id, "privilege `{id}` allows nothing, because its selector is wrong: {error}");
            return None;
        }
    };
    Some(Privilege { resource, action, effect, selector })
}
