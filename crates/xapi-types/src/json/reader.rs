//! Reads values from the front of a text, as far as it has arrived.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{
        self, DeserializeSeed, MapAccess, SeqAccess, Visitor,
        value::{BorrowedStrDeserializer, StrDeserializer},
    },
};

use super::text;
use crate::shared::SPAN;

/// Deepest nesting that is read; XAPI itself stays below ten.
const MAX_DEPTH: u32 = 64;

/// Bare words for floats that hosts write, longest first where one begins with another.
const FLOATS: &[(&str, f64)] = &[
    ("-Infinity", f64::NEG_INFINITY),
    ("Infinity", f64::INFINITY),
    ("-inf", f64::NEG_INFINITY),
    ("inf", f64::INFINITY),
    ("-NaN", f64::NAN),
    ("NaN", f64::NAN),
    ("-nan", f64::NAN),
    ("nan", f64::NAN),
];

/// A text is not the JSON that was expected.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text ends in the middle of a value.
    #[error("JSON that ends early")]
    Ends,
    /// Another thing stands where this was expected.
    #[error("expected {expected} at byte {at} of the JSON")]
    Unexpected {
        /// What should stand there.
        expected: &'static str,
        /// Offset in the text, in bytes.
        at: usize,
    },
    /// Values are nested too deep.
    #[error("values nested deeper than {MAX_DEPTH} levels in the JSON")]
    TooDeep,
    /// The JSON is well formed and not what the type can be made of.
    #[error("{0}")]
    Shape(String),
}

impl Error {
    /// Returns whether more text could make it right.
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Ends)
    }

    /// Returns whether the JSON as such is right.
    pub fn is_shape(&self) -> bool {
        matches!(self, Self::Shape(_))
    }
}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Shape(message.to_string())
    }
}

/// Reads values one after the other; texts without escapes are borrowed.
///
/// It is a deserializer that goes by what stands there, whatever a type hopes for: the types of records
/// take any value for any field. A number is taken to end where the text ends.
#[derive(Debug)]
pub struct Reader<'de> {
    text: &'de str,
    at: usize,
    depth: u32,
    /// The latest text that had escapes.
    unescaped: String,
    /// Members of the next object that are passed over.
    left_out: &'static [&'static str],
}

/// A text: as it stands, or in [`Reader::unescaped`].
enum Text<'de> {
    Borrowed(&'de str),
    Unescaped,
}

impl<'de> Reader<'de> {
    /// Begins at the front of `text`.
    pub fn new(text: &'de str) -> Self {
        Self { text, at: 0, depth: 0, unescaped: String::new(), left_out: &[] }
    }

