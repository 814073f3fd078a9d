//! Parameters as typed: `name=value`.

use serde_json::{Map, Value};

use crate::Failure;

/// Reads `name=value` words into named parameters.
///
/// # Errors
/// [`Failure::Usage`] for a word without `=`, a name given twice, or text after `json:` that is not JSON.
pub(crate) fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Map<String, Value>, Failure> {
    let mut params = Map::new();
    for word in words {
        let (name, text) = match word.split_once('=') {
            Some((name, text)) if !name.is_empty() => (name, text),
            _ => return Err(Failure::Usage(format!("expected <name>=<value>, found `{word}`"))),
        };
        let value = value(name, text)?;
        if params.insert(name.to_owned(), value).is_some() {
            return Err(Failure::Usage(format!("`{name}` is given twice")));
        }
    }
    Ok(params)
}

/// Reads the value of `name`: `true` and `false` are booleans, what follows `json:` is JSON, anything else is text.
///
/// # Errors
/// [`Failure::Usage`] for text after `json:` that is not JSON.
pub(crate) fn value(name: &str, text: &str) -> Result<Value, Failure> {
    match text {
        "true" => Ok(Value::Bool(true)),
        "false" => Ok(Value::Bool(false)),
        text => match text.strip_prefix("json:") {
            Some(json) => serde_json::from_str(json)
                .map_err(|error| Failure::Usage(format!("value of `{name}` is not JSON: {error}"))),
            None => Ok(Value::String(text.to_owned())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_texts_but_for_booleans_and_json() {
        let words = [
            "host=my.server.net",
            "a=true",
            "b=false",
            "c=True",
            "d=",
            "e=x=y=z",
            "f=12",
            "g=json:[1, 2, 3]",
            "h=json:\"true\"",
            "i=json:null",
            "j=jSon:1",
            "k= padded ",
        ];
        assert_eq!(
            Value::Object(parse(words).unwrap()),
            json!({
                "host": "my.server.net", "a": true, "b": false, "c": "True", "d": "", "e": "x=y=z", "f": "12",
                "g": [1, 2, 3], "h": "true", "i": null, "j": "jSon:1", "k": " padded "
            })
        );
    }

    #[test]
    fn what_is_no_parameter_is_named() {
        for (words, text) in [
            (vec!["foo"], "expected <name>=<value>, found `foo`"),
            (vec!["=foo"], "expected <name>=<value>, found `=foo`"),
            (vec!["a=1", "a=2"], "`a` is given twice"),
            (vec!["a=json:[1"], "value of `a` is not JSON: EOF while parsing a list at line 1 column 2"),
        ] {
            assert_eq!(parse(words).unwrap_err().to_string(), text);
        }
    }
}
