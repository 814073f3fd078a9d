//! The untyped form of anything on the wire.

mod decode;

use std::fmt;

use compact_str::CompactString;

use crate::{AnyRef, DateTime, Ref};

pub use decode::DecodeError;

/// A value of either dialect.
///
/// XML-RPC has no type for 64-bit integers, so those arrive from it as [`Value::String`]; the
/// accessors and typed decoding read both.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing: `null` in JSON, `<nil/>` in XML-RPC. XAPI's own "void" is an empty text.
    #[default]
    Null,
    /// Truth value.
    Bool(bool),
    /// 64-bit integer.
    Int(i64),
    /// Double precision number; may be infinite or no number at all.
    Float(f64),
    /// Text, also of refs, enums and, in JSON, times.
    String(CompactString),
    /// Time.
    DateTime(DateTime),
    /// Set.
    Array(Vec<Value>),
    /// Map or record, in the order of the wire.
    Struct(Vec<(CompactString, Value)>),
}

impl Value {
    /// XAPI's "void": an empty text.
    pub fn void() -> Self {
        Self::String(CompactString::const_new(""))
    }

    /// Returns the text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the integer, also from a text of digits.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Returns the number, also from an integer or from text.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(*value),
            Self::Int(value) => Some(*value as f64),
            Self::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Returns the time, also from text.
    pub fn as_datetime(&self) -> Option<DateTime> {
        match self {
            Self::DateTime(at) => Some(*at),
            Self::String(text) => DateTime::parse(text),
            _ => None,
        }
    }

    /// Returns the reference that the text is.
    pub fn as_ref_of<C>(&self) -> Option<Ref<C>> {
        self.as_str().map(Ref::parse)
    }

    /// Returns the items, if it is a set.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the entries, if it is a map or a record.
    pub fn as_struct(&self) -> Option<&[(CompactString, Value)]> {
        match self {
            Self::Struct(entries) => Some(entries),
            _ => None,
        }
    }

    /// Returns the entry `key` of a map or a record.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_struct()?.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Returns the items; none, if it is no set.
    pub fn into_array(self) -> Vec<Value> {
        match self {
            Self::Array(items) => items,
            _ => Vec::new(),
        }
    }

    /// Returns the entries; none, if it is no map and no record.
    pub fn into_struct(self) -> Vec<(CompactString, Value)> {
        match self {
            Self::Struct(entries) => entries,
            _ => Vec::new(),
        }
    }

    /// Takes the entry `key` out of a map or a record.
    pub fn take(&mut self, key: &str) -> Option<Value> {
        let Self::Struct(entries) = self else { return None };
        let at = entries.iter().position(|(name, _)| name == key)?;
        Some(entries.remove(at).1)
    }

    /// Takes the entries with these names out of a map or a record.
    pub fn leave_out(&mut self, names: &[&str]) {
        if let Self::Struct(entries) = self {
            entries.retain(|(name, _)| !names.contains(&name.as_str()));
        }
    }

    /// Makes a map or a record.
    pub fn structure<K: Into<CompactString>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Struct(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// Decodes a typed record or any other type.
    ///
    /// # Errors
    ///
    /// If the value has another shape than the type.
    pub fn decode<'de, T: serde::Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        T::deserialize(self)
    }
}

impl fmt::Display for Value {
    /// Writes the value as JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::new();
        crate::json::write(self, &mut text);
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

macro_rules! from {
    ($($from:ty => |$value:ident| $make:expr;)*) => {
        $(impl From<$from> for Value {
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
    &str => |value| Self::String(value.into());
    &String => |value| Self::String(value.as_str().into());
    String => |value| Self::String(value.into());
    CompactString => |value| Self::String(value);
    DateTime => |value| Self::DateTime(value);
    &AnyRef => |value| Self::String(compact_str::format_compact!("{value}"));
}

impl<C: crate::Class> From<&Ref<C>> for Value {
    fn from(reference: &Ref<C>) -> Self {
        Self::from(&reference.erase())
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>, const N: usize> From<[T; N]> for Value {
    fn from(items: [T; N]) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}
