//! Questions to pools.

use std::collections::BTreeMap;

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Return edition and end of the licence of a pool.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetLicenseState {
    /// Pool.
    pool: Id<kind::Pool>,
}

impl Op<Cx> for GetLicenseState {
    type Output = BTreeMap<String, String>;
    const SPEC: Spec = Spec::objects("pool.getLicenseState", &[Need::administrate("pool", "read")]).read();
    async fn run(self, cx: Cx) -> Result<BTreeMap<String, String>> {
        let on = cx.on(&self.pool)?;
        on.pool.call_as("pool.get_license_state", params![on.reference()]).await
    }
}

/// Return whether VMs of a pool can boot signed systems only: `ready`, `ready_no_dbx`, `not_ready`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetGuestSecureBootReadiness {
    /// Pool.
    id: Id<kind::Pool>,
    /// Whether to ask the pool instead of going by an earlier answer; it is always asked.
    #[serde(default)]
    #[allow(dead_code, reason = "callers of servers that keep answers say so")]
    force_refresh: bool,
}

impl Op<Cx> for GetGuestSecureBootReadiness {
    type Output = String;
    const SPEC: Spec = Spec::objects("pool.getGuestSecureBootReadiness", &[Need::administrate("id", "read")]).read();
    async fn run(self, cx: Cx) -> Result<String> {
        let on = cx.on(&self.id)?;
        on.pool.call_as("pool.get_guest_secureboot_readiness", params![on.reference()]).await
    }
}
