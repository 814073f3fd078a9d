//! JSON laid out for reading, from its text to its text: nothing is decoded, so that numbers and large answers stay as
//! they came.

use std::io::{Result, Write};

use anstyle::Style;

use crate::terminal::Palette;

/// Writes `json`, a valid JSON text, indented by two spaces a level, the first line by none and the others by `level`.
pub(crate) fn write(out: &mut impl Write, json: &str, level: usize, palette: Palette) -> Result<()> {
    let bytes = json.as_bytes();
    let mut depth = level;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            open @ (b'{' | b'[') => {
                at = skip_blanks(bytes, at + 1);
                if matches!(bytes.get(at), Some(b'}' | b']')) {
                    out.write_all(&[open, bytes[at]])?;
                    at += 1;
                } else {
                    out.write_all(&[open])?;
                    depth += 1;
                    new_line(out, depth)?;
                }
            }
            close @ (b'}' | b']') => {
                depth = depth.saturating_sub(1);
                new_line(out, depth)?;
                out.write_all(&[close])?;
                at += 1;
            }
            b',' => {
                out.write_all(b",")?;
                new_line(out, depth)?;
                at += 1;
            }
            b':' => {
                out.write_all(b": ")?;
                at += 1;
            }
            b'"' => {
                let end = end_of_text(bytes, at);
                let is_name = bytes.get(skip_blanks(bytes, end)) == Some(&b':');
                styled(out, if is_name { palette.name } else { palette.text }, &bytes[at..end])?;
                at = end;
            }
            first => {
                let end = bytes[at..].iter().position(|b| b" \t\n\r,:]}".contains(b)).map_or(bytes.len(), |n| at + n);
                // A stray byte would not be JSON; passing it on beats looping for ever.
                let end = end.max(at + 1);
                let style = if first.is_ascii_alphabetic() { palette.literal } else { palette.number };
                styled(out, style, &bytes[at..end])?;
                at = end;
            }
        }
    }
    Ok(())
}

fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// Returns where the text that starts at the quote `at` ends, behind its closing quote.
fn end_of_text(bytes: &[u8], at: usize) -> usize {
    let mut index = at + 1;
    while let Some(byte) = bytes.get(index) {
        match byte {
            b'"' => return index + 1,
            b'\\' => index += 2,
            _ => index += 1,
        }
    }
    bytes.len()
}

pub(crate) fn new_line(out: &mut impl Write, depth: usize) -> Result<()> {
    out.write_all(b"\n")?;
    (0..depth).try_for_each(|_| out.write_all(b"  "))
}

fn styled(out: &mut impl Write, style: Style, bytes: &[u8]) -> Result<()> {
    if style.is_plain() {
        return out.write_all(bytes);
    }
    write!(out, "{style}")?;
    out.write_all(bytes)?;
    write!(out, "{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pretty(json: &str) -> String {
        let mut out = Vec::new();
        write(&mut out, json, 0, Palette::PLAIN).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_layout_is_that_of_any_json_printer() {
        for json in [
            "1",
            "\"a\"",
            "null",
            "[]",
            "{}",
            "[ ]",
            "{ }",
            "[[],{}]",
            "[1,2,[3]]",
            r#"{"a":{"b":[true,false,null,-1.5]},"c\"d\\":"e:,{}[]\"","f":""}"#,
            " { \"a\" :\n[ 1 , 2 ] } ",
        ] {
            let value: serde_json::Value = serde_json::from_str(json).unwrap();
            let value = value.to_string();
            let expected: serde_json::Value = serde_json::from_str(&value).unwrap();
            assert_eq!(pretty(&value), serde_json::to_string_pretty(&expected).unwrap());
            assert_eq!(
                pretty(json).split_whitespace().collect::<String>(),
                value.split_whitespace().collect::<String>()
            );
        }
    }

    #[test]
    fn numbers_stay_as_they_came() {
        assert_eq!(pretty("[1.0,12345678901234567890123,1E2]"), "[\n  1.0,\n  12345678901234567890123,\n  1E2\n]");
    }

    #[test]
    fn a_cut_text_ends() {
        let json = r#"{"a":["b\"",1,true],"c":{}}"#;
        for end in 0..json.len() {
            pretty(&json[..end]);
        }
    }
}
