//! What came of a call on many objects, or would come of it: one line an object at a terminal, JSON elsewhere.

use std::fmt::Write as _;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Failure;

/// The answer to a call with `selection` or `dryRun`.
#[derive(Debug, Deserialize)]
pub(crate) struct Report {
    objects: Vec<Line>,
    counts: IndexMap<String, u64>,
    #[serde(skip)]
    is_dry: bool,
}

fn is_dry(params: &Map<String, Value>) -> bool {
    params.get("dryRun").is_some_and(|dry| *dry == true)
}

/// What came of one object.
#[derive(Debug, Deserialize)]
struct Line {
    id: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    name: Option<String>,
    outcome: String,
    result: Option<Value>,
    why: Option<String>,
    would: Option<String>,
}

impl Report {
    /// Returns whether a call with `params` may be answered by a report.
    pub(crate) fn may_answer(params: &Map<String, Value>) -> bool {
        // REST writes a selection by its parts.
        is_dry(params) || ["selection", "filter", "ids"].iter().any(|name| params.contains_key(*name))
    }

    /// Reads `answer` if a call with `params` is answered by a report.
    pub(crate) fn of(params: &Map<String, Value>, answer: &str) -> Option<Self> {
        if !Self::may_answer(params) {
            return None;
        }
        let report: Self = serde_json::from_str(answer).ok()?;
        Some(Self { is_dry: is_dry(params), ..report })
    }

    /// Returns one line an object and one for all.
    pub(crate) fn text(&self) -> String {
        let width = self.objects.iter().map(|line| line.outcome.len()).max().unwrap_or(0);
        let mut text = String::new();
        for line in &self.objects {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{:width$}  {}", line.outcome, line.text());
        }
        let counts = self.counts.iter().filter(|(_, count)| **count > 0);
        let counts: Vec<_> = counts.map(|(outcome, count)| format!("{count} {outcome}")).collect();
        text + &if counts.is_empty() { "nothing is selected".to_owned() } else { counts.join(", ") }
    }

    /// Returns an error where something was to be done and not all of it was.
    pub(crate) fn into_result(self) -> Result<(), Failure> {
        let count = |outcome: &str| self.counts.get(outcome).copied().unwrap_or(0);
        let missed = count("failed") + count("refused") + count("skipped");
        // A dry run has answered what it was asked.
        if missed == 0 || self.is_dry {
            return Ok(());
        }
        Err(Failure::Partly(format!("{missed} of {} objects: not done", self.objects.len())))
    }
}

impl Line {
    fn text(&self) -> String {
        if let Some(would) = &self.would {
            return would.clone();
        }
        let kind = self.kind.as_deref().unwrap_or("object");
        let subject = format!("{kind} `{}`", self.name.as_ref().unwrap_or(&self.id));
        match (&self.why, &self.result) {
            (Some(why), _) => format!("{subject}: {why}"),
            (None, Some(Value::String(result))) => format!("{subject}: {result}"),
            (None, Some(result)) => format!("{subject}: {result}"),
            (None, None) => subject,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn report(params: &Value, answer: &Value) -> Option<Report> {
        Report::of(params.as_object().unwrap(), &answer.to_string())
    }

    #[test]
    fn each_object_has_its_line() {
        let answer = json!({
            "objects": [
                { "id": "1", "type": "VM", "name": "web", "outcome": "done", "result": "snapshot-1" },
                { "id": "2", "type": "VM", "name": "db", "outcome": "failed", "error": {}, "why": "no host can take it" },
                { "id": "3", "outcome": "refused", "why": "no such VM 3" },
                { "id": "4", "type": "VM", "outcome": "skipped" },
                { "id": "5", "type": "VM", "name": "x", "outcome": "would", "would": "VM `x` is Halted: it would be started" },
            ],
            "counts": { "done": 1, "failed": 1, "refused": 1, "would": 1, "skipped": 1 },
        });
        let report = report(&json!({ "selection": {} }), &answer).unwrap();
        assert_eq!(
            report.text(),
            "done     VM `web`: snapshot-1\nfailed   VM `db`: no host can take it\nrefused  object `3`: no such VM 3\n\
             skipped  VM `4`\nwould    VM `x` is Halted: it would be started\n1 done, 1 failed, 1 refused, 1 would, 1 skipped"
        );
    }

    #[test]
    fn what_was_not_done_is_an_error_and_what_would_not_be_done_is_none() {
        let ends = |dry_run: bool, counts: Value| {
            let answer = json!({ "objects": [{ "id": "1", "outcome": "x" }], "counts": counts });
            let report = report(&json!({ "selection": {}, "dryRun": dry_run }), &answer).unwrap();
            report.into_result().map_err(|error| error.to_string())
        };
        assert_eq!(ends(false, json!({ "done": 1 })), Ok(()));
        assert_eq!(ends(true, json!({ "would": 0, "refused": 1 })), Ok(()));
        assert_eq!(ends(false, json!({ "refused": 1 })), Err("1 of 1 objects: not done".to_owned()));
    }

    #[test]
    fn other_answers_are_left_alone() {
        let answer = json!({ "objects": [], "counts": {} });
        assert!(report(&json!({}), &answer).is_none());
        assert!(report(&json!({ "dryRun": true }), &json!(true)).is_none());
        assert_eq!(report(&json!({ "selection": 1 }), &answer).unwrap().text(), "nothing is selected");
    }
}
