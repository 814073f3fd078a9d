//! Bytes as the progress of a task.

use super::{Open, Tasks};

/// Counts the bytes of a task that runs.
#[derive(Debug)]
pub(crate) struct Counted {
    id: String,
    tasks: Tasks,
    done: u64,
    total: u64,
}

impl Open {
    /// Shows how many of `total` bytes have come.
    pub(crate) fn bytes(&self, total: u64) -> Counted {
        let counted = Counted { id: self.id().to_owned(), tasks: self.tasks.clone(), done: 0, total };
        counted.show();
        counted
    }
}

impl Counted {
    /// Adds so many bytes; the task shows whole percents.
    pub(crate) fn add(&mut self, bytes: usize) {
        let before = self.percent();
        self.done = self.done.saturating_add(bytes as u64).min(self.total);
        if self.percent() != before {
            self.show();
        }
    }

    fn percent(&self) -> u8 {
        let percent = (u128::from(self.done) * 100).checked_div(u128::from(self.total)).unwrap_or(100);
        u8::try_from(percent).unwrap_or(100)
    }

    fn show(&self) {
        self.tasks.change(&self.id, |task| {
            task.percent = Some(self.percent());
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
        assert_eq!(tasks.all()[0].percent(), Some(0));
        counted.add(5);
        counted.add(250);
        assert_eq!(tasks.all()[0].percent(), Some(25));
        counted.add(5000);
        assert_eq!(tasks.all()[0].percent(), Some(100));
        let _nothing = open.bytes(0);
        assert_eq!(tasks.all()[0].percent(), Some(100));
    }
}
