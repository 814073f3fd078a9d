//! Worlds of records, written as `class → reference → fields`; fields that are left out have their default.

use model::{Mirror, Snapshot, Store, Writer};
use serde_json::{Map, Value};
use xapi_types::{AnyRef, Kind, Record};

/// A pool of two hosts with machines in several states.
pub(crate) const LAB: &str = include_str!("../worlds/lab.json");

/// Reads a world.
pub(crate) fn read(text: &str) -> Vec<(AnyRef, Record)> {
    let world: Map<String, Value> = serde_json::from_str(text).expect("a world is JSON");
    records(&world.into())
}

/// Reads the records of a world that is at hand as JSON.
pub(crate) fn records(world: &Value) -> Vec<(AnyRef, Record)> {
    let classes = world.as_object().expect("a world is an object of classes");
    let all = classes.iter().flat_map(|(class, records)| {
        let kind = Kind::from_lower(&class.to_lowercase()).unwrap_or_else(|| panic!("`{class}` is no class"));
        let records = records.as_object().expect("a class is an object of records");
        records.iter().map(move |(reference, fields)| (AnyRef::parse(reference), record(kind, fields)))
    });
    all.collect()
}

/// Decodes one record.
pub(crate) fn record(kind: Kind, fields: &Value) -> Record {
    Record::decode(kind, fields).expect("a record is an object")
}

/// A mirror that holds `records`.
pub(crate) fn mirror(records: impl IntoIterator<Item = (AnyRef, Record)>) -> Mirror {
    let mut mirror = Mirror::new();
    for (reference, record) in records {
        mirror.put(reference, record);
    }
    mirror
}

/// A store that shows one world.
pub(crate) struct Shown {
    pub(crate) store: Store,
    pub(crate) writer: Writer,
    pub(crate) mirror: Mirror,
}

impl Shown {
    pub(crate) fn new(records: impl IntoIterator<Item = (AnyRef, Record)>) -> Self {
        let (store, mut writer) = Store::new();
        let mut mirror = mirror(records);
        writer.relist(&mut mirror).expect("the world has a pool");
        Self { store, writer, mirror }
    }

    /// The object with this id, as JSON.
    pub(crate) fn json(&self, id: &str) -> Value {
        let object = self.store.get(id).unwrap_or_else(|| panic!("there is no `{id}`"));
        object.decode().expect("objects are JSON")
    }
}

/// All objects of a snapshot by id, as JSON.
pub(crate) fn objects(snapshot: &Snapshot) -> Map<String, Value> {
    snapshot.iter().map(|object| (object.id().to_owned(), object.decode().expect("objects are JSON"))).collect()
}

/// The same record with another uuid.
pub(crate) fn with_uuid(record: &Record, uuid: &str) -> Record {
    let mut fields = serde_json::to_value(record).expect("records are JSON");
    fields["uuid"] = uuid.into();
    self::record(record.kind(), &fields)
}
