//! Tasks: what calls and jobs are doing, and those that failed.
//!
//! Records live in memory in this version. A call that succeeds leaves none. One on many objects has steps, which follow
//! the same rule. Timed tasks are no calls and stay.

mod counted;
mod steps;
mod timed;

use std::{collections::VecDeque, sync::Arc};

use op::{Answer, Ops};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use crate::{App, Cx};

pub(crate) use self::steps::Steps;
pub use self::steps::{Progress, Step};
pub use self::timed::Timed;

/// Type of the tasks that are calls, as the original's.
const CALL: &str = "api.call";
/// … and of all that somebody has begun.
const CALLS: [&str; 2] = [CALL, "xo:rest-api:action"];
/// Finished tasks kept, as the original's `tasks.gc.keep`.
const KEPT: usize = 1000;
/// Calls of one user that run at the same time: more than one connection may have (512), and less than what is kept, so
/// that no user pushes the calls of all others out of sight.
const OF_USER: usize = 768;
/// What stands for a secret in a record.
pub(crate) const MASK: &str = "* obfuscated *";
/// Longest text of a parameter in a record, in bytes.
const LONGEST: usize = 1024;
/// Largest parameters in a record, in bytes of JSON: a thousand records take a few megabytes, whoever made them.
const LARGEST: usize = 16 * 1024;

/// How a task stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// It runs.
    Pending,
    /// It has ended well, with this result.
    Success(Option<Value>),
    /// It has failed, with this error as administrators see it.
    Failure(Value),
}

/// One task.
#[derive(Clone, Debug)]
pub struct Task {
    /// Base 36 milliseconds, a dash, random: sorts by time.
    pub id: String,
    /// Name, type, method, parameters with secrets masked, user.
    pub properties: Map<String, Value>,
    /// Milliseconds since the epoch.
    pub start: i64,
    /// Milliseconds since the epoch; none while it runs.
    pub end: Option<i64>,
    /// How it stands.
    pub status: Status,
    /// How far it has come, where that is counted.
    pub progress: Option<Progress>,
    /// Its steps that run and the last of those that failed, oldest first.
    pub steps: Vec<Step>,
    /// Milliseconds since the epoch; when somebody asked to cancel it.
    pub cancelled: Option<i64>,
    /// What ends it when it is cancelled, where something does.
    stop: Option<CancellationToken>,
}

/// The tasks; clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Tasks(Arc<Mutex<VecDeque<Task>>>);

impl Tasks {
    /// Returns the tasks that run and those that failed, oldest first.
    pub fn all(&self) -> Vec<Task> {
        self.0.lock().iter().cloned().collect()
    }

    /// Opens the record of a call; dropping what it returns forgets it.
    ///
    /// # Errors
    ///
    /// [`op::Error::Refused`] where the user has [`OF_USER`] calls that run.
    pub(crate) fn open(&self, method: &str, params: &Value, user: Option<&str>) -> op::Result<Open> {
        let mut properties = Map::new();
        properties.insert("method".to_owned(), method.into());
        properties.insert("params".to_owned(), masked(params));
        properties.insert("name".to_owned(), format!("API call: {method}").into());
        if let Some(user) = user {
            properties.insert("userId".to_owned(), user.into());
        }
        properties.insert("type".to_owned(), CALL.into());
        self.open_with(properties, user, None)
    }

    /// Opens the record of what goes on without its caller: it stays, however it ends. Cancelling it cancels `stop`.
    ///
    /// # Errors
    ///
    /// As for a call that somebody waits for.
    pub(crate) fn begin(
        &self,
        mut about: Map<String, Value>,
        user: &str,
        stop: &CancellationToken,
    ) -> op::Result<Open> {
        about.insert("userId".to_owned(), user.into());
        let mut open = self.open_with(about, Some(user), Some(stop.clone()))?;
        open.kept = true;
        Ok(open)
    }

    fn open_with(
        &self,
        properties: Map<String, Value>,
        user: Option<&str>,
        stop: Option<CancellationToken>,
    ) -> op::Result<Open> {
        let mut tasks = self.0.lock();
        if user.is_some() && calls_of(&tasks, user).count() >= OF_USER {
            return Err(op::Error::refused(format!(
                "{OF_USER} calls of this user run already; wait until one of them has ended"
            )));
        }
        Ok(Open { id: add(&mut tasks, properties, stop), tasks: self.clone(), kept: false })
    }

    /// Returns the task of this id.
    pub fn get(&self, id: &str) -> Option<Task> {
        self.0.lock().iter().find(|task| task.id == id).cloned()
    }
}

/// Returns the calls of a user that run.
fn calls_of<'a>(tasks: &'a VecDeque<Task>, user: Option<&'a str>) -> impl Iterator<Item = &'a Task> {
    let text = |task: &'a Task, name| task.properties.get(name).and_then(Value::as_str);
    tasks.iter().filter(move |task| {
        task.end.is_none()
            && text(task, "userId") == user
            && text(task, "type").is_some_and(|kind| CALLS.contains(&kind))
    })
}

