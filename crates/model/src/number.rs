//! Numbers as JavaScript writes them.

use std::fmt::Write;

use serde::{Serialize, Serializer};

/// Integers beyond this are not exact in JavaScript: 2^53.
const EXACT: i64 = 1 << 53;

/// A number for clients: `1` rather than `1.0`, and `null` for what is no number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(f64);

impl Number {
    /// Returns what JavaScript makes of a text by a unary plus; of none, no number.
    pub fn parse(text: Option<&str>) -> Self {
        Self(text.map_or(f64::NAN, |text| {
            let text = text.trim();
            if text.is_empty() { 0.0 } else { text.parse().unwrap_or(f64::NAN) }
        }))
    }

    /// Returns the number, unless it is none.
    pub fn get(self) -> Option<f64> {
        (!self.0.is_nan()).then_some(self.0)
    }

    /// Returns the number itself if it is one, for properties that are left out otherwise.
    pub fn known(self) -> Option<Self> {
        self.get().map(Self)
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self(value)
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(value as f64)
    }
}

impl Serialize for Number {
    #[allow(clippy::cast_possible_truncation, reason = "the value was found to be a whole number in range")]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = self.0;
        if !value.is_finite() {
            return serializer.serialize_unit();
        }
        if value.fract() == 0.0 && value.abs() <= EXACT as f64 {
            return serializer.serialize_i64(value as i64);
        }
        let text = write(value);
        match serde_json::from_str::<Box<serde_json::value::RawValue>>(&text) {
            Ok(raw) => raw.serialize(serializer),
            Err(_) => serializer.serialize_f64(value),
        }
    }
}

/// Writes a finite number as ECMAScript's `Number::toString` does: the shortest digits that read back as the same
/// number, plain from 1e-6 up to below 1e21, with an exponent elsewhere.
fn write(value: f64) -> String {
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-7..21).contains(&exponent) && value.abs() >= 1e-6 {
        return format!("{value}");
    }
    let mut text = mantissa.to_owned();
    let _ = write!(text, "e{}{}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
    text
}

#[cfg(test)]
mod tests {
    use super::Number;

    fn written(value: f64) -> String {
        serde_json::to_string(&Number::from(value)).unwrap()
    }

    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        for (value, text) in [
            (1.0, "1"),
            (-1.0, "-1"),
            (0.0, "0"),
            (8.4, "8.4"),
            (0.5, "0.5"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (1.5e-7, "1.5e-7"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (9_223_372_036_854_775_807.0, "9223372036854776000"),
            (f64::NAN, "null"),
            (f64::INFINITY, "null"),
        ] {
            assert_eq!(written(value), text);
        }
    }

    #[test]
    fn texts_become_numbers_as_in_javascript() {
        assert_eq!(Number::parse(Some(" 12 ")).get(), Some(12.0));
        assert_eq!(Number::parse(Some("")).get(), Some(0.0));
        assert_eq!(Number::parse(Some("1700000000.")).get(), Some(1_700_000_000.0));
        assert_eq!(Number::parse(Some("x")).get(), None);
        assert_eq!(Number::parse(None).get(), None);
    }
}
