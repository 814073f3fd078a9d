//! Deleting a VM.

use app::{Connection, Cx};
use futures_util::{FutureExt, future::BoxFuture};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::params;
use xapi_types::{
    class,
    enums::{VmOperations, VmPowerState},
};

use super::{device, xapi_code};
use crate::kind;

/// Delete a VM with its snapshots and, unless told otherwise, its disks; a running one is stopped hard before.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "these are the names on the wire")]
pub(super) struct Delete {
    /// VM, snapshot or template to delete.
    id: Id<kind::AnyVm>,
    /// Whether to delete disks that no other VM uses; yes when left out.
    delete_disks: Option<bool>,
    /// Whether to delete whatever stands against it: as the two below; no when left out.
    force: Option<bool>,
    /// Whether to delete a template that came with the host; as `force` when left out.
    force_delete_default_template: Option<bool>,
    /// Whether to delete even if that is blocked; as `force` when left out.
    force_blocked_operation: Option<bool>,
}

/// The error of a host that is older than a method.
const UNKNOWN_METHOD: &str = xapi_types::code::MESSAGE_METHOD_UNKNOWN;

/// What holds for a VM and its snapshots.
#[derive(Clone, Copy)]
struct Rules {
    disks: bool,
    default_template: bool,
    blocked: bool,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.delete", &[Need::administrate("id", "delete")]).rest(&[
        Rest::delete("/vms/{id}"),
        Rest::delete("/vm-snapshots/{id}"),
        Rest::delete("/vm-templates/{id}"),
    ]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        let force = self.force == Some(true);
        let rules = Rules {
            disks: self.delete_disks != Some(false),
            default_template: self.force_delete_default_template.unwrap_or(force),
            blocked: self.force_blocked_operation.unwrap_or(force),
        };
        delete(vm.pool.clone(), vm.reference(), rules).await
    }
    fn would(&self, first: &str) -> Option<String> {
        let how = if first == "VM.hard_shutdown" { "switched off hard and deleted" } else { "deleted" };
        let disks = if self.delete_disks == Some(false) { "its disks would stay" } else { "its disks with it" };
        Some(format!("it would be {how} with its snapshots, {disks}"))
    }
}

/// Deletes a VM that was made for a purpose that came to nothing, with its disks; a failure goes to the log.
pub(crate) async fn discard(pool: &Connection, vm: &str) {
    let rules = Rules { disks: true, default_template: true, blocked: true };
    if let Err(error) = delete(pool.clone(), vm.to_owned(), rules).await {
        warn!("cannot delete the VM `{vm}` that is not needed any more: {error}");
    }
}

fn delete(pool: Connection, vm: String, rules: Rules) -> BoxFuture<'static, Result<()>> {
    async move {
        let record: class::Vm = pool.call_as("VM.get_record", params![&vm]).await?;
        let blocked = record.blocked_operations.get(&VmOperations::Destroy);
        if let Some(reason) = blocked
            && !rules.blocked
        {
            let operation = format!("destroy is blocked: {reason}");
            return Err(Error::ForbiddenOperation { operation, reason: reason.to_string() });
        }
        let old_mark = record.other_config.get("default_template").is_some_and(|mark| mark == "true");
        if record.is_default_template || old_mark {
            if !rules.default_template {
                let id = record.uuid.as_str();
                return Err(Error::incorrect_state(id, "isDefaultTemplate", true, false));
            }
            match pool.call("VM.set_is_default_template", params![&vm, false]).await {
                // XenServer 7.1 and older have the mark in `other_config` alone.
                Err(error) if xapi_code(&error) == Some(UNKNOWN_METHOD) => {}
                set => drop(set?),
            }
            pool.call("VM.remove_from_other_config", params![&vm, "default_template"]).await?;
        }
        // A template cannot be destroyed, and snapshots count as such.
        pool.call("VM.set_is_a_template", params![&vm, false]).await?;
        let destroy = async {
            if blocked.is_some() {
                pool.call("VM.remove_from_blocked_operations", params![&vm, "destroy"]).await?;
            }
            if record.power_state != VmPowerState::Halted {
                pool.call_async("VM.hard_shutdown", params![&vm]).await?;
            }
            let disks = if rules.disks { disks(&pool, &record).await? } else { Vec::new() };
            pool.call_async("VM.destroy", params![&vm]).await?;
            Ok(disks)
        };
        let disks = match destroy.await {
            Ok(disks) => disks,
            Err(error) => {
                restore(&pool, &vm, &record).await;
                return Err(error);
            }
        };
        // The VM is gone: what is left over is told of in the log, not as a failure.
        for snapshot in &record.snapshots {
            if let Err(error) = delete(pool.clone(), snapshot.to_string(), rules).await {
                warn!(vm.id = %record.uuid, "cannot delete a snapshot of a deleted VM: {error}");
                pool.warn("a snapshot of the VM cannot be deleted", &error);
            }
        }
        for disk in disks {
            if let Err(error) = delete_disk(&pool, &disk).await {
                warn!(vm.id = %record.uuid, "cannot delete a disk of a deleted VM: {error}");
                pool.warn("a disk of the VM cannot be deleted", &error);
            }
        }
        Ok(())
    }
    .boxed()
}

/// Gives a VM that could not be deleted back what stood against that.
async fn restore(pool: &Connection, vm: &str, record: &class::Vm) {
    let restore = async {
        if let Some(reason) = record.blocked_operations.get(&VmOperations::Destroy) {
            pool.call("VM.remove_from_blocked_operations", params![vm, "destroy"]).await?;
            pool.call("VM.add_to_blocked_operations", params![vm, "destroy", reason.to_string()]).await?;
        }
        if record.is_a_template {
            pool.call("VM.set_is_a_template", params![vm, true]).await?;
        }
        if record.is_default_template {
            pool.call("VM.set_is_default_template", params![vm, true]).await?;
        }
        if let Some(mark) = record.other_config.get("default_template") {
            pool.call("VM.add_to_other_config", params![vm, "default_template", mark.to_string()]).await?;
        }
        Ok::<_, Error>(())
    };
    if let Err(left) = restore.await {
        warn!(vm.id = %record.uuid, "a VM that could not be deleted is not as it was before: {left}");
    }
}

/// Returns the disks of a VM, without what is in its CD drives.
async fn disks(pool: &Connection, record: &class::Vm) -> Result<Vec<String>> {
    let mut disks: Vec<_> = device::vbds(pool, record).await?.iter().filter_map(device::Vbd::disk).collect();
    disks.sort_unstable();
    disks.dedup();
    Ok(disks)
}

/// Deletes a disk unless another VM uses it.
async fn delete_disk(pool: &Connection, disk: &str) -> Result<()> {
    let users: Vec<String> = pool.call_as("VDI.get_VBDs", params![disk]).await?;
    if users.is_empty() {
        pool.call_async("VDI.destroy", params![disk]).await?;
    }
    Ok(())
}
