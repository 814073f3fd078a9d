//! Objects that cannot be shown because another has their id.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use xapi_types::AnyRef;

use crate::{object::Object, pool_id::PoolId};

/// Objects kept aside, by id in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Aside {
    by_id: FxHashMap<Box<str>, Vec<Arc<Object>>>,
    by_ref: FxHashMap<(PoolId, AnyRef), Arc<Object>>,
    used: bool,
}

impl Aside {
    pub(super) fn add(&mut self, object: Arc<Object>) {
        self.by_ref.insert((object.pool.clone(), object.reference.clone()), Arc::clone(&object));
        let same_id = self.by_id.entry(object.id().into()).or_default();
        let at = same_id.partition_point(|other| other.order < object.order);
        same_id.insert(at, object);
    }

    pub(super) fn get(&self, pool: &PoolId, reference: &AnyRef) -> Option<&Arc<Object>> {
        if self.by_ref.is_empty() { None } else { self.by_ref.get(&(pool.clone(), reference.clone())) }
    }

    /// Removes an object; tells whether it was here.
    pub(super) fn remove(&mut self, object: &Arc<Object>) -> bool {
        let Some(same_id) = self.by_id.get_mut(object.id()) else { return false };
        let Some(at) = same_id.iter().position(|other| Arc::ptr_eq(other, object)) else { return false };
        same_id.remove(at);
        if same_id.is_empty() {
            self.by_id.remove(object.id());
        }
        self.by_ref.remove(&(object.pool.clone(), object.reference.clone()));
        true
    }

    pub(super) fn remove_pool(&mut self, pool: &PoolId) {
        for object in self.of_pool(pool).collect::<Vec<_>>() {
            self.remove(&object);
        }
    }

    /// Takes the first of those with this id, which can be shown now.
    pub(super) fn next(&mut self, id: &str) -> Option<Arc<Object>> {
        let next = Arc::clone(self.by_id.get(id)?.first()?);
        self.remove(&next);
        self.used = true;
        Some(next)
    }

    pub(super) fn of_pool(&self, pool: &PoolId) -> impl Iterator<Item = Arc<Object>> + use<> {
        let of_pool: Vec<_> = self.by_ref.values().filter(|object| object.pool == *pool).cloned().collect();
        of_pool.into_iter()
    }

    /// Tells whether an object was shown since the last call.
    pub(super) fn was_used(&mut self) -> bool {
        std::mem::take(&mut self.used)
    }
}
