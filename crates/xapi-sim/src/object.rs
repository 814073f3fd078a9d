//! References to the objects of a simulated pool.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// Prefix of all references.
const PREFIX: &str = "OpaqueRef:";

/// A reference to an object of any class, or to none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object(Uuid);

impl Object {
    /// The reference to no object, `OpaqueRef:NULL`.
    pub const NULL: Self = Self(Uuid::nil());

    /// Makes the reference that `uuid` names.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// Returns whether it refers to no object.
    pub fn is_null(self) -> bool {
        self == Self::NULL
    }

    /// Returns the reference, or nothing if it is null.
    pub fn get(self) -> Option<Self> {
        (!self.is_null()).then_some(self)
    }

    /// Reads the text of the wire; nothing if no object of ours can have that name.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        if rest == "NULL" {
            return Some(Self::NULL);
        }
        let canonical = rest.len() == 36 && !rest.bytes().any(|byte| byte.is_ascii_uppercase());
        Uuid::try_parse(rest).ok().filter(|uuid| canonical && !uuid.is_nil()).map(Self)
    }

    /// Returns the text of the wire, without allocating.
    pub(crate) fn text(self) -> Text {
        let mut text = *b"OpaqueRef:NULL--------------------------------";
        if self.is_null() {
            return Text { text, len: PREFIX.len() + 4 };
        }
        self.0.hyphenated().encode_lower(&mut text[PREFIX.len()..]);
        Text { text, len: text.len() }
    }
}

/// Text of a reference.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    text: [u8; 46],
    len: usize,
}

impl Text {
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or("")
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.text[..self.len]
    }
}

impl Default for Object {
    fn default() -> Self {
        Self::NULL
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().as_str())
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Object {
    type Err = NotOurs;

    fn from_str(text: &str) -> Result<Self, NotOurs> {
        Self::parse(text).ok_or_else(|| NotOurs(text.to_owned()))
    }
}

/// A text is no reference that a simulated pool hands out.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no reference of a simulated pool")]
pub struct NotOurs(String);
