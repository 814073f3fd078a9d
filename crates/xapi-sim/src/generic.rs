//! Methods that all classes have, derived from the class table.

use xapi_types::{
    Failure, code,
    table::{Access, Type},
};

use crate::{
    Datum, Object,
    call::{Call, fail},
    signature::Kind,
    transition::Outcome,
};

/// Does what a generic method does; other methods are not implemented.
pub(crate) fn run(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let signature = std::sync::Arc::clone(&call.context.signature);
    let class = signature.class;
    match signature.kind {
        Kind::GetByUuid => {
            let uuid = call.text("uuid");
            match call.world.by_uuid(class.name, &uuid) {
                Some(object) => Outcome::done(object),
                None => fail(code::UUID_INVALID, [class.name, &uuid]),
            }
        }
        Kind::GetByNameLabel => {
            let label = call.text("label");
            let found: Vec<Object> =
                call.world.all(class.name).filter(|object| call.world.text(*object, "name_label") == label).collect();
            Outcome::done(found)
        }
        Kind::GetAll => Outcome::done(call.world.list(class.name)),
        Kind::Create => create(call),
        Kind::Destroy => {
            let object = call.object("self")?;
            call.world.destroy(object);
            Outcome::void()
        }
        Kind::Get(at) => {
            let object = call.object("self")?;
            Outcome::done(call.world.get(object, class.fields[at].name).clone())
        }
        Kind::Set(at) => {
            let object = call.object("self")?;
            let value = call.arg("value").clone();
            call.world.set(object, class.fields[at].name, value);
            Outcome::void()
        }
        Kind::AddTo(at) => {
            let object = call.object("self")?;
            let (key, value) = (key(call.arg("key")), call.arg("value").clone());
            let field = class.fields[at].name;
            if call.world.get(object, field).get(&key).is_some() {
                return fail(code::MAP_DUPLICATE_KEY, [class.name, field, &object.to_string(), &key]);
            }
            call.world.put(object, field, &key, value);
            Outcome::void()
        }
        Kind::RemoveFrom(at) => {
            let object = call.object("self")?;
            let key = key(call.arg("key"));
            call.world.remove(object, class.fields[at].name, &key);
            Outcome::void()
        }
        Kind::Add(at) => {
            let object = call.object("self")?;
            let value = call.arg("value").clone();
            call.world.add(object, class.fields[at].name, value);
            Outcome::void()
        }
        Kind::Remove(at) => {
            let object = call.object("self")?;
            let value = call.arg("value").clone();
            call.world.take(object, class.fields[at].name, value);
            Outcome::void()
        }
        // These answer rows as they are; `rpc` writes them without copying.
        Kind::GetRecord | Kind::GetAllRecords | Kind::GetAllRecordsWhere | Kind::GetAllWhere | Kind::Own => {
            // A handle that does not exist is told first, as by methods that do something.
            if let Some(first) = signature.params.first().filter(|param| matches!(param.ty, Type::Ref(_))) {
                call.object(first.name)?;
            }
            fail(code::NOT_IMPLEMENTED, [&signature.name])
        }
    }
}

/// Makes an object of the fields that may be given at creation.
fn create(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let class = call.context.signature.class;
    let given: Vec<(&str, Datum)> = class
        .fields
        .iter()
        .filter(|field| field.access != Access::ReadOnly)
        .map(|field| (field.name, call.field(field.name)))
        .filter(|(_, value)| *value != Datum::Absent)
        .collect();
    for (name, value) in &given {
        let reference = class.field(name).is_some_and(|field| matches!(field.ty, Type::Ref(_)));
        if reference && *value != Datum::Ref(Object::NULL) {
            call.field_object(name)?;
        }
    }
    Outcome::done(call.world.create(class.name, given))
}

/// Writes the key of a map as text, as all keys are kept.
fn key(given: &Datum) -> String {
    match given {
        Datum::Ref(object) => object.to_string(),
        Datum::Int(value) => value.to_string(),
        other => other.as_text().to_owned(),
    }
}
