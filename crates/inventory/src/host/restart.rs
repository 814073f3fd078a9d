//! Restarting hosts.

use app::{Cx, On, model::Kind};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::params;

use super::{
    clear::{clear, restore, says},
    smart_reboot,
};
use crate::kind;

/// Restart a host: its VMs move to others before, or are suspended until it is up again.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "these are the parameters on the wire")]
pub(super) struct Restart {
    /// Whether to restart it even if a backup runs; nothing looks for one yet.
    #[allow(dead_code, reason = "backups come later, their callers are here")]
    bypass_backup_check: Option<bool>,
    /// Whether to suspend even VMs whose suspension is blocked; it is blocked again afterwards. No when left out.
    bypass_blocked_suspend: Option<bool>,
    /// Whether to restart the host even if this server runs on it; it never looks.
    #[allow(dead_code, reason = "callers say so where a check refuses, and here none does")]
    bypass_current_vm_check: Option<bool>,
    /// Host to restart.
    id: Id<kind::Host>,
    /// Whether to go on if its VMs cannot move, which only helps where none is left; no when left out.
    force: Option<bool>,
    /// Whether to suspend its VMs and resume them afterwards, instead of moving them.
    #[serde(default)]
    suspend_resident_vms: bool,
    /// Whether to restart it even though the master of its pool should be restarted first; no when left out.
    bypass_version_check: Option<bool>,
}

impl Op<Cx> for Restart {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.restart", &[Need::operate("id", "reboot:clean")]).rest(&[
        Rest::action("/hosts/{id}/actions/clean_reboot")
            .giving(&[("suspendResidentVms", "false"), ("bypassBlockedSuspend", "null")]),
        Rest::action("/hosts/{id}/actions/smart_reboot").giving(&[("suspendResidentVms", "true"), ("force", "null")]),
    ]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        if self.bypass_version_check != Some(true) {
            check_master(&cx, &host)?;
        }
        if self.suspend_resident_vms {
            return smart_reboot::run(&cx, &host, self.bypass_blocked_suspend == Some(true)).await;
        }
        reboot(&cx, &host, self.force == Some(true)).await
    }
    fn would(&self, first: &str) -> Option<String> {
        Some(says(first, "restarted"))
    }
}

/// Empties a host and restarts it.
pub(crate) async fn reboot(cx: &Cx, host: &On, force: bool) -> Result<()> {
    let was_enabled: bool = host.pool.call_as("host.get_enabled", params![host.reference()]).await?;
    match clear(cx, host).await {
        Err(error) if force => {
            warn!(host.id = host.object.id(), "the VMs of a host that is to restart stay: {error}");
            host.pool.warn("the VMs of the host do not leave it", &error);
            host.pool.call("host.disable", params![host.reference()]).await?;
        }
        cleared => cleared?,
    }
    let rebooted = host.pool.call_async("host.reboot", params![host.reference()]).await;
    if rebooted.is_err() {
        restore(host, was_enabled).await;
    }
    rebooted.map(drop)
}

/// Refuses while the master waits for a restart: a member must not run newer software than its master.
fn check_master(cx: &Cx, host: &On) -> Result<()> {
    #[derive(Deserialize)]
    struct Pool {
        master: Option<String>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Master {
        reboot_required: bool,
    }
    let objects = cx.app.store().snapshot();
    let pool = objects.of_pool(host.object.pool().as_str()).find(|object| object.kind() == Kind::Pool);
    let master = pool.and_then(|pool| pool.decode::<Pool>().ok()?.master);
    let Some(master) = master.filter(|master| master != host.object.id()) else { return Ok(()) };
    let waits = cx.object(&master)?.decode::<Master>().is_ok_and(|master| master.reboot_required);
    if waits {
        return Err(Error::incorrect_state(master, "rebootRequired", true, false));
    }
    Ok(())
}
