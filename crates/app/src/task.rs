//! Tasks: what calls, actions and jobs are doing, and what came of them.
//!
//! | kind | while it runs | when it has ended well | when it has failed | after a restart |
//! |---|---|---|---|---|
//! | a call, whose caller waits | shown | gone | stays | if it had failed |
//! | a call that sends or takes content | shown | gone | stays | interrupted if it ran |
//! | an action that was begun, and goes on without the caller | shown | stays | stays | stays; interrupted if it ran |
//! | one that only takes its time | shown | stays | stays | as an action |
//!
//! A thousand that have ended stay, the newest. One on many objects has steps; what the pool does for one is linked to it.
//! Every change is told to whoever listens, and written down beside its way (`keep`).

mod counted;
mod course;
mod json;
mod keep;
mod link;
mod mask;
mod news;
mod open;
mod steps;
mod timed;
mod told;
mod wait;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

pub(crate) use self::{
    counted::Counted,
    link::At,
    mask::{MASK, is_secret, kept, masked},
    open::Open,
    steps::{OpenStep, Steps},
    told::Told,
};
pub use self::{
    course::{Course, Stage},
    link::PoolTask,
    news::{TaskNews, TaskSubscription},
    open::Tasks,
    steps::{Progress, Step},
    timed::Timed,
    wait::Until,
};

/// Notes of one kind kept of a task, the last ones.
const NOTES: usize = 100;

/// What a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TaskKind {
    /// A call, whose caller waits for the answer.
    Call,
    /// An action that goes on without its caller.
    Action,
    /// One that only takes its time.
    Timed,
}

/// How a task stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// It runs.
    Pending,
    /// It has ended well, with this result.
    Success(Option<Value>),
    /// It has failed, with this error as administrators see it.
    Failure(Value),
    /// The server stopped while it ran.
    Interrupted,
}

/// Something that is worth knowing about a task, well or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// A sentence for people.
    pub message: String,
    /// What a program needs to know of it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub data: Value,
}

/// One task. Its JSON form by serde is what the database keeps; clients get [`Task::to_json`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    /// Base 36 milliseconds, a dash, random: sorts by time.
    pub id: String,
    /// What it is.
    pub kind: TaskKind,
    /// Name, type, method, parameters with secrets masked, user.
    pub properties: Map<String, Value>,
    /// Milliseconds since the epoch.
    pub start: i64,
    /// When it last changed; milliseconds since the epoch.
    pub updated: i64,
    /// Milliseconds since the epoch; none while it runs.
    pub end: Option<i64>,
    /// How it stands.
    pub status: Status,
    /// Of a failure, what is told to who is no administrator, where that is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<Value>,
    /// How far it has come, where objects are counted.
    pub progress: Option<Progress>,
    /// How far its pool has come with it, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    percent: Option<u8>,
    /// Its steps that run and the last of those that failed, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// What pools do or have done for it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<PoolTask>,
    /// What it tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub infos: Vec<Note>,
    /// What it warns of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Note>,
    /// Milliseconds since the epoch; when somebody asked to cancel it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<i64>,
    /// What ends its waiting when it is cancelled, where something does.
    #[serde(skip)]
    stop: Option<CancellationToken>,
    /// Cancelled when the pool is to be asked to end what it does for this task.
    #[serde(skip)]
    abort: CancellationToken,
    /// Whether the pool has ended something because of that: what is done afterwards sets things right.
    #[serde(skip)]
    aborted: bool,
    /// Whether content passes through for it: what that leaves behind where the server is killed is to be told.
    #[serde(skip)]
    carries: bool,
}

impl Task {
    fn new(kind: TaskKind, properties: Map<String, Value>, stop: Option<CancellationToken>) -> Self {
        let start = now();
        Self {
            id: id(start),
            kind,
            properties,
            start,
            updated: start,
            end: None,
            status: Status::Pending,
            told: None,
            progress: None,
            percent: None,
            steps: Vec::new(),
            links: Vec::new(),
            infos: Vec::new(),
            warnings: Vec::new(),
            cancelled: None,
            stop,
            abort: CancellationToken::new(),
            aborted: false,
            carries: false,
        }
    }

    /// Returns the id of the user whose it is.
    pub fn user(&self) -> Option<&str> {
        self.properties.get("userId").and_then(Value::as_str)
    }

    /// Returns the id of the object that it is said to be about.
    pub fn object(&self) -> Option<&str> {
        self.properties.get("objectId").and_then(Value::as_str).or_else(|| self.given("id"))
    }

    /// Returns whether it is about the object, user, group or server `id`: it says so, or was called with it, or a user
    /// of this id did.
    pub fn is_about(&self, id: &str) -> bool {
        let params = [self.properties.get("params"), self.properties.get("args")];
        let mut given = params.into_iter().flatten().filter_map(Value::as_object).flat_map(Map::values);
        self.object() == Some(id) || self.user() == Some(id) || given.any(|value| value == id)
    }

    /// Returns whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    /// Returns whether its record outlives a restart.
    fn is_kept(&self) -> bool {
        self.kind != TaskKind::Call || self.carries || matches!(self.status, Status::Failure(_) | Status::Interrupted)
    }

    /// Returns whether something would come of cancelling it.
    fn can_be_cancelled(&self) -> bool {
        self.progress.is_some() || self.stop.is_some() || self.links.iter().any(|link| link.end.is_none())
    }

    fn fail(&mut self, error: &op::Error) {
        // An error may quote what the caller sent.
        let (whole, told) = (masked(&error.to_json(true)), masked(&error.to_json(false)));
        let was_asked_for = self.cancelled.is_some() && link::is_cancellation(error);
        let whole = if was_asked_for { timed::aborted() } else { whole };
        self.told = (!was_asked_for && whole != told).then_some(told);
        self.finish(Status::Failure(whole));
    }

    fn finish(&mut self, status: Status) {
        self.end = Some(now());
        self.status = status;
    }

    /// Returns a parameter that it was called with.
    fn given(&self, name: &str) -> Option<&str> {
        let params = self.properties.get("params").or_else(|| self.properties.get("args"))?;
        params.get(name)?.as_str()
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn id(start: i64) -> String {
    let random: u64 = rand::random();
    format!("{:0>9}-{:0>10.10}", base36(start.unsigned_abs()), base36(random))
}

fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    while number > 0 {
        let digit = u32::try_from(number % 36).expect("less than 36");
        digits.push(char::from_digit(digit, 36).expect("less than 36"));
        number /= 36;
    }
    digits.iter().rev().collect()
}
