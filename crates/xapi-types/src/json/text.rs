//! Texts between quotes.

use super::Error;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;
const QUOTES: u64 = LOW * 0x22;
const BACKSLASHES: u64 = LOW * 0x5c;

/// Marks the bytes of `word` that are zero; of several, only the lowest mark is sure.
const fn zeroes(word: u64) -> u64 {
    word.wrapping_sub(LOW) & !word & HIGH
}

/// Returns the offset of the first quote or backslash from `at` on.
///
/// Most texts of records are short: eight bytes at a time, without a call.
#[inline]
pub(super) fn quote_or_escape(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        let found = zeroes(word ^ QUOTES) | zeroes(word ^ BACKSLASHES);
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    let rest = bytes.get(at..)?;
    rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).map(|found| at + found)
}

/// Returns the offset behind the quote that ends the text in which `at` lies.
pub(super) fn end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let found = quote_or_escape(bytes, at)?;
        if bytes[found] == b'"' {
            return Some(found + 1);
        }
        at = found + 2;
    }
}

/// Puts the rest of a text, from the backslash at `at` on, at the end of `out`; returns the offset behind its quote.
pub(super) fn unescape(text: &str, mut at: usize, out: &mut String) -> Result<usize, Error> {
    let bytes = text.as_bytes();
    loop {
        if bytes[at] == b'"' {
            return Ok(at + 1);
        }
        let escape = *bytes.get(at + 1).ok_or(Error::Ends)?;
        at += 2;
        out.push(match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => character(bytes, &mut at)?,
            _ => return Err(Error::Unexpected { expected: "an escape", at: at - 1 }),
        });
        let next = quote_or_escape(bytes, at).ok_or(Error::Ends)?;
        out.push_str(&text[at..next]);
        at = next;
    }
}

/// Reads what follows `\u`: a character, perhaps in two halves; half a character alone becomes a replacement.
fn character(bytes: &[u8], at: &mut usize) -> Result<char, Error> {
    let first = four_digits(bytes, *at)?;
    *at += 4;
    if !(0xd800..0xdc00).contains(&first) {
        return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    match bytes.get(*at..*at + 2) {
        None => Err(Error::Ends),
        Some(br"\u") => {
            let second = four_digits(bytes, *at + 2)?;
            if !(0xdc00..0xe000).contains(&second) {
                return Ok(char::REPLACEMENT_CHARACTER);
            }
            *at += 6;
            let whole = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            Ok(char::from_u32(whole).unwrap_or(char::REPLACEMENT_CHARACTER))
        }
        Some(_) => Ok(char::REPLACEMENT_CHARACTER),
    }
}

fn four_digits(bytes: &[u8], at: usize) -> Result<u32, Error> {
    let digits = bytes.get(at..at + 4).ok_or(Error::Ends)?;
    digits.iter().try_fold(0, |number, &byte| {
        let digit = char::from(byte).to_digit(16).ok_or(Error::Unexpected { expected: "a hexadecimal digit", at })?;
        Ok(number << 4 | digit)
    })
}
