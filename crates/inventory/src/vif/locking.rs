//! What traffic may pass an interface of a VM.

use app::Cx;
use op::{Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

/// The modes, as XAPI's `vif_locking_mode` has them.
pub(super) const MODES: &[&str] = &["disabled", "locked", "network_default", "unlocked"];

/// List what `lockingMode` of `vif.set` may be.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetLockingModeValues {}

impl Op<Cx> for GetLockingModeValues {
    type Output = &'static [&'static str];
    const SPEC: Spec = Spec::signed_in("vif.getLockingModeValues");
    async fn run(self, _: Cx) -> Result<&'static [&'static str]> {
        Ok(MODES)
    }
}
