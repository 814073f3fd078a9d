//! Reading XML-RPC.

use compact_str::CompactString;
use quick_xml::{
    Reader,
    events::{BytesRef, Event},
};

use crate::{DateTime, Value};

/// Deepest nesting of values that is read; XAPI itself stays below ten.
const MAX_DEPTH: usize = 64;

/// A document is not the XML-RPC that was expected.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The document is not XML.
    #[error("malformed XML at byte {at}")]
    Malformed {
        /// Offset in the document, in bytes.
        at: u64,
        /// What the parser found.
        source: quick_xml::Error,
    },
    /// The document ends in the middle.
    #[error("the XML document ends early, at byte {0}")]
    Truncated(u64),
    /// Another element, or text, stands where one was expected.
    #[error("expected {expected} at byte {at} of the XML document, found `{found}`")]
    Unexpected {
        /// What should stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
        /// Offset in the document, in bytes.
        at: u64,
    },
    /// Values are nested too deep.
    #[error("values nested deeper than {MAX_DEPTH} levels in the XML document")]
    TooDeep,
    /// The answer is an XML-RPC fault.
    #[error("fault {0}")]
    Fault(String),
}

/// Reads a call: its method and parameters.
///
/// # Errors
///
/// If the document is not a `methodCall`.
pub fn parse_call(document: &[u8]) -> Result<(String, Vec<Value>), Error> {
    let mut xml = Xml::new(document);
    xml.open("methodCall")?;
    xml.open("methodName")?;
    let method = xml.text_until_end()?;
    let mut params = Vec::new();
    if let Token::Open(tag) = xml.token()? {
        xml.expect(&tag, "params")?;
        while let Token::Open(tag) = xml.token()? {
            xml.expect(&tag, "param")?;
            xml.open("value")?;
            params.push(xml.value(0)?);
            xml.close()?;
        }
    }
    Ok((method.trim().to_owned(), params))
}

/// Reads an answer: the value of its only parameter.
///
/// # Errors
///
/// If the document is not a `methodResponse`, or is a fault.
pub fn parse_response(document: &[u8]) -> Result<Value, Error> {
    let mut xml = Xml::new(document);
    xml.open("methodResponse")?;
    match xml.token()? {
        Token::Open(tag) if tag == "fault" => {
            xml.open("value")?;
            Err(Error::Fault(xml.value(0)?.to_string()))
        }
        Token::Open(tag) => {
            xml.expect(&tag, "params")?;
            xml.open("param")?;
            xml.open("value")?;
            xml.value(0)
        }
        other => Err(xml.unexpected("`params`", &other)),
    }
}

/// Reads one `<value>…</value>`, the form of a task's result.
///
/// # Errors
///
/// If the text is anything else.
pub fn parse_value(text: &str) -> Result<Value, Error> {
    let mut xml = Xml::new(text.as_bytes());
    xml.open("value")?;
    xml.value(0)
}

/// What a document is made of; attributes and comments are skipped.
#[derive(Debug)]
enum Token {
    Open(String),
    Close,
    Text(String),
}

struct Xml<'a> {
    reader: Reader<&'a [u8]>,
}

impl<'a> Xml<'a> {
    fn new(document: &'a [u8]) -> Self {
        let mut reader = Reader::from_reader(document);
        // `<nil/>` then reads as an element that opens and closes.
        reader.config_mut().expand_empty_elements = true;
        Self { reader }
    }

    /// Reads the next element; white space between elements is skipped.
    fn token(&mut self) -> Result<Token, Error> {
        loop {
            match self.next()? {
                Token::Text(text) if text.trim().is_empty() => {}
                token => return Ok(token),
            }
        }
    }

    /// Reads the next element or piece of text.
    fn next(&mut self) -> Result<Token, Error> {
        loop {
            let at = self.reader.buffer_position();
            let malformed = |source| Error::Malformed { at, source };
            let token = match self.reader.read_event().map_err(malformed)? {
                Event::Start(tag) => Token::Open(String::from_utf8_lossy(tag.local_name().as_ref()).into_owned()),
                Event::End(_) => Token::Close,
                Event::Text(text) => Token::Text(String::from_utf8_lossy(&text).into_owned()),
                Event::CData(text) => Token::Text(String::from_utf8_lossy(&text).into_owned()),
                Event::GeneralRef(reference) => Token::Text(self.entity(&reference)?),
                Event::Eof => return Err(Error::Truncated(at)),
                // Nothing XAPI writes has one, and it is where entities are declared.
                Event::DocType(_) => {
                    let found = "<!DOCTYPE".to_owned();
                    return Err(Error::Unexpected { expected: "a document without a type", found, at });
                }
                Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => continue,
            };
            return Ok(token);
        }
    }

