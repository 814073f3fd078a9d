//! High availability: VMs of a host that fails start on others.

use std::collections::BTreeMap;

use app::Cx;
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::{Value, params};

use crate::kind;

/// Switch the high availability of a pool on.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EnableHa {
    /// Pool.
    pool: Id<kind::Pool>,
    /// Shared storage of the pool by which its hosts know of each other.
    heartbeat_srs: Vec<Id<kind::Sr>>,
    /// Settings, such as `timeout` in seconds; empty for the usual ones.
    configuration: BTreeMap<String, String>,
}

impl Op<Cx> for EnableHa {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "pool.enableHa",
        &[
            Need::unchecked("heartbeatSrs", "they must be of the pool, on which the right is held"),
            Need::administrate("pool", "update"),
        ],
    );
    async fn run(self, cx: Cx) -> Result<()> {
        let on = cx.on(&self.pool)?;
        let mut srs = Vec::new();
        for sr in &self.heartbeat_srs {
            let sr = cx.object(sr)?;
            if sr.pool() != on.object.pool() {
                return Err(Error::invalid(format!("SR `{}` is not of pool `{}`", sr.id(), on.object.id())));
            }
            srs.push(sr.xapi_ref().to_string());
        }
        let configuration = Value::structure(self.configuration.iter().map(|(key, value)| (key, value.into())));
        on.pool.call("pool.enable_ha", params![srs, configuration]).await.map(drop)
    }
}

/// Switch the high availability of a pool off.
#[derive(Deserialize, JsonSchema)]
pub(super) struct DisableHa {
    /// Pool.
    pool: Id<kind::Pool>,
}

impl Op<Cx> for DisableHa {
    type Output = ();
    const SPEC: Spec = Spec::objects("pool.disableHa", &[Need::administrate("pool", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let on = cx.on(&self.pool)?;
        on.pool.call("pool.disable_ha", params![]).await.map(drop)
    }
}
