//! Making a network: of one host, or a VLAN on all hosts.

use app::{Cx, model::Kind};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::{MTU, New};
use crate::kind;

/// Make a network and return its id: a VLAN on an interface, or one between VMs of the same host.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Create {
    /// Pool to make it in.
    pool: Id<kind::Pool>,
    /// Name.
    name: String,
    /// Whether disks may be read over it by NBD; no when left out.
    nbd: Option<bool>,
    /// Text for people; a word on its origin when left out.
    #[schemars(length(min = 0))]
    description: Option<String>,
    /// Interface of any host to put it on; its like is used on the others. None when left out.
    pif: Option<Id<kind::Pif>>,
    /// Largest frame, in bytes; 1500 when left out.
    #[schemars(range(min = 68))]
    mtu: Option<i64>,
    /// VLAN tag, 0 to 4094; 0 when left out.
    #[schemars(range(min = 0))]
    vlan: Option<i64>,
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec = Spec::objects(
        "network.create",
        &[
            Need::unchecked("pif", "it must be of the pool, on which the right is held"),
            Need::administrate("pool", "create:network"),
        ],
    )
    .rest(&[
        Rest::action("/pools/{id}/actions/create_network").creating("networks").named(&[("id", "pool")]),
        Rest::action("/pools/{id}/actions/create_internal_network")
            .creating("networks")
            .named(&[("id", "pool")])
            .giving(&[("pif", "null"), ("vlan", "null")]),
    ]);
    async fn run(self, cx: Cx) -> Result<String> {
        let on = cx.on(&self.pool)?;
        let pool = &on.pool;
        let pif = self.pif.map(|pif| cx.object(&pif)).transpose()?;
        if let Some(pif) = pif.as_ref().filter(|pif| pif.pool() != on.object.pool()) {
            return Err(Error::invalid(format!("PIF `{}` is not of the pool `{}`", pif.id(), on.object.id())));
        }
        let vlan = self.vlan.unwrap_or(0);
        if !(0..=4094).contains(&vlan) {
            return Err(Error::invalid(format!("`vlan` must be between 0 and 4094, not {vlan}")));
        }
        if pif.is_none() && self.vlan.is_some_and(|vlan| vlan != 0) {
            return Err(Error::invalid("`vlan` needs the `pif` to put it on"));
        }
        let description = self.description.as_deref().unwrap_or("Created with Xen Orchestra");
        let network = New { name: &self.name, description, mtu: self.mtu.unwrap_or(MTU) }.create(pool).await?;
        let finish = async {
            if self.nbd == Some(true) {
                pool.call("network.add_purpose", params![&network, "nbd"]).await?;
            }
            if let Some(pif) = pif {
                let params = params![pif.xapi_ref(), &network, vlan];
                pool.call("pool.create_VLAN_from_PIF", params).await?;
            }
            pool.id_of_new(Kind::Network, &network).await
        };
        let finished = finish.await;
        if finished.is_err() {
            super::undo(pool, &network).await;
        }
        finished
    }
}