/// Adds a task that runs, and returns its id.
fn add(tasks: &mut VecDeque<Task>, properties: Map<String, Value>, stop: Option<CancellationToken>) -> String {
    let start = jiff::Timestamp::now().as_millisecond();
    let id = id(start);
    if tasks.len() >= KEPT {
        // What can be cancelled stays in sight before all.
        let oldest = tasks.iter().position(|task| task.end.is_some());
        let oldest = oldest.or_else(|| tasks.iter().position(|task| task.progress.is_none()));
        tasks.remove(oldest.unwrap_or(0));
    }
    tasks.push_back(Task {
        id: id.clone(),
        properties,
        start,
        end: None,
        status: Status::Pending,
        progress: None,
        steps: Vec::new(),
        cancelled: None,
        stop,
    });
    id
}

/// A task that runs.
#[derive(Debug)]
pub(crate) struct Open {
    id: String,
    tasks: Tasks,
    /// Whether the record stays when it ends well.
    kept: bool,
}

impl Open {
    /// Returns the id of the task.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Closes the record by what came of the call.
    pub(crate) fn ended(self, result: &op::Result<Answer>) {
        match result {
            Err(error) => self.failed(error),
            Ok(answer) if self.kept => {
                let result = match answer {
                    Answer::Bytes(text) if text.len() <= LARGEST => serde_json::from_slice(text).ok(),
                    _ => None,
                };
                // What has nothing to tell says `true`.
                let result = result.filter(|result| *result != Value::Bool(true));
                self.tasks.end(&self.id, Status::Success(result.as_ref().map(masked)));
            }
            Ok(_) => {}
        }
    }

    /// Keeps the record: the task has failed.
    pub(crate) fn failed(self, error: &op::Error) {
        let mut tasks = self.tasks.0.lock();
        if let Some(task) = tasks.iter_mut().rfind(|task| task.id == self.id) {
            task.end = Some(jiff::Timestamp::now().as_millisecond());
            // An error may quote what the caller sent.
            task.status = Status::Failure(masked(&error.to_json(true)));
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut tasks = self.tasks.0.lock();
        if let Some(at) = tasks.iter().rposition(|task| task.id == self.id && task.end.is_none()) {
            tasks.remove(at);
        }
    }
}

/// Returns what a record keeps of the parameters of a call: no secret, and no value of a parameter that the operation
/// does not take, since a misspelt `password` is one.
pub(crate) fn kept(ops: &Ops<Cx>, method: &str, params: &Value) -> Value {
    let Some(given) = params.as_object() else { return masked(params) };
    let secrets = ops.spec(method).map_or(&[][..], |spec| spec.secrets);
    let value = |(name, value): (&String, &Value)| {
        let is_told = ops.takes(method, name) && !secrets.contains(&name.trim_end_matches('?'));
        (name.clone(), if is_told { value.clone() } else { MASK.into() })
    };
    masked(&given.iter().map(value).collect::<Map<_, _>>().into())
}

impl App {
    /// Returns what a record may keep of the parameters of a call of `method`: no secret, nothing long.
    pub fn masked(&self, method: &str, params: &Value) -> Value {
        kept(self.ops(), method, params)
    }
}

/// Returns `value` with every secret masked and what is long cut.
pub(crate) fn masked(value: &Value) -> Value {
    let mut room = LARGEST;
    copy(value, &mut room)
}

/// Copies what there is `room` for, counted in bytes of JSON.
fn copy(value: &Value, room: &mut usize) -> Value {
    *room = room.saturating_sub(8);
    match value {
        Value::Object(map) => {
            let mut copied = Map::new();
            for (key, value) in map {
                if *room == 0 {
                    copied.insert("…".to_owned(), format!("{} more", map.len() - copied.len()).into());
                    break;
                }
                let value = if is_secret(key) { MASK.into() } else { copy(value, room) };
                copied.insert(cut(key, room), value);
            }
            copied.into()
        }
        Value::Array(list) => {
            let mut copied = Vec::new();
            for value in list {
                if *room == 0 {
                    copied.push(format!("… {} more", list.len() - copied.len()).into());
                    break;
                }
                copied.push(copy(value, room));
            }
            copied.into()
        }
        Value::String(text) => cut(text, room).into(),
        other => other.clone(),
    }
}

/// Copies a text, or its beginning.
fn cut(text: &str, room: &mut usize) -> String {
    *room = room.saturating_sub(text.len().min(LONGEST));
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    format!("{}… ({} bytes)", &text[..text.floor_char_boundary(LONGEST)], text.len())
}

/// Returns whether a member of this name holds a secret.
pub(crate) fn is_secret(key: &str) -> bool {
    const WORDS: [&str; 11] = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "privatekey",
        "apikey",
        "accesskey",
        "credential",
        "httpproxy",
        "authorization",
    ];
    let key = key.to_ascii_lowercase();
    let plain = key.replace(['_', '-', '.', ' '], "");
    let parts = || key.split(|c: char| !c.is_ascii_alphanumeric());
    WORDS.iter().any(|word| plain.contains(word))
        || parts().any(|part| part == "otp")
        || parts().next_back().is_some_and(|last| ["pass", "pwd"].contains(&last))
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

impl From<&Task> for Value {
    fn from(task: &Task) -> Self {
        let mut json = json!({ "id": task.id, "properties": task.properties, "start": task.start });
        match &task.status {
            Status::Pending => json["status"] = "pending".into(),
            Status::Success(result) => {
                json["status"] = "success".into();
                if let Some(result) = result {
                    json["result"] = result.clone();
                }
            }
            Status::Failure(error) => {
                json["status"] = "failure".into();
                json["result"] = error.clone();
            }
        }
        if let Some(end) = task.end {
            json["end"] = end.into();
        }
        if let Some(progress) = task.progress {
            json["properties"]["progress"] = progress.percent().into();
            json["tasks"] = task.steps.iter().map(Value::from).collect();
        }
        if let Some(at) = task.cancelled {
            json["abortionRequestedAt"] = at.into();
        }
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let params = json!({
            "email": "bob",
            "password": "hunter2",
            "nested": [{ "token": "abc", "otp": "123456", "deep": { "newPassword": ["x"] } }],
            "tokens": ["abc"],
        });
        let expected = json!({
            "email": "bob",
            "password": MASK,
            "nested": [{ "token": MASK, "otp": MASK, "deep": { "newPassword": MASK } }],
            "tokens": MASK,
        });
        assert_eq!(masked(&params), expected);
    }

