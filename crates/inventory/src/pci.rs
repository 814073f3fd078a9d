//! PCI devices of hosts.

use app::Cx;
use op::{Id, Need, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<GetDom0AccessStatus>();
}

/// Return whether the host itself uses a PCI device: `enabled`, `disabled`, or what the next reboot makes of it.
#[derive(Deserialize, JsonSchema)]
struct GetDom0AccessStatus {
    /// PCI device.
    id: Id<kind::Pci>,
}

impl Op<Cx> for GetDom0AccessStatus {
    type Output = String;
    const SPEC: Spec = Spec::objects("pci.getDom0AccessStatus", &[Need::view("id", "read")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let pci = cx.on(&self.id)?;
        pci.pool.call_as("PCI.get_dom0_access_status", params![pci.reference()]).await
    }
}
