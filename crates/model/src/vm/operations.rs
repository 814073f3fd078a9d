//! Operations in progress on a machine.

use serde::{Serialize, Serializer, ser::SerializeMap};
use xapi_types::{AnyRef, Record, class};

use crate::mirror::View;

/// Operations by id of their task; those whose task is not known are left out.
#[derive(Clone, Debug, Default)]
pub struct Operations<'m>(Vec<(&'m str, &'m str)>);

impl<'m> Operations<'m> {
    pub(super) fn of(view: &View<'m>, record: &'m class::Vm) -> Self {
        let entries = record.current_operations.iter().filter_map(|(task, operation)| {
            Some((view.any(&AnyRef::parse(task)).and_then(Record::uuid)?, operation.as_str()))
        });
        Self(entries.collect())
    }
}

impl Serialize for Operations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (task, operation) in &self.0 {
            map.serialize_entry(task, operation)?;
        }
        map.end()
    }
}
