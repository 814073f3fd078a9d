//! Answers compared with recorded ones, but for names that are made up on the spot.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

/// What the recorded names are called here.
pub(super) struct Names {
    known: HashMap<String, String>,
    /// Recorded names that are never called otherwise.
    fixed: HashSet<String>,
}

impl Names {
    /// Begins with names that are known, for good or until one is learnt in their place.
    pub(super) fn new(known: HashMap<String, String>, for_good: bool) -> Self {
        let fixed = if for_good { known.keys().cloned().collect() } else { HashSet::new() };
        Self { known, fixed }
    }

    /// Adds a name.
    pub(super) fn insert(&mut self, recorded: impl Into<String>, ours: impl Into<String>) {
        self.known.insert(recorded.into(), ours.into());
    }

    /// Compares two values, learning what made-up names are called here.
    pub(super) fn same(&mut self, expected: &Value, found: &Value, path: &str) -> Option<String> {
        let different = || Some(format!("{path} is {found} instead of {expected}"));
        match (expected, found) {
            (Value::Object(expected), Value::Object(found)) => {
                for (key, expected) in expected {
                    let Some(found) = found.get(key) else { return Some(format!("{path}.{key} is missing")) };
                    if let Some(difference) = self.same(expected, found, &format!("{path}.{key}")) {
                        return Some(difference);
                    }
                }
                let more = found.keys().find(|key| !expected.contains_key(*key));
                more.map(|key| format!("{path}.{key} is too much: {}", found[key]))
            }
            (Value::Array(expected), Value::Array(found)) if expected.iter().any(Value::is_object) => {
                // There may have been more at the time, and in another order.
                found.iter().find_map(|found| {
                    let mut differences = Vec::new();
                    for expected in expected {
                        // What was learnt from a pair that does not fit is wrong.
                        let names = self.known.clone();
                        let difference = self.same(expected, found, path)?;
                        self.known = names;
                        differences.push(difference);
                    }
                    Some(differences.join(" | "))
                })
            }
            (Value::Array(expected), Value::Array(found)) if expected.iter().chain(found).all(Value::is_string) => {
                if self.same_texts(expected, found) {
                    None
                } else {
                    different()
                }
            }
            (Value::String(_), Value::String(_)) if path.ends_with(".taskId") => None,
            (Value::String(expected), Value::String(found)) => {
                if expected == found || expected == "<string>" || self.renamed_text(expected) == *found {
                    return None;
                }
                if !(is_made_up(expected) && is_made_up(found)) || self.fixed.contains(expected) {
                    return different();
                }
                self.known.insert(expected.clone(), found.clone());
                None
            }
            // A time, in milliseconds.
            (Value::Number(expected), Value::Number(found))
                if expected.as_f64() > Some(1e12) && found.as_f64() > Some(1e12) =>
            {
                None
            }
            (expected, found) if expected == found => None,
            _ => different(),
        }
    }

    /// Compares lists of texts in any order; names that are not known yet are taken in the order in which they come.
    fn same_texts(&mut self, expected: &[Value], found: &[Value]) -> bool {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut found: Vec<String> = found.iter().map(text).collect();
        let mut unknown = Vec::new();
        for expected in expected.iter().map(text) {
            let ours = self.renamed_text(&expected);
            match found.iter().position(|found| *found == ours) {
                Some(at) => drop(found.remove(at)),
                None => unknown.push(expected),
            }
        }
        let fits = unknown.len() == found.len();
        for (expected, found) in unknown.into_iter().zip(found) {
            if !(is_made_up(&expected) && is_made_up(&found)) || self.fixed.contains(&expected) {
                return false;
            }
            self.known.insert(expected, found);
        }
        fits
    }

    pub(super) fn renamed(&self, value: &Value, key: &str) -> Value {
        match value {
            Value::String(text) if text == "admin" && !key.to_lowercase().contains("password") => value.clone(),
            Value::String(text) => self.renamed_text(text).into(),
            Value::Array(items) => items.iter().map(|item| self.renamed(item, key)).collect(),
            Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), self.renamed(value, key))).collect(),
            other => other.clone(),
        }
    }

    /// Replaces the names in a text, which may be more than a name.
    pub(super) fn renamed_text(&self, text: &str) -> String {
        if let Some(name) = self.known.get(text) {
            return name.clone();
        }
        let names = self.known.iter().filter(|(recorded, _)| is_made_up(recorded));
        names.fold(text.to_owned(), |text, (recorded, ours)| text.replace(recorded, ours))
    }
}

/// Tells whether a text is an id or a token, or a path with one.
fn is_made_up(text: &str) -> bool {
    let text = text.strip_prefix("/api/").and_then(|path| path.split('/').next()).unwrap_or(text);
    let is_name = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    is_name && matches!(text.len(), 36 | 43)
}
