//! Reading values that hosts spell in more than one way.
//!
//! XML-RPC carries integers as bare text; JSON of some releases has them as text too. Floats that
//! are no number arrive as text (see [`crate::json`]). A value of a type that the field cannot
//! hold counts as the type's empty value: one odd field of a newer host must not hide the object.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

struct Text<F, T>(F, PhantomData<fn() -> T>);

impl<'de, F: FnOnce(&str) -> T, T> Visitor<'de> for Text<F, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok((self.0)(text))
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok((self.0)(""))
    }

    fn visit_bool<E>(self, value: bool) -> Result<T, E> {
        Ok((self.0)(if value { "true" } else { "false" }))
    }

    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok((self.0)(&value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        Ok((self.0)(&value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<T, E> {
        Ok((self.0)(&value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<T, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok((self.0)(""))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<T, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok((self.0)(""))
    }
}

/// Reads a text and gives it to `make`, without a copy where the format allows.
pub(crate) fn text<'de, D, T>(deserializer: D, make: impl FnOnce(&str) -> T) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Text(make, PhantomData))
}

/// Numbers of one type, each with its own way to come from the others.
struct Number<T> {
    int: fn(i64) -> T,
    float: fn(f64) -> T,
    text: fn(&str) -> T,
    empty: T,
}

impl<'de, T> Visitor<'de> for Number<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok((self.int)(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        Ok(i64::try_from(value).map_or_else(|_| (self.float)(value as f64), self.int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<T, E> {
        Ok((self.float)(value))
    }

    fn visit_bool<E>(self, value: bool) -> Result<T, E> {
        Ok((self.int)(value.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok((self.text)(text))
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(self.empty)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<T, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.empty)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<T, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self.empty)
    }
}

/// Reads an integer.
pub(crate) fn int<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    deserializer.deserialize_any(Number {
        int: |n| n,
        float: |n| n as i64,
        text: |text| text.trim().parse().unwrap_or(0),
        empty: 0,
    })
}

/// Reads a floating point number; spellings of infinity and of what is no number included.
pub(crate) fn float<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    deserializer.deserialize_any(Number {
        int: |n| n as f64,
        float: |n| n,
        text: |text| text.trim().parse().unwrap_or(f64::NAN),
        empty: 0.0,
    })
}

/// Reads a truth value.
pub(crate) fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    deserializer.deserialize_any(Number {
        int: |n| n != 0,
        float: |n| n != 0.0,
        text: |text| matches!(text, "true" | "1"),
        empty: false,
    })
}

/// What stands in for a truth value that an older host does not send.
pub(crate) fn yes() -> bool {
    true
}

/// An integer inside a set or a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Int(pub i64);

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        int(deserializer).map(Self)
    }
}

/// A floating point number inside a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
pub struct Float(pub f64);

impl<'de> Deserialize<'de> for Float {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        float(deserializer).map(Self)
    }
}

struct Items<T>(PhantomData<fn() -> T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a set")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::with_capacity(access.size_hint().unwrap_or(0).min(1024));
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        items.shrink_to_fit();
        Ok(items)
    }
}

/// Reads a set into memory of just its size.
pub(crate) fn set<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_any(Items(PhantomData))
}
