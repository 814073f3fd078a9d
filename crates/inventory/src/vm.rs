//! Virtual machines, their snapshots and templates.

mod block;
mod clone;
mod delete;
mod restart;
mod set;
mod snapshot;
mod start;
mod stop;
mod suspend;

use app::{Cx, On};
use op::{Ops, Result};
use xapi::params;
use xapi_types::class;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<clone::Clone>()
        .add::<delete::Delete>()
        .add::<restart::Restart>()
        .add::<set::Set>()
        .add::<snapshot::Snapshot>()
        .add::<start::Start>()
        .add::<stop::Stop>()
        .add::<suspend::Pause>()
        .add::<suspend::Resume>()
        .add::<suspend::Suspend>()
        .add::<suspend::Unpause>();
}

/// Returns the record of a VM as its pool has it now.
async fn record(vm: &On) -> Result<class::Vm> {
    vm.pool.call_as("VM.get_record", params![vm.reference()]).await
}
