//! Objects out of recorded records, for tests that need a pool as it was.

use xapi_types::{
    Value,
    table::{self, Type},
};

use crate::{Datum, Object, World, check};

impl World {
    /// Makes an object of `class` under the name `reference`, with the values of a recorded record.
    /// Values of another type than the table's, and unknown fields, are left out.
    pub fn restore(&mut self, class: &str, reference: &str, record: &Value) -> Option<Object> {
        let object = Object::parse(reference)?;
        let fields = &table::class(class)?.fields;
        let values: Vec<(&str, Datum)> =
            fields.iter().filter_map(|field| Some((field.name, value(&field.ty, record.get(field.name)?)?))).collect();
        Some(self.create_as(object, class, values))
    }
}

/// Reads a recorded value; nothing if it has another type.
fn value(ty: &Type, value: &Value) -> Option<Datum> {
    check::check(ty, value).ok()
}
