//! PCI devices of hosts.

use xapi_types::class;

use crate::{declare::object, id::Id, mirror::View};

object! {
    /// A PCI device.
    Pci {
        /// Class, such as `Network controller`.
        class_name "class_name" : &'m str,
        /// Name of the device.
        device_name "device_name" : &'m str,
        /// Address, such as `0000:04:00.0`.
        pci_id "pci_id" : &'m str,
        /// The host.
        host "$host" ? Id<'m>,
    }
}

impl<'m> Pci<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Pci) -> Self {
        Self {
            class_name: &record.class_name,
            device_name: &record.device_name,
            pci_id: &record.pci_id,
            host: view.id(&record.host),
        }
    }
}
