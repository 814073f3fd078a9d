//! Operations on pools, hosts, VMs and what belongs to them.

mod alarm;
mod class;
mod custom_field;
mod dashboard;
mod disk;
mod entry;
mod failure;
mod file;
mod host;
mod image_disk;
mod incoming;
mod journal;
mod kind;
mod message;
mod network;
mod object;
mod patch;
mod pbd;
mod pci;
mod pif;
mod pool;
mod pusb;
mod rolling;
mod size;
mod sm;
mod sr;
mod stats;
mod supplemental_pack;
mod tag;
mod tar;
mod task;
mod transit;
mod vbd;
mod vdi;
mod view;
mod vif;
mod vm;
mod vtpm;
mod vusb;

use app::{App, Cx};
use op::Ops;

/// Adds the operations to the table.
pub fn ops(ops: &mut Ops<Cx>) {
    alarm::ops(ops);
    custom_field::ops(ops);
    dashboard::ops(ops);
    disk::ops(ops);
    host::ops(ops);
    journal::ops(ops);
    message::ops(ops);
    network::ops(ops);
    object::ops(ops);
    patch::ops(ops);
    pbd::ops(ops);
    pci::ops(ops);
    pif::ops(ops);
    pool::ops(ops);
    pusb::ops(ops);
    rolling::ops(ops);
    sm::ops(ops);
    sr::ops(ops);
    stats::ops(ops);
    supplemental_pack::ops(ops);
    tag::ops(ops);
    task::ops(ops);
    vbd::ops(ops);
    vdi::ops(ops);
    vif::ops(ops);
    view::ops(ops);
    vm::ops(ops);
    vtpm::ops(ops);
    vusb::ops(ops);
}

/// Starts what goes on without being asked: drives of cloud-init go after the first start, what was interrupted is told,
/// and what a server that was killed has left behind at pools goes.
pub fn start(app: &App) {
    rolling::start(app);
    transit::start(app);
    vm::cloud_init::start(app);
}
