//! Values and records as bytes, in both dialects.
//!
//! Everything is written into a [`Sink`], so that the length of an answer can be known before its
//! bytes exist: hosts send `content-length`, also for answers of 100 MB.

use std::io::Write;

use crate::{Datum, shape::Shape, world::Row};

/// Where bytes go.
pub(crate) trait Sink {
    /// Appends `bytes`.
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Counts bytes.
#[derive(Default)]
pub(crate) struct Count(pub(crate) u64);

impl Sink for Count {
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len() as u64;
    }
}

/// A dialect of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Xml,
    Json,
}

/// Writes a value.
pub(crate) fn value<S: Sink>(dialect: Dialect, datum: &Datum, out: &mut S) {
    match dialect {
        Dialect::Xml => xml_value(datum, out),
        Dialect::Json => json_value(datum, out),
    }
}

/// Writes a record; fields that the product lacks, and optional ones without a value, are left out.
pub(crate) fn record<S: Sink>(dialect: Dialect, shape: &Shape, row: &Row, out: &mut S) {
    let values = row.values();
    let present = shape.fields.iter().filter(|field| !matches!(values[field.at], Datum::Absent));
    match dialect {
        Dialect::Json => {
            let mut separator: &[u8] = b"{";
            for field in present {
                out.put(separator);
                out.put(&field.json);
                json_value(&values[field.at], out);
                separator = b",";
            }
            out.put(if separator == b"{" { b"{}" } else { b"}" });
        }
        Dialect::Xml => {
            out.put(b"<value><struct>");
            for field in present {
                out.put(&field.xml);
                xml_value(&values[field.at], out);
                out.put(b"</member>");
            }
            out.put(b"</struct></value>");
        }
    }
}

/// Writes a value as JSON, floats with a decimal part.
pub(crate) fn json_value<S: Sink>(datum: &Datum, out: &mut S) {
    match datum {
        Datum::Absent => out.put(b"null"),
        Datum::Bool(true) => out.put(b"true"),
        Datum::Bool(false) => out.put(b"false"),
        Datum::Int(number) => integer(*number, out),
        Datum::Float(number) => json_float(*number, out),
        Datum::Time(at) => display(format_args!("\"{at}\""), out),
        Datum::Text(text) => json_text(text, out),
        Datum::Ref(object) => {
            out.put(b"\"");
            out.put(object.text().as_bytes());
            out.put(b"\"");
        }
        Datum::Set(items) => {
            out.put(b"[");
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.put(b",");
                }
                json_value(item, out);
            }
            out.put(b"]");
        }
        Datum::Map(entries) => {
            out.put(b"{");
            for (at, (key, value)) in entries.iter().enumerate() {
                if at > 0 {
                    out.put(b",");
                }
                json_text(key, out);
                out.put(b":");
                json_value(value, out);
            }
            out.put(b"}");
        }
    }
}

/// Writes a value as XML-RPC, texts and integers bare.
pub(crate) fn xml_value<S: Sink>(datum: &Datum, out: &mut S) {
    out.put(b"<value>");
    match datum {
        Datum::Absent => out.put(b"<nil/>"),
        Datum::Bool(truth) => out.put(if *truth { b"<boolean>1</boolean>" } else { b"<boolean>0</boolean>" }),
        Datum::Int(number) => integer(*number, out),
        Datum::Float(number) if number.is_nan() => out.put(b"<double>nan</double>"),
        Datum::Float(number) => display(format_args!("<double>{number}</double>"), out),
        Datum::Time(at) => display(format_args!("<dateTime.iso8601>{at}</dateTime.iso8601>"), out),
        Datum::Text(text) => xml_text(text, out),
        Datum::Ref(object) => out.put(object.text().as_bytes()),
        Datum::Set(items) => {
            out.put(b"<array><data>");
            for item in items.iter() {
                xml_value(item, out);
            }
            out.put(b"</data></array>");
        }
        Datum::Map(entries) => {
            out.put(b"<struct>");
            for (key, value) in entries.iter() {
                out.put(b"<member><name>");
                xml_text(key, out);
                out.put(b"</name>");
                xml_value(value, out);
                out.put(b"</member>");
            }
            out.put(b"</struct>");
        }
    }
    out.put(b"</value>");
}

