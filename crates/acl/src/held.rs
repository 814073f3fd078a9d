//! What a user brings to a check.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{Hash, Hasher},
    sync::Arc,
};

use filter::Subject;
use model::Object;
use rustc_hash::FxHashMap;

use crate::{Effect, Grants, Privilege, Right, Subjects, action_of, permit, privilege::covers, resource_of};

/// The privileges that a user holds by its roles and those of its groups; a clone is the same.
///
/// Two are equal where they say the same, so that users who may do the same share what is made for them.
#[derive(Clone, Debug, Default)]
pub struct Privileges(Arc<Held>);

#[derive(Debug, Default)]
struct Held {
    by_resource: FxHashMap<Box<str>, Vec<Arc<Privilege>>>,
    /// Each privilege as it is written, in order.
    written: BTreeSet<String>,
}

impl Privileges {
    pub(crate) fn new<'p>(all: impl IntoIterator<Item = &'p Arc<Privilege>>) -> Self {
        let each: BTreeMap<String, &Arc<Privilege>> = all.into_iter().map(|held| (held.to_string(), held)).collect();
        let mut held = Held::default();
        for (written, privilege) in each {
            held.by_resource.entry(privilege.resource.as_str().into()).or_default().push(Arc::clone(privilege));
            held.written.insert(written);
        }
        Self(Arc::new(held))
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.written.is_empty()
    }

    /// Tells whether they permit an action on a resource.
    pub fn permit(&self, resource: &str, action: &str, object: &(impl Subject + ?Sized)) -> bool {
        let held = self.0.by_resource.get(resource).into_iter().flatten();
        permit(held.map(|held| &**held), resource, action, object)
    }

    /// Tells whether they permit an action on an object of a pool. Objects of some kinds are no resource: nothing is
    /// permitted on them.
    pub fn permit_object(&self, action: &str, object: &Object) -> bool {
        let Some(resource) = resource_of(object.kind()).filter(|resource| self.0.by_resource.contains_key(*resource))
        else {
            return false;
        };
        self.permit(resource, &action_of(resource, action), &object.document())
    }

    /// Tells whether there can be a resource of this kind on which they permit the action.
    pub fn permit_some(&self, resource: &str, action: &str) -> bool {
        let about = |held: &&Arc<Privilege>| covers(&held.action, action);
        let mut held = self.0.by_resource.get(resource).into_iter().flatten().filter(about).peekable();
        held.peek().is_some()
            && held.clone().any(|held| held.effect == Effect::Allow)
            && !held.any(|held| held.effect == Effect::Deny && held.selector.is_none())
    }

    /// Tells whether what they let see depends on what objects are like, not only on their kind.
    pub(crate) fn look_into_objects(&self) -> bool {
        let mut all = self.0.by_resource.values().flatten();
        all.any(|held| held.selector.is_some() && covers(&held.action, "read"))
    }
}

impl PartialEq for Privileges {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.written == other.0.written
    }
}

impl Eq for Privileges {}

impl Hash for Privileges {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.written.hash(state);
    }
}

/// What a user brings to a check: whose rules count for it, and the privileges that it holds. Either is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Standing {
    /// The user and its groups, as rules know them.
    pub subjects: Subjects,
    /// What roles give.
    pub privileges: Privileges,
}

impl Standing {
    /// Tells whether neither rules nor roles give anything.
    pub fn is_empty(&self) -> bool {
        self.subjects.is_empty() && self.privileges.is_empty()
    }

    /// Tells whether it sees `object` where rules grant what `grants` says.
    pub fn sees(&self, object: &Object, grants: &Grants) -> bool {
        grants.allow(&self.subjects, Right::View) || self.privileges.permit_object("read", object)
    }
}
