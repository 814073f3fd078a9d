//! The query of a request.

use serde_json::Value;

use super::refusal::Refusal;

/// Names and values, decoded, in the order of the request.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads what stands behind the question mark.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let pairs = url::form_urlencoded::parse(text.as_bytes());
        let pairs: Vec<_> = pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        if let Some((name, _)) =
            pairs.iter().find(|(name, value)| name.contains('\u{fffd}') || value.contains('\u{fffd}'))
        {
            return Err(Refusal::invalid(name, "it is no percent-encoded UTF-8", None));
        }
        Ok(Self(pairs))
    }

    /// Returns names and values as they were written.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns every name with all values that it has.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        let first = |at: usize, name: &str| !self.0[..at].iter().any(|(other, _)| other == name);
        self.0.iter().enumerate().filter(move |(at, (name, _))| first(*at, name)).map(|(_, (name, _))| {
            let values = self.0.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str());
            (name.as_str(), values.collect())
        })
    }

    /// Returns the text of `name`.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut values = self.0.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str());
        let (first, more) = (values.next(), values.next());
        if more.is_some() {
            let all: Vec<Value> =
                self.0.iter().filter(|(other, _)| other == name).map(|(_, v)| v.as_str().into()).collect();
            return Err(Refusal::invalid(name, "invalid string value", Some(all.into())));
        }
        Ok(first)
    }

    /// Returns `name` as `true` or `false`; without it, `false`.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.text(name)? {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(Refusal::invalid(name, "invalid boolean value", Some(other.into()))),
        }
    }

    /// Returns `name` as a number.
    pub(super) fn number(&self, name: &str) -> Result<Option<f64>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let number = number.ok_or_else(|| Refusal::invalid(name, "invalid float number", Some(text.into())))?;
        Ok(Some(number))
    }
}
