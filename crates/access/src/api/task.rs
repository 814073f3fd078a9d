//! Tasks of the server: what is known of them, that they are to end, that they are to be forgotten.

use std::{sync::Arc, time::Duration};

use app::{Cx, Task, TaskAccess, Until, failure};
use op::{Context, Error, Op, Rest, Result, Spec};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

/// Longest wait for a task; whoever still wants to know asks again.
const LONGEST: Duration = Duration::from_secs(86_400);

/// List tasks, oldest first: one's own and those about objects that one may see, or all for administrators.
///
/// Calls that have succeeded are not among them.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetTasks {
    /// Only those that are about this object.
    object: Option<String>,
    /// What `object` is: `user`, `group`, `server`, or an object of a pool when left out.
    kind: Option<Kind>,
}

/// What a task may be about besides objects of pools.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
enum Kind {
    User,
    Group,
    Server,
}

const OBJECT: &[(&str, &str)] = &[("id", "object")];

impl Op<Cx> for GetTasks {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::signed_in("api.getTasks").quiet().rest(&[
        Rest::list("/gpu-groups/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/groups/{id}/tasks", "tasks").named(OBJECT).giving(&[("kind", "\"group\"")]),
        Rest::list("/hosts/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/messages/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/networks/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/pbds/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/pcis/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/pgpus/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/pifs/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/pools/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/servers/{id}/tasks", "tasks").named(OBJECT).giving(&[("kind", "\"server\"")]),
        Rest::list("/sms/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/srs/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/users/{id}/tasks", "tasks").named(OBJECT).giving(&[("kind", "\"user\"")]),
        Rest::list("/vbds/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/vdi-snapshots/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/vdis/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/vifs/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/vm-controllers/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/vm-snapshots/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/vm-templates/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/vms/{id}/tasks", "tasks").named(OBJECT),
        Rest::list("/xapi-tasks/{id}/tasks", "tasks").named(OBJECT),
    ]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        if let Some(object) = &self.object {
            is_known(&cx, self.kind, object).await?;
        }
        let access = access(&cx)?;
        let tasks = cx.app.tasks().list().into_iter();
        let wanted = tasks.filter(|task| self.object.as_ref().is_none_or(|object| task.is_about(object)));
        Ok(wanted.filter(|task| access.sees(task)).map(|task| access.show(&task)).collect())
    }
}

/// Refuses to tell of what is not there, and of what the caller may not know of.
async fn is_known(cx: &Cx, kind: Option<Kind>, id: &str) -> Result<()> {
    let Some(kind) = kind else {
        let object = cx.object(id)?;
        let sees = cx.app.audience(Some(&*cx.user()?)).sees(&object);
        let object = Some(object.id().to_owned());
        return if sees { Ok(()) } else { Err(Error::unauthorized("view", object)) };
    };
    let db = cx.app.db();
    let (name, is_there) = match kind {
        Kind::User => ("user", db.users().get(id).await.map_err(failure)?.is_some()),
        Kind::Group => ("group", db.groups().get(id).await.map_err(failure)?.is_some()),
        Kind::Server => ("server", db.servers().get(id).await.map_err(failure)?.is_some()),
    };
    let is_oneself = cx.user()?.id == id;
    if is_there && (cx.admin() || is_oneself) { Ok(()) } else { Err(Error::no_such(name, id)) }
}

/// List the same, and be told by `task` notifications what changes: `updated` has tasks, `removed` ids of those that are
/// gone or that one may not see any more.
#[derive(Deserialize, JsonSchema)]
pub(super) struct SubscribeTasks {}

impl Op<Cx> for SubscribeTasks {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::signed_in("api.subscribeTasks").quiet().snapshot();
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        cx.tell_of_tasks()
    }
}

/// Be told no more of tasks.
#[derive(Deserialize, JsonSchema)]
pub(super) struct UnsubscribeTasks {}

impl Op<Cx> for UnsubscribeTasks {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("api.unsubscribeTasks").quiet();
    async fn run(self, cx: Cx) -> Result<()> {
        if cx.session.notifications().without_tasks() {
            return Ok(());
        }
        Err(Error::refused("this connection is not told of tasks: begin with api.subscribeTasks"))
    }
}

