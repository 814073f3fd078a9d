//! Bytes as the progress of a task.

use super::{Open, Progress, Tasks};

/// Counts the bytes of a task that runs.
#[derive(Debug)]
pub(crate) struct Counted {
    id: String,
    tasks: Tasks,
    progress: Progress,
}

impl Open {
    /// Shows how many of `total` bytes have come.
    pub(crate) fn bytes(&self, total: u64) -> Counted {
        let progress = Progress { done: 0, total: usize::try_from(total).unwrap_or(usize::MAX) };
        let counted = Counted { id: self.id().to_owned(), tasks: self.tasks.clone(), progress };
        counted.show();
        counted
    }
}

impl Counted {
    /// Adds so many bytes; the task shows whole percents.
    pub(crate) fn add(&mut self, bytes: usize) {
        let before = self.progress.percent();
        self.progress.done = self.progress.done.saturating_add(bytes).min(self.progress.total);
        if self.progress.percent() != before {
            self.show();
        }
    }

    fn show(&self) {
        self.tasks.change(&self.id, |task| {
            task.progress = Some(self.progress);
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bytes_that_have_come_are_percents_of_all() {
        let tasks = Tasks::default();
        let open = tasks.open("vm.import", &json!({}), Some("u")).expect("there is room");
        let mut counted = open.bytes(1000);
        assert_eq!(tasks.all()[0].progress.map(Progress::percent), Some(0));
        counted.add(5);
        counted.add(250);
        assert_eq!(tasks.all()[0].progress.map(Progress::percent), Some(25));
        counted.add(5000);
        assert_eq!(tasks.all()[0].progress, Some(Progress { done: 1000, total: 1000 }));
        assert_eq!(open.bytes(0).progress.percent(), 100);
    }
}
