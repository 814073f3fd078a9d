//! What a VM boots from.

use app::{Cx, On};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::params;
use xapi_types::enums::DomainType;

use super::set::Edit;
use crate::kind;

/// Set the order in which a VM tries its devices.
#[derive(Deserialize, JsonSchema)]
pub(super) struct SetBootOrder {
    /// VM or template.
    vm: Id<kind::VmOrTemplate>,
    /// A letter for each device, the first first: `c` its disk, `d` its CD drive, `n` the network.
    #[schemars(regex(pattern = "^[cdn]*$"))]
    order: String,
}

impl Op<Cx> for SetBootOrder {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.setBootOrder", &[Need::operate("vm", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.vm)?;
        let edit = hardware(&vm).await?;
        edit.entry("HVM_boot_params", "order", Some(&self.order)).await
    }
}

/// Returns a VM to edit that has a boot order, which PV guests do not have.
async fn hardware(vm: &On) -> Result<Edit> {
    let record = super::record(vm).await?;
    if record.domain_type == DomainType::Pv {
        return Err(Error::invalid("only a VM in HVM mode has a boot order"));
    }
    Ok(Edit::new(vm.pool.clone(), vm.reference(), record))
}

/// Start a halted VM from its CD drive, this time only.
#[derive(Deserialize, JsonSchema)]
pub(super) struct RecoveryStart {
    /// VM to start.
    id: Id<kind::Vm>,
}

impl Op<Cx> for RecoveryStart {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.recoveryStart", &[Need::operate("id", "start")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        let edit = hardware(&vm).await?;
        let usual = edit.record.hvm_boot_params.get("order").map(ToString::to_string);
        edit.entry("HVM_boot_params", "order", Some("d")).await?;
        let started = vm.pool.call("VM.start", params![vm.reference(), false, false]).await;
        let restored = match super::record(&vm).await {
            Ok(record) => {
                let edit = Edit::new(vm.pool.clone(), vm.reference(), record);
                edit.entry("HVM_boot_params", "order", usual.as_deref()).await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = restored {
            warn!(
                vm.id = vm.object.id(),
                "a VM keeps booting from its CD drive, its order cannot be restored: {error}"
            );
        }
        started.map(drop)
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("it would be started from its CD drive, once".to_owned())
    }
}
