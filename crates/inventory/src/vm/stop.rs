//! Stopping a VM.

use std::time::Duration;

use app::Cx;
use op::{Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::block;
use crate::kind;

/// What shuts a VM down, one or the other.
const SHUTDOWNS: &[&str] = &["clean_shutdown", "hard_shutdown"];

/// Shut a VM down.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stop {
    /// VM to stop.
    id: Id<kind::Vm>,
    /// Whether to pull the plug instead of asking the guest; no when left out.
    force: Option<bool>,
    /// Milliseconds after which the plug is pulled if the guest has not shut down; 0 waits for the guest.
    #[serde(default)]
    #[schemars(range(min = 0))]
    force_shutdown_delay: f64,
    /// Whether to stop even if that is blocked; it is blocked again afterwards. As `force` when left out.
    bypass_blocked_operation: Option<bool>,
}

impl Op<Cx> for Stop {
    type Output = ();
    const SPEC: Spec =
        Spec::objects("vm.stop", &[Need::operate("id", "shutdown").by("force", "shutdown:hard", "shutdown:clean")])
            .rest(&[
                Rest::action("/vms/{id}/actions/clean_shutdown").giving(&[("force", "false")]),
                Rest::action("/vms/{id}/actions/hard_shutdown").giving(&[("force", "true")]),
            ]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        let force = self.force == Some(true);
        let bypass = self.bypass_blocked_operation.unwrap_or(force);
        let lifted = if bypass { block::lift(&vm, SHUTDOWNS).await? } else { Vec::new() };
        let hard = || vm.pool.call_async("VM.hard_shutdown", params![vm.reference()]);
        let stopped = if force {
            hard().await
        } else {
            let clean = vm.pool.call_async("VM.clean_shutdown", params![vm.reference()]);
            match Duration::try_from_secs_f64(self.force_shutdown_delay / 1000.0) {
                Ok(delay) if !delay.is_zero() => match tokio::time::timeout(delay, clean).await {
                    Ok(stopped) => stopped,
                    Err(_) => hard().await,
                },
                _ => clean.await,
            }
        };
        block::restore(&vm, lifted).await;
        stopped.map(drop)
    }
}
