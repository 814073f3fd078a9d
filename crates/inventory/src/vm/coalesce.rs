//! Merging the last disk of a chain into the one below it.

use app::{Cx, On};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::{Value, params};

use crate::kind;

/// What the plugin of hosts answers when all went well.
const SUCCESS: &str = "Success";

/// Merge the disks of a VM into those below them, which frees space; a running VM is suspended meanwhile.
#[derive(Deserialize, JsonSchema)]
pub(super) struct CoalesceLeaf {
    /// VM.
    id: Id<kind::Vm>,
}

impl Op<Cx> for CoalesceLeaf {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.coalesceLeaf", &[Need::administrate("id", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        let suspended = match vm.pool.call_async("VM.suspend", params![vm.reference()]).await {
            Ok(_) => true,
            Err(Error::VmBadPowerState { .. }) => false,
            Err(error) => return Err(error),
        };
        let merged = merge(&vm).await;
        if suspended && let Err(error) = vm.pool.call_async("VM.resume", params![vm.reference(), false, true]).await {
            // The first thing that went wrong is the one to tell.
            warn!(vm.id = vm.object.id(), "a VM stays suspended after its disks were merged: {error}");
            merged?;
            return Err(error);
        }
        merged
    }
    fn would(&self, first: &str) -> Option<String> {
        let how = if first == "VM.suspend" { "; it would be suspended meanwhile" } else { "" };
        Some(format!("the chains of its disks would be merged{how}"))
    }
}

async fn merge(vm: &On) -> Result<()> {
    let pools: Vec<String> = vm.pool.call_as("pool.get_all", params![]).await?;
    let pool = pools.into_iter().next().ok_or_else(|| Error::failed("the host knows no pool"))?;
    let master: String = vm.pool.call_as("pool.get_master", params![pool]).await?;
    let uuid: String = vm.pool.call_as("VM.get_uuid", params![vm.reference()]).await?;
    let arguments = Value::structure([("vm_uuid", Value::from(uuid))]);
    let params = params![master, "coalesce-leaf", "leaf-coalesce", arguments];
    let answer = vm.pool.call_async("host.call_plugin", params).await?;
    match answer.as_str() {
        Some(SUCCESS) => Ok(()),
        answer => Err(Error::failed(answer.unwrap_or("the plugin answered no text").to_owned())),
    }
}
