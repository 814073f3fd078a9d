//! Starting and stopping hosts.

use app::{Cx, On};
use futures_util::future::join_all;
use op::{Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::params;

use super::{
    clear::{clear, restore, says},
    smart_reboot::suspend,
};
use crate::kind;

/// Switch a host on from afar.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Start {
    /// Host to switch on.
    id: Id<kind::Host>,
}

impl Op<Cx> for Start {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.start", &[Need::operate("id", "start")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        host.pool.call_async("host.power_on", params![host.reference()]).await.map(drop)
    }
}

/// Move the VMs of a host to others and switch it off.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stop {
    /// Whether to stop it even if a backup runs; nothing looks for one yet.
    #[allow(dead_code, reason = "backups come later, their callers are here")]
    bypass_backup_check: Option<bool>,
    /// Host to stop.
    id: Id<kind::Host>,
    /// Whether to leave its VMs where they are, so that only a host without can be stopped; no when left out.
    bypass_evacuate: Option<bool>,
}

impl Op<Cx> for Stop {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.stop", &[Need::operate("id", "shutdown:clean")])
        .rest(&[Rest::action("/hosts/{id}/actions/clean_shutdown")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        let was_enabled: bool = host.pool.call_as("host.get_enabled", params![host.reference()]).await?;
        if self.bypass_evacuate == Some(true) {
            host.pool.call("host.disable", params![host.reference()]).await?;
        } else {
            clear(&cx, &host).await?;
        }
        let stopped = host.pool.call_async("host.shutdown", params![host.reference()]).await;
        if stopped.is_err() {
            restore(&host, was_enabled).await;
        }
        stopped.map(drop)
    }
    fn would(&self, first: &str) -> Option<String> {
        Some(says(first, "switched off"))
    }
}

/// Switch a host off at once, as when its power runs out: its VMs are suspended where that works.
#[derive(Deserialize, JsonSchema)]
pub(super) struct EmergencyShutdownHost {
    /// Host to switch off.
    host: Id<kind::Host>,
}

impl Op<Cx> for EmergencyShutdownHost {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.emergencyShutdownHost", &[Need::administrate("host", "shutdown:emergency")])
        .rest(&[Rest::action("/hosts/{id}/actions/emergency_shutdown").named(&[("id", "host")])]);
    async fn run(self, cx: Cx) -> Result<()> {
        emergency_shutdown(&cx.on(&self.host)?).await
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("its VMs would be suspended where that works, and it would be switched off".to_owned())
    }
}

/// Suspends the VMs of a host where that works and switches it off.
pub(crate) async fn emergency_shutdown(host: &On) -> Result<()> {
    let record = super::record(host).await?;
    let guests = record.resident_vms.iter().filter(|vm| **vm != record.control_domain);
    let suspends = guests.map(async |vm| {
        let state: Result<String> = host.pool.call_as("VM.get_power_state", params![vm]).await;
        let is_paused = state.is_ok_and(|state| state == "Paused");
        if let Err(error) = suspend(host, &vm.to_string(), is_paused).await {
            warn!(host.id = host.object.id(), "cannot suspend the VM `{vm}` before its host goes off: {error}");
        }
    });
    join_all(suspends).await;
    host.pool.call("host.disable", params![host.reference()]).await?;
    let stopped = host.pool.call_async("host.shutdown", params![host.reference()]).await;
    if stopped.is_err() {
        restore(host, record.enabled).await;
    }
    stopped.map(drop)
}
