//! What high availability can do for a VM.

use app::Cx;
use op::{Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

/// List what `high_availability` of a VM can be.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetHaValues {}

impl Op<Cx> for GetHaValues {
    type Output = Vec<String>;
    const SPEC: Spec = Spec::signed_in("vm.getHaValues");
    async fn run(self, _: Cx) -> Result<Vec<String>> {
        Ok(["best-effort", "restart", ""].map(ToOwned::to_owned).to_vec())
    }
}
