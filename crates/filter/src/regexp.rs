//! Regular expressions as people know them from JavaScript, run by an engine whose time is linear in the text.
//!
//! A filter comes from whoever may list objects, so a pattern must not be able to hang the server. The price: look
//! around and back references are refused. All else is rewritten so that it means what it does in JavaScript without
//! the `u` flag: `\d` and `\w` are ASCII, the dot stops at every line terminator, needless escapes and braces that
//! count nothing are literal.

use regex::{Regex, RegexBuilder};

/// What one compiled expression may take, in bytes: the engine does not say how much it takes, so the first of these
/// that is enough is what counts. The last is enough for some thousand characters of pattern.
const SIZES: [usize; 4] = [1 << 12, 1 << 14, 1 << 16, 1 << 18];

/// What an expression may remember while it runs, in bytes; one that needs more is slower.
const CACHE: usize = 1 << 16;

/// Compiles `source` where it takes no more than `left` bytes, which it takes away; the error is the reason, in words
/// that JavaScript uses where it has them.
pub(crate) fn compile(source: &str, ignore_case: bool, left: &mut usize) -> Result<Regex, String> {
    let pattern = translate(source)?;
    for size in SIZES {
        // It is compiled once forwards and once backwards.
        let Some(rest) = left.checked_sub(2 * (size + CACHE)) else {
            return Err("the regular expressions of the filter are too large together".into());
        };
        let mut builder = RegexBuilder::new(&pattern);
        match builder.case_insensitive(ignore_case).size_limit(size).dfa_size_limit(CACHE).build() {
            Ok(compiled) => {
                *left = rest;
                return Ok(compiled);
            }
            Err(regex::Error::CompiledTooBig(_)) => {}
            Err(error) => return Err(reason(&error.to_string())),
        }
    }
    Err("Regular expression too large".into())
}

/// Returns JavaScript's words for what the engine says in its last line.
fn reason(text: &str) -> String {
    let last = text.lines().last().unwrap_or(text);
    let last = last.strip_prefix("error: ").unwrap_or(last);
    match last {
        "unclosed group" => "Unterminated group",
        "unopened group" => "Unmatched ')'",
        "unclosed character class" => "Unterminated character class",
        "repetition operator missing expression" => "Nothing to repeat",
        text if text.starts_with("invalid character class range") => "Range out of order in character class",
        text if text.starts_with("invalid repetition count range") => "numbers out of order in {} quantifier",
        text if text.starts_with("look-around") => "look-around is not supported",
        text => text,
    }
    .into()
}

fn translate(source: &str) -> Result<String, String> {
    let mut out = String::with_capacity(source.len() + 16);
    let mut rest = source.chars();
    let mut in_class = false;
    while let Some(c) = rest.next() {
        match c {
            '\\' => escape(&mut out, &mut rest, in_class)?,
            // In a class only its end and `-` are special to JavaScript.
            '[' | '&' | '~' if in_class => out.extend(['\\', c]),
            ']' if in_class => {
                in_class = false;
                out.push(c);
            }
            '[' => open_class(&mut out, &mut rest, &mut in_class),
            // Nobody asks what a group has found; to know it costs memory that no limit counts.
            '(' if !in_class && !rest.as_str().starts_with('?') => out.push_str("(?:"),
            '.' if !in_class => out.push_str(r"[^\n\r\x{2028}\x{2029}]"),
            '{' if !in_class && !counts(rest.as_str()) => out.push_str(r"\{"),
            c => out.push(c),
        }
    }
    Ok(out)
}

/// Writes the start of a class: `[]` holds nothing, `[^]` everything, and a `]` never comes first.
fn open_class(out: &mut String, rest: &mut std::str::Chars<'_>, in_class: &mut bool) {
    let negated = rest.as_str().starts_with('^');
    if negated {
        rest.next();
    }
    if rest.as_str().starts_with(']') {
        rest.next();
        out.push_str(if negated { r"[\s\S]" } else { r"[^\s\S]" });
    } else {
        out.push_str(if negated { "[^" } else { "[" });
        *in_class = true;
    }
}

/// Tells whether what follows a `{` makes it a quantifier: `2}`, `2,}`, `2,3}`.
fn counts(rest: &str) -> bool {
    let Some((inside, _)) = rest.split_once('}') else { return false };
    let (from, to) = inside.split_once(',').unwrap_or((inside, ""));
    !from.is_empty() && from.bytes().chain(to.bytes()).all(|b| b.is_ascii_digit())
}

fn escape(out: &mut String, rest: &mut std::str::Chars<'_>, in_class: bool) -> Result<(), String> {
    let c = rest.next().ok_or(r"\ at end of pattern")?;
    match c {
        'd' => out.push_str("[0-9]"),
        'D' => out.push_str("[^0-9]"),
        'w' => out.push_str("[0-9A-Za-z_]"),
        'W' => out.push_str("[^0-9A-Za-z_]"),
        's' => out.push_str(r"[\s\x{feff}--\x{85}]"),
        'S' => out.push_str(r"[^\s\x{feff}--\x{85}]"),
        'b' if in_class => out.push_str(r"\x08"),
        'b' => out.push_str(r"(?-u:\b)"),
        'B' if !in_class => out.push_str(r"\B"),
        'n' | 'r' | 't' | 'v' | 'f' => out.extend(['\\', c]),
        '0' => out.push_str(r"\x00"),
        '1'..='9' | 'k' if !in_class => return Err("back references are not supported".into()),
        'c' if rest.as_str().starts_with(|c: char| c.is_ascii_alphabetic()) => {
            let letter = rest.next().map_or(0, |letter| letter as u32 % 32);
            out.extend(['\\', 'x', if letter < 16 { '0' } else { '1' }]);
            out.extend(char::from_digit(letter % 16, 16));
        }
        'x' if hex(rest.as_str(), 2) => push_hex(out, rest, 2),
        'u' if hex(rest.as_str(), 4) => push_hex(out, rest, 4),
        c if c.is_ascii_punctuation() => out.extend(['\\', c]),
        c => out.push(c),
    }
    Ok(())
}

fn hex(rest: &str, digits: usize) -> bool {
    rest.len() >= digits && rest.bytes().take(digits).all(|b| b.is_ascii_hexdigit())
}

fn push_hex(out: &mut String, rest: &mut std::str::Chars<'_>, digits: usize) {
    out.push_str(r"\x{");
    out.extend(rest.by_ref().take(digits));
    out.push('}');
}