    /// Returns the offset behind what was read, in bytes.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// If the text ends before the value does, is no JSON, or is not what `T` can be made of.
    pub fn value<T: Deserialize<'de>>(&mut self) -> Result<T, Error> {
        T::deserialize(self)
    }

    /// Reads a text and gives it to `read`, without a copy where it has no escapes.
    ///
    /// # Errors
    ///
    /// As [`Self::value`].
    pub fn text<T>(&mut self, read: impl FnOnce(&str) -> T) -> Result<T, Error> {
        match self.peek()? {
            b'"' => self.at += 1,
            _ => return Err(Error::Shape("another value stands in the place of a text".to_owned())),
        }
        Ok(match self.rest_of_text()? {
            Text::Borrowed(text) => read(text),
            Text::Unescaped => read(&self.unescaped),
        })
    }

    /// Passes over members with these names in the next object that is read into a type, though not inside of it.
    pub fn leave_out(&mut self, members: &'static [&'static str]) {
        self.left_out = members;
    }

    /// Passes over a value and returns its text.
    ///
    /// # Errors
    ///
    /// If the text ends before the value does, or is no JSON.
    pub fn span(&mut self) -> Result<&'de str, Error> {
        self.peek()?;
        let from = self.at;
        self.skip()?;
        Ok(&self.text[from..self.at])
    }

    /// Reads an object: gives each key to `member`, which has to read the value.
    ///
    /// # Errors
    ///
    /// Those of `member`, or as [`Self::span`].
    pub fn members(&mut self, mut member: impl FnMut(&str, &mut Self) -> Result<(), Error>) -> Result<(), Error> {
        self.expect(b'{', "an object")?;
        let mut first = true;
        while self.next_part(b'}', &mut first)? {
            match self.key()? {
                Text::Borrowed(key) => member(key, self)?,
                Text::Unescaped => {
                    let key = std::mem::take(&mut self.unescaped);
                    member(&key, self)?;
                }
            }
        }
        Ok(())
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// If anything but white space is left.
    pub fn end(mut self) -> Result<(), Error> {
        match self.peek() {
            Err(Error::Ends) => Ok(()),
            _ => Err(self.unexpected("the end")),
        }
    }

    fn unexpected(&self, expected: &'static str) -> Error {
        Error::Unexpected { expected, at: self.at }
    }

    fn rest(&self) -> &'de [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// Passes over white space and returns the byte behind it.
    #[inline]
    fn peek(&mut self) -> Result<u8, Error> {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Ok(byte);
            }
            self.at += 1;
        }
        Err(Error::Ends)
    }

    #[inline]
    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), Error> {
        if self.peek()? != byte {
            return Err(self.unexpected(expected));
        }
        self.at += 1;
        Ok(())
    }

    /// Goes to the next part of an object or array; says whether there is one.
    #[inline]
    fn next_part(&mut self, close: u8, first: &mut bool) -> Result<bool, Error> {
        let byte = self.peek()?;
        if byte == close {
            self.at += 1;
            return Ok(false);
        }
        if std::mem::take(first) {
            return Ok(true);
        }
        if byte != b',' {
            return Err(self.unexpected("a comma"));
        }
        self.at += 1;
        if self.peek()? == close {
            return Err(self.unexpected("a value"));
        }
        Ok(true)
    }

    #[inline]
    fn key(&mut self) -> Result<Text<'de>, Error> {
        self.expect(b'"', "a key")?;
        let key = self.rest_of_text()?;
        self.expect(b':', "a colon")?;
        Ok(key)
    }

    /// Reads the text whose quote was passed.
    #[inline]
    fn rest_of_text(&mut self) -> Result<Text<'de>, Error> {
        let end = text::quote_or_escape(self.text.as_bytes(), self.at).ok_or(Error::Ends)?;
        let plain = &self.text[self.at..end];
        if self.text.as_bytes()[end] == b'"' {
            self.at = end + 1;
            return Ok(Text::Borrowed(plain));
        }
        self.unescaped.clear();
        self.unescaped.push_str(plain);
        self.at = text::unescape(self.text, end, &mut self.unescaped)?;
        Ok(Text::Unescaped)
    }

    #[inline]
    fn visit_text<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        self.at += 1;
        match self.rest_of_text()? {
            Text::Borrowed(text) => visitor.visit_borrowed_str(text),
            Text::Unescaped => visitor.visit_str(&self.unescaped),
        }
    }

    fn word(&mut self, word: &'static str) -> Result<(), Error> {
        let rest = self.rest();
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else if word.as_bytes().starts_with(rest) {
            Err(Error::Ends)
        } else {
            Err(self.unexpected("a value"))
        }
    }

    /// Reads a float that is written as a word.
    fn float_word(&mut self) -> Result<f64, Error> {
        let rest = self.rest();
        if let Some((word, float)) = FLOATS.iter().find(|(word, _)| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            return Ok(*float);
        }
        if FLOATS.iter().any(|(word, _)| word.as_bytes().starts_with(rest)) {
            return Err(Error::Ends);
        }
        Err(self.unexpected("a value"))
    }

    /// Tells `null` from `nan`.
    fn is_null(&self) -> bool {
        matches!(self.rest(), [b'n'] | [b'n', b'u', ..])
    }

    fn visit_number<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        let rest = self.rest();
        if let [b'-'] | [b'-', b'I' | b'i' | b'N' | b'n', ..] = rest {
            return visitor.visit_f64(self.float_word()?);
        }
        let length = rest.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
        let number = &self.text[self.at..self.at + length.unwrap_or(rest.len())];
        let is_whole = !number.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
        if is_whole && let Ok(whole) = number.parse::<i64>() {
            self.at += number.len();
            return visitor.visit_i64(whole);
        }
        if is_whole && let Ok(whole) = number.parse::<u64>() {
            self.at += number.len();
            return visitor.visit_u64(whole);
        }
        match number.parse::<f64>() {
            Ok(float) => {
                self.at += number.len();
                visitor.visit_f64(float)
            }
            // It may go on behind the end of the text.
            Err(_) if length.is_none() => Err(Error::Ends),
            Err(_) => Err(self.unexpected("a number")),
        }
    }

    /// Passes over a value.
    fn skip(&mut self) -> Result<(), Error> {
        let mut depth = 0_u32;
        loop {
            match self.peek()? {
                b'"' => self.at = text::end(self.text.as_bytes(), self.at + 1).ok_or(Error::Ends)?,
                b'{' | b'[' => {
                    self.at += 1;
                    depth += 1;
                    continue;
                }
                b'}' | b']' if depth > 0 => {
                    self.at += 1;
                    depth -= 1;
                }
                b',' | b':' if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' if self.is_null() => self.word("null")?,
                b'-' | b'0'..=b'9' => self.visit_number(de::IgnoredAny).map(drop)?,
                _ => self.float_word().map(drop)?,
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Reads what is inside of an object or array, one level deeper.
    #[inline]
    fn inside<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.depth == MAX_DEPTH {
            return Err(Error::TooDeep);
        }
        self.at += 1;
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.peek()? {
            b'"' => self.visit_text(visitor),
            b'{' => {
                let left_out = Names::new(std::mem::take(&mut self.left_out));
                self.inside(|reader| visitor.visit_map(Parts { reader, first: true, left_out }))
            }
            b'[' => self.inside(|reader| visitor.visit_seq(Parts { reader, first: true, left_out: Names::default() })),
            b't' => self.word("true").and_then(|()| visitor.visit_bool(true)),
            b'f' => self.word("false").and_then(|()| visitor.visit_bool(false)),
            b'n' if self.is_null() => self.word("null").and_then(|()| visitor.visit_unit()),
            b'-' | b'0'..=b'9' => self.visit_number(visitor),
            _ => self.float_word().and_then(|float| visitor.visit_f64(float)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.peek()? == b'n' && self.is_null() {
            self.word("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        if name == SPAN {
            return visitor.visit_borrowed_str(self.span()?);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.skip()?;
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier
    }
}

/// A few names, which others are told from at a glance.
#[derive(Default)]
struct Names {
    names: &'static [&'static str],
    /// A bit for each length of a name.
    lengths: u64,
}

impl Names {
    fn new(names: &'static [&'static str]) -> Self {
        Self { names, lengths: names.iter().fold(0, |lengths, name| lengths | Self::bit(name)) }
    }

    fn bit(name: &str) -> u64 {
        1 << name.len().min(63)
    }

    #[inline]
    fn has(&self, name: &str) -> bool {
        self.lengths & Self::bit(name) != 0 && self.names.contains(&name)
    }
}

/// The parts of an object or array.
struct Parts<'r, 'de> {
    reader: &'r mut Reader<'de>,
    first: bool,
    left_out: Names,
}

impl<'de> MapAccess<'de> for Parts<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        while self.reader.next_part(b'}', &mut self.first)? {
            match self.reader.key()? {
                Text::Borrowed(key) if self.left_out.has(key) => self.reader.skip()?,
                Text::Borrowed(key) => return seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some),
                Text::Unescaped => {
                    return seed.deserialize(StrDeserializer::new(&self.reader.unescaped)).map(Some);
                }
            }
        }
        Ok(None)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(&mut *self.reader)
    }
}

impl<'de> SeqAccess<'de> for Parts<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if !self.reader.next_part(b']', &mut self.first)? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

#[cfg(test)]
mod tests;
