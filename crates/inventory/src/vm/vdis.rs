//! The disks of a VM.

use app::{
    Cx,
    model::{Kind, Object},
};
use op::{Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{kind, message::whole};

/// List the disks of a VM, a snapshot or a template, without discs in drives.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetVdis {
    /// VM, control domain, snapshot or template.
    id: Id<kind::AnyDomain>,
}

impl Op<Cx> for GetVdis {
    type Output = Vec<Map<String, Value>>;
    const SPEC: Spec = Spec::objects("vm.getVdis", &[Need::unchecked("id", "only what the caller may see is listed")])
        .read()
        .quiet()
        .rest(&[
            Rest::list("/vm-controllers/{id}/vdis", "vdis"),
            Rest::list("/vm-snapshots/{id}/vdis", "vdi-snapshots"),
            Rest::list("/vm-templates/{id}/vdis", "vdis"),
            Rest::list("/vms/{id}/vdis", "vdis"),
        ]);
    async fn run(self, cx: Cx) -> Result<Vec<Map<String, Value>>> {
        let vm = cx.object(&self.id)?;
        let audience = cx.app.audience(Some(&*cx.user()?));
        let disks = attached(&cx, &vm);
        let disks = disks.iter().filter_map(|disk| cx.app.store().get(disk)).filter(|disk| audience.sees(disk));
        disks.map(|disk| whole(&disk)).collect()
    }
}

/// Returns the ids of the disks of a VM, by place.
fn attached(cx: &Cx, vm: &Object) -> Vec<String> {
    #[derive(Deserialize)]
    struct Vm {
        #[serde(rename = "$VBDs", default)]
        vbds: Vec<String>,
    }
    #[derive(Deserialize)]
    struct Vbd {
        is_cd_drive: bool,
        position: String,
        #[serde(rename = "VDI")]
        vdi: Option<String>,
    }
    let vbds = vm.decode::<Vm>().map(|vm| vm.vbds).unwrap_or_default();
    let vbds = vbds.iter().filter_map(|vbd| cx.app.store().get(vbd)).filter(|vbd| vbd.kind() == Kind::Vbd);
    let disks = vbds.filter_map(|vbd| vbd.decode::<Vbd>().ok()).filter(|vbd| !vbd.is_cd_drive);
    let mut disks: Vec<_> =
        disks.filter_map(|vbd| Some((vbd.position.parse().unwrap_or(u32::MAX), vbd.vdi?))).collect();
    disks.sort();
    disks.into_iter().map(|(_, vdi)| vdi).collect()
}
