//! Tasks of hosts.

use compact_str::CompactString;
use xapi_types::{AnyRef, Map, class, enums};

use crate::{declare::object, id::Id, mirror::View, number::Number, text};

object! {
    /// A task of a host.
    Task {
        /// What may be asked of it: `cancel`, `destroy`.
        allowed_operations "allowedOperations" : &'m [enums::TaskAllowedOperations],
        /// When it began; seconds since 1970.
        created "created" : Option<i64>,
        /// Operations in progress, by task.
        current_operations "current_operations" : &'m Map<CompactString, enums::TaskAllowedOperations>,
        /// When it ended; seconds since 1970.
        finished "finished" : Option<i64>,
        /// Description.
        name_description "name_description" : &'m str,
        /// Name, such as `Async.VM.start`.
        name_label "name_label" : &'m str,
        /// From 0 to 1.
        progress "progress" : Number,
        /// Result, as XML-RPC.
        result "result" : &'m str,
        /// `pending`, `success`, `failure`, `cancelling`, `cancelled`.
        status "status" : &'m str,
        /// Its reference.
        xapi_ref "xapiRef" : AnyRef,
        /// Uuid of what it works on.
        applies_to "applies_to" ? &'m str,
        /// The host that runs it.
        host "$host" ? Id<'m>,
    }
}

impl<'m> Task<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, reference: &AnyRef, record: &'m class::Task) -> Self {
        let applies_to = text::of(&record.other_config, "applies_to").map(AnyRef::parse);
        Self {
            allowed_operations: &record.allowed_operations,
            created: text::seconds(record.created),
            current_operations: &record.current_operations,
            finished: text::seconds(record.finished),
            name_description: &record.name_description,
            name_label: &record.name_label,
            progress: record.progress.into(),
            result: &record.result,
            status: record.status.as_str(),
            xapi_ref: reference.clone(),
            applies_to: applies_to.and_then(|reference| view.any(&reference)).and_then(xapi_types::Record::uuid),
            host: view.id(&record.resident_on),
        }
    }
}
