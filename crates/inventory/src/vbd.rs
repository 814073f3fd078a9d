//! Disks and drives of virtual machines.

mod create;
mod delete;
mod plug;
mod set;

use app::Cx;
use op::Ops;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<create::Create>()
        .add::<delete::Delete>()
        .add::<plug::Connect>()
        .add::<plug::Disconnect>()
        .add::<set::Set>()
        .add::<set::SetBootable>();
}
