//! Maintenance: a host without VMs, on which none starts.

use app::{Cx, On};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::params;
use xapi_types::class;

use super::clear::clear;
use crate::kind;

/// What keeps a VM from moving when it is blocked.
const MOVES: &[&str] = &["pool_migrate", "migrate_send"];

/// Put a host into maintenance: its VMs move to others and none starts on it; or end that.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SetMaintenanceMode {
    /// Host.
    id: Id<kind::Host>,
    /// Whether to put it into maintenance or to end that.
    maintenance: bool,
    /// VMs of it to move even if moving them is blocked; it is blocked again afterwards.
    vms_to_force_migrate: Option<Vec<Id<kind::Vm>>>,
}

impl Op<Cx> for SetMaintenanceMode {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "host.setMaintenanceMode",
        &[
            Need::administrate("id", "evacuate"),
            Need::unchecked("vmsToForceMigrate", "they must run on the host, on which the right is held"),
        ],
    );
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        if !self.maintenance {
            return host.pool.call("host.enable", params![host.reference()]).await.map(drop);
        }
        begin(&cx, &host, &self.vms_to_force_migrate.unwrap_or_default()).await
    }
    fn would(&self, _: &str) -> Option<String> {
        let says = if self.maintenance {
            "its VMs would be moved to other hosts, and none would start on it any more"
        } else {
            "VMs could start on it again"
        };
        Some(says.to_owned())
    }
}

/// Moves the VMs of a host to others, `forced` ones even if that is blocked, and lets none start on it.
pub(super) async fn begin(cx: &Cx, host: &On, forced: &[Id<kind::Vm>]) -> Result<()> {
    let mut lifted = Vec::new();
    let mut cleared = Ok(());
    for vm in forced {
        cleared = lift(cx, host, vm, &mut lifted).await;
        if cleared.is_err() {
            break;
        }
    }
    if cleared.is_ok() {
        cleared = clear(cx, host).await;
    }
    for block in lifted {
        block.restore(host).await;
    }
    cleared
}

/// A block that was lifted.
struct Block {
    vm: String,
    operation: &'static str,
    reason: String,
}

impl Block {
    async fn restore(self, host: &On) {
        let params = params![&self.vm, self.operation, self.reason];
        if let Err(error) = host.pool.call("VM.add_to_blocked_operations", params).await {
            warn!("cannot block `{}` of the VM `{}` again: {error}", self.operation, self.vm);
        }
    }
}

/// Lets a VM of the host move, noting in `lifted` what kept it.
async fn lift(cx: &Cx, host: &On, vm: &Id<kind::Vm>, lifted: &mut Vec<Block>) -> Result<()> {
    let vm = cx.on(vm)?;
    let record: class::Vm = vm.pool.call_as("VM.get_record", params![vm.reference()]).await?;
    if record.resident_on.to_string() != host.reference() {
        let (vm, host) = (vm.object.id(), host.object.id());
        return Err(Error::invalid(format!("VM `{vm}` does not run on host `{host}`")));
    }
    for &operation in MOVES {
        let blocked = record.blocked_operations.iter().find(|(blocked, _)| blocked == operation);
        if let Some((_, reason)) = blocked {
            vm.pool.call("VM.remove_from_blocked_operations", params![vm.reference(), operation]).await?;
            lifted.push(Block { vm: vm.reference(), operation, reason: reason.to_string() });
        }
    }
    Ok(())
}
