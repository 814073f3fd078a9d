//! Durations as configuration and clients write them: milliseconds, or text such as `30 days`.

use std::{fmt, time::Duration as Span};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

const MS_PER_DAY: f64 = 86_400_000.0;

/// A length of time; on the wire a number of milliseconds or a text such as `2 days`, `1.5h`, `90 s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub Span);

impl Duration {
    /// Makes a duration of whole milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(Span::from_millis(millis))
    }

    /// Makes a duration of whole days of 24 hours.
    pub const fn from_days(days: u64) -> Self {
        Self(Span::from_secs(days * 86_400))
    }

    /// Reads a text such as `30 days`; a bare number is milliseconds.
    ///
    /// Returns nothing where the text is no duration, or a negative one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let number: f64 = number.parse().ok()?;
        let unit = match unit.trim_start().to_ascii_lowercase().as_str() {
            "" | "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => 1.0,
            "s" | "sec" | "secs" | "second" | "seconds" => 1000.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 60_000.0,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000.0,
            "d" | "day" | "days" => MS_PER_DAY,
            "w" | "week" | "weeks" => 7.0 * MS_PER_DAY,
            "mo" | "month" | "months" => 365.25 / 12.0 * MS_PER_DAY,
            "y" | "yr" | "yrs" | "year" | "years" => 365.25 * MS_PER_DAY,
            _ => return None,
        };
        Self::of_millis(number * unit)
    }

    fn of_millis(millis: f64) -> Option<Self> {
        Span::try_from_secs_f64(millis / 1000.0).ok().map(Self)
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0.as_millis())
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Duration;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of milliseconds or a duration such as \"30 days\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
                Duration::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
            fn visit_u64<E: de::Error>(self, millis: u64) -> Result<Duration, E> {
                Ok(Duration::from_millis(millis))
            }
            fn visit_i64<E: de::Error>(self, millis: i64) -> Result<Duration, E> {
                let invalid = |_| E::invalid_value(de::Unexpected::Signed(millis), &self);
                u64::try_from(millis).map(Duration::from_millis).map_err(invalid)
            }
            fn visit_f64<E: de::Error>(self, millis: f64) -> Result<Duration, E> {
                Duration::of_millis(millis).ok_or_else(|| E::invalid_value(de::Unexpected::Float(millis), &self))
            }
        }
        from.deserialize_any(Visitor)
    }
}

impl JsonSchema for Duration {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["number", "string"] })
    }
}

#[cfg(test)]
mod tests {
    use super::Duration;

    #[test]
    fn texts_are_read_with_their_unit() {
        for (text, millis) in [
            ("30 days", 2_592_000_000),
            ("0.5 year", 15_778_800_000),
            ("1.5h", 5_400_000),
            ("2 s", 2000),
            ("10 Minutes", 600_000),
            ("1 week", 604_800_000),
            ("250", 250),
            (" 250 ms ", 250),
            (".5 s", 500),
            ("0", 0),
        ] {
            assert_eq!(Duration::parse(text), Some(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_durations() {
        for text in ["", "qqq", "-1 s", "1 parsec", "1 2", "days", "1..2 s", "1e3", "9999999999999999999999 years"] {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_milliseconds() {
        for (json, millis) in [("3600000", 3_600_000), ("1500.5", 1500), ("\"1 hour\"", 3_600_000)] {
            let duration: Duration = serde_json::from_str(json).unwrap();
            assert_eq!(duration.0.as_millis(), millis, "{json}");
        }
        for json in ["-1", "true", "null", "\"soon\"", "-0.5"] {
            assert!(serde_json::from_str::<Duration>(json).is_err(), "{json}");
        }
    }
}
