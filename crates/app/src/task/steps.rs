//! The steps of a task on many objects: progress, what runs, what failed, and that no more are to begin.

use serde_json::{Value, json};

use super::{Open, Status, Task, Tasks, masked};

/// Failed steps kept of one task; the answer to the call has all.
const KEPT: usize = 100;

/// How far a task has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Steps that have ended, well or not.
    pub done: usize,
    /// All steps.
    pub total: usize,
}

impl Progress {
    /// Returns how far that is, in percent.
    pub fn percent(self) -> usize {
        (self.done * 100).checked_div(self.total).unwrap_or(100)
    }
}

/// One step, on one object.
#[derive(Clone, Debug)]
pub struct Step {
    /// Number of the step within its task.
    number: usize,
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
}

impl Tasks {
    /// Asks that a task begins no further step, or waits no longer. Returns whether it runs and does either.
    pub fn cancel(&self, id: &str) -> bool {
        let mut tasks = self.0.lock();
        let stops = |task: &Task| task.progress.is_some() || task.stop.is_some();
        let task = tasks.iter_mut().find(|task| task.id == id && task.end.is_none() && stops(task));
        let Some(task) = task else { return false };
        task.cancelled.get_or_insert_with(now);
        if let Some(stop) = &task.stop {
            stop.cancel();
        }
        true
    }
}

impl Open {
    /// Gives the task so many steps.
    pub(crate) fn steps(&self, total: usize) -> Steps {
        let steps = Steps { id: self.id.clone(), tasks: self.tasks.clone() };
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
    /// Returns whether no further step is to begin.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.tasks.0.lock().iter().rfind(|task| task.id == self.id).is_some_and(|task| task.cancelled.is_some())
    }

    /// Begins a step.
    pub(crate) fn begin(&self, object: &str, name: Option<&str>) -> OpenStep {
        let mut number = 0;
        self.change(|task| {
            number = task.steps.last().map_or(0, |step| step.number + 1);
            let (object, name) = (object.to_owned(), name.map(ToOwned::to_owned));
            task.steps.push(Step { number, object, name, start: now(), end: None, status: Status::Pending });
        });
        OpenStep { steps: self.clone(), number }
    }

    fn change(&self, change: impl FnOnce(&mut Task)) {
        if let Some(task) = self.tasks.0.lock().iter_mut().rfind(|task| task.id == self.id) {
            change(task);
        }
    }
}

/// A step that runs.
#[derive(Debug)]
pub(crate) struct OpenStep {
    steps: Steps,
    number: usize,
}

impl OpenStep {
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
            step.status = Status::Failure(masked(&error.to_json(true)));
            let failed = task.steps.iter().filter(|step| step.end.is_some()).count();
            if failed > KEPT
                && let Some(oldest) = task.steps.iter().position(|step| step.end.is_some())
            {
                task.steps.remove(oldest);
            }
        });
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

impl From<&Step> for Value {
    fn from(step: &Step) -> Self {
        let mut json = json!({
            "id": step.number.to_string(),
            "properties": { "name": step.name, "objectId": step.object },
            "start": step.start,
        });
        match &step.status {
            Status::Pending => json["status"] = "pending".into(),
            Status::Success(_) => json["status"] = "success".into(),
            Status::Failure(error) => {
                json["status"] = "failure".into();
                json["result"] = error.clone();
            }
        }
        if let Some(end) = step.end {
            json["end"] = end.into();
        }
        json
    }
}

#[cfg(test)]
mod tests {
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
