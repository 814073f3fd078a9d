//! One event as it stands on the wire.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor},
};
use xapi_types::{AnyRef, Kind, Record, Value};

use super::{super::Change, Tail};

/// What an event says; nothing if it is of a class that is not known.
pub(super) struct Row(pub(super) Option<Change>);

#[derive(Clone, Copy)]
enum Field {
    Class,
    Operation,
    Ref,
    Snapshot,
    Other,
}

struct FieldVisitor;

impl Visitor<'_> for FieldVisitor {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key of an event")
    }

    fn visit_str<E>(self, key: &str) -> Result<Field, E> {
        Ok(match key {
            "class" => Field::Class,
            "operation" => Field::Operation,
            "ref" => Field::Ref,
            "snapshot" => Field::Snapshot,
            _ => Field::Other,
        })
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(FieldVisitor)
    }
}

/// A class by the name that events give it; nothing if it is not known.
struct Class(Option<Kind>);

struct ClassVisitor;

impl Visitor<'_> for ClassVisitor {
    type Value = Class;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a class")
    }

    fn visit_str<E>(self, name: &str) -> Result<Class, E> {
        Ok(Class(kind(name)))
    }
}

impl<'de> Deserialize<'de> for Class {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(ClassVisitor)
    }
}

/// Events write classes in lower case; those of very old hosts as the data model does.
pub(in crate::watch) fn kind(name: &str) -> Option<Kind> {
    Kind::from_lower(name).or_else(|| Kind::from_lower(&name.to_ascii_lowercase()))
}

/// Decodes the record of a class.
struct RecordOf(Kind);

impl<'de> DeserializeSeed<'de> for RecordOf {
    type Value = Record;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Record, D::Error> {
        Record::decode(self.0, deserializer)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Row, A::Error> {
        let mut class: Option<Class> = None;
        let mut deleted = false;
        let mut reference = AnyRef::NULL;
        let mut record = None;
        // A snapshot that stands before its class, which no host that is known does.
        let mut early: Option<Value> = None;
        while let Some(field) = entries.next_key()? {
            match field {
                Field::Class => class = Some(entries.next_value()?),
                Field::Operation => deleted = entries.next_value::<Operation>()?.0,
                Field::Ref => reference = entries.next_value()?,
                Field::Snapshot => match class {
                    Some(Class(Some(kind))) => record = Some(entries.next_value_seed(RecordOf(kind))?),
                    Some(Class(None)) => drop(entries.next_value::<IgnoredAny>()?),
                    None => early = Some(entries.next_value()?),
                },
                Field::Other => drop(entries.next_value::<IgnoredAny>()?),
            }
        }
        let Some(Class(Some(kind))) = class else { return Ok(Row(None)) };
        if let Some(early) = early {
            record = Some(Record::decode(kind, &early).map_err(A::Error::custom)?);
        }
        Ok(Row(change(kind, deleted, reference, record)))
    }
}

/// Whether an event is a deletion.
struct Operation(bool);

struct OperationVisitor;

impl Visitor<'_> for OperationVisitor {
    type Value = Operation;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an operation")
    }

    fn visit_str<E>(self, name: &str) -> Result<Operation, E> {
        Ok(Operation(name == "del"))
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(OperationVisitor)
    }
}

fn change(kind: Kind, deleted: bool, reference: AnyRef, record: Option<Record>) -> Option<Change> {
    if deleted { Some(Change::Removed(kind, reference)) } else { record.map(|record| Change::Put(reference, record)) }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

/// Reads one event from its untyped form; nothing if it is odd or of a class that is not known.
pub(in crate::watch) fn event(value: &Value) -> Option<Change> {
    let kind = kind(value.get("class")?.as_str()?)?;
    let deleted = value.get("operation")?.as_str()? == "del";
    let reference = value.get("ref")?.as_ref_of()?;
    let record = value.get("snapshot").and_then(|snapshot| Record::decode(kind, snapshot).ok());
    change(kind, deleted, reference, record)
}

/// Reads a whole answer from its untyped form.
pub(in crate::watch) fn from_value(answer: &Value) -> (Vec<Change>, Tail) {
    let events = answer.get("events").and_then(Value::as_array).unwrap_or_default();
    let mut tail = Tail { token: answer.get("token").and_then(Value::as_str).map(str::to_owned), ..Tail::default() };
    if let Some(counts) = answer.get("valid_ref_counts") {
        tail.count(counts);
    }
    (events.iter().filter_map(event).collect(), tail)
}
