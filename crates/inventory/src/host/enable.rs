//! Whether VMs may start on a host.

use app::Cx;
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::params;

use super::maintenance;
use crate::kind;

/// Let VMs start on a host.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Enable {
    /// Host to enable.
    id: Id<kind::Host>,
}

impl Op<Cx> for Enable {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.enable", &[Need::administrate("id", "enable")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        host.pool.call("host.enable", params![host.reference()]).await.map(drop)
    }
}

/// Let no more VMs start on a host; those that run there stay, or move to other hosts if wanted.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Disable {
    /// Host to disable.
    id: Id<kind::Host>,
    /// Whether it may enable itself when it starts anew, as hosts do anyway; accepted for the callers that say so.
    #[allow(dead_code, reason = "hosts are asked the same way in both cases")]
    transient: Option<bool>,
    /// The same in other words.
    #[allow(dead_code, reason = "hosts are asked the same way in both cases")]
    auto_enable: Option<bool>,
    /// Whether its VMs move to other hosts; no when left out.
    evacuate: Option<bool>,
    /// VMs of it to move even if moving them is blocked; it is blocked again afterwards. Goes with `evacuate`.
    vm_ids_to_force_migrate: Option<Vec<Id<kind::Vm>>>,
    /// Whether it is disabled even if its VMs cannot move; no when left out. Goes with `evacuate`.
    force: Option<bool>,
}

impl Op<Cx> for Disable {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "host.disable",
        &[
            Need::administrate("id", "disable"),
            Need::unchecked("vmIdsToForceMigrate", "they must run on the host, on which the right is held"),
        ],
    );
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        if self.evacuate == Some(true) {
            let vms = self.vm_ids_to_force_migrate.unwrap_or_default();
            match maintenance::begin(&cx, &host, &vms).await {
                Err(error) if self.force == Some(true) => {
                    warn!(host.id = host.object.id(), "VMs of a host that is to be disabled stay: {error}");
                }
                cleared => return cleared,
            }
        } else if self.vm_ids_to_force_migrate.is_some() || self.force.is_some() {
            return Err(Error::invalid("`vmIdsToForceMigrate` and `force` go with `evacuate`"));
        }
        host.pool.call("host.disable", params![host.reference()]).await.map(drop)
    }
}
