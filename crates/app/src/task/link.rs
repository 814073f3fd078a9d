//! What pools do for a task: their own tasks, followed.

use op::Error;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tracing::debug;
use xapi::TaskState;
use xapi_types::code;

use super::{Status, Task, Tasks, now};

/// Tasks of pools kept of one task, besides those of its steps: an operation has some dozens at most.
const KEPT: usize = 64;

/// A task of a pool.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PoolTask {
    /// Its reference at the pool.
    pub reference: String,
    /// What it does, such as `VM.start`.
    pub method: String,
    /// The step that it belongs to, of a task with steps.
    pub(super) step: Option<usize>,
    /// How far it is, in percent.
    pub percent: u8,
    /// Milliseconds since the epoch.
    pub start: i64,
    /// Milliseconds since the epoch; none while it runs.
    pub end: Option<i64>,
    /// How it stands.
    pub status: Status,
}

impl PoolTask {
    pub(super) fn to_json(&self, to_admin: bool) -> Value {
        let mut json = json!({
            "id": self.reference,
            "properties": { "name": self.method, "type": "xapi", "progress": self.percent },
            "start": self.start,
            "status": self.status.name(),
        });
        if let Some(end) = self.end {
            json["end"] = end.into();
        }
        if let Some(result) = self.status.result(None).filter(|_| to_admin) {
            json["result"] = result;
        }
        json
    }
}

/// Where a call tells what it does: a task, or one of its steps.
#[derive(Clone, Debug)]
pub(crate) struct At {
    pub(super) tasks: Tasks,
    pub(super) id: String,
    pub(super) step: Option<usize>,
}

impl At {
    /// Returns the task as a whole.
    pub(crate) fn new(tasks: &Tasks, id: &str) -> Self {
        Self { tasks: tasks.clone(), id: id.to_owned(), step: None }
    }

    /// Returns whether somebody has asked to cancel the task.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.tasks.shared(&self.id).is_some_and(|task| task.cancelled.is_some())
    }

    /// Lets the task be ended by cancelling `stop`.
    pub(crate) fn stops_by(&self, stop: &CancellationToken) {
        self.tasks.stops_by(&self.id, stop);
    }

    /// Notes that content passes through for the task.
    pub(crate) fn carries(&self) {
        self.tasks.carries(&self.id);
    }

    /// Adds what is worth knowing, among the warnings or not.
    pub(crate) fn note(&self, warns: bool, message: &str, data: &Value) {
        self.tasks.note(&self.id, warns, message, data);
    }

    /// Waits for the end of what a pool does, and tells how far it is meanwhile. Where the task is cancelled, the pool
    /// is asked to end it; not the steps of a task, which end what they have begun.
    pub(crate) async fn follow(&self, method: &str, task: &mut xapi::Task) -> Result<xapi::Value, xapi::Error> {
        let open = self.begin(method, task.reference());
        let abort = self.step.is_none().then(|| self.abort()).flatten();
        let never = CancellationToken::new();
        let abort = abort.as_ref().unwrap_or(&never);
        let (mut state, mut asked) = (task.state(), false);
        let result = loop {
            tokio::select! {
                result = task.result() => break result,
                changed = state.changed() => {
                    if changed.is_err() {
                        break task.result().await;
                    }
                    if let TaskState::Running { progress } = *state.borrow_and_update() {
                        open.reached(progress);
                    }
                }
                () = abort.cancelled(), if !asked => {
                    asked = true;
                    if let Err(error) = task.cancel().await {
                        debug!(task = task.reference(), "`{method}` goes on, cancelled or not: {error}");
                    }
                }
            }
        };
        if asked && result.as_ref().is_err_and(|error| error.is(code::TASK_CANCELLED)) {
            self.change(|task| task.aborted = true);
        }
        open.end(&result);
        result
    }

    /// Returns what is cancelled when the task is; nothing once the pool has ended something because of that.
    fn abort(&self) -> Option<CancellationToken> {
        self.tasks.shared(&self.id).filter(|task| !task.aborted).map(|task| task.abort.clone())
    }

    fn begin(&self, method: &str, reference: &str) -> Following<'_> {
        let (reference, method) = (reference.to_owned(), method.to_owned());
        let (step, start) = (self.step, now());
        let link = PoolTask {
            reference: reference.clone(),
            method,
            step,
            percent: 0,
            start,
            end: None,
            status: Status::Pending,
        };
        self.change(|task| {
            if task.links.len() >= KEPT
                && let Some(oldest) = task.links.iter().position(|link| link.end.is_some())
            {
                task.links.remove(oldest);
            }
            task.links.push(link);
            task.count();
        });
        Following { at: self, reference }
    }

    fn change(&self, change: impl FnOnce(&mut Task)) {
        self.tasks.change(&self.id, |task| {
            change(task);
            true
        });
    }
}

/// What a pool does for a task.
struct Following<'a> {
    at: &'a At,
    reference: String,
}

impl Following<'_> {
    fn reached(&self, progress: f64) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 100")]
        let percent = (progress.clamp(0.0, 1.0) * 100.0).round() as u8;
        self.at.tasks.change(&self.at.id, |task| {
            let Some(link) = task.links.iter_mut().rfind(|link| link.reference == self.reference) else { return false };
            let has_moved = link.percent != percent;
            link.percent = percent;
            task.count();
            has_moved
        });
    }

    fn end(&self, result: &Result<xapi::Value, xapi::Error>) {
        self.at.change(|task| {
            let Some(at) = task.links.iter().rposition(|link| link.reference == self.reference) else { return };
            if self.at.step.is_some() {
                task.links.remove(at);
                return;
            }
            let link = &mut task.links[at];
            link.end = Some(now());
            link.status = match result {
                Ok(_) => {
                    link.percent = 100;
                    Status::Success(None)
                }
                // What else the host says may hold a secret that was sent to it; the operation tells what it may.
                Err(error) => {
                    let code = error.failure().map_or("the pool could not be asked", |failure| &*failure.code);
                    Status::Failure(json!({ "message": code }))
                }
            };
            task.count();
        });
    }
}

impl Drop for Following<'_> {
    fn drop(&mut self) {
        // Who followed it has gone; what becomes of it is not known here.
        self.at.tasks.change(&self.at.id, |task| {
            let running = |link: &PoolTask| link.reference == self.reference && link.end.is_none();
            let at = task.links.iter().rposition(running);
            at.map(|at| task.links.remove(at)).is_some()
        });
    }
}

impl Task {
    /// Counts how far its pool has come with what runs; where nothing does, it is as far as it was.
    fn count(&mut self) {
        let running: Vec<usize> =
            self.links.iter().filter(|link| link.end.is_none()).map(|link| link.percent.into()).collect();
        let percent = running.iter().sum::<usize>().checked_div(running.len());
        let percent = percent.and_then(|percent| u8::try_from(percent).ok());
        self.percent = percent.or_else(|| self.links.last().map(|link| link.percent)).or(self.percent);
    }
}

/// Returns whether a host says that its task was cancelled.
pub(super) fn is_cancellation(error: &Error) -> bool {
    matches!(error, Error::Failed { name: "XapiError", data, .. } if data.get("code").is_some_and(|it| it == code::TASK_CANCELLED))
}
