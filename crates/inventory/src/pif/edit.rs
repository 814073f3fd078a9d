//! Changing the VLAN of a network.
//!
//! XAPI cannot change a tag: the VLANs of all hosts go and come again with another one. When that fails midway,
//! those that went come back as they were.

use std::borrow::Cow;

use app::{Connection, Cx};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use tracing::warn;
use xapi::params;
use xapi_types::class;

use super::Pif;
use crate::kind;

/// Change the VLAN of an interface, and of those of the same network on the other hosts.
#[derive(Deserialize, JsonSchema)]
pub(super) struct EditPif {
    /// Interface of a VLAN.
    id: Id<kind::Pif>,
    /// VLAN tag, 0 to 4094.
    vlan: Tag,
}

/// A VLAN tag, as a number or as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Tag {
    Number(i64),
    Text(String),
}

impl JsonSchema for Tag {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "VlanTag".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["integer", "string"], "minimum": 0, "maximum": 4094, "pattern": r"^\d{1,4}$" })
    }
}

impl Tag {
    fn value(&self) -> Result<i64> {
        let value = match self {
            Self::Number(value) => Some(*value),
            Self::Text(text) => text.parse().ok(),
        };
        let value = value.filter(|value| (0..=4094).contains(value));
        value.ok_or_else(|| Error::invalid("`vlan` must be a number between 0 and 4094"))
    }
}

impl Op<Cx> for EditPif {
    type Output = ();
    const SPEC: Spec = Spec::objects("pif.editPif", &[Need::administrate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let on = cx.on(&self.id)?;
        let pool = &on.pool;
        let tag = self.vlan.value()?;
        let pif = Pif::read(pool, on.reference()).await?;
        let Some(vlan) = pif.record.vlan_master_of.get() else {
            return Err(Error::refused(format!("PIF `{}` is no VLAN", on.object.id())));
        };
        let below: String = pool.call_as("VLAN.get_tagged_PIF", params![vlan]).await?;
        if pif.record.vlan == tag {
            return Ok(());
        }
        let network = pif.record.network.to_string();
        let record: class::Network = pool.call_as("network.get_record", params![&network]).await?;
        let mut gone = Vec::new();
        let changed = change(pool, &record, &mut gone, params![below, &network, tag]).await;
        if changed.is_err() {
            restore(pool, &network, gone).await;
        }
        changed
    }
}

/// Takes the VLANs of a network apart, noting them in `gone`, and makes others.
async fn change(
    pool: &Connection,
    network: &class::Network,
    gone: &mut Vec<class::Vlan>,
    new: Vec<xapi::Value>,
) -> Result<()> {
    for pif in super::all(pool, network).await? {
        if let Some(vlan) = pif.record.vlan_master_of.get() {
            let record: class::Vlan = pool.call_as("VLAN.get_record", params![vlan]).await?;
            pif.dismantle(pool).await?;
            gone.push(record);
        }
    }
    pool.call("pool.create_VLAN_from_PIF", new).await.map(drop)
}

async fn restore(pool: &Connection, network: &str, gone: Vec<class::Vlan>) {
    for vlan in gone {
        let params = params![&vlan.tagged_pif, vlan.tag, network];
        if let Err(error) = pool.call_async("VLAN.create", params).await {
            warn!("cannot make the VLAN {} of the network `{network}` again: {error}", vlan.tag);
        }
    }
}
