//! What came of each object, and all together.

use bytes::Bytes;
use model::{Kind, Object};
use op::{Answer, Error};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{rehearsal::why, selection::Target};

/// Objects told in one part of the answer.
const PART: usize = 256;

/// What came of one object.
#[derive(Debug)]
pub(super) enum State {
    /// The action was done, with this result.
    Done(Value),
    /// The action was begun and failed.
    Failed(Error),
    /// Nothing was done: it must not, or cannot, be done to this object.
    Refused(Error),
    /// It would be done; a sentence says what, and steps where the operation knows them.
    Would(String, Option<Value>),
}

impl State {
    pub(super) fn error(&self) -> Option<&Error> {
        match self {
            Self::Failed(error) | Self::Refused(error) => Some(error),
            Self::Done(_) | Self::Would(..) => None,
        }
    }
}

/// What is told of one object.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    pub(super) id: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    /// `done`, `failed`, `refused`, `would` or `skipped`.
    #[serde(rename = "outcome")]
    word: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
    /// Why, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// What would happen, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    would: Option<String>,
    /// The same, step by step.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<Value>,
}

impl Outcome {
    /// Makes that of an object to which nothing has been done.
    pub(super) fn of(target: &Target) -> Self {
        let object = target.object.as_ref().filter(|_| target.seen);
        Self {
            id: target.id.clone(),
            kind: object.map(|object| object.kind().name()),
            name: object.and_then(|object| object.text("name_label")),
            word: "skipped",
            result: None,
            error: None,
            why: None,
            would: None,
            plan: None,
        }
    }

    pub(super) fn with(mut self, state: State, to_admin: bool) -> Self {
        if let Some(error) = state.error() {
            self.error = Some(error.to_json(to_admin));
            self.why = Some(why(error, to_admin));
        }
        self.word = match state {
            State::Done(result) => {
                // That there is nothing to tell is told by the outcome.
                self.result = Some(result).filter(|result| *result != true);
                "done"
            }
            State::Failed(_) => "failed",
            State::Refused(_) => "refused",
            State::Would(would, plan) => {
                (self.would, self.plan) = (Some(would), plan);
                "would"
            }
        };
        self
    }
}

/// Says what an object is, as the beginning of a sentence: "VM `web` is Running".
pub(super) fn subject(target: &Target) -> String {
    let Some(object) = &target.object else { return format!("`{}`", target.id) };
    let name = object.text("name_label").unwrap_or_else(|| object.id().to_owned());
    let state = object.text("power_state").map(|state| format!(" is {state}"));
    format!("{} `{name}`{}", noun(object), state.unwrap_or_default())
}

fn noun(object: &Object) -> &'static str {
    match object.kind() {
        Kind::VmSnapshot => "snapshot",
        Kind::VmTemplate => "template",
        Kind::Vdi => "disk",
        Kind::VdiSnapshot => "snapshot of a disk",
        kind => kind.name(),
    }
}

/// What came of all objects, in the order of the selection.
pub(super) struct Report(Vec<Option<Outcome>>);

impl Report {
    pub(super) fn new(count: usize) -> Self {
        Self(std::iter::repeat_with(|| None).take(count).collect())
    }

    pub(super) fn add(&mut self, at: usize, outcome: Outcome) {
        self.0[at] = Some(outcome);
    }

    /// Writes `{"objects": […], "counts": {…}}`, in parts.
    pub(super) fn into_answer(self) -> Answer {
        let outcomes: Vec<Outcome> = self.0.into_iter().flatten().collect();
        let count = |what: &str| outcomes.iter().filter(|outcome| outcome.word == what).count();
        let counts =
            ["done", "failed", "refused", "would", "skipped"].map(|what| (what.to_owned(), json!(count(what))));
        let counts = Value::Object(counts.into_iter().collect());
        let end = Bytes::from(format!("],\"counts\":{counts}}}"));
        let mut left = outcomes.into_iter();
        let mut first = true;
        let parts = std::iter::from_fn(move || {
            let part: Vec<Outcome> = left.by_ref().take(PART).collect();
            let text = serde_json::to_string(&part).expect("outcomes have a JSON form");
            let inner = &text[1..text.len() - 1];
            let comma = if std::mem::take(&mut first) { "" } else { "," };
            (!part.is_empty()).then(|| Bytes::from(format!("{comma}{inner}")))
        });
        let begin = std::iter::once(Bytes::from_static(b"{\"objects\":["));
        Answer::parts(begin.chain(parts).chain(std::iter::once(end)))
    }
}
