//! One event as it stands on the wire.

use xapi_types::{AnyRef, Kind, Record, Value, json};

use super::{super::Change, Tail};
use crate::options::Unneeded;

/// Events write classes in lower case; those of very old hosts as the data model does.
pub(in crate::watch) fn kind(name: &str) -> Option<Kind> {
    Kind::from_lower(name).or_else(|| Kind::from_lower(&name.to_ascii_lowercase()))
}

/// Reads an event; nothing if it is of a class that is not known.
pub(super) fn read(reader: &mut json::Reader<'_>, unneeded: Unneeded) -> Result<Option<Change>, json::Error> {
    let mut class: Option<Option<Kind>> = None;
    let mut deleted = false;
    let mut reference = AnyRef::NULL;
    let mut record = None;
    // A snapshot that stands before its class, which no host that is known does.
    let mut early: Option<Value> = None;
    reader.members(|key, reader| {
        match key {
            "class" => class = Some(reader.text(kind)?),
            "operation" => deleted = reader.text(is_deletion)?,
            "ref" => reference = reader.value()?,
            "snapshot" => match class {
                Some(Some(kind)) => {
                    reader.leave_out(unneeded(kind));
                    record = Some(Record::decode(kind, reader)?);
                }
                Some(None) => drop(reader.span()?),
                None => early = Some(reader.value()?),
            },
            _ => drop(reader.span()?),
        }
        Ok(())
    })?;
    let Some(Some(kind)) = class else { return Ok(None) };
    if let Some(early) = early {
        record = decode(kind, early, unneeded);
    }
    Ok(change(kind, deleted, reference, record))
}

fn is_deletion(operation: &str) -> bool {
    operation == "del"
}

fn change(kind: Kind, deleted: bool, reference: AnyRef, record: Option<Record>) -> Option<Change> {
    if deleted { Some(Change::Removed(kind, reference)) } else { record.map(|record| Change::Put(reference, record)) }
}

/// Makes a typed record of its untyped form.
pub(in crate::watch) fn decode(kind: Kind, mut record: Value, unneeded: Unneeded) -> Option<Record> {
    record.leave_out(unneeded(kind));
    Record::decode(kind, &record).ok()
}

/// Reads one event from its untyped form; nothing if it is odd or of a class that is not known.
pub(in crate::watch) fn event(mut value: Value, unneeded: Unneeded) -> Option<Change> {
    let kind = kind(value.get("class")?.as_str()?)?;
    let deleted = is_deletion(value.get("operation")?.as_str()?);
    let reference = value.get("ref")?.as_ref_of()?;
    let record = value.take("snapshot").and_then(|snapshot| decode(kind, snapshot, unneeded));
    change(kind, deleted, reference, record)
}

/// Reads a whole answer from its untyped form.
pub(in crate::watch) fn from_value(mut answer: Value, unneeded: Unneeded) -> (Vec<Change>, Tail) {
    let mut tail = Tail { token: answer.get("token").and_then(Value::as_str).map(str::to_owned), ..Tail::default() };
    if let Some(counts) = answer.get("valid_ref_counts") {
        tail.count(counts);
    }
    let events = answer.take("events").map(Value::into_array).unwrap_or_default();
    (events.into_iter().filter_map(|value| event(value, unneeded)).collect(), tail)
}
