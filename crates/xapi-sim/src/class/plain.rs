//! Setters that the class table lists as methods of their own but that only set a field.
//!
//! Which field follows from the method's name: `set_start_delay`, `add_to_platform`, `remove_purpose`.

use xapi_types::{Failure, code};

use crate::{
    Datum, Object,
    call::{Call, fail},
    methods::Methods,
    transition::Outcome,
};

/// Registers the setters of `fields` of `class`, and for maps and sets those of their parts.
pub(crate) fn register(methods: &mut Methods, class: &'static str, names: &[&'static str]) {
    for name in names {
        methods.on(class, name, run);
    }
}

/// Sets the field, or the part of it, that the method's name tells.
///
/// # Errors
///
/// `HANDLE_INVALID` if there is no such object; `MAP_DUPLICATE_KEY` if the key is there.
pub(crate) fn run(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    match part(&call.context.signature.method).0 {
        Part::Whole => set(call),
        Part::IntoMap => add_to(call),
        Part::OutOfMap => remove_from(call),
        Part::IntoSet => add(call),
        Part::OutOfSet => remove(call),
    }
}

/// What of a field a setter sets.
enum Part {
    Whole,
    IntoMap,
    OutOfMap,
    IntoSet,
    OutOfSet,
}

fn part(method: &str) -> (Part, &str) {
    let kinds = [
        ("set_", Part::Whole),
        ("add_to_", Part::IntoMap),
        ("remove_from_", Part::OutOfMap),
        ("add_", Part::IntoSet),
        ("remove_", Part::OutOfSet),
    ];
    let found = kinds.into_iter().find_map(|(prefix, part)| Some((part, method.strip_prefix(prefix)?)));
    found.unwrap_or_else(|| panic!("`{method}` is no name of a setter"))
}

/// Returns the object and field that a call sets.
fn target(call: &Call<'_>) -> Result<(Object, &'static str), Failure> {
    let signature = &call.context.signature;
    let name = part(&signature.method).1;
    let field = signature.class.field(name).unwrap_or_else(|| panic!("`{}` sets no field", signature.name));
    Ok((call.object(signature.params[0].name)?, field.name))
}

fn given(call: &Call<'_>, at: usize) -> Datum {
    call.arg(call.context.signature.params[at].name).clone()
}

/// Sets the field that the method's name tells.
///
/// # Errors
///
/// `HANDLE_INVALID` if there is no such object.
pub(crate) fn set(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (object, field) = target(call)?;
    let value = given(call, 1);
    call.world.set(object, field, value);
    Outcome::void()
}

fn add_to(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (object, field) = target(call)?;
    let (key, value) = (given(call, 1), given(call, 2));
    if call.world.get(object, field).get(key.as_text()).is_some() {
        let class = call.context.signature.class.name;
        return fail(code::MAP_DUPLICATE_KEY, [class, field, &object.to_string(), key.as_text()]);
    }
    call.world.put(object, field, key.as_text(), value);
    Outcome::void()
}

fn remove_from(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (object, field) = target(call)?;
    let key = given(call, 1);
    call.world.remove(object, field, key.as_text());
    Outcome::void()
}

fn add(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (object, field) = target(call)?;
    let value = given(call, 1);
    call.world.add(object, field, value);
    Outcome::void()
}

fn remove(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (object, field) = target(call)?;
    let value = given(call, 1);
    call.world.take(object, field, value);
    Outcome::void()
}
