//! Storage repositories.

mod attachment;
mod chain;
mod create;
mod maintenance;
mod probe;
mod reclaim;
mod remove;
mod scan;
mod set;
mod stats;

use app::Cx;
use op::Ops;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<attachment::ConnectAll>()
        .add::<attachment::DisconnectAll>()
        .add::<chain::GetAll>()
        .add::<chain::GetInfo>()
        .add::<maintenance::Disable>()
        .add::<maintenance::Enable>()
        .add::<reclaim::ReclaimSpace>()
        .add::<remove::Destroy>()
        .add::<remove::Forget>()
        .add::<scan::Scan>()
        .add::<set::Set>()
        .add::<stats::Stats>();
    create::ops(ops);
    probe::ops(ops);
}
