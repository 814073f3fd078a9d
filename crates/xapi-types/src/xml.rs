//! The XML-RPC dialect of XAPI.
//!
//! Hosts write texts and 64-bit integers as bare text inside `<value>`; what they read may carry
//! any XML-RPC type. An answer is one struct `{Status, Value}` or `{Status, ErrorDescription}`.

mod read;

use crate::{Failure, Value};

pub use read::{Error, parse_call, parse_response, parse_value};

/// Turns the struct that every call answers into its result.
///
/// # Errors
///
/// What the host failed with; an answer that is neither success nor failure is returned as it is,
/// since `system.listMethods` answers bare.
pub fn unwrap_status(answer: Value) -> Result<Value, Failure> {
    match answer.get("Status").and_then(Value::as_str) {
        Some("Success") => {
            let Value::Struct(entries) = answer else { return Ok(Value::Null) };
            Ok(entries.into_iter().find(|(key, _)| key == "Value").map_or(Value::Null, |(_, value)| value))
        }
        Some("Failure") => Err(answer
            .get("ErrorDescription")
            .and_then(Failure::from_description)
            .unwrap_or_else(|| Failure::new("INTERNAL_ERROR", ["a failure without a description"]))),
        _ => Ok(answer),
    }
}

/// Writes a call, each value with its type.
pub fn write_call(method: &str, params: &[Value]) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(b"<?xml version=\"1.0\"?><methodCall><methodName>");
    escape(method, &mut out);
    out.extend_from_slice(b"</methodName><params>");
    for param in params {
        out.extend_from_slice(b"<param>");
        write(param, Style::Typed, &mut out);
        out.extend_from_slice(b"</param>");
    }
    out.extend_from_slice(b"</params></methodCall>");
    out
}

/// Writes an answer of one value, as hosts do.
pub fn write_response(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(b"<?xml version=\"1.0\"?><methodResponse><params><param>");
    write(value, Style::Bare, &mut out);
    out.extend_from_slice(b"</param></params></methodResponse>");
    out
}

/// Writes `<value>…</value>` as hosts do, which is also the form of a task's result.
pub fn write_value(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write(value, Style::Bare, &mut out);
    out
}

/// How texts and integers are written.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// As hosts write: bare text.
    Bare,
    /// As clients write: `<string>`; integers too, since every host reads them so.
    Typed,
}

fn write(value: &Value, style: Style, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<value>");
    match value {
        Value::Null => out.extend_from_slice(b"<nil/>"),
        Value::Bool(value) => tagged("boolean", if *value { "1" } else { "0" }, out),
        Value::Int(value) => text(&value.to_string(), style, out),
        Value::Float(value) => tagged("double", &float(*value), out),
        Value::String(value) => text(value, style, out),
        Value::DateTime(at) => tagged("dateTime.iso8601", &at.to_string(), out),
        Value::Array(items) => {
            out.extend_from_slice(b"<array><data>");
            for item in items {
                write(item, style, out);
            }
            out.extend_from_slice(b"</data></array>");
        }
        Value::Struct(entries) => {
            out.extend_from_slice(b"<struct>");
            for (key, value) in entries {
                out.extend_from_slice(b"<member><name>");
                escape(key, out);
                out.extend_from_slice(b"</name>");
                write(value, style, out);
                out.extend_from_slice(b"</member>");
            }
            out.extend_from_slice(b"</struct>");
        }
    }
    out.extend_from_slice(b"</value>");
}

fn text(text: &str, style: Style, out: &mut Vec<u8>) {
    match style {
        Style::Bare => escape(text, out),
        Style::Typed => tagged("string", text, out),
    }
}

fn tagged(tag: &str, text: &str, out: &mut Vec<u8>) {
    out.push(b'<');
    out.extend_from_slice(tag.as_bytes());
    out.push(b'>');
    escape(text, out);
    out.extend_from_slice(b"</");
    out.extend_from_slice(tag.as_bytes());
    out.push(b'>');
}

/// Writes a float as hosts do: `1`, `0.5`, `nan`, `inf`.
fn float(value: f64) -> String {
    if value.is_nan() { "nan".to_owned() } else { value.to_string() }
}

/// Escapes markup and drops control characters that XML cannot carry.
fn escape(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            0..=8 | 11 | 12 | 14..=31 => {}
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests;
