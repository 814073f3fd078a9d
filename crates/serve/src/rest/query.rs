//! The query of a request.

use serde_json::Value;

use super::refusal::Refusal;

/// Names and values, decoded, in the order of the request.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads what stands behind the question mark.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let read = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let [name, value] = [name, value].map(|text| text.replace('+', " "));
            let wrong = |name: &str| Refusal::invalid(name, "it is no percent-encoded UTF-8", None);
            let name = decode(&name, true).ok_or_else(|| wrong(&name))?;
            let value = decode(&value, true).ok_or_else(|| wrong(&name))?;
            Ok((name, value))
        };
        text.split('&').filter(|part| !part.is_empty()).map(read).collect::<Result<_, _>>().map(Self)
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

/// Decodes what is percent-encoded; nothing where it is no text. A `%` without two digits stands for itself where that
/// is `lenient`, as browsers have it in queries.
pub(super) fn decode(text: &str, lenient: bool) -> Option<String> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digit = |at: usize| bytes.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        let code = digit(at + 1).zip(digit(at + 2)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        match code.filter(|_| byte == b'%') {
            Some(code) => {
                decoded.push(code);
                at += 3;
            }
            None if byte == b'%' && !lenient => return None,
            None => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_as_browsers_write_it() {
        let query = Query::parse("a=1+2%2B3&&b&a=%C3%A9&%2e=100%&c=%ef%bf%bd%zz").expect("it is text");
        let pairs: Vec<_> = query.iter().map(|(name, values)| (name, values.join("|"))).collect();
        let expected = [("a", "1 2+3|é"), ("b", ""), (".", "100%"), ("c", "\u{fffd}%zz")];
        assert_eq!(pairs, expected.map(|(name, value)| (name, value.to_owned())));
        assert!(Query::parse("a=%ff").is_err() && Query::parse("%c3=a").is_err());
    }

    #[test]
    fn a_path_is_read_strictly() {
        assert_eq!(decode("..%2f%00%41", false).as_deref(), Some("../\0A"));
        for text in ["%", "%4", "%+1", "%zz", "%\u{e9}1", "%ff"] {
            assert_eq!(decode(text, false), None, "{text}");
        }
    }
}
