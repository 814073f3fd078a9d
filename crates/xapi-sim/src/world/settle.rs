//! `allowed_operations`: worked out again after every change that they may hang on.

use indexmap::IndexSet;

use crate::{Datum, Object};

use super::World;

impl World {
    /// Brings the `allowed_operations` of what changed, and of what hangs on it, up to date.
    pub(crate) fn settle(&mut self) {
        let methods = std::sync::Arc::clone(&self.methods);
        if methods.allowed.is_empty() {
            self.dirty.clear();
            return;
        }
        // Setting `allowed_operations` marks the object again, but changes nothing others hang on.
        let changed = std::mem::take(&mut self.dirty);
        let mut concerned: IndexSet<(usize, Object)> = IndexSet::new();
        for object in changed {
            let Some(row) = self.row(object) else { continue };
            let class = row.class;
            for (at, rule) in methods.allowed.iter().enumerate() {
                if rule.class == class {
                    concerned.insert((at, object));
                }
                for place in rule.hangs_on.iter().filter(|place| place.class == class) {
                    match row.at(place.field) {
                        Datum::Ref(one) => _ = concerned.insert((at, *one)),
                        many => concerned.extend(many.objects().map(|one| (at, one))),
                    }
                }
            }
        }
        for (at, object) in concerned {
            if self.row(object).is_some() {
                let mut operations = (methods.allowed[at].compute)(self, object);
                operations.retain(|operation| !self.unknown_operations.contains(operation));
                self.set(object, "allowed_operations", Datum::set(operations));
            }
        }
        self.dirty.clear();
    }

    /// Takes the objects as they are, for worlds that were made with all their values.
    pub(crate) fn settled(&mut self) {
        self.dirty.clear();
    }
}
