//! Network interfaces of virtual machines.

mod connect;
mod create;
mod delete;
mod locking;
mod replace;
mod set;

use app::{Cx, On};
use op::{Ops, Result};
use xapi::params;
use xapi_types::class;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<connect::Connect>()
        .add::<connect::Disconnect>()
        .add::<create::Create>()
        .add::<delete::Delete>()
        .add::<locking::GetLockingModeValues>()
        .add::<set::Set>();
}

/// Returns the record of an interface as its pool has it now.
async fn record(vif: &On) -> Result<class::Vif> {
    vif.pool.call_as("VIF.get_record", params![vif.reference()]).await
}
