//! The objects that match a query, in its order.

mod follow;
mod tree;

use std::{ops::Range, sync::Arc};

use filter::Shape;
use model::{Object, Path};
use rustc_hash::FxHashMap;

use crate::{
    Query,
    count::{self, Tally},
    order,
};
use follow::Followed;
use tree::Tree;

/// The objects that match a query, in its order, with their counts.
///
/// It has no more than what is put in: whoever keeps it decides which objects may be seen. Where the order follows a
/// reference (`$container>name_label`), that asks `look` for the object that a row names, which is nothing if it is gone
/// or must not be seen.
#[derive(Debug)]
pub struct Index {
    query: Query,
    by_id: FxHashMap<Box<str>, Arc<Row>>,
    in_order: Tree,
    followed: Followed,
    pub(crate) tallies: Box<[Tally]>,
    /// Places of the order that may have other objects than when all windows were shown.
    touched: Option<Range<usize>>,
    changed: bool,
    /// What the rows take, in bytes, about.
    bytes: usize,
}

/// What a row takes in the tree, by its id and for itself, without its texts, in bytes, about.
const ROW: usize = 176;
/// What a value that a row is counted under takes beside its text, in bytes, about.
const VALUE: usize = 32;

/// An object in an index.
#[derive(Debug)]
pub(crate) struct Row {
    /// Where it stands; no two have the same.
    pub(crate) place: Box<[u8]>,
    pub(crate) object: Arc<Object>,
    /// The objects that it is placed by, beside itself.
    named: Box<[Box<str>]>,
    /// What it is counted under, by property.
    groups: Box<[Box<[Box<str>]>]>,
}

impl Index {
    /// Makes an index without any object.
    pub fn new(query: Query) -> Self {
        let tallies = query.groups().iter().map(|_| Tally::default()).collect();
        let (by_id, in_order, followed) = (FxHashMap::default(), Tree::default(), Followed::default());
        Self { query, by_id, in_order, followed, tallies, touched: None, changed: true, bytes: 0 }
    }

    /// Makes an index of those of `objects`, each with an id of its own, that match.
    pub fn of(
        query: Query,
        objects: impl IntoIterator<Item = Arc<Object>>,
        look: impl Fn(&str) -> Option<Arc<Object>>,
    ) -> Self {
        let mut index = Self::new(query);
        let matching = objects.into_iter().filter(|object| index.query.matches(object));
        let mut rows: Vec<_> = matching.map(|object| Arc::new(Row::new(&index.query, object, &look))).collect();
        rows.sort_unstable_by(|one, other| one.place.cmp(&other.place));
        for row in &rows {
            row.count(&mut index.tallies, Tally::add);
            index.followed.add(row);
            index.bytes += row.bytes();
            index.by_id.insert(row.object.id().into(), Arc::clone(row));
        }
        index.in_order = Tree::of_sorted(rows);
        index.refresh();
        index
    }

    /// Returns what it is of.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Returns how many objects match.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Returns about how much memory it takes, in bytes; the objects themselves are not its own.
    pub fn bytes(&self) -> usize {
        self.query.bytes() + self.bytes + self.tallies.iter().map(Tally::bytes).sum::<usize>()
    }

    /// Swaps rows with another index of the same query, as if each had been [`set`](Self::set), but in no time; what
    /// there was is in `other` then.
    pub fn swap(&mut self, other: &mut Self) {
        std::mem::swap(self, other);
        self.touch(0..usize::MAX);
    }

