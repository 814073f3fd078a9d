//! PCI devices of hosts.

use app::{Cx, On, model::Object};
use op::{Error, Id, Need, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::params;
use xapi_types::class;

use crate::{host, kind};

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<DisableDom0Access>().add::<GetDom0AccessStatus>();
}

/// Return whether the host itself uses a PCI device: `enabled`, `disabled`, or what the next reboot makes of it.
#[derive(Deserialize, JsonSchema)]
struct GetDom0AccessStatus {
    /// PCI device.
    id: Id<kind::Pci>,
}

impl Op<Cx> for GetDom0AccessStatus {
    type Output = String;
    const SPEC: Spec = Spec::objects("pci.getDom0AccessStatus", &[Need::view("id", "read")]).read();
    async fn run(self, cx: Cx) -> Result<String> {
        let pci = cx.on(&self.id)?;
        pci.pool.call_as("PCI.get_dom0_access_status", params![pci.reference()]).await
    }
}

/// Take PCI devices from the host itself, so that VMs can have them, or give them back; the host restarts, its VMs
/// move to others before.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DisableDom0Access {
    /// Devices, all of one host.
    pcis: Vec<Id<kind::Pci>>,
    /// Whether to take them from the host, rather than to give them back.
    disable: bool,
    /// Whether to restart the host even if its VMs cannot move; no when left out.
    force_reboot: Option<bool>,
}

impl Op<Cx> for DisableDom0Access {
    type Output = ();
    const SPEC: Spec = Spec::objects("pci.disableDom0Access", &[Need::administrate("pcis", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let devices = self.pcis.iter().map(|pci| cx.on(pci)).collect::<Result<Vec<_>>>()?;
        let host = host_of(&cx, &devices)?;
        let mut changed = Vec::new();
        let went = async {
            for device in &devices {
                set_access(device, !self.disable).await?;
                changed.push(device);
            }
            host::reboot(&cx, &host, self.force_reboot == Some(true)).await
        }
        .await;
        if went.is_err() {
            for device in changed {
                if let Err(error) = set_access(device, self.disable).await {
                    warn!(pci.id = device.object.id(), "cannot undo the change of a PCI device: {error}");
                }
            }
        }
        went
    }
}

/// Returns the host that all the devices are of.
fn host_of(cx: &Cx, devices: &[On]) -> Result<On> {
    let of = |device: &Object| device.get::<class::Pci>().map(|record| record.host.to_string());
    let first = devices.first().ok_or_else(|| Error::invalid("`pcis` names no device"))?;
    if let Some(other) = devices.iter().find(|device| of(&device.object) != of(&first.object)) {
        let (first, other) = (first.object.id(), other.object.id());
        return Err(Error::invalid(format!("`pcis` names devices of several hosts: `{first}` and `{other}`")));
    }
    cx.on(&of(&first.object).unwrap_or_default())
}

async fn set_access(device: &On, enabled: bool) -> Result<()> {
    let method = if enabled { "PCI.enable_dom0_access" } else { "PCI.disable_dom0_access" };
    device.pool.call(method, params![device.reference()]).await.map(drop)
}
