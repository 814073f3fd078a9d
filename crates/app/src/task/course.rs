//! Work that goes on without its caller, step by step, as its task shows it: what runs, what comes next.

use std::mem::ManuallyDrop;

use op::{Answer, Result};
use serde_json::{Map, Value};

use super::{At, Open, OpenStep, Progress, Steps, TaskKind};
use crate::Cx;

/// Where the task tells what comes next.
const PLAN: &str = "plan";

/// Work with steps, and the task that shows it.
#[derive(Clone, Debug)]
pub struct Course {
    steps: Steps,
}

/// A step of it that runs.
#[derive(Debug)]
pub struct Stage(OpenStep);

impl Cx {
    /// Does `work` as a task of its own, which stays however it ends; the one of this call where that is such a task.
    /// It goes on without the caller; where the server stops meanwhile, the next one finds the task interrupted.
    ///
    /// `about` is what the task says of itself besides whose it is.
    ///
    /// # Errors
    ///
    /// [`op::Error::Refused`] where a thousand actions go on already, and those of `work`.
    pub async fn undertake<F>(&self, about: Map<String, Value>, work: impl FnOnce(Self, Course) -> F) -> Result<()>
    where
        F: Future<Output = Result<()>>,
    {
        let tasks = self.app.tasks().clone();
        let own = self.task.as_ref().filter(|at| {
            let task = tasks.shared(&at.id);
            at.step.is_none() && task.is_some_and(|task| task.kind == TaskKind::Action)
        });
        let (id, open, stop) = if let Some(at) = own {
            tasks.change(&at.id, |task| {
                task.properties.extend(about);
                true
            });
            (at.id.clone(), None, self.stop.clone())
        } else {
            // Not that of the call, which ends with its caller.
            let stop = self.app.stopping();
            let open = tasks.begin(about, &self.user()?.id, &stop)?;
            (open.id().to_owned(), Some(open), stop)
        };
        tasks.written().await;
        let cx = Self { task: Some(At::new(&tasks, &id)), stop, ..self.clone() };
        let result = work(cx, Course { steps: Steps::of(&tasks, &id) }).await;
        if let Some(open) = open {
            if self.app.stops() {
                open.leave();
            } else if let Err(error) = &result {
                open.failed(error);
            } else {
                open.ended(&Answer::json(&true));
            }
        }
        result
    }
}

impl Open {
    /// Leaves the record of what runs as it is: at the next start it is one that was interrupted.
    fn leave(self) {
        let _ = ManuallyDrop::new(self);
    }
}

impl Course {
    /// Says of how many steps the work is made, and how many have been done before.
    pub fn of(&self, done: usize, total: usize) {
        self.steps.change(|task| task.progress = Some(Progress { done, total }));
    }

    /// Shows what has been done, what runs and what comes next.
    pub fn show(&self, plan: Value) {
        self.steps.change(|task| {
            task.properties.insert(PLAN.to_owned(), plan);
        });
    }

    /// Returns whether somebody has asked to end it: no further step is to begin.
    pub fn is_cancelled(&self) -> bool {
        self.steps.is_cancelled()
    }

    /// Begins a step about an object; returns what is to be called on in it: what a pool does then is not cancelled.
    pub fn begin(&self, cx: &Cx, object: &str, name: &str) -> (Cx, Stage) {
        let step = self.steps.begin(object, Some(name));
        (Cx { task: Some(step.at()), ..cx.clone() }, Stage(step))
    }
}

impl Stage {
    /// Ends the step.
    pub fn end(self, error: Option<&op::Error>) {
        self.0.end(error);
    }
}
