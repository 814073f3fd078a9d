//! Snapshots of virtual machines.

use xapi_types::class;

use crate::{declare::object, id::Id, mirror::View, text, vm::VmBase};

object! {
    /// A snapshot of a virtual machine.
    VmSnapshot: VmBase {
        /// When it was made; seconds since 1970.
        snapshot_time "snapshot_time" : Option<i64>,
        /// The machine that it was made of.
        snapshot_of "$snapshot_of" ? Id<'m>,
        /// The disk that holds its memory.
        suspend_vdi "suspendVdi" ? Id<'m>,
    }
}

impl<'m> VmSnapshot<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Vm) -> Self {
        Self {
            base: VmBase::from_xapi(view, record),
            snapshot_time: text::seconds(record.snapshot_time),
            snapshot_of: view.id(&record.snapshot_of),
            suspend_vdi: view.id(&record.suspend_vdi),
        }
    }
}
