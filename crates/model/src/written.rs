//! Values where they stand in the JSON of an object, found by their paths.

use std::fmt;

use filter::Shape;

use crate::json::{Scan, scalar, text};

/// Where a value is in an object: names from outside inwards, such as `CPUs` and `number`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path(Box<[Box<str>]>);

impl Path {
    /// Reads a path with dots between its names; nothing if a name is empty.
    pub fn parse(dotted: &str) -> Option<Self> {
        let names: Box<[Box<str>]> = dotted.split('.').map(Into::into).collect();
        names.iter().all(|name| !name.is_empty()).then_some(Self(names))
    }

    /// Returns the names from outside inwards.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Returns the outermost name, which is that of a property.
    pub fn property(&self) -> &str {
        &self.0[0]
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// A value as it is written in the JSON of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written<'o>(&'o [u8]);

impl<'o> Written<'o> {
    pub(crate) fn new(bytes: &'o [u8]) -> Self {
        Self(bytes)
    }

    /// Returns the JSON.
    pub fn bytes(self) -> &'o [u8] {
        self.0
    }

    /// Returns the value if it has no parts.
    pub fn scalar(self) -> Option<Shape<'o>> {
        scalar(self.0)
    }

    /// Returns the items of an array; nothing if it is none.
    pub fn items(self) -> Option<Vec<Self>> {
        if self.0.first() != Some(&b'[') {
            return None;
        }
        let mut scan = Scan { bytes: self.0, at: 1 };
        let mut items = Vec::new();
        while !matches!(scan.peek(), None | Some(b']')) {
            items.push(Self(scan.value()));
            if scan.peek() == Some(b',') {
                scan.at += 1;
            }
        }
        Some(items)
    }

    pub(crate) fn values(self, paths: &[Path]) -> Vec<Option<Self>> {
        let mut found = vec![None; paths.len()];
        let all: Vec<(usize, &[Box<str>])> = paths.iter().map(|path| &*path.0).enumerate().collect();
        self.find(&all, &mut found);
        found
    }

    /// Looks for what is at some paths, each with the place of its answer.
    fn find(self, paths: &[(usize, &[Box<str>])], found: &mut [Option<Self>]) {
        if self.0.first() != Some(&b'{') {
            return;
        }
        let mut scan = Scan { bytes: self.0, at: 1 };
        let mut left = paths.len();
        while left > 0 && !matches!(scan.peek(), None | Some(b'}')) {
            let key = text(scan.value());
            scan.at += 1;
            let value = Self(scan.value());
            let mut inside = Vec::new();
            for (at, path) in paths {
                if *path[0] == *key {
                    left -= 1;
                    if path.len() == 1 {
                        found[*at] = Some(value);
                    } else {
                        inside.push((*at, &path[1..]));
                    }
                }
            }
            if !inside.is_empty() {
                value.find(&inside, found);
            }
            if scan.peek() == Some(b',') {
                scan.at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_paths() {
        let json = br#"{"a":{"b":[1,"x,]"],"c":{"d":null}},"e":"f","g":2}"#;
        let paths = ["a.b", "a.c.d", "g", "a.z", "e.f", "a"].map(|path| Path::parse(path).unwrap());
        let found = Written::new(json).values(&paths);
        let text = |at: usize| found[at].map(|found| std::str::from_utf8(found.bytes()).unwrap());
        assert_eq!(text(0), Some(r#"[1,"x,]"]"#));
        assert_eq!(found[0].unwrap().items().unwrap().len(), 2);
        assert_eq!((text(1), text(2), text(3), text(4)), (Some("null"), Some("2"), None, None));
        assert_eq!(text(5), Some(r#"{"b":[1,"x,]"],"c":{"d":null}}"#));
        assert_eq!(Path::parse("a..b"), None);
    }
}
