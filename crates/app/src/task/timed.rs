//! Tasks that only take their time, and calls that only wait: what clients try their handling of tasks with.

use std::time::Duration;

use op::{Error, Result};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::{Status, Tasks, masked};
use crate::{App, Cx};

/// Longest that a task or a call may do nothing: who waits longer has forgotten it.
const LONGEST: Duration = Duration::from_secs(86_400);
/// Timed tasks that run at the same time: a tenth of the records that are kept, so that calls have theirs.
const AT_ONCE: usize = 100;

/// Calls of one user that only wait at the same time: what tries out waiting has a handful, and whoever may sign in may
/// wait.
const WAITING: usize = 16;

/// A task that ends by itself.
#[derive(Clone, Debug)]
pub struct Timed {
    /// Text for people.
    pub name: String,
    /// Object that it is said to be about; anything.
    pub object: Option<String>,
    /// What it ends with.
    pub result: Option<Value>,
    /// Time until it ends.
    pub duration: Duration,
}

impl App {
    /// Opens a task of `user` that ends after its time, when it is cancelled, or when the server stops. Returns its id.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameters`] where it takes more than a day, [`Error::Refused`] where a hundred such run.
    pub fn open_timed(&self, timed: Timed, user: &str) -> Result<String> {
        let Timed { name, object, result, duration } = timed;
        check(duration)?;
        let mut properties = Map::new();
        properties.insert("progress".to_owned(), 0.into());
        properties.insert("name".to_owned(), masked(&name.into()));
        if let Some(object) = object {
            properties.insert("objectId".to_owned(), masked(&object.into()));
        }
        properties.insert("userId".to_owned(), user.into());
        let stop = self.stopping();
        let id = self.tasks().open_timed(properties, &stop, AT_ONCE);
        let id = id.ok_or_else(|| Error::refused(format!("{AT_ONCE} tasks that only take their time run already")))?;
        let (tasks, ended, result) = (self.tasks().clone(), id.clone(), result.as_ref().map(masked));
        tokio::spawn(async move {
            let cancelled = stop.run_until_cancelled(tokio::time::sleep(duration)).await.is_none();
            let status = if cancelled { Status::Failure(aborted()) } else { Status::Success(result) };
            tasks.end(&ended, |task| task.finish(status));
        });
        Ok(id)
    }
}

impl Tasks {
    /// Lets the task `id` be ended by cancelling `stop`.
    pub(crate) fn stops_by(&self, id: &str, stop: &CancellationToken) {
        self.change(id, |task| {
            task.stop = Some(stop.clone());
            false
        });
    }
}

impl Cx {
    /// Waits so long; the call can be cancelled meanwhile, and ends when nobody waits for its answer any more.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameters`] for more than a day, [`Error::Refused`] where it was cancelled or the user has too
    /// many that wait.
    pub async fn wait(&self, duration: Duration) -> Result<()> {
        check(duration)?;
        if let Some(task) = &self.task
            && !self.app.tasks().waits(&task.id, &self.stop, WAITING)
        {
            return Err(Error::refused(format!(
                "{WAITING} calls of this user wait already; `api.cancelCall` ends one"
            )));
        }
        let waited = self.stop.run_until_cancelled(tokio::time::sleep(duration)).await;
        waited.ok_or_else(|| Error::refused("the call has been cancelled"))
    }
}

fn check(duration: Duration) -> Result<()> {
    if duration > LONGEST {
        return Err(Error::invalid("`duration` is at most a day"));
    }
    Ok(())
}

/// What a cancelled task ends with, as the original's do.
pub(super) fn aborted() -> Value {
    json!({ "code": 20, "message": "This operation was aborted", "name": "AbortError" })
}
