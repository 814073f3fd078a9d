//! The list of tasks, and the records of those that run.

use std::{collections::VecDeque, sync::Arc};

use op::{Answer, Error};
use parking_lot::Mutex;
use serde_json::{Map, Value};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::{
    NOTES, Note, Status, Task, TaskKind, TaskSubscription,
    keep::Keeper,
    mask::{LARGEST, masked},
    news::{self, Message},
    now,
};

/// Finished tasks kept, as the original's `tasks.gc.keep`.
pub(super) const KEPT: usize = 1000;
/// Calls under way that are shown; the oldest go out of sight first, but not those on many objects.
const CALLS: usize = 1000;
/// Calls and actions of one user that run at the same time: more than one connection may have (512), and less than what
/// is shown, so that no user pushes those of all others out of sight.
const OF_USER: usize = 768;
/// Actions that go on at the same time: no pool does a tenth of them side by side.
const ACTIONS: usize = 1000;

/// The tasks; clones are the same.
#[derive(Clone, Debug)]
pub struct Tasks(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    all: Mutex<VecDeque<Arc<Task>>>,
    news: broadcast::Sender<Message>,
    pub(super) keeper: Keeper,
}

impl Default for Tasks {
    fn default() -> Self {
        Self::with(VecDeque::new(), Keeper::default())
    }
}

impl Tasks {
    pub(super) fn with(all: VecDeque<Arc<Task>>, keeper: Keeper) -> Self {
        Self(Arc::new(Inner { all: Mutex::new(all), news: broadcast::Sender::new(news::KEPT), keeper }))
    }

    /// Returns the tasks that run and those that stay, oldest first.
    pub fn all(&self) -> Vec<Task> {
        self.0.all.lock().iter().map(|task| Task::clone(task)).collect()
    }

    /// Returns the same, shared.
    pub fn list(&self) -> Vec<Arc<Task>> {
        self.0.all.lock().iter().cloned().collect()
    }

    /// Returns the task of this id.
    pub fn get(&self, id: &str) -> Option<Task> {
        self.shared(id).map(|task| Task::clone(&task))
    }

    /// Returns the same, shared.
    pub fn shared(&self, id: &str) -> Option<Arc<Task>> {
        self.0.all.lock().iter().rfind(|task| task.id == id).cloned()
    }

    /// Starts to listen; a list taken afterwards misses nothing that is not heard.
    pub fn subscribe(&self) -> TaskSubscription {
        TaskSubscription(self.0.news.subscribe())
    }

    /// Forgets a task that has ended; returns whether there was one.
    pub fn forget(&self, id: &str) -> bool {
        let mut all = self.0.all.lock();
        let at = all.iter().position(|task| task.id == id && task.has_ended());
        at.map(|at| self.remove(&mut all, at)).is_some()
    }

    /// Opens the record of a call; dropping what it returns forgets it.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where the user has [`OF_USER`] calls and actions that run.
    pub(crate) fn open(&self, method: &str, params: &Value, user: Option<&str>) -> op::Result<Open> {
        let mut properties = Map::new();
        properties.insert("method".to_owned(), method.into());
        properties.insert("params".to_owned(), masked(params));
        properties.insert("name".to_owned(), format!("API call: {method}").into());
        if let Some(user) = user {
            properties.insert("userId".to_owned(), user.into());
        }
        properties.insert("type".to_owned(), "api.call".into());
        let mut all = self.0.all.lock();
        has_room(&all, user)?;
        if running(&all, TaskKind::Call) >= CALLS {
            // What can be cancelled stays in sight before all.
            let calls = |task: &Arc<Task>| task.kind == TaskKind::Call && !task.has_ended();
            let oldest = all.iter().position(|task| calls(task) && task.progress.is_none());
            if let Some(at) = oldest.or_else(|| all.iter().position(calls)) {
                self.remove(&mut all, at);
            }
        }
        Ok(Open { id: self.add(&mut all, Task::new(TaskKind::Call, properties, None)), tasks: self.clone() })
    }

    /// Opens the record of what goes on without its caller: it stays, however it ends. Cancelling it cancels `stop`.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where a thousand such run, or [`OF_USER`] of the user.
    pub(crate) fn begin(
        &self,
        mut about: Map<String, Value>,
        user: &str,
        stop: &CancellationToken,
    ) -> op::Result<Open> {
        about.insert("userId".to_owned(), user.into());
        let mut all = self.0.all.lock();
        has_room(&all, Some(user))?;
        if running(&all, TaskKind::Action) >= ACTIONS {
            return Err(Error::refused(format!("{ACTIONS} actions go on already; wait for some of them to end")));
        }
        let task = Task::new(TaskKind::Action, about, Some(stop.clone()));
        Ok(Open { id: self.add(&mut all, task), tasks: self.clone() })
    }

    /// Opens the record of a task that takes its time, unless `most` of them run already; returns its id.
    pub(super) fn open_timed(
        &self,
        properties: Map<String, Value>,
        stop: &CancellationToken,
        most: usize,
    ) -> Option<String> {
        let mut all = self.0.all.lock();
        let has_room = running(&all, TaskKind::Timed) < most;
        has_room.then(|| self.add(&mut all, Task::new(TaskKind::Timed, properties, Some(stop.clone()))))
    }

