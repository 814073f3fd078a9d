//! Deleting network interfaces of hosts.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::Pif;
use crate::kind;

/// Delete a network interface of a host: a VLAN or a bond is taken apart, a card forgotten.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Delete {
    /// Interface to delete.
    id: Id<kind::Pif>,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::objects("pif.delete", &[Need::administrate("id", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let on = cx.on(&self.id)?;
        let pif = Pif::read(&on.pool, on.reference()).await?;
        if pif.record.vlan_master_of.is_null() && pif.record.bond_master_of.is_empty() {
            return on.pool.call_async("PIF.forget", params![pif.reference]).await.map(drop);
        }
        pif.dismantle(&on.pool).await
    }
}