    /// Tells whether no object matches.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Tells whether it has the object `id`.
    pub fn contains(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// Returns the objects in order.
    pub fn objects(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.in_order.part(0, self.len()).into_iter().map(|row| &row.object)
    }

    /// Tells whether some row stands where it does because of what the object `id` is.
    pub fn follows(&self, id: &str) -> bool {
        self.followed.contains(id)
    }

    /// Says what the object `id` is now; nothing if it has gone or must not be seen.
    pub fn set(&mut self, id: &str, object: Option<&Arc<Object>>, look: impl Fn(&str) -> Option<Arc<Object>>) {
        let object = object.filter(|object| self.query.matches(object));
        let old = self.by_id.get(id).cloned();
        match (old, object) {
            (None, None) => {}
            (Some(old), None) => {
                self.by_id.remove(id);
                self.followed.remove(&old);
                self.bytes -= old.bytes();
                old.count(&mut self.tallies, Tally::remove);
                let rank = self.in_order.remove(&old.place);
                self.touch(rank..usize::MAX);
            }
            (None, Some(object)) => {
                let row = Arc::new(Row::new(&self.query, Arc::clone(object), &look));
                self.followed.add(&row);
                self.bytes += row.bytes();
                row.count(&mut self.tallies, Tally::add);
                self.by_id.insert(id.into(), Arc::clone(&row));
                let rank = self.in_order.insert(row);
                self.touch(rank..usize::MAX);
            }
            (Some(old), Some(object)) => {
                if !Arc::ptr_eq(&old.object, object) {
                    self.replace(&old, Row::new(&self.query, Arc::clone(object), &look));
                }
            }
        }
        for id in self.followed.rows(id) {
            let old = Arc::clone(&self.by_id[&id]);
            let new = Row::new(&self.query, Arc::clone(&old.object), &look);
            if new.place != old.place {
                self.replace(&old, new);
            }
        }
    }

    /// Puts a row of the same object in place of another.
    fn replace(&mut self, old: &Arc<Row>, new: Row) {
        let row = Arc::new(new);
        self.bytes = self.bytes + row.bytes() - old.bytes();
        if row.groups != old.groups {
            old.count(&mut self.tallies, Tally::remove);
            row.count(&mut self.tallies, Tally::add);
        }
        if row.named != old.named {
            self.followed.remove(old);
            self.followed.add(&row);
        }
        *self.by_id.get_mut(row.object.id()).expect("it has been there") = Arc::clone(&row);
        let from = self.in_order.remove(&old.place);
        let to = self.in_order.insert(row);
        self.touch(from.min(to)..from.max(to) + 1);
    }

    /// Returns the objects from the `offset`th on, at most `limit`.
    pub(crate) fn part(&self, offset: usize, limit: usize) -> Vec<&Arc<Object>> {
        self.in_order.part(offset, limit).into_iter().map(|row| &row.object).collect()
    }

    /// Tells whether some of these places may have other objects than when [`Self::settle`] was called.
    pub(crate) fn touches(&self, places: &Range<usize>) -> bool {
        self.touched.as_ref().is_some_and(|touched| touched.start < places.end && places.start < touched.end)
    }

    /// Tells whether anything has changed since [`Self::settle`] was called.
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// Brings the counts that windows show up to date; before their frames are made.
    pub fn refresh(&mut self) {
        self.tallies.iter_mut().for_each(Tally::refresh);
    }

    /// Notes that every window has been shown what has changed so far.
    pub fn settle(&mut self) {
        (self.touched, self.changed) = (None, false);
    }

    fn touch(&mut self, places: Range<usize>) {
        self.changed = true;
        self.touched = Some(match self.touched.take() {
            Some(touched) => touched.start.min(places.start)..touched.end.max(places.end),
            None => places,
        });
    }
}

impl Row {
    fn new(query: &Query, object: Arc<Object>, look: impl Fn(&str) -> Option<Arc<Object>>) -> Self {
        let values = object.values(&query.paths as &[Path]);
        let (sorts, groups) = values.split_at(query.ascends.len());
        let mut named = Vec::new();
        let named_by = |value: &Option<model::Written<'_>>| match value.and_then(model::Written::scalar) {
            Some(Shape::Text(id)) if !id.is_empty() => Some(Box::<str>::from(id)),
            _ => None,
        };
        let others: Vec<_> = sorts
            .iter()
            .zip(&query.follows)
            .map(|(value, follows)| {
                let (id, path) = (named_by(value)?, follows.as_ref()?);
                let other = look(&id);
                if !named.contains(&id) {
                    named.push(id);
                }
                other.map(|other| (other, path))
            })
            .collect();
        let sorts: Vec<_> = sorts
            .iter()
            .zip(&query.follows)
            .zip(&others)
            .map(|((value, follows), other)| match (follows, other) {
                (None, _) => *value,
                (Some(_), None) => None,
                (Some(_), Some((other, path))) => other.values(std::slice::from_ref(*path))[0],
            })
            .collect();
        let place = order::place(&sorts, &query.ascends, object.id());
        let groups = groups.iter().map(|value| count::values(*value)).collect();
        drop((sorts, values));
        Self { place, object, named: named.into(), groups }
    }

    fn bytes(&self) -> usize {
        let values: usize = self.groups.iter().flatten().map(|value| VALUE + value.len()).sum();
        ROW + self.place.len() + self.object.id().len() + values + Followed::bytes(self)
    }

    fn count(&self, tallies: &mut [Tally], how: impl Fn(&mut Tally, &[Box<str>])) {
        for (tally, values) in tallies.iter_mut().zip(&self.groups) {
            how(tally, values);
        }
    }
}

#[cfg(test)]
mod tests;
