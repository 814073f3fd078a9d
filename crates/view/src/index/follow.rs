//! Which rows stand where they do because of what another object is called.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Row;

/// What one row takes below an object that it names, without the ids, in bytes, about.
const ENTRY: usize = 48;

/// The rows by the ids of objects that decide their places.
#[derive(Debug, Default)]
pub(super) struct Followed(FxHashMap<Box<str>, FxHashSet<Box<str>>>);

impl Followed {
    pub(super) fn add(&mut self, row: &Row) {
        for named in &row.named {
            self.0.entry(named.clone()).or_default().insert(row.object.id().into());
        }
    }

    pub(super) fn remove(&mut self, row: &Row) {
        for named in &row.named {
            let Some(rows) = self.0.get_mut(named) else { continue };
            rows.remove(row.object.id());
            if rows.is_empty() {
                self.0.remove(named);
            }
        }
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// Returns the ids of the rows whose places depend on the object `id`.
    pub(super) fn rows(&self, id: &str) -> Vec<Box<str>> {
        self.0.get(id).map(|rows| rows.iter().cloned().collect()).unwrap_or_default()
    }

    /// Returns what a row takes here, in bytes, about.
    pub(super) fn bytes(row: &Row) -> usize {
        row.named.iter().map(|named| ENTRY + named.len() + row.object.id().len()).sum()
    }
}