    fn entity(&self, reference: &BytesRef<'_>) -> Result<String, Error> {
        if let Ok(Some(character)) = reference.resolve_char_ref() {
            return Ok(character.to_string());
        }
        match &**reference {
            b"lt" => Ok("<".to_owned()),
            b"gt" => Ok(">".to_owned()),
            b"amp" => Ok("&".to_owned()),
            b"apos" => Ok("'".to_owned()),
            b"quot" => Ok("\"".to_owned()),
            other => Err(Error::Unexpected {
                expected: "one of XML's own entities",
                found: format!("&{};", String::from_utf8_lossy(other)),
                at: self.reader.buffer_position(),
            }),
        }
    }

    fn unexpected(&self, expected: &'static str, found: &Token) -> Error {
        let found = match found {
            Token::Open(tag) => format!("<{tag}>"),
            Token::Close => "an end tag".to_owned(),
            Token::Text(text) => text.chars().take(40).collect(),
        };
        Error::Unexpected { expected, found, at: self.reader.buffer_position() }
    }

    fn expect(&self, tag: &str, wanted: &'static str) -> Result<(), Error> {
        if tag == wanted { Ok(()) } else { Err(self.unexpected(wanted, &Token::Open(tag.to_owned()))) }
    }

    fn open(&mut self, wanted: &'static str) -> Result<(), Error> {
        match self.token()? {
            Token::Open(tag) => self.expect(&tag, wanted),
            other => Err(self.unexpected(wanted, &other)),
        }
    }

    fn close(&mut self) -> Result<(), Error> {
        match self.token()? {
            Token::Close => Ok(()),
            other => Err(self.unexpected("an end tag", &other)),
        }
    }

    /// Reads text up to the end tag of the element that is open, and the tag.
    fn text_until_end(&mut self) -> Result<String, Error> {
        let mut text = String::new();
        loop {
            match self.next()? {
                Token::Text(more) => text.push_str(&more),
                Token::Close => return Ok(text),
                other @ Token::Open(_) => return Err(self.unexpected("text", &other)),
            }
        }
    }

    /// Reads what stands inside `<value>`, and its end tag.
    fn value(&mut self, depth: usize) -> Result<Value, Error> {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep);
        }
        let mut text = String::new();
        let tag = loop {
            match self.next()? {
                Token::Text(more) => text.push_str(&more),
                Token::Close => return Ok(Value::from(text)),
                Token::Open(tag) => break tag,
            }
        };
        let value = match tag.as_str() {
            "array" => self.array(depth)?,
            "struct" => self.structure(depth)?,
            _ => {
                let text = self.text_until_end()?;
                self.scalar(&tag, text)?
            }
        };
        self.close()?;
        Ok(value)
    }

    fn scalar(&self, tag: &str, text: String) -> Result<Value, Error> {
        let wrong = |expected, found: &str| Error::Unexpected {
            expected,
            found: found.to_owned(),
            at: self.reader.buffer_position(),
        };
        let trimmed = text.trim();
        Ok(match tag {
            "string" => Value::from(text),
            "int" | "i4" | "i8" => Value::Int(trimmed.parse().map_err(|_| wrong("an integer", trimmed))?),
            "boolean" => match trimmed {
                "1" | "true" => Value::Bool(true),
                "0" | "false" => Value::Bool(false),
                _ => return Err(wrong("0 or 1", trimmed)),
            },
            "double" => Value::Float(trimmed.parse().map_err(|_| wrong("a number", trimmed))?),
            "dateTime.iso8601" => Value::DateTime(DateTime::parse(trimmed).ok_or_else(|| wrong("a time", trimmed))?),
            "nil" => Value::Null,
            _ => return Err(self.unexpected("a type of XML-RPC", &Token::Open(tag.to_owned()))),
        })
    }

    fn array(&mut self, depth: usize) -> Result<Value, Error> {
        self.open("data")?;
        let mut items = Vec::new();
        while let Token::Open(tag) = self.token()? {
            self.expect(&tag, "value")?;
            items.push(self.value(depth + 1)?);
        }
        self.close()?;
        Ok(Value::Array(items))
    }

    fn structure(&mut self, depth: usize) -> Result<Value, Error> {
        let mut entries: Vec<(CompactString, Value)> = Vec::new();
        while let Token::Open(tag) = self.token()? {
            self.expect(&tag, "member")?;
            self.open("name")?;
            let name = self.text_until_end()?;
            self.open("value")?;
            entries.push((name.into(), self.value(depth + 1)?));
            self.close()?;
        }
        Ok(Value::Struct(entries))
    }
}
