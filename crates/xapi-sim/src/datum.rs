//! Values of fields, compact: 24 bytes each, and cheap to copy.

use std::sync::Arc;

use xapi_types::{DateTime, Value, table::Type};

use crate::Object;

/// Value of a field, an argument or a result.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Datum {
    /// An optional value that is absent.
    #[default]
    Absent,
    /// Truth value.
    Bool(bool),
    /// 64-bit integer.
    Int(i64),
    /// Double precision number; may be infinite or no number at all.
    Float(f64),
    /// Time.
    Time(DateTime),
    /// Text or value of an enum.
    Text(Arc<str>),
    /// Reference.
    Ref(Object),
    /// Values without order or duplicates.
    Set(Arc<[Datum]>),
    /// Keys, as text, and values; also records, in the order of their fields.
    Map(Arc<[(Arc<str>, Datum)]>),
}

impl Datum {
    /// XAPI's "void": an empty text.
    pub fn void() -> Self {
        Self::from("")
    }

    /// Returns the value that a field of type `ty` has when nothing set it.
    pub fn empty(ty: &Type) -> Self {
        match ty {
            Type::Void | Type::String => Self::void(),
            Type::Enum(name) => {
                let first = xapi_types::table::enumeration(name).and_then(|e| e.values.first());
                Self::from(first.copied().unwrap_or(""))
            }
            Type::Int => Self::Int(0),
            Type::Float => Self::Float(0.0),
            Type::Bool => Self::Bool(false),
            Type::DateTime => Self::Time(DateTime::NEVER),
            Type::Ref(_) => Self::Ref(Object::NULL),
            Type::Set(_) => Self::Set(Arc::default()),
            Type::Map(..) | Type::Record(_) | Type::Batch => Self::Map(Arc::default()),
            Type::Option(_) => Self::Absent,
        }
    }

    /// Makes a set.
    pub fn set<T: Into<Self>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::Set(items.into_iter().map(Into::into).collect())
    }

    /// Makes a map.
    pub fn map<K: AsRef<str>, V: Into<Self>>(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (Arc::from(key.as_ref()), value.into())).collect())
    }

    /// Returns the text, empty if it is none.
    pub fn as_text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    /// Returns the integer, 0 if it is none.
    pub fn as_int(&self) -> i64 {
        match self {
            Self::Int(value) => *value,
            _ => 0,
        }
    }

    /// Returns the number, 0 if it is none.
    pub fn as_float(&self) -> f64 {
        match self {
            Self::Float(value) => *value,
            _ => 0.0,
        }
    }

    /// Returns the truth value, false if it is none.
    pub fn as_bool(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    /// Returns the reference, null if it is none.
    pub fn as_object(&self) -> Object {
        match self {
            Self::Ref(object) => *object,
            _ => Object::NULL,
        }
    }

    /// Returns the time, "never" if it is none.
    pub fn as_time(&self) -> DateTime {
        match self {
            Self::Time(at) => *at,
            _ => DateTime::NEVER,
        }
    }

    /// Returns the items, none if it is no set.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::Set(items) => items,
            _ => &[],
        }
    }

    /// Returns the references of a set.
    pub fn objects(&self) -> impl Iterator<Item = Object> + '_ {
        self.items().iter().map(Self::as_object)
    }

    /// Returns the texts of a set.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.items().iter().map(Self::as_text)
    }

    /// Returns the entries, none if it is no map.
    pub fn entries(&self) -> &[(Arc<str>, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Returns the value of `key` in a map.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| **name == *key).map(|(_, value)| value)
    }

    /// Returns the map with `key` put in or replaced.
    #[must_use]
    pub fn with_entry(&self, key: &str, value: impl Into<Self>) -> Self {
        let mut entries = self.entries().to_vec();
        let value = value.into();
        match entries.iter_mut().find(|(name, _)| **name == *key) {
            Some((_, old)) => *old = value,
            None => entries.push((key.into(), value)),
        }
        Self::Map(entries.into())
    }

    /// Returns the map without `key`.
    #[must_use]
    pub fn without_entry(&self, key: &str) -> Self {
        Self::Map(self.entries().iter().filter(|(name, _)| **name != *key).cloned().collect())
    }

    /// Returns the set with `item` in it.
    #[must_use]
    pub fn with_item(&self, item: impl Into<Self>) -> Self {
        let item = item.into();
        if self.items().contains(&item) {
            return self.clone();
        }
        Self::Set(self.items().iter().cloned().chain([item]).collect())
    }

    /// Returns the set without `item`.
    #[must_use]
    pub fn without_item(&self, item: &Self) -> Self {
        Self::Set(self.items().iter().filter(|other| *other != item).cloned().collect())
    }

    /// Returns the value as it goes over the wire.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Absent => Value::Null,
            Self::Bool(truth) => (*truth).into(),
            Self::Int(number) => (*number).into(),
            Self::Float(number) => (*number).into(),
            Self::Time(at) => Value::from(at.to_string()),
            Self::Text(text) => Value::from(&**text),
            Self::Ref(object) => Value::from(object.to_string()),
            Self::Set(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Self::Map(entries) => Value::structure(entries.iter().map(|(key, value)| (&**key, value.to_value()))),
        }
    }

    /// Returns whether both are the same, sets and maps in any order.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Set(a), Self::Set(b)) => a.len() == b.len() && a.iter().all(|item| b.contains(item)),
            (Self::Map(a), Self::Map(b)) => {
                a.len() == b.len() && a.iter().all(|(key, value)| other.get(key) == Some(value))
            }
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            _ => self == other,
        }
    }
}

macro_rules! from {
    ($($from:ty => |$value:ident| $make:expr;)*) => {
        $(impl From<$from> for Datum {
            fn from($value: $from) -> Self {
                $make
            }
        })*
    };
}

from! {
    bool => |value| Self::Bool(value);
    i64 => |value| Self::Int(value);
    i32 => |value| Self::Int(value.into());
    u32 => |value| Self::Int(value.into());
    f64 => |value| Self::Float(value);
    &str => |value| Self::Text(value.into());
    &String => |value| Self::Text(value.as_str().into());
    String => |value| Self::Text(value.into());
    Arc<str> => |value| Self::Text(value);
    Object => |value| Self::Ref(value);
    DateTime => |value| Self::Time(value);
}

impl<T: Into<Self>> From<Vec<T>> for Datum {
    fn from(items: Vec<T>) -> Self {
        Self::set(items)
    }
}

impl<T: Into<Self>, const N: usize> From<[T; N]> for Datum {
    fn from(items: [T; N]) -> Self {
        Self::set(items)
    }
}

impl<T: Into<Self> + Clone> From<&[T]> for Datum {
    fn from(items: &[T]) -> Self {
        Self::set(items.iter().cloned())
    }
}
