//! Ids as parameters.

use std::{borrow::Cow, fmt, marker::PhantomData, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// A set of object kinds that an [`Id`] may name.
pub trait Kinds: 'static {
    /// The kinds, as on the wire; empty for any kind.
    const NAMES: &'static [&'static str];
}

/// Objects of any kind.
#[derive(Clone, Copy, Debug)]
pub struct Any;

impl Kinds for Any {
    const NAMES: &'static [&'static str] = &[];
}

/// The id of an object of one of the kinds `K`, as a parameter.
///
/// A caller may write the XAPI reference instead; the operation always gets the object's own id.
/// The table refuses an operation that takes one without a [`Need`](crate::Need) for it, so an id is
/// never used unchecked.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Id<K>(String, #[serde(skip)] PhantomData<fn() -> K>);

impl<K> Id<K> {
    /// Returns the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the id as an owned text.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<K> Deref for Id<K> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl<K: Kinds> JsonSchema for Id<K> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("Id_{}", K::NAMES.join("_")).into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "x-kinds": K::NAMES })
    }
}
