//! What tells a client from what it has seen to what there is now.
//!
//! The text is the end of a JSON object whose first member is the id of the view: `,"total":5,…}`. A client takes the
//! rows in `left` and `moved` away, puts those of `moved` and `entered` in by their places, the lowest first, and
//! then sets what is in `changed`. Of the counts it has those that have changed; nothing is left of what is 0.

use std::fmt::Write as _;

use bytes::Bytes;
use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::window::{Count, Frame, Line};

/// Returns what tells from one frame to another of a window with the same columns; nothing if both show the same.
pub fn changes(old: &Frame, new: &Frame) -> Option<Bytes> {
    let mut text = String::new();
    if old.total != new.total {
        let _ = write!(text, ",\"total\":{}", new.total);
    }
    put_rows(&mut text, old, new);
    let changed = new.counts.iter().zip(old.counts.iter()).filter(|(new, old)| !same(new, old));
    let mut counts = String::new();
    put_counts(&mut counts, changed.map(|(new, old)| (new, Some(old))));
    if !counts.is_empty() {
        let _ = write!(text, ",\"counts\":{{{counts}}}");
    }
    if text.is_empty() {
        return None;
    }
    text.push('}');
    Some(text.into())
}

fn same(new: &Count, old: &Count) -> bool {
    match (&new.values, &old.values) {
        (Some(new), Some(old)) => std::sync::Arc::ptr_eq(new, old) || new == old,
        (None, None) => true,
        _ => false,
    }
}

/// Writes counts: all, or those that are not what they were.
pub(crate) fn put_counts<'c>(text: &mut String, counts: impl Iterator<Item = (&'c Count, Option<&'c Count>)>) {
    for (at, (new, old)) in counts.enumerate() {
        if at > 0 {
            text.push(',');
        }
        let Some(values) = &new.values else {
            let _ = write!(text, "{}:null", new.key);
            continue;
        };
        let known = old.and_then(|old| old.values.as_ref());
        let gone = known.iter().flat_map(|known| known.keys()).filter(|value| !values.contains_key(*value));
        let there = values.iter().filter(|(value, count)| known.is_none_or(|known| known.get(*value) != Some(*count)));
        let all = gone.map(|value| (value, 0)).chain(there.map(|(value, count)| (value, *count)));
        let all: Vec<String> = all.map(|(value, count)| format!("{}:{count}", Value::from(&**value))).collect();
        let _ = write!(text, "{}:{{{}}}", new.key, all.join(","));
    }
}

fn put_rows(text: &mut String, old: &Frame, new: &Frame) {
    if std::sync::Arc::ptr_eq(&old.rows, &new.rows) {
        return;
    }
    let was: FxHashMap<&str, usize> =
        old.rows.iter().enumerate().map(|(place, line)| (line.object.id(), place)).collect();
    let from: Vec<Option<usize>> = new.rows.iter().map(|line| was.get(line.object.id()).copied()).collect();
    let mut stays = vec![false; old.rows.len()];
    from.iter().flatten().for_each(|place| stays[*place] = true);
    let in_order = longest_rise(&from);

    let (mut moved, mut entered, mut changed) = (List::default(), List::default(), List::default());
    for (place, (line, from)) in new.rows.iter().zip(&from).enumerate() {
        let Some(from) = *from else {
            let _ = write!(entered.next(), "[{place},{}]", line.text(&new.window));
            continue;
        };
        if !in_order[place] {
            let _ = write!(moved.next(), "{}:{place}", quoted(line));
        }
        if let Some(change) = change(&old.rows[from], line, new) {
            let _ = write!(changed.next(), "{}:{change}", quoted(line));
        }
    }
    let mut left = List::default();
    for (line, _) in old.rows.iter().zip(stays).filter(|(_, stays)| !stays) {
        left.next().push_str(&quoted(line));
    }
    for (name, list, open, close) in [
        ("left", left, '[', ']'),
        ("moved", moved, '{', '}'),
        ("entered", entered, '[', ']'),
        ("changed", changed, '{', '}'),
    ] {
        if !list.0.is_empty() {
            let _ = write!(text, ",\"{name}\":{open}{}{close}", list.0);
        }
    }
}

/// Items with commas between them.
#[derive(Default)]
struct List(String);

impl List {
    fn next(&mut self) -> &mut String {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        &mut self.0
    }
}

fn quoted(line: &Line) -> String {
    Value::from(line.object.id()).to_string()
}

/// Returns the columns of a row that are not what they were.
fn change(old: &Line, new: &Line, frame: &Frame) -> Option<String> {
    if std::sync::Arc::ptr_eq(&old.object, &new.object) {
        return None;
    }
    let Some(columns) = &frame.window.columns else { return Some(new.text(&frame.window).to_owned()) };
    let mut change = List::default();
    for (at, column) in columns.iter().enumerate() {
        if old.cell(at) != new.cell(at) {
            change.next().extend([&column.key, ":", new.cell(at)]);
        }
    }
    (!change.0.is_empty()).then(|| format!("{{{}}}", change.0))
}

/// Tells which rows can stay where they are, so that the fewest move: those of a longest rising run of former places.
fn longest_rise(from: &[Option<usize>]) -> Vec<bool> {
    // Of each length, the row that ends such a run with the lowest former place; and for each row the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; from.len()];
    for (row, place) in from.iter().enumerate() {
        let Some(place) = place else { continue };
        let length = ends.partition_point(|end| from[*end].is_some_and(|end| end < *place));
        before[row] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(row);
        } else {
            ends[length] = row;
        }
    }
    let mut stays = vec![false; from.len()];
    let mut row = ends.last().copied();
    while let Some(at) = row {
        stays[at] = true;
        row = before[at];
    }
    stays
}
