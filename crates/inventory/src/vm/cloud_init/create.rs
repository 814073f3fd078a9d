//! Making a drive for a VM that is there.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Drive;
use crate::{kind, vm::permit::same_pool};

/// Give a VM a drive that tells cloud-init what to do at its next start.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::vm) struct CreateCloudInitConfigDrive {
    /// VM.
    vm: Id<kind::Vm>,
    /// Storage repository of the drive.
    sr: Id<kind::Sr>,
    /// What to do, such as a text that begins with `#cloud-config`; it is not looked into.
    config: String,
    /// How to set up the network.
    network_config: Option<String>,
}

impl Op<Cx> for CreateCloudInitConfigDrive {
    type Output = ();
    const SPEC: Spec =
        Spec::objects("vm.createCloudInitConfigDrive", &[Need::view("sr", "read"), Need::administrate("vm", "update")])
            .secret(&["config", "networkConfig"]);
    async fn run(self, cx: Cx) -> Result<()> {
        let (vm, sr) = (cx.on(&self.vm)?, cx.object(&self.sr)?);
        same_pool(&vm, &sr)?;
        let drive = Drive {
            vm: &vm.reference(),
            sr: &sr.xapi_ref().to_string(),
            user: &self.config,
            network: self.network_config.as_deref(),
            passing: false,
        };
        drive.attach(&vm.pool).await
    }
}
