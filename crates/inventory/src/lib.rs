//! Operations on pools, hosts, VMs and what belongs to them.

mod class;
mod custom_field;
mod disk;
mod entry;
mod failure;
mod host;
mod kind;
mod message;
mod network;
mod object;
mod pbd;
mod pif;
mod pool;
mod pusb;
#[path = "vm/set/size.rs"]
#[allow(clippy::duplicate_mod, reason = "virtual machines have it as a part of `vm.set`")]
mod size;
mod sm;
mod sr;
mod pci;
mod tag;
mod task;
mod vbd;
mod vdi;
mod vif;
mod vm;
mod vusb;
mod vtpm;

use app::Cx;
use op::Ops;

/// Adds the operations to the table.
pub fn ops(ops: &mut Ops<Cx>) {
    custom_field::ops(ops);
    disk::ops(ops);
    host::ops(ops);
    message::ops(ops);
    network::ops(ops);
    object::ops(ops);
    pbd::ops(ops);
    pif::ops(ops);
    pool::ops(ops);
    pusb::ops(ops);
    sm::ops(ops);
    sr::ops(ops);
    pci::ops(ops);
    tag::ops(ops);
    task::ops(ops);
    vbd::ops(ops);
    vdi::ops(ops);
    vif::ops(ops);
    vm::ops(ops);
    vusb::ops(ops);
    vtpm::ops(ops);
}
