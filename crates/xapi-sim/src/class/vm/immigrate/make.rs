//! Objects out of what a sender lists: what it names becomes references of this pool.

use rustc_hash::FxHashMap;
use xapi_types::{Failure, Value, code, table};

use crate::{Datum, Object, World, call::fail, check::check, class::device};

use super::Asked;

/// Makes the objects that the sender lists, but those that have a name here already; returns what was made.
///
/// # Errors
///
/// What cannot be read; then nothing is made.
pub(crate) fn make(
    world: &mut World,
    names: &mut FxHashMap<String, Object>,
    asked: Asked<'_>,
) -> Result<Vec<Object>, Failure> {
    let known = names.clone();
    let fresh = |object: &Asked<'_>| !known.contains_key(object.text("ref"));
    for object in asked.list("objects").filter(fresh) {
        names.insert(object.text("ref").to_owned(), world.new_object());
    }
    let read_all = |object: Asked<'_>| object_fields(world, names, object);
    let read = asked.list("objects").filter(fresh).map(read_all).collect::<Result<Vec<_>, Failure>>()?;
    let mut made = Vec::new();
    for Made { object, class, fields, notes } in read {
        world.create_as(object, class, fields);
        for (key, value) in notes {
            world.hide(object, key, value);
        }
        device::measure(world, object);
        made.push(object);
    }
    Ok(made)
}

/// An object that is to be made.
struct Made {
    object: Object,
    class: &'static str,
    fields: Vec<(&'static str, Datum)>,
    notes: Vec<(&'static str, Datum)>,
}

/// What the simulator knows of devices and VMs beside their fields.
const NOTES: [&str; 2] = ["system", "addresses"];

fn object_fields(world: &World, names: &FxHashMap<String, Object>, asked: Asked<'_>) -> Result<Made, Failure> {
    let class = table::class(asked.text("class"));
    let Some(class) = class else { return fail(code::INTERNAL_ERROR, [asked.text("class")]) };
    let fields = asked.0.get("fields").unwrap_or(&Value::Null);
    let mut read_fields = Vec::new();
    for field in &class.fields {
        if let Some(value) = read(world, class.name, field.name, fields)? {
            read_fields.push((field.name, renamed(world, names, &value)));
        }
    }
    if !asked.text("uuid").is_empty() {
        read_fields.push(("uuid", asked.text("uuid").into()));
    }
    let notes = NOTES.into_iter().filter_map(|key| Some((key, crate::check::loose(asked.0.get(key)?)))).collect();
    Ok(Made { object: names[asked.text("ref")], class: class.name, fields: read_fields, notes })
}

/// Reads a field of a record, if the record has it.
pub(super) fn read(world: &World, class: &str, field: &str, record: &Value) -> Result<Option<Datum>, Failure> {
    let ty = table::class(class).and_then(|class| class.field(field)).map(|field| (&field.ty, &field.lifetime));
    match (ty, record.get(field)) {
        (Some((ty, lifetime)), Some(value)) if world.profile.has(lifetime) && *value != Value::Null => {
            check(ty, value).map(Some)
        }
        _ => Ok(None),
    }
}

/// Puts references of this pool in place of the sender's; what is not here is null.
fn renamed(world: &World, names: &FxHashMap<String, Object>, value: &Datum) -> Datum {
    let rename = |object: Object| {
        let known = world.class_of(object).is_some().then_some(object);
        names.get(&object.to_string()).copied().or(known)
    };
    match value {
        Datum::Ref(object) => rename(*object).unwrap_or_default().into(),
        Datum::Set(items) if items.iter().any(|item| matches!(item, Datum::Ref(_))) => {
            Datum::set(value.objects().filter_map(rename))
        }
        other => other.clone(),
    }
}
