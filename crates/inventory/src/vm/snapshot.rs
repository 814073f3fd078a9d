//! Snapshots of a VM.

use app::{Cx, On, model::Kind};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::{Value, params};
use xapi_types::class;

use super::delete;
use crate::{
    kind,
    transit::{self, Temporary, What},
};

/// A disk whose name has this is left out of snapshots.
const LEFT_OUT: &str = "[NOSNAP]";

/// Make a snapshot of a VM and return its id.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Snapshot {
    /// Text for people.
    #[schemars(length(min = 0))]
    description: Option<String>,
    /// VM to make a snapshot of.
    id: Id<kind::Vm>,
    /// Name of the snapshot; that of the VM with the time when left out.
    name: Option<String>,
    /// Whether to keep the memory of a running VM too; no when left out.
    save_memory: Option<bool>,
}

impl Op<Cx> for Snapshot {
    type Output = String;
    const SPEC: Spec = Spec::objects("vm.snapshot", &[Need::operate("id", "snapshot")]).rest(&[Rest::action(
        "/vms/{id}/actions/snapshot",
    )
    .creating("vm-snapshots")
    .named(&[("name_label", "name")])]);
    async fn run(self, cx: Cx) -> Result<String> {
        let vm = cx.on(&self.id)?;
        let record = super::record(&vm).await?;
        let name = self.name.unwrap_or_else(|| format!("{}_{:.3}", record.name_label, jiff::Timestamp::now()));
        let snapshot = if self.save_memory == Some(true) {
            match vm.pool.call_async("VM.checkpoint", params![vm.reference(), &name]).await {
                // A VM that is not running has no memory to keep.
                Err(Error::VmBadPowerState { .. }) => plain(&cx, &vm, &record, &name).await?,
                other => other?,
            }
        } else {
            plain(&cx, &vm, &record, &name).await?
        };
        let snapshot = super::made(&snapshot, "snapshot")?;
        let finish = async {
            vm.pool.call("VM.set_is_a_template", params![&snapshot, false]).await?;
            let id: String = vm.pool.call_as("VM.get_uuid", params![&snapshot]).await?;
            if let Some(description) = self.description {
                vm.pool.call("VM.set_name_description", params![&snapshot, description]).await?;
            }
            vm.pool.seen(&[Kind::VmSnapshot], &id).await;
            Ok(id)
        };
        let finished = finish.await;
        if finished.is_err() {
            delete::discard(&vm.pool, &snapshot).await;
        }
        finished
    }
}

/// Makes a snapshot without memory.
pub(super) async fn plain(cx: &Cx, vm: &On, record: &class::Vm, name: &str) -> Result<Value> {
    let left_out = left_out(cx, vm, record).await?;
    let mut params = params![vm.reference(), name];
    // Older hosts do not know the third parameter.
    if !left_out.is_empty() {
        params.push(Value::Array(left_out.into_iter().map(Value::from).collect()));
    }
    vm.pool.call_async("VM.snapshot", params).await
}

/// Makes a snapshot that stands only while something is read, with a name that tells `what` it is for.
pub(super) async fn passing(cx: &Cx, vm: &On, record: &class::Vm, what: &str) -> Result<Temporary> {
    let name = format!("[XO {what}] {}", record.name_label);
    let made = plain(cx, vm, record, &transit::named(&cx.app, &name).await?).await?;
    let snapshot = Temporary::new(&cx.app, &vm.pool, What::Vm, &super::made(&made, "snapshot")?);
    let finish = async {
        snapshot.mark().await?;
        vm.pool.call("VM.set_name_label", params![snapshot.reference(), name]).await?;
        vm.pool.call("VM.set_is_a_template", params![snapshot.reference(), false]).await
    };
    match finish.await {
        Ok(_) => Ok(snapshot),
        Err(error) => {
            snapshot.remove().await;
            Err(error)
        }
    }
}

/// Returns the disks of the VM that its owner wants left out.
async fn left_out(cx: &Cx, vm: &On, record: &class::Vm) -> Result<Vec<String>> {
    let mut left_out = Vec::new();
    for vbd in &record.vbds {
        let vbd: class::Vbd = vm.pool.call_as("VBD.get_record", params![vbd.to_string()]).await?;
        let Some(vdi) = vbd.vdi.get().map(ToString::to_string) else { continue };
        let known = cx.app.store().get(&vdi).and_then(|vdi| vdi.text("name_label"));
        let name = match known {
            Some(name) => name,
            None => vm.pool.call_as("VDI.get_name_label", params![&vdi]).await?,
        };
        if name.contains(LEFT_OUT) {
            left_out.push(vdi);
        }
    }
    Ok(left_out)
}
