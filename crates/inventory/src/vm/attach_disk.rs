//! Attaching a disk to a VM.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{device::NewVbd, permit::same_pool};
use crate::kind;

/// Attach a disk to a VM, plugged in at once if it runs.
#[derive(Deserialize, JsonSchema)]
pub(super) struct AttachDisk {
    /// Whether the VM can boot from it; no when left out.
    bootable: Option<bool>,
    /// Whether the VM may write; it may when left out.
    mode: Option<Mode>,
    /// Place among its devices, such as `1`; a free one when left out.
    position: Option<String>,
    /// Disk to attach.
    vdi: Id<kind::Vdi>,
    /// VM to attach it to.
    vm: Id<kind::Vm>,
}

#[derive(Deserialize, JsonSchema, PartialEq)]
enum Mode {
    #[serde(rename = "RO")]
    ReadOnly,
    #[serde(rename = "RW")]
    ReadWrite,
}

impl Op<Cx> for AttachDisk {
    type Output = ();
    const SPEC: Spec =
        Spec::objects("vm.attachDisk", &[Need::administrate("vdi", "update"), Need::administrate("vm", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let (vm, vdi) = (cx.on(&self.vm)?, cx.object(&self.vdi)?);
        same_pool(&vm, &vdi)?;
        let disk = NewVbd {
            vm: &vm.reference(),
            vdi: &vdi.xapi_ref().to_string(),
            drive: false,
            bootable: self.bootable == Some(true),
            read_only: self.mode == Some(Mode::ReadOnly),
            position: self.position,
        };
        disk.attach(&vm.pool).await.map(drop)
    }
}
