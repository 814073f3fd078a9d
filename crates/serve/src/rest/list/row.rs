//! What a list is made of: objects of pools, or values that an operation has made.

use std::{borrow::Cow, sync::Arc};

use app::{Object, model::Path};
use filter::Filter;
use serde_json::{Map, Value};

/// One object of a list.
pub(super) trait Row: Send + 'static {
    /// Its id.
    fn id(&self) -> &str;
    /// Its JSON, which is that of an object.
    fn json(&self) -> &[u8];
    /// Whether the filter keeps it.
    fn matches(&self, filter: &Filter) -> bool;
    /// The JSON of some of its fields; nothing for those that it has not.
    fn pick(&self, fields: &[Path]) -> Vec<Option<Cow<'_, [u8]>>>;
    /// The names of its fields.
    fn names(&self) -> Vec<String> {
        let object = serde_json::from_slice::<Map<String, Value>>(self.json());
        object.map(|object| object.keys().cloned().collect()).unwrap_or_default()
    }
}

impl Row for Arc<Object> {
    fn id(&self) -> &str {
        Object::id(self)
    }

    fn json(&self) -> &[u8] {
        Object::json(self)
    }

    fn matches(&self, filter: &Filter) -> bool {
        filter.matches(&self.document())
    }

    fn pick(&self, fields: &[Path]) -> Vec<Option<Cow<'_, [u8]>>> {
        self.values(fields).into_iter().map(|value| Some(Cow::Borrowed(value?.bytes()))).collect()
    }
}

/// A value with an id.
pub(super) struct Made {
    id: String,
    value: Value,
    json: Vec<u8>,
}

impl Made {
    /// Returns nothing for what is no object with an id.
    pub(super) fn new(value: Value) -> Option<Self> {
        let id = value.get("id")?.as_str()?.to_owned();
        let json = serde_json::to_vec(&value).ok()?;
        Some(Self { id, value, json })
    }
}

impl Row for Made {
    fn id(&self) -> &str {
        &self.id
    }

    fn json(&self) -> &[u8] {
        &self.json
    }

    fn matches(&self, filter: &Filter) -> bool {
        filter.matches(&self.value)
    }

    fn pick(&self, fields: &[Path]) -> Vec<Option<Cow<'_, [u8]>>> {
        let at = |path: &Path| {
            let value = path.names().try_fold(&self.value, |value, name| value.get(name))?;
            serde_json::to_vec(value).ok().map(Cow::Owned)
        };
        fields.iter().map(at).collect()
    }
}
