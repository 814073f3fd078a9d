//! Objects by something that can be hashed.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use rustc_hash::FxHasher;

use super::trie::{KEY_BITS, Trie};
use crate::object::Object;

/// Objects by hash: as good as always one, or those that share it.
#[derive(Clone, Debug)]
pub(super) enum Bucket {
    One(Arc<Object>),
    Many(Arc<Vec<Arc<Object>>>),
}

impl Bucket {
    fn objects(&self) -> &[Arc<Object>] {
        match self {
            Self::One(object) => std::slice::from_ref(object),
            Self::Many(objects) => objects,
        }
    }
}

/// A persistent index of objects.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    trie: Trie<Bucket>,
}

fn key(hashed: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = FxHasher::default();
    hashed.hash(&mut hasher);
    // The quick hash leaves its best bits in the middle; the multiplication brings them to the top.
    hasher.finish().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - KEY_BITS)
}

impl Index {
    /// Returns the objects that may be the wanted one.
    pub(super) fn get(&self, hashed: &(impl Hash + ?Sized)) -> &[Arc<Object>] {
        self.trie.get(key(hashed)).map_or(&[], Bucket::objects)
    }

    /// Adds an object, in place of `old` if there is one.
    pub(super) fn insert(&mut self, hashed: &(impl Hash + ?Sized), old: Option<&Arc<Object>>, new: &Arc<Object>) {
        let mut added = false;
        let bucket = self.trie.entry(key(hashed), || {
            added = true;
            Bucket::One(Arc::clone(new))
        });
        if added {
            return;
        }
        let mut objects = without(bucket, old);
        objects.push(Arc::clone(new));
        *bucket = bucket_of(objects);
    }

    /// Returns objects by the keys of what they are hashed by, in the order of the keys.
    pub(super) fn buckets<'o, H: Hash + ?Sized + 'o>(
        objects: &'o [Arc<Object>],
        hashed: impl Fn(&'o Object) -> &'o H,
    ) -> Vec<(u64, Bucket)> {
        let keyed = objects.iter().map(|object| (key(hashed(object)), Bucket::One(Arc::clone(object))));
        let mut buckets: Vec<_> = keyed.collect();
        buckets.sort_unstable_by_key(|(key, _)| *key);
        buckets
    }

    /// The same, if no two have the same key; such as have may be different yet.
    pub(super) fn unique<'o, H: Hash + ?Sized + 'o>(
        objects: &'o [Arc<Object>],
        hashed: impl Fn(&'o Object) -> &'o H,
    ) -> Option<Vec<(u64, Bucket)>> {
        let buckets = Self::buckets(objects, hashed);
        buckets.is_sorted_by(|(one, _), (next, _)| one < next).then_some(buckets)
    }

    /// Adds what [`Self::buckets`] returned.
    pub(super) fn extend(&mut self, buckets: Vec<(u64, Bucket)>) {
        self.trie.extend(buckets, |first, second| bucket_of([first.objects(), second.objects()].concat()));
    }

    /// Removes an object.
    pub(super) fn remove(&mut self, hashed: &(impl Hash + ?Sized), old: &Arc<Object>) {
        let key = key(hashed);
        let Some(bucket) = self.trie.get(key) else { return };
        let objects = without(bucket, Some(old));
        if objects.is_empty() {
            self.trie.remove(key);
        } else {
            self.trie.insert(key, bucket_of(objects));
        }
    }
}

fn without(bucket: &Bucket, old: Option<&Arc<Object>>) -> Vec<Arc<Object>> {
    let is_old = |object: &&Arc<Object>| old.is_some_and(|old| Arc::ptr_eq(old, object));
    bucket.objects().iter().filter(|object| !is_old(object)).cloned().collect()
}

fn bucket_of(mut objects: Vec<Arc<Object>>) -> Bucket {
    match objects.pop() {
        Some(only) if objects.is_empty() => Bucket::One(only),
        Some(last) => {
            objects.push(last);
            Bucket::Many(Arc::new(objects))
        }
        None => unreachable!("a bucket is left out rather than empty"),
    }
}
