//! Operations on pools, hosts, VMs and what belongs to them.

mod kind;
mod message;
mod object;
mod tag;
mod task;
mod vm;

use app::Cx;
use op::Ops;

/// Adds the operations to the table.
pub fn ops(ops: &mut Ops<Cx>) {
    message::ops(ops);
    object::ops(ops);
    tag::ops(ops);
    task::ops(ops);
    vm::ops(ops);
}
