//! What one can be told of.

use app::model::{Kind, Path};
use serde_json::Value;

/// Most fields that one may name, as of lists.
const MOST_FIELDS: usize = 256;

/// A collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Collection {
    /// Objects of pools.
    Objects(Kind),
    /// Messages that somebody has to look at.
    Alarms,
    /// Tasks of this server.
    Tasks,
}

impl Collection {
    /// Returns the collection that clients call `name`. `task` are those of this server, as in the original; those of
    /// hosts are `xapi-task`.
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "alarm" => Some(Self::Alarms),
            "task" => Some(Self::Tasks),
            "xapi-task" => Some(Self::Objects(Kind::Task)),
            other => Kind::parse(other).map(Self::Objects),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Objects(Kind::Task) => "xapi-task",
            Self::Objects(kind) => kind.name(),
            Self::Alarms => "alarm",
            Self::Tasks => "task",
        }
    }
}

/// What of the objects.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Fields {
    /// All.
    All,
    /// These.
    Some(Vec<Path>),
}

impl Fields {
    /// Reads `"*"` or a list of names.
    ///
    /// # Errors
    ///
    /// What is wrong, where that is known.
    pub(super) fn read(fields: &Value) -> Result<Self, Option<&'static str>> {
        let names = match fields {
            Value::String(all) if all == "*" => return Ok(Self::All),
            Value::Array(names) => names,
            _ => return Err(None),
        };
        if names.len() > MOST_FIELDS {
            return Err(Some("more than 256 fields"));
        }
        let paths = names.iter().map(|name| name.as_str().and_then(Path::parse)).collect::<Option<_>>();
        paths.map(Self::Some).ok_or(None)
    }
}