    /// Lets the call `id` be ended by cancelling `stop`, which is all that it waits for; nothing where the user has
    /// `most` such calls already.
    pub(super) fn waits(&self, id: &str, stop: &CancellationToken, most: usize) -> bool {
        let mut all = self.0.all.lock();
        let Some(at) = all.iter().rposition(|task| task.id == id) else { return true };
        let user = all[at].user();
        // Of calls, only those that wait have what ends them.
        let waiting = of_user(&all, user).filter(|task| task.kind == TaskKind::Call && task.stop.is_some());
        if waiting.count() >= most {
            return false;
        }
        Arc::make_mut(&mut all[at]).stop = Some(stop.clone());
        true
    }

    /// Notes that content passes through for the task `id`: its record outlives the server while it runs.
    pub(crate) fn carries(&self, id: &str) {
        self.change(id, |task| !std::mem::replace(&mut task.carries, true));
    }

    /// Ends the task `id`.
    pub(super) fn end(&self, id: &str, end: impl FnOnce(&mut Task)) {
        let mut all = self.0.all.lock();
        let Some(task) = all.iter_mut().rfind(|task| task.id == id) else { return };
        end(Arc::make_mut(task));
        self.tell(task);
        if all.iter().filter(|task| task.has_ended()).count() > KEPT
            && let Some(oldest) = all.iter().position(|task| task.has_ended())
        {
            self.remove(&mut all, oldest);
        }
    }

    /// Changes the task `id`, and tells of it where `change` says that something is different.
    pub(super) fn change(&self, id: &str, change: impl FnOnce(&mut Task) -> bool) {
        let mut all = self.0.all.lock();
        if let Some(task) = all.iter_mut().rfind(|task| task.id == id)
            && change(Arc::make_mut(task))
        {
            self.tell(task);
        }
    }

    /// Adds what is worth knowing to a task, among its warnings or not.
    pub(super) fn note(&self, id: &str, warns: bool, message: &str, data: &Value) {
        let note = Note { message: message.to_owned(), data: masked(data) };
        self.change(id, |task| {
            let notes = if warns { &mut task.warnings } else { &mut task.infos };
            if notes.len() >= NOTES {
                notes.remove(0);
            }
            notes.push(note);
            true
        });
    }

    fn add(&self, all: &mut VecDeque<Arc<Task>>, task: Task) -> String {
        let (id, mut task) = (task.id.clone(), Arc::new(task));
        self.tell(&mut task);
        all.push_back(task);
        id
    }

    fn remove(&self, all: &mut VecDeque<Arc<Task>>, at: usize) {
        let Some(task) = all.remove(at) else { return };
        if task.is_kept() {
            self.0.keeper.removed(&task.id);
        }
        let _ = self.0.news.send(Message::Removed(task));
    }

    /// Tells of a change that has been made; under the lock of the list, so that changes are told in their order.
    fn tell(&self, task: &mut Arc<Task>) {
        Arc::make_mut(task).updated = now();
        if task.is_kept() {
            self.0.keeper.changed(task);
        }
        // An error means that nobody listens.
        let _ = self.0.news.send(Message::Updated(Arc::clone(task)));
    }
}

/// Returns the calls and actions of a user that run.
fn of_user<'a>(all: &'a VecDeque<Arc<Task>>, user: Option<&'a str>) -> impl Iterator<Item = &'a Arc<Task>> {
    let counts = |task: &Task| task.kind != TaskKind::Timed && !task.has_ended();
    all.iter().filter(move |task| counts(task) && task.user() == user)
}

/// Refuses a user who has as many calls and actions as one may have.
fn has_room(all: &VecDeque<Arc<Task>>, user: Option<&str>) -> op::Result<()> {
    if user.is_some() && of_user(all, user).count() >= OF_USER {
        return Err(Error::refused(format!(
            "{OF_USER} calls of this user run already; wait until one of them has ended"
        )));
    }
    Ok(())
}

fn running(all: &VecDeque<Arc<Task>>, kind: TaskKind) -> usize {
    all.iter().filter(|task| task.kind == kind && !task.has_ended()).count()
}

/// A task that runs.
#[derive(Debug)]
pub(crate) struct Open {
    id: String,
    pub(super) tasks: Tasks,
}

impl Open {
    /// Returns the id of the task.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Closes the record by what came of the call; one that succeeded leaves none, other tasks do.
    pub(crate) fn ended(self, result: &op::Result<Answer>) {
        let answer = match result {
            Err(error) => return self.failed(error),
            Ok(answer) => answer,
        };
        let result = match answer {
            Answer::Bytes(text) if text.len() <= LARGEST => serde_json::from_slice(text).ok(),
            _ => None,
        };
        // What has nothing to tell says `true`.
        let result = result.filter(|result| *result != Value::Bool(true)).as_ref().map(masked);
        if self.tasks.shared(&self.id).is_some_and(|task| task.kind != TaskKind::Call) {
            self.tasks.end(&self.id, |task| {
                task.percent = task.percent.map(|_| 100);
                task.finish(Status::Success(result));
            });
        }
    }

    /// Keeps the record: the task has failed.
    pub(crate) fn failed(self, error: &Error) {
        self.tasks.end(&self.id, |task| task.fail(error));
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut all = self.tasks.0.all.lock();
        let Some(at) = all.iter().rposition(|task| task.id == self.id && !task.has_ended()) else { return };
        if all[at].kind == TaskKind::Call {
            self.tasks.remove(&mut all, at);
        } else {
            drop(all);
            // Whatever ran has stopped without a word.
            self.tasks.end(&self.id, |task| task.fail(&Error::failed("the operation stopped unexpectedly")));
        }
    }
}

#[cfg(test)]
mod tests;
