//! How many objects have each value of a property.

use std::{collections::BTreeMap, sync::Arc};

use filter::Shape;
use model::Written;

/// Different values that are told; of a property with more nobody makes groups, and each change would copy them all.
const MOST: usize = 1000;

/// Bytes of a value that count: nobody makes groups of descriptions of a megabyte, and each object keeps its values.
const LONGEST: usize = 256;
/// What a value takes in a tally beside its text, in bytes, about.
const ENTRY: usize = 48;

/// Numbers by value.
pub(crate) type Counts = BTreeMap<Box<str>, usize>;

/// Counts the values of one property.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counts: Counts,
    shown: Option<Arc<Counts>>,
    stale: bool,
    /// What the values take, in bytes, about.
    bytes: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, values: &[Box<str>]) {
        for value in values {
            self.stale = true;
            if let Some(count) = self.counts.get_mut(value) {
                *count += 1;
            } else {
                self.bytes += ENTRY + value.len();
                self.counts.insert(value.clone(), 1);
            }
        }
    }

    pub(crate) fn remove(&mut self, values: &[Box<str>]) {
        for value in values {
            self.stale = true;
            if let Some(count) = self.counts.get_mut(value) {
                *count -= 1;
                if *count == 0 {
                    self.bytes -= ENTRY + value.len();
                    self.counts.remove(value);
                }
            }
        }
    }

    /// Returns about how much memory it takes, in bytes: what is shown is a copy.
    pub(crate) fn bytes(&self) -> usize {
        2 * self.bytes
    }

    /// Makes what [`Self::shown`] returns as new as the counts.
    pub(crate) fn refresh(&mut self) {
        if std::mem::take(&mut self.stale) || self.shown.is_none() {
            self.shown = (self.counts.len() <= MOST).then(|| Arc::new(self.counts.clone()));
        }
    }

    /// Returns the counts; nothing where there are too many different values.
    pub(crate) fn shown(&self) -> Option<Arc<Counts>> {
        self.shown.clone()
    }
}

/// Returns the values that an object is counted under: that of a scalar as it is written, each item of an array once,
/// of a long text the first 256 bytes. What is missing, `null` or an object is not counted.
pub(crate) fn values(value: Option<Written<'_>>) -> Box<[Box<str>]> {
    let Some(value) = value else { return Box::default() };
    let Some(items) = value.items() else { return name(value).into_iter().collect() };
    let mut names: Vec<_> = items.into_iter().filter_map(name).collect();
    names.sort_unstable();
    names.dedup();
    names.into()
}

fn name(value: Written<'_>) -> Option<Box<str>> {
    match value.scalar()? {
        Shape::Text(text) => Some(text[..text.floor_char_boundary(LONGEST)].into()),
        Shape::Bool(_) | Shape::Number(_) => Some(String::from_utf8_lossy(value.bytes()).into()),
        _ => None,
    }
}
