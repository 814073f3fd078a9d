//! The steps of a task on many objects: progress, what runs, what failed, and that no more are to begin.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{At, Open, Status, Task, Tasks, masked, now};

/// Failed steps kept of one task; the answer to the call has all.
const KEPT: usize = 100;

/// How far a task has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps that have ended, well or not.
    pub done: usize,
    /// All steps.
    pub total: usize,
}

/// One step, on one object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    /// Number of the step within its task.
    pub(super) number: usize,
    /// Id of the object.
    pub object: String,
    /// Name of the object, where the caller may know it.
    pub name: Option<String>,
    /// Milliseconds since the epoch.
    pub start: i64,
    /// Milliseconds since the epoch; none while it runs.
    pub end: Option<i64>,
    /// How it stands.
    pub status: Status,
    /// Of a failure, what is told to who is no administrator, where that is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) told: Option<Value>,
}

impl Tasks {
    /// Asks that a task begins no further step, waits no longer, and that its pool ends what it does for it. Returns
    /// whether it runs and does any of that.
    pub fn cancel(&self, id: &str) -> bool {
        let mut is_asked = false;
        self.change(id, |task| {
            is_asked = !task.has_ended() && task.can_be_cancelled();
            if !is_asked || task.cancelled.is_some() {
                return false;
            }
            task.cancelled = Some(now());
            if let Some(stop) = &task.stop {
                stop.cancel();
            }
            task.abort.cancel();
            true
        });
        is_asked
    }
}

impl Open {
    /// Gives the task so many steps.
    pub(crate) fn steps(&self, total: usize) -> Steps {
        let steps = Steps { id: self.id().to_owned(), tasks: self.tasks.clone() };
        steps.change(|task| task.progress = Some(Progress { done: 0, total }));
        steps
    }
}

/// The steps of a task that runs.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    id: String,
    tasks: Tasks,
}

impl Steps {
    /// Returns the steps of the task `id`.
    pub(super) fn of(tasks: &Tasks, id: &str) -> Self {
        Self { id: id.to_owned(), tasks: tasks.clone() }
    }

    /// Returns whether no further step is to begin.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.tasks.shared(&self.id).is_some_and(|task| task.cancelled.is_some())
    }

    /// Begins a step.
    pub(crate) fn begin(&self, object: &str, name: Option<&str>) -> OpenStep {
        let mut number = 0;
        self.change(|task| {
            number = task.steps.last().map_or(0, |step| step.number + 1);
            let (object, name) = (object.to_owned(), name.map(ToOwned::to_owned));
            let (status, told) = (Status::Pending, None);
            task.steps.push(Step { number, object, name, start: now(), end: None, status, told });
        });
        OpenStep { steps: self.clone(), number }
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Task)) {
        self.tasks.change(&self.id, |task| {
            change(task);
            true
        });
    }
}

/// A step that runs.
#[derive(Debug)]
pub(crate) struct OpenStep {
    steps: Steps,
    number: usize,
}

impl OpenStep {
    /// Returns where what is done in this step is told.
    pub(crate) fn at(&self) -> At {
        At { tasks: self.steps.tasks.clone(), id: self.steps.id.clone(), step: Some(self.number) }
    }

    /// Ends the step; one that failed is kept with its error.
    pub(crate) fn end(self, error: Option<&op::Error>) {
        self.steps.change(|task| {
            if let Some(progress) = &mut task.progress {
                progress.done += 1;
            }
            let Some(at) = task.steps.iter().position(|step| step.number == self.number) else { return };
            let Some(error) = error else {
                task.steps.remove(at);
                return;
            };
            let step = &mut task.steps[at];
            step.end = Some(now());
            // An error may quote what the caller sent.
            let (whole, told) = (masked(&error.to_json(true)), masked(&error.to_json(false)));
            step.told = (whole != told).then_some(told);
            step.status = Status::Failure(whole);
            let failed = task.steps.iter().filter(|step| step.end.is_some()).count();
            if failed > KEPT
                && let Some(oldest) = task.steps.iter().position(|step| step.end.is_some())
            {
                task.steps.remove(oldest);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn steps_that_run_and_those_that_failed_are_shown() {
        let tasks = Tasks::default();
        let open = tasks.open("vm.start", &json!({}), Some("u")).expect("it may run");
        let steps = open.steps(4);
        let (one, two, three) = (steps.begin("a", Some("web")), steps.begin("b", None), steps.begin("c", None));
        one.end(None);
        two.end(Some(&op::Error::NoHostsAvailable));
        let record = Value::from(&tasks.all()[0]);
        assert_eq!(record["properties"]["progress"], 50);
        let shown: Vec<_> =
            record["tasks"].as_array().expect("a list").iter().map(|step| step["status"].clone()).collect();
        assert_eq!(shown, ["failure", "pending"]);
        assert_eq!(record["tasks"][0]["result"]["message"], "no hosts available");
        three.end(None);
        assert_eq!(tasks.all()[0].progress, Some(Progress { done: 3, total: 4 }));
    }

    #[test]
    fn a_task_with_steps_is_cancelled_once_and_only_while_it_runs() {
        let tasks = Tasks::default();
        let open = tasks.open("vm.start", &json!({}), Some("u")).expect("it may run");
        let id = tasks.all()[0].id.clone();
        assert!(!tasks.cancel(&id));
        let steps = open.steps(1);
        assert!(!steps.is_cancelled());
        assert!(tasks.cancel(&id));
        let at = tasks.all()[0].cancelled;
        assert!(tasks.cancel(&id) && steps.is_cancelled() && tasks.all()[0].cancelled == at);
        open.failed(&op::Error::NoHostsAvailable);
        assert!(!tasks.cancel(&id));
    }

    #[test]
    fn failed_steps_are_bounded() {
        let tasks = Tasks::default();
        let open = tasks.open("vm.start", &json!({}), Some("u")).expect("it may run");
        let steps = open.steps(1000);
        let running = steps.begin("running", None);
        for _ in 0..1000 {
            steps.begin("x", None).end(Some(&op::Error::NoHostsAvailable));
        }
        assert_eq!(tasks.all()[0].steps.len(), KEPT + 1);
        running.end(None);
        assert_eq!(tasks.all()[0].steps.len(), KEPT);
    }
}
