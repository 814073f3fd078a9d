//! PCI devices of a host that a VM has for itself.

use app::{Cx, On};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi_types::class;

use super::{permit::same_pool, set::Edit};
use crate::kind;

/// Give PCI devices of a host to a VM, from its next start on.
#[derive(Deserialize, JsonSchema)]
pub(super) struct AttachPcis {
    /// VM.
    id: Id<kind::Vm>,
    /// Devices.
    pcis: Vec<Id<kind::Pci>>,
}

impl Op<Cx> for AttachPcis {
    type Output = ();
    const SPEC: Spec =
        Spec::objects("vm.attachPcis", &[Need::administrate("id", "update"), Need::administrate("pcis", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        let mut added = Vec::new();
        for pci in &self.pcis {
            let pci = cx.object(pci)?;
            same_pool(&vm, &pci)?;
            let record = pci.get::<class::Pci>().ok_or_else(|| Error::no_such("PCI", pci.id()))?;
            added.push(record.pci_id.to_string());
        }
        change(&vm, |addresses| {
            added.retain(|address| !addresses.contains(address));
            addresses.append(&mut added);
        })
        .await
    }
}

/// Take PCI devices away from a VM, from its next start on.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DetachPcis {
    /// VM.
    id: Id<kind::Vm>,
    /// Addresses of the devices, such as `0000:00:02.0`.
    pci_ids: Vec<String>,
}

impl Op<Cx> for DetachPcis {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.detachPcis", &[Need::administrate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        change(&vm, |addresses| addresses.retain(|address| !self.pci_ids.contains(address))).await
    }
}

/// Changes the addresses of the devices that a VM has: `other_config:pci` is a list such as `0/0000:00:02.0,0/…`.
async fn change(vm: &On, change: impl FnOnce(&mut Vec<String>)) -> Result<()> {
    let record = super::record(vm).await?;
    let known = record.other_config.get("pci").map(ToString::to_string).unwrap_or_default();
    let addresses = known.split(',').filter_map(|entry| entry.trim().split_once('/'));
    let mut addresses: Vec<String> = addresses.map(|(_, address)| address.to_owned()).collect();
    change(&mut addresses);
    let entries: Vec<_> = addresses.iter().map(|address| format!("0/{address}")).collect();
    let entries = (!entries.is_empty()).then(|| entries.join(","));
    let edit = Edit::new(vm.pool.clone(), vm.reference(), record);
    edit.entry("other_config", "pci", entries.as_deref()).await
}