/// Tell of a task, at once or when something has come of it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetTask {
    /// The task.
    id: String,
    /// What to wait for: `true` and `result` for the end, `update` or nothing behind the name for the next change; one
    /// that has ended is told at once.
    wait: Option<Wait>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Wait {
    Flag(bool),
    Word(String),
}

impl JsonSchema for Wait {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Wait".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["boolean", "string"], "enum": [true, false, "result", "update", ""] })
    }
}

impl Wait {
    fn until(&self) -> Option<Until> {
        match self {
            Self::Flag(false) => None,
            Self::Flag(true) => Some(Until::Ended),
            Self::Word(word) if word == "result" => Some(Until::Ended),
            Self::Word(_) => Some(Until::Updated),
        }
    }
}

impl Op<Cx> for GetTask {
    type Output = Value;
    const SPEC: Spec = Spec::signed_in("api.getTask").quiet().rest(&[Rest::get("/tasks/{id}")]);
    async fn run(self, cx: Cx) -> Result<Value> {
        let mut task = find(&cx, &self.id)?;
        if let Some(until) = self.wait.as_ref().and_then(Wait::until) {
            let waited = tokio::time::timeout(LONGEST, cx.app.tasks().wait(&self.id, until));
            match cx.unless_stopped(waited).await {
                Some(Ok(Some(ended))) => task = ended,
                Some(Ok(None)) => return Err(no_such(&self.id)),
                // The server stops, or it takes more than a day: this is how it stands.
                Some(Err(_)) | None => task = find(&cx, &self.id)?,
            }
        }
        // Rights may have changed meanwhile.
        let access = access(&cx)?;
        if access.sees(&task) { Ok(access.show(&task)) } else { Err(no_such(&self.id)) }
    }
}

/// End a task: it begins nothing more, waits no longer, and a host is asked to cancel what it does for it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct AbortTask {
    /// The task; one's own, unless for administrators.
    id: String,
}

impl Op<Cx> for AbortTask {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("api.abortTask").rest(&[Rest::action("/tasks/{id}/actions/abort")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let task = owned(&cx, &self.id, "abort")?;
        // The original forgets how to abort what has ended.
        if task.has_ended() {
            return Err(no_such(&self.id));
        }
        if cx.app.tasks().cancel(&self.id) {
            return Ok(());
        }
        Err(Error::refused("nothing that this task does now can be aborted"))
    }
}

/// Forget a task that has ended.
#[derive(Deserialize, JsonSchema)]
pub(super) struct DeleteTask {
    /// The task; one's own, unless for administrators.
    id: String,
}

impl Op<Cx> for DeleteTask {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("api.deleteTask").rest(&[Rest::delete("/tasks/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let task = owned(&cx, &self.id, "delete")?;
        if cx.app.tasks().forget(&task.id) {
            return Ok(());
        }
        Err(Error::refused(format!("task `{}` is under way; abort it first", task.id)))
    }
}

/// Forget every task that has ended: one's own, or all for administrators.
#[derive(Deserialize, JsonSchema)]
pub(super) struct DeleteTasks {}

impl Op<Cx> for DeleteTasks {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("api.deleteTasks").rest(&[Rest::delete("/tasks")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let access = access(&cx)?;
        for task in cx.app.tasks().list() {
            if task.has_ended() && access.owns(&task) {
                cx.app.tasks().forget(&task.id);
            }
        }
        Ok(())
    }
}

fn access(cx: &Cx) -> Result<TaskAccess> {
    Ok(cx.app.task_access(&*cx.user()?))
}

/// Returns a task that the caller may know of.
fn find(cx: &Cx, id: &str) -> Result<Arc<Task>> {
    let access = access(cx)?;
    let task = cx.app.tasks().shared(id).filter(|task| access.sees(task));
    task.ok_or_else(|| no_such(id))
}

/// Returns a task that the caller may end and forget.
fn owned(cx: &Cx, id: &str, permission: &'static str) -> Result<Arc<Task>> {
    let task = find(cx, id)?;
    if access(cx)?.owns(&task) {
        return Ok(task);
    }
    Err(Error::unauthorized(permission, Some(id.to_owned())))
}

fn no_such(id: &str) -> Error {
    Error::no_such("task", id)
}
