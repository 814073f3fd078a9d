//! Restarting a VM.

use app::Cx;
use op::{Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::block;
use crate::kind;

/// What restarts a VM, one or the other.
const REBOOTS: &[&str] = &["clean_reboot", "hard_reboot"];

/// Restart a VM.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Restart {
    /// VM to restart.
    id: Id<kind::Vm>,
    /// Whether to pull the plug instead of asking the guest; no when left out.
    force: Option<bool>,
    /// Whether to restart even if that is blocked; it is blocked again afterwards. As `force` when left out.
    bypass_blocked_operation: Option<bool>,
}

impl Op<Cx> for Restart {
    type Output = ();
    const SPEC: Spec =
        Spec::objects("vm.restart", &[Need::operate("id", "reboot").by("force", "reboot:hard", "reboot:clean")]).rest(
            &[
                Rest::action("/vms/{id}/actions/clean_reboot").giving(&[("force", "false")]),
                Rest::action("/vms/{id}/actions/hard_reboot").giving(&[("force", "true")]),
            ],
        );
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        let force = self.force == Some(true);
        let bypass = self.bypass_blocked_operation.unwrap_or(force);
        let lifted = if bypass { block::lift(&vm, REBOOTS).await? } else { Vec::new() };
        let method = if force { "VM.hard_reboot" } else { "VM.clean_reboot" };
        let restarted = vm.pool.call_async(method, params![vm.reference()]).await;
        block::restore(&vm, lifted).await;
        restarted.map(drop)
    }
}
