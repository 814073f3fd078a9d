//! Tasks: one for each call that may take time, whether or not the caller asked for it.

use xapi_types::{Failure, code};

use crate::{Datum, Object, World};

/// Tasks beyond which the oldest completed ones are dropped.
const MOST_TASKS: usize = 200;

/// Seconds for which a completed task is kept.
const KEPT_SECONDS: i64 = 65 * 60;

/// Prefix of the text with which results of tasks are written: they are XML-RPC values.
fn result_text(result: &Datum) -> String {
    let mut text = Vec::new();
    crate::wire::write::xml_value(result, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

impl World {
    /// Makes a task that is pending.
    pub fn new_task(&mut self, label: &str, description: &str) -> Object {
        let (now, master) = (self.now(), self.master());
        self.create(
            "task",
            [
                ("name_label", label.into()),
                ("name_description", description.into()),
                ("created", now.into()),
                ("status", "pending".into()),
                ("resident_on", master.into()),
                ("type", "<none/>".into()),
            ],
        )
    }

    /// Ends a task with the outcome of its call; nothing happens if it has ended already.
    pub fn end_task(&mut self, task: Object, outcome: &Result<Datum, Failure>) {
        if !matches!(self.text(task, "status"), "pending" | "cancelling") {
            return;
        }
        let now = self.now();
        let destroyed = self.get(task, "current_operations").entries().iter().any(|(_, op)| op.as_text() == "destroy");
        self.set(task, "progress", 1.0);
        self.set(task, "finished", now);
        self.set(task, "allowed_operations", Datum::set::<&str>([]));
        match outcome {
            Ok(result) => {
                self.set(task, "result", result_text(result));
                self.set(task, "status", "success");
            }
            Err(failure) => {
                self.set(task, "error_info", failure_info(failure));
                self.set(task, "backtrace", "(((process xapi)(filename sim)(line 1)))");
                self.set(task, "status", if failure.is(code::TASK_CANCELLED) { "cancelled" } else { "failure" });
            }
        }
        if destroyed {
            self.destroy(task);
        }
    }

    /// Drops completed tasks that are old, or too many.
    pub(crate) fn collect_tasks(&mut self) {
        let now = self.now().unix();
        let finished = |task: &Object| self.get(*task, "finished").as_time().unix();
        let mut done: Vec<Object> = self.all("task").filter(|task| finished(task) != 0).collect();
        done.sort_by_key(finished);
        let excess = self.list("task").len().saturating_sub(MOST_TASKS);
        let old: Vec<Object> = done
            .into_iter()
            .enumerate()
            .filter(|(at, task)| *at < excess || now - finished(task) > KEPT_SECONDS)
            .map(|(_, task)| task)
            .collect();
        for task in old {
            self.destroy(task);
        }
    }
}

/// Returns `[CODE, p1, p2 …]`.
pub(crate) fn failure_info(failure: &Failure) -> Datum {
    Datum::set(std::iter::once(&failure.code).chain(&failure.params))
}
