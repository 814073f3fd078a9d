//! A persistent map from numbers, ordered by them.

use std::sync::Arc;

/// Bits of the key that one node tells apart. A change copies one node a level, with a count to raise for each entry:
/// wider nodes would be fewer, yet cost more.
const STEP: u32 = 4;
/// Number of levels; keys have `STEP * LEVELS` bits.
const LEVELS: u32 = 11;
/// Bits of a key.
pub(super) const KEY_BITS: u32 = STEP * LEVELS;

/// A map from keys of [`KEY_BITS`] bits to values. A clone is O(1) and shares all nodes; a change copies those on
/// its way that are shared.
#[derive(Clone, Debug)]
pub(super) struct Trie<V> {
    root: Arc<Node<V>>,
    len: usize,
}

/// Up to 16 entries; bit i of `map` tells whether there is one for digit i.
#[derive(Clone, Debug)]
struct Node<V> {
    map: u16,
    entries: Vec<Entry<V>>,
}

#[derive(Clone, Debug)]
enum Entry<V> {
    Node(Arc<Node<V>>),
    Leaf(u64, V),
}

impl<V> Default for Trie<V> {
    fn default() -> Self {
        Self { root: Arc::new(Node { map: 0, entries: Vec::new() }), len: 0 }
    }
}

fn digit(key: u64, level: u32) -> u32 {
    (key >> (STEP * (LEVELS - 1 - level))) as u32 & ((1 << STEP) - 1)
}

impl<V> Node<V> {
    /// Returns whether there is an entry for the digit, and where it is or would be.
    fn find(&self, digit: u32) -> (bool, usize) {
        let bit = 1_u16 << digit;
        (self.map & bit != 0, (self.map & (bit - 1)).count_ones() as usize)
    }
}

impl<V: Clone> Trie<V> {
    /// Returns the number of values.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Returns the value of `key`.
    pub(super) fn get(&self, key: u64) -> Option<&V> {
        let mut node = &self.root;
        for level in 0..LEVELS {
            let (found, at) = node.find(digit(key, level));
            match found.then(|| &node.entries[at])? {
                Entry::Node(inner) => node = inner,
                Entry::Leaf(other, value) => return (*other == key).then_some(value),
            }
        }
        None
    }

    /// Returns the value of `key` to be changed, after putting `default` where there is none.
    pub(super) fn entry(&mut self, key: u64, default: impl FnOnce() -> V) -> &mut V {
        debug_assert!(key >> KEY_BITS == 0, "key `{key}` is too large");
        let len = &mut self.len;
        let mut node = Arc::make_mut(&mut self.root);
        let mut level = 0;
        loop {
            let digit = digit(key, level);
            let (found, at) = node.find(digit);
            if !found {
                *len += 1;
                node.map |= 1 << digit;
                node.entries.reserve_exact(1);
                node.entries.insert(at, Entry::Leaf(key, default()));
                let Entry::Leaf(_, value) = &mut node.entries[at] else { unreachable!("a leaf was put here") };
                return value;
            }
            // A leaf with another key makes way for a node that tells the two apart further down.
            if let Entry::Leaf(other, value) = &node.entries[at]
                && *other != key
            {
                let moved = Entry::Leaf(*other, value.clone());
                let map = 1 << self::digit(*other, level + 1);
                node.entries[at] = Entry::Node(Arc::new(Node { map, entries: vec![moved] }));
            }
            match &mut node.entries[at] {
                Entry::Leaf(_, value) => return value,
                Entry::Node(inner) => node = Arc::make_mut(inner),
            }
            level += 1;
        }
    }

    /// Puts a value in place of what `key` had.
    pub(super) fn insert(&mut self, key: u64, value: V) {
        let mut fresh = Some(value);
        let slot = self.entry(key, || fresh.take().expect("asked for once"));
        if let Some(value) = fresh {
            *slot = value;
        }
    }

    /// Puts many values at once; where there is one for a key already, `join` makes one of the two.
    ///
    /// Each node is visited once and gets its size at once, so that this costs a fraction of single insertions.
    pub(super) fn extend(&mut self, values: Vec<(u64, V)>, join: impl Fn(&V, V) -> V) {
        let mut values: Vec<(u64, Option<V>)> = values.into_iter().map(|(key, value)| (key, Some(value))).collect();
        values.sort_by_key(|(key, _)| *key);
        values.dedup_by(|(key, value), (kept_key, kept)| {
            if key != kept_key {
                return false;
            }
            if let (Some(first), Some(second)) = (kept.take(), value.take()) {
                *kept = Some(join(&first, second));
            }
            true
        });
        self.len += fill(Arc::make_mut(&mut self.root), &mut values, 0, &join);
    }

    /// Removes the value of `key`.
    pub(super) fn remove(&mut self, key: u64) {
        if self.get(key).is_some() {
            remove(&mut self.root, key, 0);
            self.len -= 1;
        }
    }

    /// Returns an iterator in the order of the keys.
    pub(super) fn iter(&self) -> Iter<V> {
        Iter { stack: vec![(Arc::clone(&self.root), 0)] }
    }
}

