//! JSON bytes as something that filters can test, read no further than they ask.

use std::{borrow::Cow, cell::OnceCell};

use filter::{List, Map, Shape, Subject, Text};
use xapi_types::Record;

use crate::object::Object;

/// An object of the store, for filters.
///
/// What identifies it costs nothing; its other properties are found by one walk over the bytes, and what is inside
/// of one only when that is asked for.
#[derive(Debug)]
pub struct Document<'o> {
    object: &'o Object,
    root: Node<'o>,
}

impl<'o> Document<'o> {
    pub(crate) fn new(object: &'o Object) -> Self {
        Self { object, root: Node::new(&object.json) }
    }

    /// Returns a property that costs no walk over kilobytes.
    fn known(&self, name: &str) -> Option<&'o str> {
        match (name, &self.object.record) {
            ("type", _) => Some(self.object.kind.name()),
            ("id", _) => Some(self.object.id()),
            ("$pool" | "$poolId", _) => Some(self.object.pool.as_str()),
            // What lists of machines are searched by: they show these as they came.
            ("name_label", Record::Vm(vm)) => Some(&vm.name_label),
            ("power_state", Record::Vm(vm)) => Some(vm.power_state.as_str()),
            _ => None,
        }
    }
}

impl Subject for Document<'_> {
    fn shape(&self) -> Shape<'_> {
        Shape::Map(self)
    }
}

impl Map for Document<'_> {
    fn property(&self, name: &str) -> Shape<'_> {
        if let Some(known) = self.known(name) {
            return Shape::Text(known.into());
        }
        match self.root.scalar(name) {
            Some(scalar) => scalar,
            None => Map::property(&self.root, name),
        }
    }

    fn any(&self, test: &mut dyn FnMut(&Shape<'_>) -> bool) -> bool {
        Map::any(&self.root, test)
    }

    fn rules_out(&self, name: Option<&str>, text: &Text) -> bool {
        name.is_none_or(|name| self.known(name).is_none()) && !text.may_stand_in(&self.object.json)
    }
}

/// A value in JSON that was written by this program, hence well formed.
#[derive(Debug)]
struct Node<'o> {
    bytes: &'o [u8],
    members: OnceCell<Vec<(Cow<'o, str>, Node<'o>)>>,
}

impl<'o> Node<'o> {
    fn new(bytes: &'o [u8]) -> Self {
        Self { bytes, members: OnceCell::new() }
    }

    /// Looks for a property without remembering the others; nothing if it has parts, which have to be remembered.
    fn scalar(&self, name: &str) -> Option<Shape<'o>> {
        if self.members.get().is_some() {
            return None;
        }
        let mut scan = Scan { bytes: self.bytes, at: 1 };
        while !matches!(scan.peek(), None | Some(b'}')) {
            let key = scan.value();
            scan.at += 1;
            let value = scan.value();
            if text(key) == name {
                return scalar(value);
            }
            if scan.peek() == Some(b',') {
                scan.at += 1;
            }
        }
        Some(Shape::Undefined)
    }

    /// Returns the properties of an object, or the items of an array, whose names are empty.
    fn members(&self) -> &[(Cow<'o, str>, Node<'o>)] {
        self.members.get_or_init(|| {
            let mut scan = Scan { bytes: self.bytes, at: 1 };
            let is_object = self.bytes.first() == Some(&b'{');
            let mut members = Vec::new();
            while !matches!(scan.peek(), None | Some(b'}' | b']')) {
                let name = if is_object {
                    let name = text(scan.value());
                    scan.at += 1;
                    name
                } else {
                    Cow::Borrowed("")
                };
                members.push((name, Node::new(scan.value())));
                if scan.peek() == Some(b',') {
                    scan.at += 1;
                }
            }
            members
        })
    }
}

impl Subject for Node<'_> {
    fn shape(&self) -> Shape<'_> {
        match self.bytes.first() {
            Some(b'{') => Shape::Map(self),
            Some(b'[') => Shape::List(self),
            _ => scalar(self.bytes).unwrap_or(Shape::Undefined),
        }
    }
}

