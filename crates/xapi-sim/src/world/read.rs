//! What a pool holds, for those who only look.

use std::sync::Arc;

use xapi_types::{DateTime, table::Class};

use crate::{Datum, Object};

use super::{World, class_index};

impl World {
    /// Returns the objects of `class`, in no order that matters.
    pub fn all(&self, class: &str) -> impl Iterator<Item = Object> + '_ {
        self.table(class_index(class)).objects.iter().copied()
    }

    /// Returns the objects of `class` as a list, for loops that change them.
    pub fn list(&self, class: &str) -> Vec<Object> {
        self.all(class).collect()
    }

    /// Returns the class of `object`, nothing if it does not exist.
    pub fn class_of(&self, object: Object) -> Option<&'static Class> {
        self.row(object).map(|row| row.class())
    }

    /// Returns whether `object` exists and is of `class`.
    pub fn is(&self, object: Object, class: &str) -> bool {
        self.class_of(object).is_some_and(|c| c.name == class)
    }

    /// Returns the value of a field; absent if the object does not exist.
    pub fn get(&self, object: Object, field: &str) -> &Datum {
        static ABSENT: Datum = Datum::Absent;
        self.row(object).map_or(&ABSENT, |row| row.get(field))
    }

    /// Returns the text of a field.
    pub fn text(&self, object: Object, field: &str) -> &str {
        self.get(object, field).as_text()
    }

    /// Returns the integer of a field.
    pub fn int(&self, object: Object, field: &str) -> i64 {
        self.get(object, field).as_int()
    }

    /// Returns the truth value of a field.
    pub fn flag(&self, object: Object, field: &str) -> bool {
        self.get(object, field).as_bool()
    }

    /// Returns the reference of a field.
    pub fn object(&self, object: Object, field: &str) -> Object {
        self.get(object, field).as_object()
    }

    /// Returns the references of a field that holds a set.
    pub fn objects(&self, object: Object, field: &str) -> Vec<Object> {
        self.get(object, field).objects().collect()
    }

    /// Returns the text of `key` in a field that holds a map, empty if it is not there.
    pub fn entry(&self, object: Object, field: &str, key: &str) -> &str {
        self.get(object, field).get(key).map_or("", Datum::as_text)
    }

    /// Returns all fields of `object` that the product has, as a map; empty if it does not exist.
    pub fn record(&self, object: Object) -> Datum {
        let Some(row) = self.row(object) else { return Datum::Map(Arc::default()) };
        let fields = row.class().fields.iter().zip(row.values());
        let known = fields.filter(|(field, value)| self.profile.has(&field.lifetime) && **value != Datum::Absent);
        Datum::map(known.map(|(field, value)| (field.name, value.clone())))
    }

    /// Returns the fields of `object` that do not follow from others, but its uuid.
    pub(crate) fn own_fields(&self, object: Object) -> Vec<(&'static str, Datum)> {
        self.row(object).map(|row| row.own_fields().collect()).unwrap_or_default()
    }

    /// Returns the uuid of `object`.
    pub fn uuid(&self, object: Object) -> &str {
        self.text(object, "uuid")
    }

    /// Returns the object of `class` with this `uuid`.
    pub fn by_uuid(&self, class: &str, uuid: &str) -> Option<Object> {
        self.all(class).find(|object| self.uuid(*object) == uuid)
    }

    /// Returns an object of `class` with this name.
    pub fn by_name(&self, class: &str, name: &str) -> Option<Object> {
        self.all(class).find(|object| self.text(*object, "name_label") == name)
    }

    /// Returns the pool object.
    ///
    /// # Panics
    ///
    /// If the world is empty.
    pub fn pool(&self) -> Object {
        self.all("pool").next().expect("every world has a pool")
    }

    /// Returns the host that is the pool's master.
    pub fn master(&self) -> Object {
        self.object(self.pool(), "master")
    }

    /// Returns the time as the pool sees it.
    pub fn now(&self) -> DateTime {
        self.clock.now()
    }
}