    #[test]
    fn large_parameters_are_cut() {
        let list = |length: usize| Value::from(vec![Value::from(1); length]);
        let small = json!({ "list": list(100), "text": "x" });
        assert_eq!(masked(&small), small);
        let many: Map<_, _> = (0..100_000).map(|n| (format!("key{n}"), 1.into())).collect();
        for large in [
            list(1_000_000),
            many.into(),
            json!({ "x".repeat(100_000): "y".repeat(100_000) }),
            json!({ "nested": vec![list(100_000); 10] }),
        ] {
            let length = masked(&large).to_string().len();
            assert!(length < 2 * LARGEST, "{length} bytes");
        }
        assert_eq!(masked(&list(1_000_000))[2047], "… 997953 more");
    }

    #[test]
    fn names_of_secrets_are_known_however_they_are_written() {
        for name in [
            "chappassword",
            "Passwd",
            "api-key",
            "API_KEY",
            "xo:secret",
            "otp",
            "my-otp",
            "authenticationToken",
            "admin_pass",
            "db-pwd",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["cpu_hotplug", "name_label", "keys", "pass_through", "bypass"] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn a_call_that_succeeds_leaves_no_record_and_one_that_fails_leaves_its_error() {
        let tasks = Tasks::default();
        let open = tasks.open("vm.start", &json!({ "id": "x" }), Some("u")).expect("one may run");
        assert_eq!(tasks.all()[0].status, Status::Pending);
        drop(open);
        assert!(tasks.all().is_empty());
        let open = tasks.open("vm.start", &json!({ "id": "x" }), Some("u")).expect("one may run");
        open.failed(&op::Error::no_such("VM", "x"));
        let record = Value::from(&tasks.all()[0]);
        assert_eq!(record["status"], "failure");
        assert_eq!(record["result"]["code"], 1);
        assert_eq!(record["properties"]["name"], "API call: vm.start");
    }

    #[test]
    fn records_are_bounded_and_the_oldest_finished_goes_first() {
        let tasks = Tasks::default();
        let running = tasks.open("vm.start", &json!({}), None).expect("it may run");
        for _ in 0..KEPT + 5 {
            let open = tasks.open("vm.stop", &json!({ "text": "x".repeat(10_000) }), None).expect("it may run");
            open.failed(&op::Error::NoHostsAvailable);
        }
        let all = tasks.all();
        assert_eq!((all.len(), &all[0].id), (KEPT, &running.id));
        assert!(Value::from(&all[1]).to_string().len() < 2 * LONGEST);
    }

    #[test]
    fn a_user_has_so_many_calls_at_once_whatever_others_have() {
        let tasks = Tasks::default();
        let open = |user| tasks.open("vm.start", &json!({}), Some(user));
        let mut running: Vec<_> = (0..OF_USER).map(|_| open("u").expect("it may run")).collect();
        let refused = open("u").expect_err("that is one too many");
        assert_eq!(refused.to_string(), "768 calls of this user run already; wait until one of them has ended");
        assert!(open("v").is_ok());
        running.pop().expect("they run").failed(&op::Error::NoHostsAvailable);
        assert!(open("u").is_ok(), "what has ended does not count");
    }
}
