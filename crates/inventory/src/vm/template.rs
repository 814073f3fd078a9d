//! Making templates of VMs and snapshots.

use app::{Connection, Cx};
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;
use xapi_types::enums::VmPowerState;

use super::{delete, device};
use crate::kind;

/// Turn a halted VM into a template; its CD drives are emptied.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ConvertToTemplate {
    /// VM to turn into a template.
    id: Id<kind::VmOrSnapshot>,
}

impl Op<Cx> for ConvertToTemplate {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.convertToTemplate", &[Need::administrate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        convert(&cx, &self.id).await
    }
}

/// Turn a halted VM into a template: the former name of `vm.convertToTemplate`.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Convert {
    /// VM to turn into a template.
    id: Id<kind::VmOrSnapshot>,
}

impl Op<Cx> for Convert {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.convert", &[Need::administrate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        convert(&cx, &self.id).await
    }
}

async fn convert(cx: &Cx, id: &str) -> Result<()> {
    let vm = cx.on(id)?;
    let record = super::record(&vm).await?;
    // Where the pool will refuse, its discs stay in.
    if record.power_state == VmPowerState::Halted && !record.is_a_snapshot {
        let vbds = device::vbds(&vm.pool, &record).await?;
        for drive in vbds.iter().filter(|vbd| vbd.is_drive() && !vbd.record.empty) {
            vm.pool.call_async("VBD.eject", params![&drive.reference]).await?;
        }
    }
    vm.pool.call("VM.set_is_a_template", params![vm.reference(), true]).await.map(drop)
}

/// Make a template of a snapshot, with disks of its own.
#[derive(Deserialize, JsonSchema)]
pub(super) struct CopyToTemplate {
    /// Snapshot to make a template of.
    id: Id<kind::Snapshot>,
}

impl Op<Cx> for CopyToTemplate {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.copyToTemplate", &[Need::administrate("id", "export")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let snapshot = cx.on(&self.id)?;
        let name = super::record(&snapshot).await?.name_label;
        let copy = snapshot.pool.call_async("VM.copy", params![snapshot.reference(), name, ""]).await?;
        let copy = super::made(&copy, "VM")?;
        let marked = mark(&snapshot.pool, &copy).await;
        if marked.is_err() {
            delete::discard(&snapshot.pool, &copy).await;
        }
        marked
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("a template would be made of it".to_owned())
    }
}

/// Makes sure that a VM is a template; one that is refuses to become one.
async fn mark(pool: &Connection, vm: &str) -> Result<()> {
    if pool.call_as("VM.get_is_a_template", params![vm]).await? {
        return Ok(());
    }
    pool.call("VM.set_is_a_template", params![vm, true]).await.map(drop)
}
