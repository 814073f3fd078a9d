//! The error that a host answers.

use std::fmt;

use crate::Value;

/// An error code of XAPI with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Code, one of [`crate::code`] or one that is newer.
    pub code: String,
    /// Parameters in the order of the code's table entry; hosts may send more or fewer.
    pub params: Vec<String>,
}

impl Failure {
    /// Makes an error of `code` with `params`.
    pub fn new<P: Into<String>>(code: impl Into<String>, params: impl IntoIterator<Item = P>) -> Self {
        Self { code: code.into(), params: params.into_iter().map(Into::into).collect() }
    }

    /// Reads `[CODE, p1, p2 …]`; nothing if it is not an array that starts with a text.
    pub fn from_description(description: &Value) -> Option<Self> {
        let (code, params) = description.as_array()?.split_first()?;
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(Self { code: code.as_str()?.to_owned(), params: params.iter().map(text).collect() })
    }

    /// Returns `[CODE, p1, p2 …]`.
    pub fn description(&self) -> Value {
        Value::Array(std::iter::once(&self.code).chain(&self.params).map(|text| Value::from(text.as_str())).collect())
    }

    /// Returns whether the code is `code`.
    pub fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// Returns parameter `at`, 0-based, or an empty text.
    pub fn param(&self, at: usize) -> &str {
        self.params.get(at).map_or("", String::as_str)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.code, self.params.join(", "))
    }
}

impl std::error::Error for Failure {}
