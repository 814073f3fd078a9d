//! All objects at one moment.

use std::{collections::BTreeMap, sync::Arc};

use xapi_types::AnyRef;

use super::{
    index::Index,
    trie::{Iter, Trie},
};
use crate::{kind::Kind, object::Object, pool_id::PoolId};

/// All objects at one moment; a clone is O(1).
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    by_id: Index,
    by_ref: Index,
    by_order: Trie<Arc<Object>>,
    by_kind: Arc<BTreeMap<Kind, Trie<Arc<Object>>>>,
    pools: Arc<BTreeMap<PoolId, usize>>,
}

/// Objects in the order in which they came; holds the snapshot that they are of.
#[derive(Clone, Debug)]
pub struct Objects(Option<Iter<Arc<Object>>>);

impl Iterator for Objects {
    type Item = Arc<Object>;

    fn next(&mut self) -> Option<Arc<Object>> {
        self.0.as_mut()?.next()
    }
}

impl Snapshot {
    /// Returns the object with this id, or made of the record with this reference.
    pub fn get(&self, id_or_ref: &str) -> Option<&Arc<Object>> {
        self.by_id(id_or_ref).or_else(|| {
            let looks_like_ref = id_or_ref.starts_with("OpaqueRef:");
            looks_like_ref.then(|| self.by_ref(&AnyRef::parse(id_or_ref))).flatten()
        })
    }

    /// Returns the object with this id.
    pub fn by_id(&self, id: &str) -> Option<&Arc<Object>> {
        self.by_id.get(id.as_bytes()).iter().find(|object| object.id_bytes() == id.as_bytes())
    }

    /// Returns the object made of the record with this reference.
    pub fn by_ref(&self, reference: &AnyRef) -> Option<&Arc<Object>> {
        self.by_ref.get(reference).iter().find(|object| object.reference == *reference)
    }

    /// Returns the object made of the record with this reference in that pool.
    pub(super) fn in_pool(&self, pool: &PoolId, reference: &AnyRef) -> Option<&Arc<Object>> {
        let objects = self.by_ref.get(reference).iter();
        objects.filter(|object| object.reference == *reference).find(|object| object.pool == *pool)
    }

    /// Returns all objects in the order in which they came.
    pub fn iter(&self) -> Objects {
        Objects(Some(self.by_order.iter()))
    }

    /// Returns the objects of a kind in the order in which they came.
    pub fn of_kind(&self, kind: Kind) -> Objects {
        Objects(self.by_kind.get(&kind).map(Trie::iter))
    }

    /// Returns the objects of a pool in the order in which they came. Goes over all objects.
    pub fn of_pool<'p>(&self, pool: &'p str) -> impl Iterator<Item = Arc<Object>> + use<'p> {
        self.iter().filter(move |object| object.pool.as_str() == pool)
    }

    /// Returns the pools, each with the number of its objects.
    pub fn pools(&self) -> impl Iterator<Item = (&PoolId, usize)> {
        self.pools.iter().map(|(pool, &count)| (pool, count))
    }

    /// Returns the number of objects.
    pub fn len(&self) -> usize {
        self.by_order.len()
    }

    /// Returns the number of objects of a kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.by_kind.get(&kind).map_or(0, Trie::len)
    }

    /// Tells whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds an object, in place of `old`, which has the same id, reference and pool, if there is one.
    pub(super) fn put(&mut self, old: Option<&Arc<Object>>, new: &Arc<Object>) {
        self.by_id.insert(new.id_bytes(), old, new);
        self.by_ref.insert(&new.reference, old, new);
        self.by_order.insert(new.order, Arc::clone(new));
        let by_kind = Arc::make_mut(&mut self.by_kind);
        if let Some(old) = old.filter(|old| old.kind != new.kind) {
            remove_kind(by_kind, old);
        }
        by_kind.entry(new.kind).or_default().insert(new.order, Arc::clone(new));
        if old.is_none() {
            *Arc::make_mut(&mut self.pools).entry(new.pool.clone()).or_default() += 1;
        }
    }

    /// Adds objects on two threads if each has an id of its own that is free; otherwise does nothing and tells so.
    pub(super) fn extend(&mut self, new: &[Arc<Object>]) -> bool {
        if !self.is_empty() && new.iter().any(|object| self.by_id(object.id()).is_some()) {
            return false;
        }
        let Some(ids) = Index::unique(new, Object::id_bytes) else { return false };
        let Self { by_id, by_ref, by_order, by_kind, pools } = self;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                by_id.extend(ids);
                extend_kinds(Arc::make_mut(by_kind), new);
            });
            by_ref.extend(Index::buckets(new, |object| &object.reference));
            by_order.extend(new.iter().map(|object| (object.order, Arc::clone(object))).collect(), |_, new| new);
        });
        let pools = Arc::make_mut(pools);
        for object in new {
            if let Some(count) = pools.get_mut(&object.pool) {
                *count += 1;
            } else {
                pools.insert(object.pool.clone(), 1);
            }
        }
        true
    }

    /// Removes an object.
    pub(super) fn remove(&mut self, old: &Arc<Object>) {
        self.by_id.remove(old.id_bytes(), old);
        self.by_ref.remove(&old.reference, old);
        self.by_order.remove(old.order);
        remove_kind(Arc::make_mut(&mut self.by_kind), old);
        let pools = Arc::make_mut(&mut self.pools);
        if let Some(count) = pools.get_mut(&old.pool) {
            *count -= 1;
            if *count == 0 {
                pools.remove(&old.pool);
            }
        }
    }
}

fn extend_kinds(by_kind: &mut BTreeMap<Kind, Trie<Arc<Object>>>, new: &[Arc<Object>]) {
    let mut of_kind: BTreeMap<Kind, Vec<(u64, Arc<Object>)>> = BTreeMap::new();
    for object in new {
        of_kind.entry(object.kind).or_default().push((object.order, Arc::clone(object)));
    }
    for (kind, objects) in of_kind {
        by_kind.entry(kind).or_default().extend(objects, |_, new| new);
    }
}

fn remove_kind(by_kind: &mut BTreeMap<Kind, Trie<Arc<Object>>>, old: &Object) {
    if let Some(trie) = by_kind.get_mut(&old.kind) {
        trie.remove(old.order);
        if trie.len() == 0 {
            by_kind.remove(&old.kind);
        }
    }
}

impl IntoIterator for &Snapshot {
    type Item = Arc<Object>;
    type IntoIter = Objects;

    fn into_iter(self) -> Objects {
        self.iter()
    }
}
