//! Changing what a VM takes over only when it starts.

use app::{Cx, On};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::params;
use xapi_types::enums::VmPowerState;

use super::{Change, Edit};
use crate::kind;

/// Shut a VM down, change it and start it again; one that does not run is changed and started.
///
/// It is started again also where the change is refused.
#[derive(Deserialize, JsonSchema)]
pub(in crate::vm) struct SetAndRestart {
    /// Whether to pull the plug instead of asking the guest; no when left out.
    force: Option<bool>,
    /// VM to change.
    id: Id<kind::Vm>,
    #[serde(flatten)]
    change: Change,
}

impl Op<Cx> for SetAndRestart {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "vm.setAndRestart",
        &[Need::administrate("id", "update").each(), Need::administrate("suspendSr", "read")],
    )
    .secret(&[Change::SECRET]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        self.change.check()?;
        stop(&vm, self.force == Some(true)).await?;
        let changed = match crate::vm::record(&vm).await {
            Ok(record) => self.change.apply(&cx, Edit::new(vm.pool.clone(), vm.reference(), record)).await,
            Err(error) => Err(error),
        };
        let started = vm.pool.call("VM.start", params![vm.reference(), false, false]).await;
        if let (Err(_), Err(error)) = (&changed, &started) {
            warn!(vm.id = vm.object.id(), "a VM that could not be changed does not start again either: {error}");
            vm.pool.warn("the VM does not start again either", error);
        }
        changed.and(started.map(drop))
    }
    fn would(&self, first: &str) -> Option<String> {
        let how = match first {
            "VM.clean_shutdown" => "shut down by its guest tools, ",
            "VM.hard_shutdown" => "switched off hard, ",
            _ => "",
        };
        Some(format!("it would be {how}changed and started"))
    }
}

async fn stop(vm: &On, force: bool) -> Result<()> {
    let method = if force { "VM.hard_shutdown" } else { "VM.clean_shutdown" };
    match vm.pool.call_async(method, params![vm.reference()]).await {
        Err(Error::VmBadPowerState { .. }) if is_halted(vm).await? => Ok(()),
        stopped => stopped.map(drop),
    }
}

async fn is_halted(vm: &On) -> Result<bool> {
    let state: VmPowerState = vm.pool.call_as("VM.get_power_state", params![vm.reference()]).await?;
    Ok(state == VmPowerState::Halted)
}
