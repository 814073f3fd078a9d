//! `<name>=<value>` words: what goes into the query, and what into the body with which type.

use serde_json::{Map, Value};

use super::document::Operation;
use super::path::Query;
use crate::Failure;
use crate::params;

/// One word.
#[derive(Debug)]
pub(super) struct Given<'a> {
    name: &'a str,
    text: &'a str,
}

/// Reads the words. Where `flags` are allowed, a name alone means `true`; `wait` alone says no more than that, and is for
/// the next change.
///
/// # Errors
/// [`Failure::Usage`] for a word that is none, or a name given twice.
pub(super) fn read<'a>(words: &[&'a str], flags: bool) -> Result<Vec<Given<'a>>, Failure> {
    let mut given: Vec<Given<'a>> = Vec::with_capacity(words.len());
    for word in words {
        let (name, text) = match word.split_once('=') {
            Some((name, text)) if !name.is_empty() => (name, text),
            None if flags && *word == "wait" => (*word, ""),
            None if flags && !word.is_empty() => (*word, "true"),
            _ => return Err(Failure::Usage(format!("expected <name>=<value>, found `{word}`"))),
        };
        if given.iter().any(|other| other.name == name) {
            return Err(Failure::Usage(format!("`{name}` is given twice")));
        }
        given.push(Given { name, text });
    }
    Ok(given)
}

impl Given<'_> {
    /// Returns the name and the value as a query has them; of `json:` values, a text is written plainly.
    pub(super) fn in_query(&self) -> Result<(String, String), Failure> {
        let text = if self.text.starts_with("json:") {
            match params::value(self.name, self.text)? {
                Value::String(text) => text,
                other => other.to_string(),
            }
        } else {
            self.text.to_owned()
        };
        Ok((self.name.to_owned(), text))
    }

    /// Returns the name and the value as a body has them, as the server told.
    fn in_body(&self, operation: Option<Operation<'_>>) -> Result<(String, Value), Failure> {
        let told = operation.and_then(|operation| operation.property(self.name));
        let (name, types) = told.unwrap_or_else(|| (self.name, Vec::new()));
        let value = if types.is_empty() || self.text.starts_with("json:") {
            params::value(self.name, self.text)?
        } else {
            typed(&types, self.text)
        };
        Ok((name.to_owned(), value))
    }
}

/// Puts each parameter where the operation wants it: pairs of the query, and the body. Where nothing is known of it, only
/// `sync` goes into the query, as every action has it.
pub(super) fn place(
    given: &[Given<'_>],
    operation: Option<Operation<'_>>,
) -> Result<(Query, Map<String, Value>), Failure> {
    let (mut query, mut body) = (Vec::new(), Map::new());
    for one in given {
        if operation.map_or(one.name == "sync", |operation| operation.is_in_query(one.name)) {
            query.push(one.in_query()?);
        } else {
            let (name, value) = one.in_body(operation)?;
            if body.insert(name, value).is_some() {
                return Err(Failure::Usage(format!("`{}` is given twice, under different names", one.name)));
            }
        }
    }
    Ok((query, body))
}

/// Reads `text` as the first of `types` that it can be. One that fits none goes as it is: the server says what is wrong.
fn typed(types: &[&str], text: &str) -> Value {
    let is = |kind: &str| types.contains(&kind);
    let json: Option<Value> = serde_json::from_str(text).ok();
    let read = match &json {
        Some(Value::Bool(_)) => is("boolean"),
        // What may be a text is one, such as a size or an id.
        Some(Value::Number(number)) => !is("string") && (is("number") || is("integer") && !number.is_f64()),
        Some(Value::Null) => is("null") && !is("string"),
        Some(Value::Array(_)) => is("array"),
        Some(Value::Object(_)) => is("object"),
        Some(Value::String(_)) | None => false,
    };
    json.filter(|_| read).unwrap_or_else(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_have_the_types_that_the_server_tells() {
        for (types, text, value) in [
            (&["boolean"][..], "true", json!(true)),
            (&["boolean"], "yes", json!("yes")),
            (&["string"], "true", json!("true")),
            (&["string"], "12", json!("12")),
            (&["integer"], "1024", json!(1024)),
            (&["integer"], "1.5", json!("1.5")),
            (&["number"], "1.5", json!(1.5)),
            (&["integer", "string"], "1024", json!("1024")),
            (&["string", "boolean"], "false", json!(false)),
            (&["integer", "null"], "null", json!(null)),
            (&["string", "null"], "null", json!("null")),
            (&["array"], "[1, 2]", json!([1, 2])),
            (&["array"], "[1", json!("[1")),
            (&["string", "array"], "\"a\"", json!("\"a\"")),
            (&["object"], "{\"a\":1}", json!({ "a": 1 })),
        ] {
            assert_eq!(typed(types, text), value, "{types:?} {text}");
        }
    }

    #[test]
    fn without_a_document_values_are_those_of_other_commands() {
        let given = read(&["a=true", "b=12", "c=json:[1]", "d=", "sync=true"], false).unwrap();
        let (query, body) = place(&given, None).unwrap();
        let sync = ("sync".to_owned(), "true".to_owned());
        assert_eq!((query, Value::from(body)), (vec![sync], json!({ "a": true, "b": "12", "c": [1], "d": "" })));
    }

    #[test]
    fn a_query_is_text() {
        let given = read(&["wait", "markdown", "filter=a:true", "x=json:\"true\"", "y=json:[1, 2]"], true).unwrap();
        let query: Vec<_> = given.iter().map(|one| one.in_query().unwrap()).collect();
        let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = [("wait", ""), ("markdown", "true"), ("filter", "a:true"), ("x", "true"), ("y", "[1,2]")];
        assert_eq!(query, expected.map(|(name, value)| text(name, value)));
    }

    #[test]
    fn what_is_no_parameter_is_named() {
        for (words, flags, text) in [
            (&["foo"][..], false, "expected <name>=<value>, found `foo`"),
            (&["=foo"], true, "expected <name>=<value>, found `=foo`"),
            (&["a=1", "a"], true, "`a` is given twice"),
        ] {
            assert_eq!(read(words, flags).unwrap_err().to_string(), text);
        }
        let given = read(&["a=json:[1"], false).unwrap();
        let error = place(&given, None).unwrap_err().to_string();
        assert_eq!(error, "value of `a` is not JSON: EOF while parsing a list at line 1 column 2");
    }
}
