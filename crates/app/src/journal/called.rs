//! A call of a user, as it is kept.

use std::{net::IpAddr, sync::Arc};

use db::{NewEntry, NewLog, Operation, User};
use model::{Object, Store};
use op::Ops;
use serde_json::{Map, Value, json};

use super::{now, raw};
use crate::{
    Cx,
    task::{kept, masked},
};

/// Objects kept of a call; who names more of them has the others in the parameters.
const MOST_OBJECTS: usize = 100;

/// A call that has ended.
#[derive(Debug)]
pub(crate) struct Called {
    /// What was called.
    pub(crate) method: String,
    /// Its parameters, secrets masked.
    pub(crate) params: Value,
    /// Who called.
    pub(crate) user: Arc<User>,
    /// From where.
    pub(crate) address: IpAddr,
    /// The objects that it named, those that there were.
    pub(crate) objects: Vec<Arc<Object>>,
    /// The id that it answered, if that is what it answered.
    pub(crate) made: Option<String>,
    /// When it began, milliseconds since the epoch.
    pub(crate) start: i64,
    /// When it ended.
    pub(crate) end: i64,
    /// Whether it is part of what happened; of what only looks, no more than a failure is kept, in the log.
    pub(crate) leaves_entry: bool,
    /// Why it failed, as administrators see it.
    pub(crate) error: Option<Value>,
}

/// Returns the objects that the parameters of a call name, as they are now.
fn named(ops: &Ops<Cx>, method: &str, params: &Value, store: &Store) -> Vec<Arc<Object>> {
    let namespace = method.split('.').next().unwrap_or_default();
    let mut found: Vec<Arc<Object>> = Vec::new();
    for (param, _) in ops.ids(method) {
        let value = params.get(param).or_else(|| params.get(format!("{param}?")));
        let value = value.or_else(|| (param == "id").then(|| params.get(namespace)).flatten());
        let ids = match value {
            Some(Value::Array(ids)) => &ids[..],
            Some(id) => std::slice::from_ref(id),
            None => continue,
        };
        for object in ids.iter().filter_map(Value::as_str).filter_map(|id| store.get(id)) {
            if found.len() < MOST_OBJECTS && found.iter().all(|other| other.id() != object.id()) {
                found.push(object);
            }
        }
    }
    found
}

/// Returns the id that an operation answered: a text in the form of a uuid, as those have that make objects.
fn made(answer: &op::Answer) -> Option<String> {
    let op::Answer::Bytes(text) = answer else { return None };
    let id = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let is_uuid = id.len() == 36
        && id.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    is_uuid.then(|| String::from_utf8_lossy(id).into_owned())
}

impl Called {
    /// Begins the record of a call; none for strangers, and of operations that leave none.
    pub(crate) fn begin(cx: &Cx, method: &str, params: &Value) -> Option<Self> {
        let (app, user) = (&cx.app, cx.session.user()?);
        let spec = app.ops().spec(method).filter(|spec| !spec.quiet)?;
        Some(Self {
            leaves_entry: spec.leaves_entry(),
            method: method.to_owned(),
            params: kept(app.ops(), method, params),
            user,
            address: cx.session.peer().address,
            objects: named(app.ops(), method, params, app.store()),
            made: None,
            start: now(),
            end: 0,
            error: None,
        })
    }

    /// Adds what came of it, now.
    pub(crate) fn ended(self, result: &op::Result<op::Answer>) -> Self {
        let made = result.as_ref().ok().and_then(made);
        Self { end: now(), made, error: result.as_ref().err().map(|error| error.to_json(true)), ..self }
    }

    /// Returns the entry of the journal.
    pub(crate) fn entry(&self) -> NewEntry {
        let mut kept = Map::new();
        kept.insert("method".to_owned(), self.method.as_str().into());
        kept.insert("params".to_owned(), self.params.clone());
        kept.insert("start".to_owned(), self.start.into());
        kept.insert("address".to_owned(), self.address.to_string().into());
        if let Some(error) = &self.error {
            kept.insert("error".to_owned(), masked(error));
        }
        let mut objects: Vec<_> = self.objects.iter().map(|object| object.id().to_owned()).collect();
        objects
            .extend(self.made.iter().filter(|made| !self.objects.iter().any(|object| object.id() == **made)).cloned());
        let first = self.objects.first();
        NewEntry {
            at: self.end,
            pool: first.map_or_else(String::new, |object| object.pool().as_str().to_owned()),
            class: first.map_or_else(String::new, |object| object.record().kind().name().to_owned()),
            reference: String::new(),
            uuid: None,
            user: Some(self.user.id.clone()),
            objects,
            operation: if self.error.is_some() { Operation::Failed } else { Operation::Done },
            changes: raw(Value::Object(kept).to_string()),
        }
    }

    /// Returns what the log of failed calls has of it, in the form of the original's `log.get`; nothing if it worked.
    pub(crate) fn log(&self) -> Option<NewLog> {
        let error = masked(self.error.as_ref()?);
        let duration = self.end - self.start;
        let said = error["message"].as_str().unwrap_or_default();
        let Self { method, params, user, .. } = self;
        let data = json!({
            "userId": user.id,
            "userName": user.email,
            "userIp": self.address,
            "method": method,
            "params": params,
            "timestamp": self.start,
            "duration": duration,
            "error": error,
        });
        let message = format!("{} | {method}(…) [{duration}ms] =!> {said}", user.email);
        Some(NewLog { namespace: "api".to_owned(), at: self.end, level: "error", message, data })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use op::Answer;

    use super::*;

    #[test]
    fn only_what_looks_like_the_id_of_an_object_is_one() {
        let answer = |text: &'static str| made(&Answer::Bytes(Bytes::from_static(text.as_bytes())));
        let id = "dbca9cd8-6f91-4a5b-9d19-0d9d21d9c4d5";
        assert_eq!(answer("\"dbca9cd8-6f91-4a5b-9d19-0d9d21d9c4d5\"").as_deref(), Some(id));
        for other in [
            "true",
            "",
            "\"",
            "\"\"",
            "{}",
            // A token is a secret.
            "\"HJhtnAP6qgJdJ8xfTaB7HPl6Dj9jDzLLxYLhUkuINpY\"",
            "\"dbca9cd8-6f91-4a5b-9d19-0d9d21d9c4dg\"",
        ] {
            assert_eq!(answer(other), None, "{other}");
        }
    }
}
