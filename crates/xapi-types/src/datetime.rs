//! Times as XAPI writes them.

use std::fmt;

use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A time in UTC, in whole seconds since 1970; 0 stands for "never".
///
/// Written `20240131T23:59:59Z`; dashes in the date and offsets from UTC are read as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DateTime(i64);

impl DateTime {
    /// The time that stands for "never" or "not yet".
    pub const NEVER: Self = Self(0);

    /// Returns the time `seconds` after the beginning of 1970, UTC.
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Returns the seconds since the beginning of 1970, UTC.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// Returns the seconds since 1970, or nothing for "never".
    pub fn get(self) -> Option<i64> {
        (self.0 != 0).then_some(self.0)
    }

    /// Reads the text of the wire; a time without zone is in UTC.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(fast) = compact(text.as_bytes()) {
            return Some(fast);
        }
        let text = text.trim();
        if let Ok(at) = text.parse::<Timestamp>() {
            return Some(Self(at.as_second()));
        }
        let civil: civil::DateTime = text.trim_end_matches('Z').parse().ok()?;
        Some(Self(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second()))
    }
}

/// Reads `20240131T23:59:59Z`, the form that every host writes.
fn compact(text: &[u8]) -> Option<DateTime> {
    let (18, b'T', b':', b':', b'Z') = (text.len(), *text.get(8)?, *text.get(11)?, *text.get(14)?, *text.get(17)?)
    else {
        return None;
    };
    let number = |at: usize, len: usize| {
        text[at..at + len]
            .iter()
            .try_fold(0i16, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0')))
    };
    let small = |at: usize| number(at, 2).and_then(|n| i8::try_from(n).ok());
    // A leap second is taken for the second before it.
    let second = small(15)?.min(59);
    let civil = civil::DateTime::new(number(0, 4)?, small(4)?, small(6)?, small(9)?, small(12)?, second, 0).ok()?;
    Some(DateTime(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second()))
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = Timestamp::from_second(self.0).unwrap_or_default().to_zoned(TimeZone::UTC);
        write!(f, "{}", at.strftime("%Y%m%dT%H:%M:%SZ"))
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    /// Reads a time; one that cannot be read counts as "never", as nothing hangs on it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::lenient::text(deserializer, |text| Self::parse(text).unwrap_or(Self::NEVER))
    }
}

#[cfg(test)]
mod tests {
    use super::DateTime;

    #[test]
    fn all_spellings_of_a_time_are_read() {
        for text in ["20240131T23:59:59Z", "2024-01-31T23:59:59Z", "20240131T23:59:59", "2024-02-01T01:59:59+02:00"] {
            assert_eq!(DateTime::parse(text).map(|t| t.to_string()).as_deref(), Some("20240131T23:59:59Z"), "{text}");
        }
        assert_eq!(DateTime::parse("19700101T00:00:00Z"), Some(DateTime::NEVER));
        assert_eq!(DateTime::parse("20241331T00:00:00Z"), None);
        assert_eq!(DateTime::parse("yesterday"), None);
    }
}
