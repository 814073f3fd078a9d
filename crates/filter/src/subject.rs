use std::borrow::Cow;

use serde_json::Value;

use crate::text::Text;

/// Something that can be tested: JSON, or a typed object that shows itself as if it were JSON.
pub trait Subject {
    /// Returns what the value looks like from outside; costs nothing for values that exist already.
    fn shape(&self) -> Shape<'_>;
}

/// What a value looks like to a filter.
#[derive(Clone)]
pub enum Shape<'a> {
    /// There is no such property.
    Undefined,
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number, as JavaScript holds it.
    Number(f64),
    /// A text; owned when it is made for the test.
    Text(Cow<'a, str>),
    /// An array.
    List(&'a dyn List),
    /// An object.
    Map(&'a dyn Map),
}

/// The items of an array.
pub trait List {
    /// Returns the number of items.
    fn len(&self) -> usize;

    /// Tells whether there is no item.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the item at `index`, 0-based; [`Shape::Undefined`] beyond the end.
    fn item(&self, index: usize) -> Shape<'_>;
}

/// The properties of an object.
pub trait Map {
    /// Returns the value of property `name`; [`Shape::Undefined`] when the object has none.
    fn property(&self, name: &str) -> Shape<'_>;

    /// Tells whether `test` holds for the value of some property; stops at the first.
    fn any(&self, test: &mut dyn FnMut(&Shape<'_>) -> bool) -> bool;

    /// Tells whether it is sure, at little cost, that `text` stands nowhere in property `name`, or in any property where
    /// there is no name. Whoever cannot tell says no.
    fn rules_out(&self, name: Option<&str>, text: &Text) -> bool {
        let _ = (name, text);
        false
    }
}

impl Shape<'_> {
    /// Returns the property `name` of the value as JavaScript would: those of objects, and the indices and `length`
    /// of arrays and texts. Methods of prototypes are not properties here.
    pub fn property(&self, name: &str) -> Shape<'_> {
        match self {
            Self::Map(map) => map.property(name),
            Self::List(list) if name == "length" => Shape::Number(list.len() as f64),
            Self::List(list) => index(name).map_or(Shape::Undefined, |index| list.item(index)),
            Self::Text(text) if name == "length" => Shape::Number(text.encode_utf16().count() as f64),
            Self::Text(text) => index(name)
                .and_then(|index| text.encode_utf16().nth(index))
                .map_or(Shape::Undefined, |unit| Shape::Text(String::from_utf16_lossy(&[unit]).into())),
            _ => Shape::Undefined,
        }
    }

    /// Tells whether JavaScript takes the value for true.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::List(_) | Self::Map(_) => true,
        }
    }
}

/// Reads an array index in its one canonical spelling (`7`, not `07`).
fn index(name: &str) -> Option<usize> {
    let index: usize = name.parse().ok()?;
    (index.to_string() == name).then_some(index)
}

impl Subject for Value {
    fn shape(&self) -> Shape<'_> {
        match self {
            Self::Null => Shape::Null,
            Self::Bool(value) => Shape::Bool(*value),
            Self::Number(number) => Shape::Number(number.as_f64().unwrap_or(f64::NAN)),
            Self::String(text) => Shape::Text(text.as_str().into()),
            Self::Array(items) => Shape::List(items),
            Self::Object(map) => Shape::Map(map),
        }
    }
}

impl Subject for Shape<'_> {
    fn shape(&self) -> Shape<'_> {
        self.clone()
    }
}

impl<T: Subject> List for Vec<T> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn item(&self, index: usize) -> Shape<'_> {
        self.get(index).map_or(Shape::Undefined, Subject::shape)
    }
}

impl Map for serde_json::Map<String, Value> {
    fn property(&self, name: &str) -> Shape<'_> {
        self.get(name).map_or(Shape::Undefined, Subject::shape)
    }

    fn any(&self, test: &mut dyn FnMut(&Shape<'_>) -> bool) -> bool {
        self.values().any(|value| test(&value.shape()))
    }
}
