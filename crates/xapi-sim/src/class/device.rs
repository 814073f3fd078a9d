//! Disks and interfaces of VMs, with the metrics that belong to them.
//!
//! The classes `VBD_metrics` and `VIF_metrics` are withdrawn: no method answers their records. Hosts still
//! keep them, and `event.from` still tells of them. (The world `large` goes without.)

use crate::{Object, World};

/// Gives a new VBD or VIF metrics of its own.
pub(crate) fn measure(world: &mut World, device: Object) {
    let class = match world.class_of(device).map(|class| class.name) {
        Some("VBD") => "VBD_metrics",
        Some("VIF") => "VIF_metrics",
        _ => return,
    };
    let metrics = world.create(class, []);
    world.set(device, "metrics", metrics);
}

/// Removes what belongs to a VM, be it a device with metrics.
pub(crate) fn remove(world: &mut World, device: Object) {
    if world.is(device, "VBD") || world.is(device, "VIF") {
        let metrics = world.object(device, "metrics");
        world.destroy(metrics);
    }
    world.destroy(device);
}
