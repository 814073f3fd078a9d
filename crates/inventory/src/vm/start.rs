//! Starting a VM.

use app::{Cx, On, model::Kind};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::block;
use crate::kind;

/// Start a VM: a halted one is started, a paused one unpaused, a suspended one resumed.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Start {
    /// Whether to start even if a running VM has one of its MAC addresses; no when left out.
    bypass_mac_addresses_check: Option<bool>,
    /// Whether to start even if starting is blocked; the block is removed. No when left out.
    force: Option<bool>,
    /// Host to start it on; chosen by the pool when left out.
    host: Option<Id<kind::Host>>,
    /// VM to start.
    id: Id<kind::Vm>,
}

/// What of a network interface this reads.
#[derive(Deserialize)]
struct Interface {
    #[serde(rename = "MAC", default)]
    mac: String,
    #[serde(rename = "$VM", default)]
    vm: Option<String>,
    #[serde(default)]
    attached: bool,
}

impl Op<Cx> for Start {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.start", &[Need::operate("host", "allow-vm"), Need::operate("id", "start")])
        .rest(&[Rest::action("/vms/{id}/actions/start")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        if self.bypass_mac_addresses_check != Some(true) {
            check_addresses(&cx, &vm)?;
        }
        let host = self.host.map(|host| cx.object(&host)).transpose()?;
        let host = host.map(|host| host.xapi_ref().to_string());
        let lifted =
            if self.force == Some(true) { block::lift(&vm, &["start", "start_on"]).await? } else { Vec::new() };
        let started = start(&vm, host).await;
        if started.is_err() {
            block::restore(&vm, lifted).await;
        }
        started
    }
}

/// Brings a VM to run, whatever it is in.
async fn start(vm: &On, host: Option<String>) -> Result<()> {
    let started = match &host {
        Some(host) => vm.pool.call_async("VM.start_on", params![vm.reference(), host, false, false]).await,
        None => vm.pool.call("VM.start", params![vm.reference(), false, false]).await,
    };
    match started {
        Ok(_) => Ok(()),
        Err(Error::VmBadPowerState { actual, .. }) if actual == "paused" => {
            vm.pool.call_async("VM.unpause", params![vm.reference()]).await.map(drop)
        }
        Err(Error::VmBadPowerState { actual, .. }) if actual == "suspended" => {
            let resumed = match &host {
                Some(host) => vm.pool.call_async("VM.resume_on", params![vm.reference(), host, false, true]).await,
                None => vm.pool.call_async("VM.resume", params![vm.reference(), false, true]).await,
            };
            resumed.map(drop)
        }
        Err(Error::OperationBlocked { code, .. }) => {
            Err(Error::ForbiddenOperation { operation: "Start".to_owned(), reason: code })
        }
        Err(error) => Err(error),
    }
}

/// Refuses a VM one of whose MAC addresses is in use by an interface that is plugged in elsewhere.
fn check_addresses(cx: &Cx, vm: &On) -> Result<()> {
    let objects = cx.app.store().snapshot();
    let interfaces = objects.of_kind(Kind::Vif);
    let interfaces: Vec<Interface> = interfaces.filter_map(|interface| interface.decode().ok()).collect();
    let is_own = |interface: &&Interface| interface.vm.as_deref() == Some(vm.object.id());
    let own: Vec<_> = interfaces.iter().filter(is_own).map(|interface| interface.mac.to_lowercase()).collect();
    let clash =
        interfaces.iter().any(|other| other.attached && !is_own(&other) && own.contains(&other.mac.to_lowercase()));
    let twice = (1..own.len()).any(|at| own[..at].contains(&own[at]));
    if clash || twice {
        let code = "DUPLICATED_MAC_ADDRESS".to_owned();
        return Err(Error::OperationFailed { object: vm.object.id().to_owned(), code });
    }
    Ok(())
}
