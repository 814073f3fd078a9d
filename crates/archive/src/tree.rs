//! A small XML document as a tree; namespaces are left out, since writers of OVF use them loosely.

use quick_xml::{Reader, XmlVersion, events::Event};

use crate::{Fault, error::shortened};

/// Deepest nesting of elements that is read; descriptors stay below ten.
const MAX_DEPTH: usize = 64;
/// Most elements and attributes that are read: a descriptor has some hundred a machine.
const MAX_PARTS: usize = 200_000;

/// An element without its namespace.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    /// All text directly inside.
    pub(crate) text: String,
}

impl Element {
    /// Reads a document and returns its outermost element.
    ///
    /// # Errors
    ///
    /// What is wrong with the document, in words. One that declares entities is refused.
    pub(crate) fn parse(document: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(document)
            .map_err(|error| wrong(format!("byte {} is no UTF-8", error.valid_up_to())))?;
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim_end_matches('\0'));
        reader.config_mut().expand_empty_elements = true;
        let mut open: Vec<Self> = Vec::new();
        let mut parts = 0;
        loop {
            let at = reader.buffer_position();
            let malformed = |error: &dyn std::fmt::Display| wrong(format!("malformed XML at byte {at}: {error}"));
            match reader.read_event().map_err(|error| malformed(&error))? {
                Event::Start(tag) => {
                    let mut element = Self { name: local(tag.name().as_ref()), ..Self::default() };
                    for attribute in tag.attributes() {
                        let attribute = attribute.map_err(|error| malformed(&error))?;
                        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
                        let value = value.map_err(|error| malformed(&error))?.into_owned();
                        element.attributes.push((local(attribute.key.as_ref()), value));
                        parts += 1;
                    }
                    parts += 1;
                    if open.len() == MAX_DEPTH || parts > MAX_PARTS {
                        return Err(wrong(format!("too many or too deep elements, at byte {at}")));
                    }
                    open.push(element);
                }
                Event::End(_) => {
                    let Some(done) = open.pop() else { return Err(malformed(&"an end without a start")) };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                }
                Event::Text(more) => add(&mut open, &String::from_utf8_lossy(&more)),
                Event::CData(more) => add(&mut open, &String::from_utf8_lossy(&more)),
                Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                    Ok(Some(character)) => add(&mut open, character.encode_utf8(&mut [0; 4])),
                    _ => add(&mut open, entity(&reference).ok_or_else(|| malformed(&"an entity that XML has not"))?),
                },
                Event::DocType(_) => return Err(malformed(&"a document type, which would declare entities")),
                Event::Eof => return Err(wrong(format!("the XML document ends early, at byte {at}"))),
                Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            }
        }
    }

    /// Returns the attribute of this name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the children of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Returns the first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Returns the text of the first child of this name, without white space around it, if there is any.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn entity(name: &[u8]) -> Option<&'static str> {
    match name {
        b"lt" => Some("<"),
        b"gt" => Some(">"),
        b"amp" => Some("&"),
        b"apos" => Some("'"),
        b"quot" => Some("\""),
        _ => None,
    }
}

/// Cuts the namespace off a name.
fn local(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    name.rsplit_once(':').map_or(&*name, |(_, local)| local).to_owned()
}

fn wrong(what: String) -> Fault {
    Fault::Description(shortened(&what, 400))
}