/// Puts values, sorted by key and each key once, into a node of that level; returns how many keys are new.
fn fill<V: Clone>(
    node: &mut Node<V>,
    values: &mut [(u64, Option<V>)],
    level: u32,
    join: &impl Fn(&V, V) -> V,
) -> usize {
    let mut added = 0;
    let same = |(one, _): &(u64, Option<V>), (other, _): &(u64, Option<V>)| digit(*one, level) == digit(*other, level);
    let groups = values.chunk_by(same).count();
    node.entries.reserve_exact(groups.min((1 << STEP) - node.entries.len()));
    for group in values.chunk_by_mut(same) {
        let digit = digit(group[0].0, level);
        let (found, at) = node.find(digit);
        if !found {
            node.map |= 1 << digit;
            node.entries.insert(at, fresh(group, level + 1, join));
            added += group.len();
            continue;
        }
        if let Entry::Leaf(key, value) = &mut node.entries[at] {
            if let [(other, new)] = group
                && other == key
            {
                *value = join(value, new.take().expect("each value is put once"));
                continue;
            }
            let moved = Entry::Leaf(*key, value.clone());
            let map = 1 << self::digit(*key, level + 1);
            node.entries[at] = Entry::Node(Arc::new(Node { map, entries: vec![moved] }));
        }
        if let Entry::Node(inner) = &mut node.entries[at] {
            added += fill(Arc::make_mut(inner), group, level + 1, join);
        }
    }
    added
}

/// Makes the entry of values that share all digits above that level.
fn fresh<V: Clone>(values: &mut [(u64, Option<V>)], level: u32, join: &impl Fn(&V, V) -> V) -> Entry<V> {
    if let [(key, value)] = values {
        return Entry::Leaf(*key, value.take().expect("each value is put once"));
    }
    let mut node = Node { map: 0, entries: Vec::new() };
    fill(&mut node, values, level, join);
    Entry::Node(Arc::new(node))
}

fn remove<V: Clone>(node: &mut Arc<Node<V>>, key: u64, level: u32) {
    let node = Arc::make_mut(node);
    let digit = digit(key, level);
    let (found, at) = node.find(digit);
    if !found {
        return;
    }
    let gone = match &mut node.entries[at] {
        Entry::Leaf(..) => true,
        Entry::Node(inner) => {
            remove(inner, key, level + 1);
            inner.entries.is_empty()
        }
    };
    if gone {
        node.map &= !(1 << digit);
        node.entries.remove(at);
    }
}

/// The values of a trie, in the order of their keys; holds its nodes, not a borrow.
#[derive(Clone, Debug)]
pub(super) struct Iter<V> {
    stack: Vec<(Arc<Node<V>>, usize)>,
}

impl<V: Clone> Iterator for Iter<V> {
    type Item = V;

    fn next(&mut self) -> Option<V> {
        loop {
            let (node, at) = self.stack.last_mut()?;
            let Some(entry) = node.entries.get(*at) else {
                self.stack.pop();
                continue;
            };
            *at += 1;
            match entry {
                Entry::Leaf(_, value) => return Some(value.clone()),
                Entry::Node(inner) => {
                    let inner = Arc::clone(inner);
                    self.stack.push((inner, 0));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A fixed sequence that looks random.
    fn numbers(seed: u64) -> impl Iterator<Item = u64> {
        let mut state = seed;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 22
        })
    }

    #[test]
    fn a_trie_is_an_ordered_map() {
        for spread in [8, 12, KEY_BITS] {
            let mut trie = Trie::default();
            let mut map = BTreeMap::new();
            for (step, number) in numbers(u64::from(spread)).take(20_000).enumerate() {
                let key = number & ((1 << spread) - 1);
                if step % 3 == 0 {
                    trie.remove(key);
                    map.remove(&key);
                } else {
                    trie.insert(key, step);
                    map.insert(key, step);
                }
                assert_eq!(trie.get(key), map.get(&key));
            }
            assert_eq!(trie.len(), map.len());
            assert!(trie.iter().eq(map.values().copied()));
            for key in map.keys() {
                trie.remove(*key);
            }
            assert_eq!((trie.len(), trie.iter().count(), trie.root.entries.len()), (0, 0, 0));
        }
    }

    #[test]
    fn many_values_at_once_are_as_good_as_one_by_one() {
        let join = |first: &Vec<usize>, second: Vec<usize>| [first.as_slice(), &second].concat();
        for spread in [6, 12, KEY_BITS] {
            let (mut at_once, mut one_by_one) = (Trie::default(), Trie::default());
            let mut keys = numbers(u64::from(spread)).map(|number| number & ((1 << spread) - 1));
            for round in 0..3 {
                let before = at_once.clone();
                let expected: Vec<Vec<usize>> = one_by_one.iter().collect();
                let values: Vec<_> = keys.by_ref().take(3000).map(|key| (key, vec![round])).collect();
                for (key, value) in values.clone() {
                    one_by_one.entry(key, Vec::new).extend(value);
                }
                at_once.extend(values, join);
                assert_eq!(at_once.len(), one_by_one.len());
                assert!(at_once.iter().eq(one_by_one.iter()));
                assert!(before.iter().eq(expected), "a clone changed");
            }
        }
    }

    #[test]
    fn a_clone_does_not_see_later_changes() {
        let mut trie = Trie::default();
        for key in 0..1000 {
            trie.insert(key, key);
        }
        let before = trie.clone();
        let iter = trie.iter();
        for key in 0..1000 {
            trie.insert(key, 0);
            if key % 2 == 0 {
                trie.remove(key);
            }
        }
        assert!(before.iter().eq(0..1000));
        assert!(iter.eq(0..1000));
        assert_eq!(trie.iter().count(), 500);
    }
}
