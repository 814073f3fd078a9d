//! Virtual graphics cards.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::{Value, params};

use super::permit::same_pool;
use crate::kind;

/// Give a halted VM a virtual graphics card.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateVgpu {
    /// VM.
    vm: Id<kind::Vm>,
    /// Group of graphics cards that it comes from.
    gpu_group: Id<kind::GpuGroup>,
    /// Type of the card.
    vgpu_type: Id<kind::VgpuType>,
}

impl Op<Cx> for CreateVgpu {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "vm.createVgpu",
        &[
            Need::unchecked("gpuGroup", "graphics cards are for whoever may change a VM"),
            Need::unchecked("vgpuType", "types are no more than names"),
            Need::administrate("vm", "update"),
        ],
    );
    async fn run(self, cx: Cx) -> Result<()> {
        let (vm, group, kind) = (cx.on(&self.vm)?, cx.object(&self.gpu_group)?, cx.object(&self.vgpu_type)?);
        same_pool(&vm, &group)?;
        same_pool(&vm, &kind)?;
        let (group, kind) = (group.xapi_ref().to_string(), kind.xapi_ref().to_string());
        add(&vm.pool, &vm.reference(), &group, &kind).await
    }
}

/// Gives a VM a graphics card, by references.
pub(super) async fn add(pool: &app::Connection, vm: &str, group: &str, kind: &str) -> Result<()> {
    // Hosts know one place only.
    let params = params![vm, group, "0", Value::structure::<&str>([]), kind];
    pool.call("VGPU.create", params).await.map(drop)
}

/// Take a virtual graphics card away from its halted VM.
#[derive(Deserialize, JsonSchema)]
pub(super) struct DeleteVgpu {
    /// Graphics card.
    vgpu: Id<kind::Vgpu>,
}

impl Op<Cx> for DeleteVgpu {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.deleteVgpu", &[Need::administrate("vgpu", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vgpu = cx.on(&self.vgpu)?;
        vgpu.pool.call("VGPU.destroy", params![vgpu.reference()]).await.map(drop)
    }
}
