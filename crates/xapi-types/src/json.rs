//! The JSON dialect of XAPI.
//!
//! Hosts write floats that are no number as bare words (`NaN`, `nan`, `Infinity`, `-inf` …), which
//! JSON does not have, and lists of 100 MB that are read while they arrive: hence a reader of our own.

mod reader;
mod text;

use std::borrow::Cow;

pub use reader::{Error, Reader};

use crate::Value;

/// Reads a whole document; bare words for floats become floats, bytes that are no UTF-8 replacement characters.
///
/// # Errors
///
/// If the text is not JSON even then, with the place.
pub fn parse(text: &[u8]) -> Result<Value, Error> {
    let text: Cow<'_, str> = String::from_utf8_lossy(text);
    let mut reader = Reader::new(&text);
    let value = reader.value()?;
    reader.end().map(|()| value)
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
