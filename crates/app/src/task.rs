//! Tasks: what calls and jobs are doing, and those that failed.
//!
//! Records live in memory in this version. A call that succeeds leaves none.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;
use serde_json::{Map, Value, json};

/// Finished tasks kept, as the original's `tasks.gc.keep`.
const KEPT: usize = 1000;
/// What stands for a secret in a record.
pub(crate) const MASK: &str = "* obfuscated *";
/// Longest text of a parameter in a record, in bytes.
const LONGEST: usize = 1024;

/// How a task stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// It runs.
    Pending,
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
    pub(crate) fn open(&self, method: &str, params: &Value, user: Option<&str>) -> Open {
        let mut properties = Map::new();
        properties.insert("method".to_owned(), method.into());
        properties.insert("params".to_owned(), masked(params));
        properties.insert("name".to_owned(), format!("API call: {method}").into());
        if let Some(user) = user {
            properties.insert("userId".to_owned(), user.into());
        }
        properties.insert("type".to_owned(), "api.call".into());
        let start = jiff::Timestamp::now().as_millisecond();
        let id = id(start);
        let mut tasks = self.0.lock();
        if tasks.len() >= KEPT {
            let oldest = tasks.iter().position(|task| task.end.is_some());
            tasks.remove(oldest.unwrap_or(0));
        }
        tasks.push_back(Task { id: id.clone(), properties, start, end: None, status: Status::Pending });
        Open { id, tasks: self.clone() }
    }
}

/// A task that runs.
#[derive(Debug)]
pub(crate) struct Open {
    id: String,
    tasks: Tasks,
}

impl Open {
    /// Keeps the record: the task has failed.
    pub(crate) fn failed(self, error: &op::Error) {
        let mut tasks = self.tasks.0.lock();
        if let Some(task) = tasks.iter_mut().rfind(|task| task.id == self.id) {
            task.end = Some(jiff::Timestamp::now().as_millisecond());
            task.status = Status::Failure(error.to_json(true));
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

/// Returns `value` with every secret masked and long texts cut.
pub(crate) fn masked(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mask = |(key, value): (&String, &Value)| {
                let value = if is_secret(key) { MASK.into() } else { masked(value) };
                (key.clone(), value)
            };
            map.iter().map(mask).collect::<Map<_, _>>().into()
        }
        Value::Array(list) => list.iter().map(masked).collect(),
        Value::String(text) if text.len() > LONGEST => {
            format!("{}… ({} bytes)", &text[..text.floor_char_boundary(LONGEST)], text.len()).into()
        }
        other => other.clone(),
    }
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
    WORDS.iter().any(|word| plain.contains(word))
        || key.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == "otp")
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
            Status::Failure(error) => {
                json["status"] = "failure".into();
                json["result"] = error.clone();
            }
        }
        if let Some(end) = task.end {
            json["end"] = end.into();
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
    fn names_of_secrets_are_known_however_they_are_written() {
        for name in
            ["chappassword", "Passwd", "api-key", "API_KEY", "xo:secret", "otp", "my-otp", "authenticationToken"]
        {
            assert!(is_secret(name), "{name}");
        }
        for name in ["cpu_hotplug", "name_label", "keys", "pass_through"] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn a_call_that_succeeds_leaves_no_record_and_one_that_fails_leaves_its_error() {
        let tasks = Tasks::default();
        let open = tasks.open("vm.start", &json!({ "id": "x" }), Some("u"));
        assert_eq!(tasks.all()[0].status, Status::Pending);
        drop(open);
        assert!(tasks.all().is_empty());
        tasks.open("vm.start", &json!({ "id": "x" }), Some("u")).failed(&op::Error::no_such("VM", "x"));
        let record = Value::from(&tasks.all()[0]);
        assert_eq!(record["status"], "failure");
        assert_eq!(record["result"]["code"], 1);
        assert_eq!(record["properties"]["name"], "API call: vm.start");
    }

    #[test]
    fn records_are_bounded_and_the_oldest_finished_goes_first() {
        let tasks = Tasks::default();
        let running = tasks.open("vm.start", &json!({}), None);
        for _ in 0..KEPT + 5 {
            tasks.open("vm.stop", &json!({ "text": "x".repeat(10_000) }), None).failed(&op::Error::NoHostsAvailable);
        }
        let all = tasks.all();
        assert_eq!((all.len(), &all[0].id), (KEPT, &running.id));
        assert!(Value::from(&all[1]).to_string().len() < 2 * LONGEST);
    }
}
