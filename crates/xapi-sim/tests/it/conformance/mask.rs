//! What is not compared: names that only the recording or only the replay knows.

use std::collections::HashMap;

use xapi_types::{Value, json, xml};

/// What recorded references and tokens are called in the replay.
#[derive(Default)]
pub struct Names(HashMap<String, String>);

/// Marks what a name begins with: a reference.
const PREFIX: &str = "OpaqueRef:";
/// Length of a reference.
const LENGTH: usize = 46;
/// Length of a token of `event.from`.
const TOKEN: usize = 41;

impl Names {
    /// Puts the names of the replay into a recorded request, keeping its length true.
    pub fn ours(&self, request: &[u8]) -> Vec<u8> {
        let mut text = String::from_utf8_lossy(request).into_owned();
        for (recorded, ours) in &self.0 {
            // Both are of one length, so that `Content-Length` stays right.
            if recorded.len() == ours.len() {
                text = text.replace(recorded, ours);
            }
        }
        text.into_bytes()
    }

    /// Notes the name of what a call made, and the token, when both replies have one.
    pub fn learn(&mut self, recorded: &str, ours: &str) {
        if let (Some(recorded), Some(ours)) = (only_reference(recorded), only_reference(ours)) {
            self.0.insert(recorded, ours);
        }
        if let (Some(recorded), Some(ours)) = (task_result(recorded), task_result(ours)) {
            self.0.insert(recorded, ours);
        }
        if let (Some(recorded), Some(ours)) = (token(recorded), token(ours)) {
            self.0.insert(recorded, ours);
        }
    }

    fn known(&self, reference: &str) -> String {
        self.0.get(reference).cloned().unwrap_or_else(|| reference.to_owned())
    }
}

/// Returns the reference if the answer holds exactly one, as its result or as that of a task.
fn only_reference(answer: &str) -> Option<String> {
    let result = result(answer)?;
    let text = match result.as_str() {
        Some(text) => text,
        // The record of a task holds what its call answered as XML-RPC.
        None => result.get("result")?.as_str()?.strip_prefix("<value>")?.strip_suffix("</value>")?,
    };
    (text.starts_with(PREFIX) && text.len() == LENGTH).then(|| text.to_owned())
}

/// Returns the reference that a task's record has as its result.
fn task_result(answer: &str) -> Option<String> {
    let value = xml::parse_value(result(answer)?.get("result")?.as_str()?).ok()?;
    value.as_str().filter(|text| text.starts_with(PREFIX) && text.len() == LENGTH).map(str::to_owned)
}

fn token(answer: &str) -> Option<String> {
    let text = result(answer)?;
    let token = text.get("token").and_then(Value::as_str)?;
    (token.len() == TOKEN).then(|| token.to_owned())
}

fn result(answer: &str) -> Option<Value> {
    if answer.starts_with('{') {
        json::parse(answer.as_bytes()).ok()?.get("result").cloned()
    } else {
        xml::parse_response(answer.as_bytes()).ok()?.get("Value").cloned()
    }
}

/// Returns what of an answer must be alike: the envelope, errors whole, of results their form.
pub fn shape(answer: &str, names: &Names) -> String {
    let parsed = if answer.starts_with('{') {
        json::parse(answer.as_bytes()).ok()
    } else {
        xml::parse_response(answer.as_bytes()).ok()
    };
    let Some(value) = parsed else { return format!("unreadable: {}", short(answer)) };
    let Some(members) = value.as_struct() else { return form(&value) };
    let member = |(key, value): &(compact_str::CompactString, Value)| {
        let shown = match key.as_str() {
            "result" | "Value" if *value != Value::Null => form(value),
            "error" | "ErrorDescription" => masked(value, names),
            _ => value.to_string(),
        };
        format!("{key}={shown}")
    };
    members.iter().map(member).collect::<Vec<_>>().join(" ")
}

/// Writes an error with masked parameters.
fn masked(value: &Value, names: &Names) -> String {
    match value {
        Value::Array(items) => items.iter().map(|item| masked(item, names)).collect::<Vec<_>>().join("|"),
        Value::Struct(entries) => {
            entries.iter().map(|(key, value)| format!("{key}:{}", masked(value, names))).collect::<Vec<_>>().join(" ")
        }
        Value::String(text) if text.starts_with("trackid=") => "trackid".to_owned(),
        Value::String(text) if text.parse::<std::net::IpAddr>().is_ok() => "address".to_owned(),
        Value::String(text) => names.known(text),
        other => other.to_string(),
    }
}

/// Writes the form of a result: types, and the names of fields of records.
fn form(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", alike(items.iter())),
        Value::Struct(entries) if entries.iter().any(|(key, _)| key == "uuid") => {
            let mut fields: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
            fields.sort_unstable();
            format!("record({})", fields.join(" "))
        }
        Value::Struct(entries) if entries.iter().any(|(key, _)| key == "valid_ref_counts") => {
            let mut fields: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
            fields.sort_unstable();
            let events = value.get("events").and_then(Value::as_array).unwrap_or_default();
            format!("batch({}) {}", fields.join(" "), if events.is_empty() { "empty" } else { "events" })
        }
        Value::Struct(entries) => format!("{{{}}}", alike(entries.iter().map(|(_, value)| value))),
        Value::String(_) => "text".to_owned(),
        Value::Int(_) => "int".to_owned(),
        Value::Float(_) => "float".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::DateTime(_) => "time".to_owned(),
        Value::Null => "null".to_owned(),
    }
}

/// Writes the forms that occur, each once.
fn alike<'v>(values: impl Iterator<Item = &'v Value>) -> String {
    let mut forms: Vec<String> = values.map(form).collect();
    forms.sort_unstable();
    forms.dedup();
    forms.join(",")
}

/// Cuts a text to what a message can hold.
pub fn short(text: &str) -> String {
    text.chars().take(300).collect()
}
