//! Where an object stands, as bytes that compare as the objects do.
//!
//! Texts are in the order that browsers call natural (`Intl.Collator` with `numeric` and the sensitivity `base`, on
//! the root collation of CLDR): case and accents do not matter, and digits are numbers. An empty text counts as
//! missing, as in the lists of the web. Before texts come numbers, before these booleans; of an array the number of
//! its items counts; objects and `null` are missing. What is missing comes last, whichever way the others go. Ids
//! decide between equals.

use filter::Shape;
use model::Written;

/// ASCII that is neither letter nor digit, in the order of CLDR's root collation.
const SIGNS: &[u8] = b"\t\n\x0b\x0c\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
/// What follows is the rank of a sign.
const SIGN: u8 = 0x10;
/// What follows is a number: how many digits, then these.
const DIGITS: u8 = 0x40;
/// The letter `a`.
const LETTER: u8 = 0x50;
/// What follows is any other character.
const OTHER: u8 = 0xf0;
/// Characters of a text that decide; names are shorter, and what hosts call a description may be very long.
const LONGEST: usize = 256;

const PRESENT: u8 = 1;
const MISSING: u8 = 2;

/// Returns the place of an object with these values.
pub(crate) fn place(values: &[Option<Written<'_>>], ascends: &[bool], id: &str) -> Box<[u8]> {
    let mut place = Vec::with_capacity(64 + id.len());
    for (value, ascends) in values.iter().zip(ascends) {
        let at = place.len();
        put(&mut place, *value);
        if !ascends && place[at] == PRESENT {
            for byte in &mut place[at + 1..] {
                *byte = !*byte;
            }
        }
    }
    place.extend_from_slice(id.as_bytes());
    place.into()
}

fn put(to: &mut Vec<u8>, value: Option<Written<'_>>) {
    let Some(value) = value else { return to.push(MISSING) };
    match value.scalar() {
        Some(Shape::Bool(value)) => to.extend([PRESENT, 1, u8::from(value)]),
        Some(Shape::Number(number)) => put_number(to, number),
        Some(Shape::Text(text)) if !text.is_empty() => {
            to.extend([PRESENT, 3]);
            put_text(to, &text);
            to.push(0);
        }
        Some(_) => to.push(MISSING),
        None => match value.items() {
            Some(items) => put_number(to, items.len() as f64),
            None => to.push(MISSING),
        },
    }
}

fn put_number(to: &mut Vec<u8>, number: f64) {
    // Minus nothing is nothing.
    let bits = (number + 0.0).to_bits();
    let bits = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
    to.extend([PRESENT, 2]);
    to.extend(bits.to_be_bytes());
}

/// Writes a text without a zero byte but inside of what has a fixed length.
fn put_text(to: &mut Vec<u8>, text: &str) {
    let mut chars = text.chars().take(LONGEST).peekable();
    while let Some(char) = chars.next() {
        if char.is_ascii_digit() {
            let mut digits = vec![char as u8];
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                digits.push(digit as u8);
            }
            let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
            let digits = &digits[zeros..];
            to.push(DIGITS);
            to.extend(u16::try_from(digits.len()).expect("there are 256 at most").to_be_bytes());
            to.extend(digits);
        } else if char.is_ascii() {
            put_char(to, char.to_ascii_lowercase());
        } else {
            for char in char.to_lowercase() {
                base(char).chars().for_each(|char| put_char(to, char));
                if base(char).is_empty() && !is_accent(char) {
                    put_char(to, char);
                }
            }
        }
    }
}

fn put_char(to: &mut Vec<u8>, char: char) {
    match char {
        'a'..='z' => to.push(LETTER + (char as u8 - b'a')),
        char if char.is_ascii() => {
            // Control characters do not count.
            let rank = (SIGN..).zip(SIGNS).find(|(_, sign)| **sign == char as u8);
            to.extend(rank.map(|(rank, _)| rank));
        }
        char => {
            to.push(OTHER);
            to.extend_from_slice(&u32::from(char).to_be_bytes()[1..]);
        }
    }
}

/// Tells whether a character is an accent of the one before it.
fn is_accent(char: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&char)
}

/// Returns the letters that a lower-case one of Latin-1 or Latin Extended-A is a variant of.
fn base(char: char) -> &'static str {
    match char {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use model::{Kind, Object, Path, PoolId};

    use super::*;

    /// Returns the place of an object whose property `a` is written so; the property is missing for the empty text.
    fn placed(written: &str, ascends: bool) -> Box<[u8]> {
        let json =
            if written.is_empty() { r#"{"id":"x"}"#.to_owned() } else { format!(r#"{{"id":"x","a":{written}}}"#) };
        let object = Object::from_json(Kind::Vm, PoolId::new("p"), xapi_types::AnyRef::default(), json.into());
        place(&object.unwrap().values(&[Path::parse("a").unwrap()]), &[ascends], "x")
    }

    #[test]
    fn values_are_in_the_order_of_lists_on_a_screen() {
        let ascending = [
            "false",
            "true",
            "-7.5",
            "-1",
            "0",
            "[1,2]",
            "3e10",
            "\"_x\"",
            "\"-\"",
            "\"?\"",
            "\"$\"",
            "\"2\"",
            "\"10\"",
            "\"a\"",
            "\"a b\"",
            "\"a1\"",
            "\"A2\"",
            "\"a2b\"",
            "\"a10\"",
            "\"a10 b\"",
            "\"ab\"",
            "\"Äc\"",
            "\"ad\"",
            "\"z\"",
            "\"я\"",
        ];
        for pair in ascending.windows(2) {
            assert!(placed(pair[0], true) < placed(pair[1], true), "{} < {}", pair[0], pair[1]);
            assert!(placed(pair[0], false) > placed(pair[1], false), "{} > {} descending", pair[0], pair[1]);
        }
    }

    #[test]
    fn what_is_missing_comes_last_either_way() {
        for missing in ["", "null", "\"\"", "{\"b\":1}"] {
            for ascends in [true, false] {
                assert!(placed("\"zzz\"", ascends) < placed(missing, ascends), "{missing}");
                assert!(placed("false", ascends) < placed(missing, ascends), "{missing}");
            }
        }
    }

    #[test]
    fn case_accents_and_leading_zeros_do_not_matter() {
        for (one, other) in [("\"Web-007\"", "\"wéb-7\""), ("\"STRASSE\"", "\"straße\""), ("\"e\\u0301\"", "\"E\"")] {
            assert_eq!(placed(one, true), placed(other, true), "{one} {other}");
        }
    }

    #[test]
    fn a_number_of_any_length_is_a_number() {
        let long = format!("\"{}\"", "9".repeat(300));
        assert!(placed("\"8\"", true) < placed(&long, true));
        assert!(placed(&long, true) < placed("\"a\"", true));
    }
}
