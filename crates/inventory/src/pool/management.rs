//! The network by which the hosts of a pool are managed.

use app::Cx;
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Manage the hosts of a pool by another network, on which each of them has an address.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ManagementReconfigure {
    /// Pool.
    id: Id<kind::Pool>,
    /// Network of the pool.
    network: Id<kind::Network>,
}

impl Op<Cx> for ManagementReconfigure {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "pool.managementReconfigure",
        &[Need::administrate("id", "update"), Need::administrate("network", "update")],
    );
    async fn run(self, cx: Cx) -> Result<()> {
        let on = cx.on(&self.id)?;
        let network = cx.object(&self.network)?;
        if network.pool() != on.object.pool() {
            return Err(Error::invalid(format!("network `{}` is not of pool `{}`", network.id(), on.object.id())));
        }
        on.pool.call_async("pool.management_reconfigure", params![network.xapi_ref()]).await.map(drop)
    }
}
