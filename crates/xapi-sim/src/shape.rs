//! How the records of each class are written: which fields the product has, their names made ready.

use xapi_types::table;

use crate::profile::Profile;

/// A field on the wire.
pub(crate) struct Field {
    /// Index in the class's fields.
    pub(crate) at: usize,
    /// `"name":`
    pub(crate) json: Vec<u8>,
    /// `<member><name>name</name>`
    pub(crate) xml: Vec<u8>,
}

/// A class on the wire.
pub(crate) struct Shape {
    /// Name as events spell it.
    pub(crate) lower: String,
    /// Whether the product has the class.
    pub(crate) known: bool,
    /// Whether changes make events.
    pub(crate) observable: bool,
    pub(crate) fields: Vec<Field>,
}

/// Shapes of all classes, by their index in the class table.
pub(crate) struct Shapes(Vec<Shape>);

/// Classes whose changes nobody is told of.
const SILENT: &[&str] = &["session", "user", "auth", "event", "secret", "data_source", "LVHD"];

impl Shapes {
    pub(crate) fn new(profile: &Profile) -> Self {
        let shape = |class: &'static table::Class| Shape {
            lower: class.name.to_lowercase(),
            known: profile.has(&class.lifetime),
            observable: !SILENT.contains(&class.name),
            fields: class
                .fields
                .iter()
                .enumerate()
                .filter(|(_, field)| profile.has(&field.lifetime))
                .map(|(at, field)| Field {
                    at,
                    json: format!("\"{}\":", field.name).into_bytes(),
                    xml: format!("<member><name>{}</name>", field.name).into_bytes(),
                })
                .collect(),
        };
        Self(table::classes().iter().map(shape).collect())
    }

    /// Returns the shape of the class at `index` of the class table.
    pub(crate) fn of(&self, index: usize) -> &Shape {
        &self.0[index]
    }

    /// Returns the classes that the product has, with their indexes.
    pub(crate) fn known(&self) -> impl DoubleEndedIterator<Item = (usize, &Shape)> {
        self.0.iter().enumerate().filter(|(_, shape)| shape.known)
    }
}
