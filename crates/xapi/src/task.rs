//! Tasks: calls that the host does on its own time.

mod tracker;

use std::time::Duration;

use tokio::{sync::watch, time::timeout};
use xapi_types::{Failure, Value, class, code, enums::TaskStatusType, xml};

use crate::{Error, Pool, params};

pub(crate) use tracker::Tracker;

/// How far a task is.
#[derive(Clone, Debug)]
pub enum TaskState {
    /// Under way; from 0 to 1.
    Running {
        /// Share that is done, from 0 to 1.
        progress: f64,
    },
    /// Done, with its result.
    Done(Value),
    /// Over without a result: what the host says, or why it is not known.
    Failed(Error),
}

impl TaskState {
    /// Returns whether the task is over.
    pub fn is_over(&self) -> bool {
        !matches!(self, Self::Running { .. })
    }

    /// Reads the state from the task's record.
    pub(crate) fn of(record: &class::Task) -> Self {
        match record.status {
            TaskStatusType::Success => match result(&record.result) {
                Ok(value) => Self::Done(value),
                Err(reason) => {
                    Self::Failed(Error::Decode { method: record.name_label.to_string(), reason: reason.to_string() })
                }
            },
            TaskStatusType::Failure | TaskStatusType::Cancelled => {
                let failure = match record.error_info.split_first() {
                    Some((code, params)) => Failure::new(code.as_str(), params.iter().map(ToString::to_string)),
                    None if record.status == TaskStatusType::Cancelled => {
                        Failure::new(code::TASK_CANCELLED, [record.uuid.as_str()])
                    }
                    None => Failure::new("INTERNAL_ERROR", ["the task failed without saying why"]),
                };
                Self::Failed(Error::Failure(failure))
            }
            _ => {
                let progress = if record.progress.is_finite() { record.progress.clamp(0.0, 1.0) } else { 0.0 };
                Self::Running { progress }
            }
        }
    }
}

/// Reads a task's result: nothing, or one XML-RPC value; of an uploaded patch a bare reference.
fn result(text: &str) -> Result<Value, xml::Error> {
    match text {
        "" => Ok(Value::void()),
        text if text.starts_with("OpaqueRef:") => Ok(text.into()),
        text => xml::parse_value(text),
    }
}

/// A task that is followed; clones are the same.
#[derive(Clone, Debug)]
pub struct Task {
    pool: Pool,
    reference: String,
    state: watch::Receiver<TaskState>,
}

impl Task {
    pub(crate) fn new(pool: Pool, reference: String, state: watch::Receiver<TaskState>) -> Self {
        Self { pool, reference, state }
    }

    /// Returns the task's reference on the wire.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// Returns the state as it changes.
    pub fn state(&self) -> watch::Receiver<TaskState> {
        self.state.clone()
    }

    /// Waits for the end of the task, for as long as the limits of the options allow.
    ///
    /// # Errors
    ///
    /// [`Error::Failure`] with what it failed with, [`Error::TaskLost`] if it vanished before its
    /// end, [`Error::Closed`] if the pool was closed meanwhile, [`Error::Timeout`].
    pub async fn result(&mut self) -> Result<Value, Error> {
        self.result_within(self.limit()).await
    }

    /// Waits for the end of the task, for at most `limit`; the task itself goes on afterwards.
    ///
    /// # Errors
    ///
    /// As [`result`](Self::result).
    pub async fn result_within(&mut self, limit: Duration) -> Result<Value, Error> {
        let state = timeout(limit, self.state.wait_for(TaskState::is_over)).await;
        match state.map(|state| state.map(|state| state.clone())) {
            Ok(Ok(TaskState::Done(value))) => Ok(value),
            Ok(Ok(TaskState::Failed(error))) => Err(error),
            Ok(Ok(TaskState::Running { .. }) | Err(_)) => Err(Error::Closed),
            Err(_) => {
                let address = self.pool.coordinator();
                let options = &self.pool.core().options;
                let at = options.route(address.as_ref().unwrap_or(&options.address));
                Err(Error::Timeout { at, what: "complete the task", limit })
            }
        }
    }

    /// Returns how long a task may take.
    pub(crate) fn limit(&self) -> Duration {
        self.pool.core().options.limits.task
    }

    /// Asks the host to cancel the task; that it was is seen by its result.
    ///
    /// # Errors
    ///
    /// `OPERATION_NOT_ALLOWED` if this one cannot be cancelled, and as [`Pool::call`].
    pub async fn cancel(&self) -> Result<(), Error> {
        self.pool.call("task.cancel", params![self.reference.as_str()]).await.map(drop)
    }

    /// The same, for as long as `limit` allows.
    pub(crate) async fn cancel_within(&self, limit: Duration) -> Result<(), Error> {
        self.pool.call_within::<Value>(limit, "task.cancel", params![self.reference.as_str()]).await.map(drop)
    }
}
