//! Operations under way: which task does what to which objects.

use crate::{Object, World};

impl World {
    /// Remembers that `task` has an operation going on with `object`.
    pub(crate) fn note_operation(&mut self, task: Object, object: Object) {
        self.operations.entry(task).or_default().push(object);
    }

    /// Returns the objects with which `task` has an operation going on.
    pub(crate) fn operations_of(&self, task: Object) -> &[Object] {
        self.operations.get(&task).map_or(&[], Vec::as_slice)
    }

    /// Ends all operations of `task`.
    pub(crate) fn end_operations(&mut self, task: Object) {
        for object in self.operations.remove(&task).unwrap_or_default() {
            self.remove(object, "current_operations", &task.to_string());
        }
    }

    /// Ends the operations of all tasks.
    pub(crate) fn end_all_operations(&mut self) {
        for task in self.operations.keys().copied().collect::<Vec<_>>() {
            self.end_operations(task);
        }
    }
}
