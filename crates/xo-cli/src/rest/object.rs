//! One value for people: a line a property, what is inside further in.

use std::io::{Result, Write};

use serde_json::Value;

use crate::terminal::{Palette, visible};

/// Writes `value`.
pub(super) fn write(out: &mut impl Write, value: &Value, palette: Palette) -> Result<()> {
    match value {
        Value::Object(object) if !object.is_empty() => write_object(out, object, 0, palette),
        Value::Array(items) if !items.is_empty() => write_items(out, items, 0, palette),
        other => writeln!(out, "{}", text(other)),
    }
}

fn write_object(
    out: &mut impl Write,
    object: &serde_json::Map<String, Value>,
    level: usize,
    palette: Palette,
) -> Result<()> {
    let Palette { name: style, .. } = palette;
    for (name, value) in object {
        write!(out, "{:1$}{style}{2}{style:#}:", "", level * 2, visible(name))?;
        write_inner(out, value, level, palette)?;
    }
    Ok(())
}

fn write_items(out: &mut impl Write, items: &[Value], level: usize, palette: Palette) -> Result<()> {
    for item in items {
        write!(out, "{:1$}-", "", level * 2)?;
        write_inner(out, item, level, palette)?;
    }
    Ok(())
}

/// Writes what stands behind a name or a dash.
fn write_inner(out: &mut impl Write, value: &Value, level: usize, palette: Palette) -> Result<()> {
    match value {
        Value::Object(object) if !object.is_empty() => {
            writeln!(out)?;
            write_object(out, object, level + 1, palette)
        }
        Value::Array(items) if !items.is_empty() => {
            if items.iter().any(|item| item.is_object() || item.is_array()) {
                writeln!(out)?;
                write_items(out, items, level + 1, palette)
            } else {
                writeln!(out, " {}", items.iter().map(text).collect::<Vec<_>>().join(", "))
            }
        }
        Value::String(lines) if lines.contains('\n') => {
            writeln!(out)?;
            lines.lines().try_for_each(|line| writeln!(out, "{:1$}{2}", "", level * 2 + 2, visible(line)))
        }
        other => writeln!(out, " {}", text(other)),
    }
}

/// Returns a value in one line: a text as it is, anything else as JSON.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => visible(text),
        other => visible(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_property_is_a_line_and_what_is_inside_stands_further_in() {
        let value = json!({
            "name_label": "web\u{1b}[2J", "CPUs": { "max": 4, "number": 2 }, "tags": ["a", "b"], "other": {}, "none": [],
            "notes": "one\ntwo", "start": null, "on": true, "disks": [{ "size": 1, "in": { "x": [1, [2]] } }, 5],
        });
        let mut out = Vec::new();
        write(&mut out, &value, Palette::PLAIN).unwrap();
        let expected = "name_label: web\u{fffd}[2J\nCPUs:\n  max: 4\n  number: 2\ntags: a, b\nother: {}\nnone: []\n\
                        notes:\n  one\n  two\nstart: null\non: true\ndisks:\n  -\n    size: 1\n    in:\n      x:\n        - 1\n        - 2\n  - 5\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn what_has_no_properties_is_a_line() {
        for (value, line) in [(json!("a"), "a\n"), (json!([]), "[]\n"), (json!({}), "{}\n"), (json!(1), "1\n")] {
            let mut out = Vec::new();
            write(&mut out, &value, Palette::PLAIN).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), line);
        }
    }
}
