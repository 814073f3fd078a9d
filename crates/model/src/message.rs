//! Alerts and notices of hosts.

use xapi_types::class;

use crate::{declare::object, mirror::View, text};

object! {
    /// An alert or notice.
    Message {
        /// Text, often XML.
        body "body" : &'m str,
        /// What happened, such as `VM_STARTED`.
        name "name" : &'m str,
        /// When; seconds since 1970.
        time "time" : Option<i64>,
        /// Uuid of what it is about; that may be gone by now.
        object "$object" : &'m str,
    }
}

impl<'m> Message<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(_: &View<'m>, record: &'m class::Message) -> Self {
        Self { body: &record.body, name: &record.name, time: text::seconds(record.timestamp), object: &record.obj_uuid }
    }
}
