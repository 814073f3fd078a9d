//! Secure boot.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Return whether a VM is ready to boot signed systems only: `ready`, or what is missing.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetSecurebootReadiness {
    /// VM.
    id: Id<kind::Vm>,
    /// Whether to ask anew; the host is always asked.
    #[serde(default)]
    #[allow(dead_code, reason = "nothing is kept that would have to be asked anew")]
    force_refresh: bool,
}

impl Op<Cx> for GetSecurebootReadiness {
    type Output = String;
    const SPEC: Spec = Spec::objects("vm.getSecurebootReadiness", &[Need::view("id", "read")]).read();
    async fn run(self, cx: Cx) -> Result<String> {
        let vm = cx.on(&self.id)?;
        vm.pool.call_as("VM.get_secureboot_readiness", params![vm.reference()]).await
    }
}
