//! Maps that stand in many records.

use std::{
    cell::RefCell,
    collections::HashMap,
    fmt,
    ops::Deref,
    sync::{Arc, LazyLock},
};

use compact_str::CompactString;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Visitor},
};

use super::REMEMBERED;
use crate::{Map, json};

type Texts = Map<CompactString, CompactString>;

/// The name by which a value asks [`json::Reader`] for its JSON instead of its parts; other formats give the parts.
pub(crate) const SPAN: &str = "the JSON of a value";

/// Longest JSON that is remembered, in bytes: longer maps are hardly ever alike.
const LONG: usize = 4096;

static EMPTY: LazyLock<Texts> = LazyLock::new(Texts::default);

thread_local! {
    /// Maps by their JSON.
    static SEEN: RefCell<HashMap<Box<str>, Arc<Texts>>> = RefCell::default();
}

/// A map of texts of which those with the same JSON, read by the same thread, share their memory.
#[derive(Clone, Default)]
pub struct SharedMap(Option<Arc<Texts>>);

impl SharedMap {
    /// Reads the map that is written as `json`, or remembers it.
    fn of_json(json: &str) -> Result<Self, json::Error> {
        SEEN.with_borrow_mut(|seen| {
            if let Some(known) = seen.get(json) {
                return Ok(Self(Some(Arc::clone(known))));
            }
            let fresh = Self::from(json::Reader::new(json).value::<Texts>()?);
            if let Some(map) = &fresh.0
                && json.len() <= LONG
            {
                if seen.len() >= REMEMBERED {
                    seen.clear();
                }
                seen.insert(json.into(), Arc::clone(map));
            }
            Ok(fresh)
        })
    }
}

impl From<Texts> for SharedMap {
    fn from(map: Texts) -> Self {
        Self((!map.is_empty()).then(|| Arc::new(map)))
    }
}

impl FromIterator<(CompactString, CompactString)> for SharedMap {
    fn from_iter<I: IntoIterator<Item = (CompactString, CompactString)>>(entries: I) -> Self {
        entries.into_iter().collect::<Texts>().into()
    }
}

impl Deref for SharedMap {
    type Target = Texts;

    fn deref(&self) -> &Texts {
        self.0.as_deref().unwrap_or(&EMPTY)
    }
}

impl PartialEq for SharedMap {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other) || one == other,
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

impl Eq for SharedMap {}

impl fmt::Debug for SharedMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl Serialize for SharedMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

struct SharedMapVisitor;

impl<'de> Visitor<'de> for SharedMapVisitor {
    type Value = SharedMap;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_borrowed_str<E: de::Error>(self, json: &'de str) -> Result<SharedMap, E> {
        SharedMap::of_json(json).map_err(E::custom)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<SharedMap, D::Error> {
        Texts::deserialize(deserializer).map(SharedMap::from)
    }
}

impl<'de> Deserialize<'de> for SharedMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(SPAN, SharedMapVisitor)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use compact_str::CompactString;

    use super::SharedMap;
    use crate::{Value, json::Reader};

    fn read(json: &str) -> SharedMap {
        Reader::new(json).value().unwrap()
    }

    #[test]
    fn maps_of_the_same_json_share_their_memory() {
        let (one, other) = (read(r#"{"a":"1","b":"2"}"#), read(r#"{"a":"1","b":"2"}"#));
        assert!(Arc::ptr_eq(one.0.as_ref().unwrap(), other.0.as_ref().unwrap()));
        assert_eq!(one.get("b").map(CompactString::as_str), Some("2"));
        let spaced = read(r#"{"a":"1", "b":"2"}"#);
        assert_eq!(spaced, one);
        assert_ne!(spaced, read(r#"{"a":"1"}"#));
    }

    #[test]
    fn anything_is_read_as_other_maps_read_it() {
        for json in
            ["{}", "null", "7", "[1]", "\"text\"", r#"{"a":1}"#, r#"{"a":{"b":[]}}"#, r#"{"a":"1""#, r#"{"a":}"#]
        {
            let plain = Reader::new(json).value::<super::Texts>();
            let shared = Reader::new(json).value::<SharedMap>();
            assert_eq!(shared.ok().as_deref(), plain.ok().as_ref(), "{json}");
        }
        assert!(Reader::new(r#"{"a":"1""#).value::<SharedMap>().unwrap_err().is_end());
    }

    #[test]
    fn other_formats_give_the_same_map() {
        let value: Value = Reader::new(r#"{"a":"1"}"#).value().unwrap();
        assert_eq!(value.decode::<SharedMap>().unwrap(), read(r#"{"a":"1"}"#));
        assert_eq!(serde_json::from_str::<SharedMap>(r#"{"a":"1"}"#).unwrap(), read(r#"{"a":"1"}"#));
    }
}
