//! Where hosts are reached.

use app::Cx;
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Look for network interfaces that a host has and its pool does not know.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ScanPifs {
    /// Host.
    id: Id<kind::Host>,
}

impl Op<Cx> for ScanPifs {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.scanPifs", &[Need::administrate("id", "scan-pifs")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        host.pool.call_async("PIF.scan", params![host.reference()]).await.map(drop)
    }
}

/// Manage a host by another of its network interfaces.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ManagementReconfigure {
    /// Host.
    id: Id<kind::Host>,
    /// Interface of the host, with an address.
    pif: Id<kind::Pif>,
}

impl Op<Cx> for ManagementReconfigure {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "host.managementReconfigure",
        &[Need::administrate("id", "read"), Need::administrate("pif", "update:management")],
    );
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        let pif = cx.object(&self.pif)?;
        let owner: String = host.pool.call_as("PIF.get_host", params![pif.xapi_ref()]).await?;
        if owner != host.reference() {
            return Err(Error::invalid(format!("PIF `{}` is not of host `{}`", pif.id(), host.object.id())));
        }
        host.pool.call_async("host.management_reconfigure", params![pif.xapi_ref()]).await.map(drop)
    }
}
