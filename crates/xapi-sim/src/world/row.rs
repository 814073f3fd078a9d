//! One object.

use std::sync::{Arc, LazyLock};

use xapi_types::table::{self, Class};

use crate::{Datum, Object};

use super::relation;

/// An object's values, in the order of its class's fields.
#[derive(Clone)]
pub(crate) struct Row {
    /// What it is called.
    pub(crate) object: Object,
    /// Index of its class in the class table.
    pub(crate) class: usize,
    /// Generation in which it was made.
    pub(crate) created: u64,
    /// Generation of its last change.
    pub(crate) modified: u64,
    values: Vec<Datum>,
}

/// For each class, the values that its fields have when nothing sets them.
static DEFAULTS: LazyLock<Vec<Vec<Datum>>> = LazyLock::new(|| {
    let value = |field: &table::Field| {
        field.default.and_then(|text| crate::default::parse(text, &field.ty)).unwrap_or_else(|| Datum::empty(&field.ty))
    };
    table::classes().iter().map(|class| class.fields.iter().map(value).collect()).collect()
});

impl Row {
    pub(super) fn new(object: Object, class: usize, generation: u64) -> Self {
        Self { object, class, created: generation, modified: generation, values: DEFAULTS[class].clone() }
    }

    pub(crate) fn class(&self) -> &'static Class {
        &table::classes()[self.class]
    }

    /// Returns the index of a field, which the class must have.
    pub(crate) fn field(&self, name: &str) -> usize {
        let class = self.class();
        class.field_index(name).unwrap_or_else(|| panic!("class `{}` has no field `{name}`", class.name))
    }

    pub(crate) fn get(&self, field: &str) -> &Datum {
        &self.values[self.field(field)]
    }

    pub(crate) fn at(&self, field: usize) -> &Datum {
        &self.values[field]
    }

    /// Returns the values in the order of the class's fields.
    pub(crate) fn values(&self) -> &[Datum] {
        &self.values
    }

    pub(super) fn put(&mut self, field: &str, value: Datum) {
        let at = self.field(field);
        self.put_at(at, value);
    }

    pub(super) fn put_at(&mut self, field: usize, value: Datum) {
        self.values[field] = value;
    }

    /// Returns the fields that a copy takes over: all but the uuid, and what follows from others.
    pub(super) fn own_fields(self: &Arc<Self>) -> impl Iterator<Item = (&'static str, Datum)> + use<> {
        let row = Arc::clone(self);
        row.class().fields.iter().enumerate().filter_map(move |(at, field)| {
            let own = field.name != "uuid" && !relation::follows(row.class, at);
            own.then(|| (field.name, row.values[at].clone()))
        })
    }
}
