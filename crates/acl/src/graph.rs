//! Who inherits from whom, and the rights that follow.
//!
//! Rights grow along the links and links may run in circles, so the rights of what a change touches are made anew from
//! nothing: two objects that link to each other cannot keep each other's rights alive.

use std::{collections::hash_map::Entry, sync::Arc};

use model::Object;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    compiled::Regranted,
    grants::{Grants, List, merge},
    links::{Links, machine_of},
};

#[derive(Debug, Default)]
struct Node {
    name: Box<str>,
    /// The object; none where only links or rules name it.
    object: Option<Arc<Object>>,
    /// Whether it passes rights on: an object that is there, or the machine of an attachment that is.
    there: bool,
    own: bool,
    every: bool,
    /// What rules say of it.
    rules: List,
    parents: Vec<u32>,
    children: Vec<u32>,
    grants: Grants,
}

/// The objects and what they inherit.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    by_name: FxHashMap<Box<str>, u32>,
    nodes: Vec<Node>,
    /// Places in `nodes` that are free.
    free: Vec<u32>,
}

impl Graph {
    /// Returns what is granted on the object `id`.
    pub(crate) fn grants(&self, id: &str) -> Option<&Grants> {
        self.by_name.get(id).map(|&at| &self.nodes[at as usize].grants)
    }

    /// Returns the object `id` as it was put in last.
    pub(crate) fn object(&self, id: &str) -> Option<&Arc<Object>> {
        self.by_name.get(id).and_then(|&at| self.nodes[at as usize].object.as_ref())
    }

    /// Replaces what rules say of the object `id`.
    pub(crate) fn set_rules(&mut self, id: &str, rules: List) -> Vec<Regranted> {
        let at = self.node(id);
        self.nodes[at as usize].rules = rules;
        let changed = self.refresh(vec![at]);
        self.tidy(at);
        changed
    }

    /// Puts an object in, or its new look.
    pub(crate) fn put(&mut self, object: &Arc<Object>, dirty: &mut Vec<u32>) {
        let links = Links::of(object);
        let at = self.node(object.id());
        let is_new = self.nodes[at as usize].object.is_none();
        self.nodes[at as usize].object = Some(Arc::clone(object));
        if let Some(machine) = links.machine.as_deref() {
            let standing_in = self.node(&machine_of(object.id()));
            self.link(standing_in, &[machine.to_owned()], dirty);
            self.set_shape(standing_in, true, false, false, dirty);
        }
        self.link(at, &links.parents, dirty);
        self.set_shape(at, true, links.own, links.every, dirty);
        if is_new {
            dirty.push(at);
        }
    }

    /// Takes an object out.
    pub(crate) fn remove(&mut self, id: &str, dirty: &mut Vec<u32>) {
        for name in [id.to_owned(), machine_of(id)] {
            let Some(&at) = self.by_name.get(&*name) else { continue };
            self.link(at, &[], dirty);
            self.set_shape(at, false, false, false, dirty);
        }
    }

    /// Makes the rights of these nodes, and of all that inherit from them, anew; returns what has changed.
    pub(crate) fn refresh(&mut self, dirty: Vec<u32>) -> Vec<Regranted> {
        let mut before: FxHashMap<u32, Grants> = FxHashMap::default();
        let mut order = Vec::new();
        let mut next = dirty;
        while let Some(at) = next.pop() {
            if let Entry::Vacant(place) = before.entry(at) {
                let node = &mut self.nodes[at as usize];
                place.insert(std::mem::take(&mut node.grants));
                next.extend(&node.children);
                order.push(at);
            }
        }
        // Parents mostly come before their children in `order`, so that few are made twice.
        let mut waits: FxHashSet<u32> = order.iter().copied().collect();
        let mut round = order.clone();
        while !round.is_empty() {
            let mut following = Vec::new();
            for at in round {
                waits.remove(&at);
                let grants = self.make(at);
                let node = &mut self.nodes[at as usize];
                if grants.same(&node.grants) {
                    continue;
                }
                node.grants = grants;
                following.extend(node.children.iter().copied().filter(|child| waits.insert(*child)));
            }
            round = following;
        }
        let mut changed = Vec::new();
        for at in order {
            let (node, old) = (&mut self.nodes[at as usize], before.remove(&at).expect("it was put there"));
            let (object, there) = (node.object.clone(), node.there);
            if !there {
                node.object = None;
            }
            if let Some(object) = object.filter(|_| !old.same(&node.grants)) {
                changed.push(Regranted { object, old, new: node.grants.clone() });
            }
        }
        changed
    }

    /// Forgets nodes that nothing needs any more.
    pub(crate) fn forget(&mut self, ids: impl IntoIterator<Item = String>) {
        for id in ids {
            for name in [machine_of(&id), id] {
                if let Some(&at) = self.by_name.get(&*name) {
                    self.tidy(at);
                }
            }
        }
    }

    fn make(&self, at: u32) -> Grants {
        let node = &self.nodes[at as usize];
        if !node.there {
            return Grants::default();
        }
        let inherited = node.parents.iter().map(|&parent| self.nodes[parent as usize].grants.inherited());
        if node.every {
            return Grants::every(inherited.cloned().collect());
        }
        let own = if node.own { node.rules.clone() } else { None };
        Grants::list(inherited.fold(own, |all, list| merge(&all, list)))
    }

    fn set_shape(&mut self, at: u32, there: bool, own: bool, every: bool, dirty: &mut Vec<u32>) {
        let node = &mut self.nodes[at as usize];
        if (node.there, node.own, node.every) != (there, own, every) {
            (node.there, node.own, node.every) = (there, own, every);
            dirty.push(at);
        }
    }

    /// Makes the node inherit from exactly these.
    fn link(&mut self, at: u32, parents: &[String], dirty: &mut Vec<u32>) {
        let former = std::mem::take(&mut self.nodes[at as usize].parents);
        let is_same = former.len() == parents.len()
            && former.iter().zip(parents).all(|(&at, name)| *self.nodes[at as usize].name == **name);
        if is_same {
            self.nodes[at as usize].parents = former;
            return;
        }
        let parents: Vec<u32> = parents.iter().map(|name| self.node(name)).collect();
        for &parent in &parents {
            if !former.contains(&parent) {
                self.nodes[parent as usize].children.push(at);
            }
        }
        for parent in former.into_iter().filter(|parent| !parents.contains(parent)) {
            let children = &mut self.nodes[parent as usize].children;
            if let Some(found) = children.iter().position(|&child| child == at) {
                children.swap_remove(found);
            }
            self.tidy(parent);
        }
        self.nodes[at as usize].parents = parents;
        dirty.push(at);
    }

    fn node(&mut self, name: &str) -> u32 {
        if let Some(&at) = self.by_name.get(name) {
            return at;
        }
        let node = Node { name: name.into(), ..Node::default() };
        let at = if let Some(at) = self.free.pop() {
            self.nodes[at as usize] = node;
            at
        } else {
            self.nodes.push(node);
            u32::try_from(self.nodes.len() - 1).expect("there are fewer objects")
        };
        self.by_name.insert(name.into(), at);
        at
    }

    /// Frees the place of a node that is nothing but a name.
    fn tidy(&mut self, at: u32) {
        let node = &self.nodes[at as usize];
        let is_needed = node.there
            || node.object.is_some()
            || node.rules.is_some()
            || !node.children.is_empty()
            || !node.parents.is_empty();
        if !is_needed && self.by_name.remove(&node.name).is_some() {
            self.nodes[at as usize] = Node::default();
            self.free.push(at);
        }
    }
}
