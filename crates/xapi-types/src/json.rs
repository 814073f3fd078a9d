//! The JSON dialect of XAPI.
//!
//! Hosts write floats that are no number as bare words (`NaN`, `nan`, `Infinity`, `-inf` …), which
//! JSON does not have. [`repair`] turns them into texts, which typed decoding reads as numbers.

use std::borrow::Cow;

use crate::Value;

/// Bare words for floats, longest first where one begins with another.
const WORDS: &[&str] = &["-Infinity", "Infinity", "-inf", "inf", "-NaN", "NaN", "-nan", "nan"];

/// Reads JSON; bare words for floats become floats.
///
/// # Errors
///
/// If the text is not JSON even then, with line and column.
pub fn parse(text: &[u8]) -> serde_json::Result<Value> {
    match serde_json::from_slice(text) {
        Ok(value) => Ok(value),
        Err(error) => match repair(text) {
            Cow::Borrowed(_) => Err(error),
            Cow::Owned(repaired) => serde_json::from_slice(&repaired),
        },
    }
}

/// Puts quotes around bare words for floats that stand outside of texts.
///
/// The answer is borrowed if there are none. It works on a whole document or on any piece of it
/// that starts outside of a text.
pub fn repair(text: &[u8]) -> Cow<'_, [u8]> {
    let mut repaired: Vec<u8> = Vec::new();
    let (mut copied, mut at) = (0, 0);
    while at < text.len() {
        match text[at] {
            b'"' => at = end_of_text(text, at),
            b'N' | b'n' | b'I' | b'i' | b'-' => match WORDS.iter().find(|w| text[at..].starts_with(w.as_bytes())) {
                Some(word) => {
                    repaired.extend_from_slice(&text[copied..at]);
                    repaired.push(b'"');
                    repaired.extend_from_slice(word.as_bytes());
                    repaired.push(b'"');
                    at += word.len();
                    copied = at;
                }
                None => at += 1,
            },
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    repaired.extend_from_slice(&text[copied..]);
    Cow::Owned(repaired)
}

/// Returns the offset after the text that starts with the quote at `at`.
fn end_of_text(text: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Writes `value` as XAPI writes it: no white space, floats with a decimal part, bare `NaN`.
pub fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(value) => write_display(value, out),
        Value::Float(value) => write_float(*value, out),
        Value::String(text) => write_text(text, out),
        Value::DateTime(at) => {
            out.push(b'"');
            write_display(at, out);
            out.push(b'"');
        }
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Value::Struct(entries) => {
            out.push(b'{');
            for (at, (key, value)) in entries.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_text(key, out);
                out.push(b':');
                write(value, out);
            }
            out.push(b'}');
        }
    }
}

fn write_display(value: &impl std::fmt::Display, out: &mut Vec<u8>) {
    use std::io::Write;
    write!(out, "{value}").expect("a vector takes any number of bytes");
}

fn write_float(value: f64, out: &mut Vec<u8>) {
    if value.is_nan() {
        out.extend_from_slice(b"NaN");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"Infinity" } else { b"-Infinity" });
    } else {
        // The shortest text that reads back as the same number, with a decimal part.
        out.extend_from_slice(format!("{value:?}").as_bytes());
    }
}

/// Writes a JSON text.
pub fn write_text(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("a vector takes any text");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_words_for_floats_are_read() {
        let value = parse(br#"{"a":nan,"b":[NaN,-Infinity,inf,1.5,-1],"c":"nan Infinity \" NaN","d":null}"#).unwrap();
        assert!(value.get("a").unwrap().as_float().unwrap().is_nan());
        let items = value.get("b").unwrap().as_array().unwrap();
        assert_eq!(items[1].as_float(), Some(f64::NEG_INFINITY));
        assert_eq!(items[2].as_float(), Some(f64::INFINITY));
        assert_eq!(items[4], Value::Int(-1));
        assert_eq!(value.get("c").unwrap().as_str(), Some("nan Infinity \" NaN"));
        assert_eq!(value.get("d"), Some(&Value::Null));
    }

    #[test]
    fn broken_json_stays_broken() {
        assert!(parse(b"{\"a\":").is_err());
        assert!(parse(b"<html>").is_err());
        assert!(parse(b"nanny").is_err());
    }

    #[test]
    fn what_is_written_is_read_back() {
        let value = Value::structure([
            ("int", Value::Int(i64::MAX)),
            ("float", Value::Float(1.0)),
            ("text", Value::from("a\"\n\u{1}é")),
            ("set", Value::from(["x", "y"])),
        ]);
        assert_eq!(
            value.to_string(),
            r#"{"int":9223372036854775807,"float":1.0,"text":"a\"\n\u0001é","set":["x","y"]}"#
        );
        assert_eq!(parse(value.to_string().as_bytes()).unwrap(), value);
    }
}
