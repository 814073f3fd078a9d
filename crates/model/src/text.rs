//! Borrowed forms of what records hold, written without a detour.

use compact_str::CompactString;
use serde::{Serialize, Serializer, ser::SerializeMap};
use xapi_types::{DateTime, Map};

use crate::number::Number;

/// A map of texts, in the order of the wire.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'m>(pub &'m Map<CompactString, CompactString>);

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.0 {
            map.serialize_entry(key.as_str(), value.as_str())?;
        }
        map.end()
    }
}

/// Returns the value of `key` in a map of texts.
pub(crate) fn of<'m>(map: &'m Map<CompactString, CompactString>, key: &str) -> Option<&'m str> {
    map.get(key).map(CompactString::as_str)
}

/// Tells whether the value of `key` is `true`, as XAPI spells it in maps.
pub(crate) fn is_true(map: &Map<CompactString, CompactString>, key: &str) -> bool {
    of(map, key) == Some("true")
}

/// Seconds since 1970, UTC; `null` for "never".
pub(crate) fn seconds(at: DateTime) -> Option<i64> {
    at.get()
}

/// Reads a time that stands in a map: seconds, maybe with a point behind them, or a date.
pub(crate) fn moment(text: Option<&str>) -> Option<Number> {
    let text = text?.trim();
    match Number::parse(Some(text)).known() {
        Some(seconds) if !text.is_empty() && !is_date(text) => Some(seconds),
        _ => DateTime::parse(text).and_then(DateTime::get).map(Number::from),
    }
}

fn is_date(text: &str) -> bool {
    text.contains('T')
}
