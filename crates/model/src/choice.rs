//! Choosing objects, as `xo.getAllObjects` lets clients do.

use filter::{Filter, Partial};

use crate::{
    object::Object,
    store::{Objects, Snapshot},
};

/// Which objects are wanted.
#[derive(Clone, Debug, Default)]
pub enum Choice {
    /// All of them.
    #[default]
    All,
    /// Those that satisfy a filter.
    Filter(Filter),
    /// Those that have at least what an example has.
    Partial(Partial),
}

impl Choice {
    /// Tells whether an object is wanted.
    pub fn accepts(&self, object: &Object) -> bool {
        match self {
            Self::All => true,
            Self::Filter(filter) => filter.matches(&object.document()),
            Self::Partial(partial) => partial.matches(&object.document()),
        }
    }
}

impl From<Filter> for Choice {
    fn from(filter: Filter) -> Self {
        if filter.is_empty() { Self::All } else { Self::Filter(filter) }
    }
}

impl From<Partial> for Choice {
    fn from(partial: Partial) -> Self {
        Self::Partial(partial)
    }
}

/// Objects that were chosen, in the order in which they came.
#[derive(Clone, Debug)]
pub struct Chosen {
    objects: Objects,
    choice: Choice,
    left: usize,
}

impl Iterator for Chosen {
    type Item = std::sync::Arc<Object>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        self.objects.by_ref().find(|object| self.choice.accepts(object))
    }
}

impl Snapshot {
    /// Returns the wanted objects, at most `limit` of them. Tests each when it is asked for, so that what is taken in
    /// parts costs in parts.
    pub fn choose(&self, choice: Choice, limit: Option<usize>) -> Chosen {
        Chosen { objects: self.iter(), choice, left: limit.unwrap_or(usize::MAX) }
    }
}
