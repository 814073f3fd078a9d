//! Objects as the store keeps them.

use std::{fmt, str};

use bytes::Bytes;
use serde::Deserialize;
use xapi_types::{AnyRef, Record, class};

use crate::{
    json::Document,
    kind::Kind,
    mirror::Known,
    pool_id::PoolId,
    written::{Path, Written},
};

/// The properties that every object has, in the order in which they are written before its own.
pub const COMMON: [&str; 6] = ["id", "type", "uuid", "$pool", "$poolId", "_xapiRef"];

/// What stands before the id in the JSON of every object.
pub(crate) const BEFORE_ID: &[u8] = br#"{"id":""#;

/// An object: what identifies it, the typed record that it was made of, and the JSON that clients get.
///
/// The record is the one that the [`crate::Mirror`] has. What no record has, since it was made of several, is read
/// from the bytes, one by one ([`Object::text`]) or into a struct with the wanted fields ([`Object::decode`]).
pub struct Object {
    pub(crate) reference: AnyRef,
    pub(crate) record: Record,
    pub(crate) pool: PoolId,
    pub(crate) json: Bytes,
    /// Place in the order in which objects came.
    pub(crate) order: u64,
    pub(crate) id_len: u16,
    pub(crate) kind: Kind,
}

impl Object {
    /// Makes an object of JSON that begins with its `id`, and an empty record; for tests of what only passes objects on.
    ///
    /// Returns nothing where the JSON begins otherwise.
    pub fn from_json(kind: Kind, pool: PoolId, reference: AnyRef, json: Bytes) -> Option<Self> {
        let record = class::Task::default().into();
        let id = json.strip_prefix(BEFORE_ID)?;
        let id_len = u16::try_from(id.iter().position(|&byte| byte == b'"')?).ok()?;
        str::from_utf8(&id[..usize::from(id_len)]).ok()?;
        Some(Self { reference, record, pool, json, order: 0, id_len, kind })
    }

    /// Returns the id.
    pub fn id(&self) -> &str {
        str::from_utf8(self.id_bytes()).expect("ids are written as UTF-8")
    }

    pub(crate) fn id_bytes(&self) -> &[u8] {
        &self.json[BEFORE_ID.len()..][..usize::from(self.id_len)]
    }

    /// Returns the kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the id of the pool that it belongs to.
    pub fn pool(&self) -> &PoolId {
        &self.pool
    }

    /// Returns the reference of its record.
    pub fn xapi_ref(&self) -> &AnyRef {
        &self.reference
    }

    /// Returns the record that it was made of.
    ///
    /// Fields that no object needs may be empty ([`crate::unneeded`]).
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Returns the record if it is of that class; see [`Self::record`].
    pub fn get<T: Known>(&self) -> Option<&T> {
        T::of(&self.record)
    }

    /// Returns the JSON that clients get: an object, its [`COMMON`] properties first. A clone shares the bytes.
    pub fn json(&self) -> &Bytes {
        &self.json
    }

    /// Returns a property that is a text, such as `name_label`.
    pub fn text(&self, property: &str) -> Option<String> {
        match filter::Map::property(&self.document(), property) {
            filter::Shape::Text(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    /// Decodes the JSON into a type that has some of the properties as fields.
    ///
    /// # Errors
    ///
    /// If a property is missing or has another type than the field.
    pub fn decode<'o, T: Deserialize<'o>>(&'o self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.json)
    }

    /// Returns the values at some paths, as they are written in the JSON; nothing where there is none. Goes over the
    /// JSON once.
    pub fn values(&self, paths: &[Path]) -> Vec<Option<Written<'_>>> {
        Written::new(&self.json).values(paths)
    }

    /// Returns the object as something that filters can test without decoding all of it.
    pub fn document(&self) -> Document<'_> {
        Document::new(self)
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("id", &self.id())
            .field("kind", &self.kind)
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}
