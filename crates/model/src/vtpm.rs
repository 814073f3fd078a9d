//! Virtual TPMs.

use xapi_types::class;

use crate::{declare::object, id::Id, mirror::View};

object! {
    /// A virtual TPM.
    Vtpm {
        /// The machine.
        vm "vm" ? Id<'m>,
    }
}

impl<'m> Vtpm<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Vtpm) -> Self {
        Self { vm: view.id(&record.vm) }
    }
}
