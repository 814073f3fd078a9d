//! What the classes do beyond the generic methods, a file a class.

#![allow(clippy::unnecessary_wraps, reason = "behaviours are of one type, and so is what they end with")]

mod bond;
pub(crate) mod device;
pub(crate) mod host;
mod idle;
pub(crate) mod message;
mod metrics;
mod network;
pub(crate) mod pbd;
pub(crate) mod pci;
pub(crate) mod pif;
pub(crate) mod plain;
mod pool;
pub(crate) mod sr;
mod story;
pub(crate) mod update;
mod usb;
pub(crate) mod vbd;
pub(crate) mod vdi;
mod vgpu;
mod vif;
pub(crate) mod vlan;
pub(crate) mod vm;
mod vm_appliance;
pub(crate) mod vtpm;

use crate::methods::Methods;

/// Registers the behaviours of all classes.
pub(crate) fn register(methods: &mut Methods) {
    bond::register(methods);
    host::register(methods);
    message::register(methods);
    metrics::register(methods);
    network::register(methods);
    pbd::register(methods);
    pci::register(methods);
    pif::register(methods);
    pool::register(methods);
    sr::register(methods);
    update::register(methods);
    usb::register(methods);
    vbd::register(methods);
    vdi::register(methods);
    vgpu::register(methods);
    vif::register(methods);
    vlan::register(methods);
    vm::register(methods);
    vm_appliance::register(methods);
    vtpm::register(methods);
}