/// Writes a JSON text with its quotes.
pub(crate) fn json_text<S: Sink>(text: &str, out: &mut S) {
    out.put(b"\"");
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')) {
        let at = from + at;
        out.put(&bytes[from..at]);
        match bytes[at] {
            b'"' => out.put(b"\\\""),
            b'\\' => out.put(b"\\\\"),
            b'\n' => out.put(b"\\n"),
            b'\r' => out.put(b"\\r"),
            b'\t' => out.put(b"\\t"),
            other => display(format_args!("\\u{other:04x}"), out),
        }
        from = at + 1;
    }
    out.put(&bytes[from..]);
    out.put(b"\"");
}

/// Escapes markup and drops control characters that XML cannot carry.
pub(crate) fn xml_text<S: Sink>(text: &str, out: &mut S) {
    let bytes = text.as_bytes();
    let mut from = 0;
    let special = |byte: &u8| matches!(byte, b'<' | b'>' | b'&' | b'"' | 0..=8 | 11 | 12 | 14..=31);
    while let Some(at) = bytes[from..].iter().position(special) {
        let at = from + at;
        out.put(&bytes[from..at]);
        out.put(match bytes[at] {
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'&' => b"&amp;",
            b'"' => b"&quot;",
            _ => b"",
        });
        from = at + 1;
    }
    out.put(&bytes[from..]);
}

fn json_float<S: Sink>(number: f64, out: &mut S) {
    if number.is_nan() {
        out.put(b"NaN");
    } else if number.is_infinite() {
        out.put(if number > 0.0 { b"Infinity" } else { b"-Infinity" });
    } else {
        // The debug form of a float always has a decimal part or an exponent.
        display(format_args!("{number:?}"), out);
    }
}

/// Writes an integer in decimal.
pub(crate) fn integer<S: Sink>(number: i64, out: &mut S) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.put(b"-");
    }
    out.put(&digits[at..]);
}

fn display<S: Sink>(arguments: std::fmt::Arguments<'_>, out: &mut S) {
    // Short texts only: times, floats, escapes.
    let mut text = [0; 64];
    let mut rest = &mut text[..];
    let long = rest.write_fmt(arguments).is_err();
    let left = rest.len();
    if long {
        out.put(arguments.to_string().as_bytes());
    } else {
        let used = text.len() - left;
        out.put(&text[..used]);
    }
}

#[cfg(test)]
mod tests {
    use super::{Count, Sink, json_value, xml_value};
    use crate::Datum;

    fn both(datum: &Datum) -> (String, String) {
        let (mut json, mut xml) = (Vec::new(), Vec::new());
        json_value(datum, &mut json);
        xml_value(datum, &mut xml);
        let mut count = Count::default();
        json_value(datum, &mut count);
        assert_eq!(count.0, json.len() as u64);
        count.put(b"");
        (String::from_utf8(json).unwrap(), String::from_utf8(xml).unwrap())
    }

    #[test]
    fn values_are_written_as_hosts_write_them() {
        for (datum, json, xml) in [
            (Datum::Int(i64::MIN), "-9223372036854775808", "<value>-9223372036854775808</value>"),
            (Datum::Int(0), "0", "<value>0</value>"),
            (Datum::Float(1.0), "1.0", "<value><double>1</double></value>"),
            (Datum::Float(f64::NAN), "NaN", "<value><double>nan</double></value>"),
            (Datum::from("a\"<\u{1}\n"), "\"a\\\"<\\u0001\\n\"", "<value>a&quot;&lt;\n</value>"),
            (Datum::void(), "\"\"", "<value></value>"),
            (
                Datum::map([("k", true)]),
                "{\"k\":true}",
                concat!(
                    "<value><struct><member><name>k</name>",
                    "<value><boolean>1</boolean></value></member></struct></value>"
                ),
            ),
        ] {
            assert_eq!(both(&datum), (json.to_owned(), xml.to_owned()));
        }
    }
}
