//! Numbers that callers may also write as text with a unit.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

/// A whole number: `2147483648`, `"2147483648"` or `"2 GiB"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) i64);

impl Size {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let unit = unit.trim().to_ascii_lowercase();
        let unit = unit.strip_suffix('b').unwrap_or(&unit);
        let (letter, base) = match unit.strip_suffix('i') {
            Some(letter) => (letter, 1024_i64),
            None => (unit, 1000),
        };
        let power = match letter {
            "" => 0,
            "k" => 1,
            "m" => 2,
            "g" => 3,
            "t" => 4,
            _ => return None,
        };
        let factor = base.pow(power);
        if let Ok(whole) = number.parse::<i64>() {
            return whole.checked_mul(factor).map(Self);
        }
        let size = number.parse::<f64>().ok()? * factor as f64;
        #[allow(clippy::cast_possible_truncation, reason = "it is whole and within what both types hold")]
        (size.fract() == 0.0 && size < 9e15).then_some(Self(size as i64))
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Size;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number or a size such as \"2 GiB\"")
            }
            fn visit_i64<E: de::Error>(self, size: i64) -> Result<Size, E> {
                Ok(Size(size))
            }
            fn visit_u64<E: de::Error>(self, size: u64) -> Result<Size, E> {
                i64::try_from(size).map(Size).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(size), &self))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Size, E> {
                Size::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        from.deserialize_any(Visitor)
    }
}

impl JsonSchema for Size {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // What `parse` reads.
        let form = r"^\s*(\d+(\.\d*)?|\.\d+)\s*([kKmMgGtT]i?)?[bB]?\s*$";
        json_schema!({ "type": ["integer", "string"], "minimum": 0, "pattern": form })
    }
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[test]
    fn sizes_are_read_with_their_unit() {
        for (text, size) in [
            ("0", 0),
            ("2147483648", 2 << 30),
            ("2 GiB", 2 << 30),
            ("1.5GiB", 3 << 29),
            ("4GB", 4_000_000_000),
            ("512 Mi", 512 << 20),
        ] {
            assert_eq!(Size::parse(text), Some(Size(size)), "{text}");
        }
        for text in ["", "GiB", "-1", "1.5", "2 parsecs", "99999999999999999999", "9999999 TiB"] {
            assert_eq!(Size::parse(text), None, "{text}");
        }
    }
}