/// Reads a value that has no parts.
pub(crate) fn scalar(bytes: &[u8]) -> Option<Shape<'_>> {
    Some(match bytes.first() {
        Some(b'{' | b'[') => return None,
        Some(b'"') => Shape::Text(text(bytes)),
        Some(b't') => Shape::Bool(true),
        Some(b'f') => Shape::Bool(false),
        Some(b'n') => Shape::Null,
        Some(_) => Shape::Number(serde_json::from_slice(bytes).unwrap_or(f64::NAN)),
        None => Shape::Undefined,
    })
}

impl Map for Node<'_> {
    fn property(&self, name: &str) -> Shape<'_> {
        let found = self.members().iter().find(|(key, _)| key == name);
        found.map_or(Shape::Undefined, |(_, node)| node.shape())
    }

    fn any(&self, test: &mut dyn FnMut(&Shape<'_>) -> bool) -> bool {
        self.members().iter().any(|(_, node)| test(&node.shape()))
    }
}

impl List for Node<'_> {
    fn len(&self) -> usize {
        self.members().len()
    }

    fn item(&self, index: usize) -> Shape<'_> {
        self.members().get(index).map_or(Shape::Undefined, |(_, node)| node.shape())
    }
}

/// Reads a text with its quotes.
pub(crate) fn text(quoted: &[u8]) -> Cow<'_, str> {
    if !quoted.contains(&b'\\')
        && let Some(inner) = quoted.get(1..quoted.len().saturating_sub(1))
        && let Ok(inner) = std::str::from_utf8(inner)
    {
        return Cow::Borrowed(inner);
    }
    Cow::Owned(serde_json::from_slice(quoted).unwrap_or_default())
}

/// Goes over compact JSON value by value.
pub(crate) struct Scan<'o> {
    pub(crate) bytes: &'o [u8],
    pub(crate) at: usize,
}

impl<'o> Scan<'o> {
    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Returns the bytes of the value that begins here, and goes behind it.
    pub(crate) fn value(&mut self) -> &'o [u8] {
        let start = self.at;
        match self.peek() {
            Some(b'"') => self.skip_text(),
            Some(b'{' | b'[') => {
                let mut depth = 0_usize;
                while let Some(byte) = self.peek() {
                    match byte {
                        b'"' => {
                            self.skip_text();
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth -= 1,
                        _ => {}
                    }
                    self.at += 1;
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => {
                while !matches!(self.peek(), None | Some(b',' | b'}' | b']')) {
                    self.at += 1;
                }
            }
        }
        self.bytes.get(start..self.at).unwrap_or_default()
    }

    fn skip_text(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'"' => break,
                _ => {}
            }
        }
        self.at = self.at.min(self.bytes.len());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Writes what a shape shows as JSON again, to compare it with the original.
    fn same(shape: &Shape<'_>, value: &Value) -> bool {
        match (shape, value) {
            (Shape::Null, Value::Null) => true,
            (Shape::Bool(a), Value::Bool(b)) => a == b,
            (Shape::Number(a), Value::Number(b)) => Some(*a) == b.as_f64(),
            (Shape::Text(a), Value::String(b)) => a == b,
            (Shape::List(a), Value::Array(b)) => {
                a.len() == b.len() && b.iter().enumerate().all(|(index, b)| same(&a.item(index), b))
            }
            (Shape::Map(a), Value::Object(b)) => {
                let mut count = 0;
                a.any(&mut |_| {
                    count += 1;
                    false
                });
                count == b.len() && b.iter().all(|(name, b)| same(&a.property(name), b))
            }
            _ => false,
        }
    }

    #[test]
    fn bytes_show_themselves_as_the_value_they_stand_for() {
        let value = json!({
            "empty": {}, "none": [], "null": null, "yes": true, "no": false, "int": -12, "float": 1.5e-7,
            "text": "a \"quoted\" \\ \n ü ]}", "ke\"y": 1, "": "", "deep": { "list": [1, [2, { "x": "},{" }], "]"] },
        });
        let bytes = serde_json::to_vec(&value).unwrap();
        assert!(same(&Node::new(&bytes).shape(), &value));
    }

    #[test]
    fn cut_bytes_do_not_panic() {
        let bytes = br#"{"a":["b\"",{"c":[1,2]}],"d":"e"}"#;
        for len in 0..bytes.len() {
            let node = Node::new(&bytes[..len]);
            let _ = same(&node.shape(), &json!({ "a": [1], "d": [] }));
        }
    }
}
