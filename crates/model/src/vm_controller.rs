//! Control domains of hosts.

use xapi_types::class;

use crate::{declare::object, mirror::View, vm::VmBase};

object! {
    /// The control domain of a host.
    VmController: VmBase {}
}

impl<'m> VmController<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Vm) -> Self {
        Self { base: VmBase::from_xapi(view, record) }
    }
}
