//! Calls and tasks that are under way: how far they have come, and that no more of them is to be done.

use app::{Cx, Status, Step, Task};
use op::{Context, Error, Op, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A call.
#[derive(Serialize, JsonSchema)]
pub(super) struct CallInfo {
    /// Id of its task.
    id: String,
    /// Operation; `null` for a task that is no call.
    method: Value,
    /// Name of a task that is no call.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Value>,
    /// Parameters, secrets masked.
    params: Value,
    /// Id of who called.
    user_id: Value,
    /// Milliseconds since the epoch.
    start: i64,
    /// Objects that are done with, well or not, and all of them; nothing of a call on one object.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<ProgressInfo>,
    /// Objects that it works on, and the last of those it failed on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    objects: Vec<ObjectInfo>,
    /// When it was cancelled, in milliseconds since the epoch; it ends what it has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled: Option<i64>,
}

/// How far a call has come.
#[derive(Serialize, JsonSchema)]
struct ProgressInfo {
    done: usize,
    total: usize,
}

/// An object that a call works on.
#[derive(Serialize, JsonSchema)]
struct ObjectInfo {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// `pending` or `failure`.
    status: &'static str,
}

/// List the calls under way, oldest first: one's own, or all for administrators.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetCalls {}

impl Op<Cx> for GetCalls {
    type Output = Vec<CallInfo>;
    const SPEC: Spec = Spec::signed_in("api.getCalls").quiet();
    async fn run(self, cx: Cx) -> Result<Vec<CallInfo>> {
        Ok(under_way(&cx)?.iter().map(CallInfo::from).collect())
    }
}

/// Begin no further object of a call on many; what it has begun goes on, the rest is answered as skipped. What only waits
/// (`test.wait`, `test.createTask`) ends, and so does an upload, with what was made for it; of a call on one object the
/// host is asked to cancel what it does.
#[derive(Deserialize, JsonSchema)]
pub(super) struct CancelCall {
    /// Id of the call, as `api.getCalls` tells it.
    id: String,
}

impl Op<Cx> for CancelCall {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("api.cancelCall");
    async fn run(self, cx: Cx) -> Result<()> {
        // Of calls of others it is not told that they exist.
        if !under_way(&cx)?.iter().any(|task| task.id == self.id) {
            return Err(Error::no_such("call", self.id));
        }
        if cx.app.tasks().cancel(&self.id) {
            return Ok(());
        }
        Err(Error::refused("nothing that this call does now can be cancelled"))
    }
}

/// Returns the calls under way that the caller may know of.
fn under_way(cx: &Cx) -> Result<Vec<Task>> {
    let (user, admin) = (cx.user()?, cx.admin());
    let mut tasks = cx.app.tasks().all();
    tasks.retain(|task| task.end.is_none() && (admin || property(&task.properties, "userId") == user.id.as_str()));
    Ok(tasks)
}

fn property(properties: &Map<String, Value>, name: &str) -> Value {
    properties.get(name).cloned().unwrap_or_default()
}

impl From<&Task> for CallInfo {
    fn from(task: &Task) -> Self {
        let property = |name| property(&task.properties, name);
        Self {
            id: task.id.clone(),
            method: property("method"),
            name: task.properties.get("name").filter(|_| !task.properties.contains_key("method")).cloned(),
            params: property("params"),
            user_id: property("userId"),
            start: task.start,
            progress: task.progress.map(|progress| ProgressInfo { done: progress.done, total: progress.total }),
            objects: task.steps.iter().map(ObjectInfo::from).collect(),
            cancelled: task.cancelled,
        }
    }
}

impl From<&Step> for ObjectInfo {
    fn from(step: &Step) -> Self {
        let status = if step.status == Status::Pending { "pending" } else { "failure" };
        Self { id: step.object.clone(), name: step.name.clone(), status }
    }
}
