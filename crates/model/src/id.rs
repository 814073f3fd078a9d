//! Ids of objects, as links hold them.

use std::fmt;

use serde::{Serialize, Serializer};
use uuid::{Uuid, fmt::Hyphenated};
use xapi_types::{AnyRef, Record};

/// The id of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Id<'m> {
    /// The uuid of the record.
    Uuid(Uuid),
    /// Same, where it is not written as uuids are.
    Text(&'m str),
    /// The reference, of records without uuid and of `pool_patch`.
    Ref(AnyRef),
    /// A template that came with the host: every pool has it with the same uuid, so the pool's comes first.
    DefaultTemplate {
        /// Uuid of the pool.
        pool: &'m str,
        /// Uuid of the template.
        uuid: &'m str,
    },
}

impl fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid(uuid) => uuid.fmt(f),
            Self::Text(uuid) => f.write_str(uuid),
            Self::Ref(reference) => reference.fmt(f),
            Self::DefaultTemplate { pool, uuid } => write!(f, "{pool}-{uuid}"),
        }
    }
}

impl Serialize for Id<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Uuid(uuid) => serializer.serialize_str(uuid.hyphenated().encode_lower(&mut [0; Hyphenated::LENGTH])),
            Self::Text(uuid) => serializer.serialize_str(uuid),
            other => serializer.collect_str(other),
        }
    }
}

/// Returns the uuid of a record whose object has it as its id, if it is written as uuids are: most are, and links to
/// such an object are made without a look at its record.
pub(crate) fn plain(record: &Record) -> Option<Uuid> {
    match record {
        Record::Vm(vm) if crate::vm::is_default_template(vm) => None,
        Record::PoolPatch(_) => None,
        record => xapi_types::canonical(record.uuid()?),
    }
}

/// Ids of linked objects; `null` stands for one whose record is not known.
pub type Ids<'m> = Vec<Option<Id<'m>>>;
