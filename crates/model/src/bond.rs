//! Bonds: network interfaces of a host that act as one.

use xapi_types::class;

use crate::{declare::object, id::Id, mirror::View};

object! {
    /// A bond.
    Bond {
        /// The network interface that stands for the bond.
        master "master" ? Id<'m>,
        /// How traffic is shared: `balance-slb`, `active-backup` or `lacp`.
        mode "mode" : &'m str,
    }
}

impl<'m> Bond<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Bond) -> Self {
        Self { master: view.id(&record.master), mode: record.mode.as_str() }
    }
}
