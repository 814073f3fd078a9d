//! References to XAPI objects, typed by class.

use std::{
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    str::FromStr,
    sync::Arc,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Prefix of all references that hosts make.
const PREFIX: &str = "OpaqueRef:";

/// A class of XAPI objects as a type; the typed records implement it.
pub trait Class: 'static {
    /// Name on the wire, such as `VM`.
    const NAME: &'static str;
}

/// A reference to an object of the class `C`, or to none.
///
/// On the wire it is text, nearly always `OpaqueRef:` and a uuid, which is kept as 16 bytes. The
/// null reference, and what imports leave in its place (an empty text, `Ref:12`), are one value.
pub struct Ref<C>(Repr, PhantomData<fn() -> C>);

/// A reference to an object of any class.
pub type AnyRef = Ref<()>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Repr {
    Null,
    Uuid(Uuid),
    Other(Arc<str>),
}

impl<C> Ref<C> {
    /// The reference to no object.
    pub const NULL: Self = Self(Repr::Null, PhantomData);

    /// Returns whether it refers to no object.
    pub fn is_null(&self) -> bool {
        self.0 == Repr::Null
    }

    /// Returns the reference, or nothing if it is null.
    pub fn get(&self) -> Option<&Self> {
        (!self.is_null()).then_some(self)
    }

    /// Forgets the class.
    pub fn erase(&self) -> AnyRef {
        Ref(self.0.clone(), PhantomData)
    }

    /// Takes it for a reference to an object of class `D`.
    pub fn cast<D>(&self) -> Ref<D> {
        Ref(self.0.clone(), PhantomData)
    }

    /// Returns the reference that names the object by `uuid`.
    pub fn from_uuid(uuid: Uuid) -> Self {
        Self(Repr::Uuid(uuid), PhantomData)
    }

    /// Returns the uuid that it is made of, as good as all are.
    pub fn as_uuid(&self) -> Option<Uuid> {
        match self.0 {
            Repr::Uuid(uuid) => Some(uuid),
            Repr::Null | Repr::Other(_) => None,
        }
    }

    /// Reads the text of the wire; no text is wrong, since hosts hand out any.
    pub fn parse(text: &str) -> Self {
        let repr = match text.strip_prefix(PREFIX) {
            Some("NULL") => Repr::Null,
            Some(rest) => canonical(rest).map_or_else(|| Repr::Other(text.into()), Repr::Uuid),
            None if text.is_empty() || text.starts_with("Ref:") => Repr::Null,
            None => Repr::Other(text.into()),
        };
        Self(repr, PhantomData)
    }
}

/// Reads a uuid that would be written as the same text again: lower case, hyphens in their places.
///
/// A list of a large pool has a million references: one look at each byte, and no second at the whole.
pub fn canonical(text: &str) -> Option<Uuid> {
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    let text: &[u8; 36] = text.as_bytes().try_into().ok()?;
    if HYPHENS.iter().any(|at| text[*at] != b'-') {
        return None;
    }
    let (mut bytes, mut wrong) = ([0; 16], 0);
    let digits = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
    for (byte, at) in bytes.iter_mut().zip(digits) {
        let (high, low) = (DIGITS[usize::from(text[at])], DIGITS[usize::from(text[at + 1])]);
        wrong |= high | low;
        *byte = high << 4 | low;
    }
    (wrong & NO_DIGIT == 0).then(|| Uuid::from_bytes(bytes))
}

/// Marks what is no hexadecimal digit in [`DIGITS`].
const NO_DIGIT: u8 = 0x80;

/// Values of the bytes that are hexadecimal digits in lower case.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    digits
};

// === impl Ref === (by hand: a derive would ask the class to implement the traits)

impl<C> Clone for Ref<C> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<C> Default for Ref<C> {
    fn default() -> Self {
        Self::NULL
    }
}

impl<C> PartialEq for Ref<C> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<C> Eq for Ref<C> {}

impl<C> Hash for Ref<C> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Repr::Null => state.write_u8(0),
            // Two numbers: quick hashers take bytes one by one.
            Repr::Uuid(uuid) => {
                let (high, low) = uuid.as_u64_pair();
                state.write_u64(high);
                state.write_u64(low);
            }
            Repr::Other(text) => text.hash(state),
        }
    }
}

impl<C> PartialOrd for Ref<C> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<C> Ord for Ref<C> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<C> fmt::Display for Ref<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Null => write!(f, "{PREFIX}NULL"),
            Repr::Uuid(uuid) => write!(f, "{PREFIX}{uuid}"),
            Repr::Other(text) => f.write_str(text),
        }
    }
}

impl<C> fmt::Debug for Ref<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<C> FromStr for Ref<C> {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::parse(text))
    }
}

impl<C> Serialize for Ref<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, C> Deserialize<'de> for Ref<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::lenient::text(deserializer, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::AnyRef;

    #[test]
    fn a_reference_is_written_as_it_was_read() {
        for text in [
            "OpaqueRef:4c1e0d6e-8b2f-0f86-9c5e-0123456789ab",
            "OpaqueRef:ffffffff-ffff-ffff-ffff-ffffffffffff",
            "OpaqueRef:4C1E0D6E-8b2f-0f86-9c5e-0123456789ab",
            "OpaqueRef:4c1e0d6e-8b2f-0f86-9c5e-0123456789ag",
            "OpaqueRef:4c1e0d6e-8b2f-0f86-9c5e_0123456789ab",
            "OpaqueRef:4c1e0d6e8b2f0f869c5e0123456789ab",
            "OpaqueRef:é",
            "OpaqueRef:NULL",
            "OpaqueRef:DEAD-beef",
            "odd",
        ] {
            assert_eq!(AnyRef::parse(text).to_string(), text);
        }
    }

    #[test]
    fn what_imports_leave_behind_is_null() {
        assert!(AnyRef::parse("").is_null());
        assert!(AnyRef::parse("Ref:12").is_null());
    }
}
