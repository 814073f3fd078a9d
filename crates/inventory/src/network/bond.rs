//! Making a network on bonded interfaces.

use std::collections::BTreeSet;

use app::{Connection, Cx};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tracing::warn;
use xapi::params;
use xapi_types::class;

use super::{MTU, New};
use crate::kind;

/// How the interfaces of a bond share the work.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Mode {
    /// By VM; the switch knows nothing of it.
    BalanceSlb,
    /// One works, the others stand by.
    ActiveBackup,
    /// By connection, as agreed with the switch.
    Lacp,
}

impl Mode {
    const NAMES: &'static [&'static str] = &["balance-slb", "active-backup", "lacp"];

    fn name(self) -> &'static str {
        match self {
            Self::BalanceSlb => "balance-slb",
            Self::ActiveBackup => "active-backup",
            Self::Lacp => "lacp",
        }
    }
}

/// List what `bondMode` of `network.createBonded` may be.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetBondModes {}

impl Op<Cx> for GetBondModes {
    type Output = &'static [&'static str];
    const SPEC: Spec = Spec::signed_in("network.getBondModes");
    async fn run(self, _: Cx) -> Result<&'static [&'static str]> {
        Ok(Mode::NAMES)
    }
}

/// Make a network on a bond of the given interfaces and of those of the same names on every other host; return its
/// record.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateBonded {
    /// Pool to make it in.
    pool: Id<kind::Pool>,
    /// Name.
    name: String,
    /// Text for people; a word on its origin when left out.
    #[schemars(length(min = 0))]
    description: Option<String>,
    /// Interfaces to bond, two or more of a host.
    pifs: Vec<Id<kind::Pif>>,
    /// Largest frame, in bytes; 1500 when left out.
    #[schemars(range(min = 68))]
    mtu: Option<i64>,
    /// How they share the work.
    bond_mode: Mode,
    /// Whether disks may be read over it by NBD; no when left out.
    nbd: Option<bool>,
}

impl Op<Cx> for CreateBonded {
    type Output = Map<String, Value>;
    const SPEC: Spec = Spec::objects(
        "network.createBonded",
        &[
            Need::unchecked("pifs", "they must be of the pool, on which the right is held"),
            Need::administrate("pool", "create:network"),
        ],
    )
    .rest(&[Rest::action("/pools/{id}/actions/create_bonded_network")
        .creating("networks")
        .named(&[("id", "pool"), ("pifIds", "pifs")])]);
    async fn run(self, cx: Cx) -> Result<Map<String, Value>> {
        let on = cx.on(&self.pool)?;
        let pool = &on.pool;
        let mut devices = BTreeSet::new();
        for pif in &self.pifs {
            let pif = cx.object(pif)?;
            if pif.pool() != on.object.pool() {
                return Err(Error::invalid(format!("PIF `{}` is not of the pool `{}`", pif.id(), on.object.id())));
            }
            let record: class::Pif = pool.call_as("PIF.get_record", params![pif.xapi_ref()]).await?;
            if record.vlan >= 0 {
                return Err(Error::incorrect_state(pif.id(), "vlan", record.vlan, -1));
            }
            devices.insert(record.device.to_string());
        }
        if devices.len() < 2 {
            return Err(Error::invalid("a bond needs two interfaces of a host or more"));
        }
        let members = members(pool, &devices).await?;
        let description = self.description.as_deref().unwrap_or("Created with Xen Orchestra");
        let network = New { name: &self.name, description, mtu: self.mtu.unwrap_or(MTU) }.create(pool).await?;
        let mut bonds = Vec::new();
        let finish = async {
            if self.nbd == Some(true) {
                pool.call("network.add_purpose", params![&network, "nbd"]).await?;
            }
            bond_all(pool, &network, members, self.bond_mode, &mut bonds).await
        };
        let finished = finish.await;
        if finished.is_err() {
            for bond in bonds {
                if let Err(error) = pool.call("Bond.destroy", params![&bond]).await {
                    warn!("cannot undo the bond `{bond}` of a network that could not be finished: {error}");
                }
            }
            super::undo(pool, &network).await;
        }
        finished
    }
}

/// Finds the interfaces to bond, host by host.
async fn members(pool: &Connection, devices: &BTreeSet<String>) -> Result<Vec<Vec<String>>> {
    let mut members = Vec::new();
    let hosts: Vec<String> = pool.call_as("host.get_all", params![]).await?;
    for host in hosts {
        let mut own = Vec::new();
        let pifs: Vec<String> = pool.call_as("host.get_PIFs", params![&host]).await?;
        for reference in pifs {
            let pif: class::Pif = pool.call_as("PIF.get_record", params![&reference]).await?;
            if pif.vlan < 0 && devices.contains(pif.device.as_str()) {
                own.push(reference);
            }
        }
        if own.len() < devices.len() {
            let name: String = pool.call_as("host.get_name_label", params![&host]).await?;
            let devices: Vec<_> = devices.iter().map(String::as_str).collect();
            return Err(Error::refused(format!("host `{name}` has not all of the interfaces {}", devices.join(", "))));
        }
        members.push(own);
    }
    Ok(members)
}

async fn bond_all(
    pool: &Connection,
    network: &str,
    members: Vec<Vec<String>>,
    mode: Mode,
    bonds: &mut Vec<String>,
) -> Result<Map<String, Value>> {
    for members in members {
        let bond = pool.call("Bond.create", params![network, members, "", mode.name()]).await?;
        bonds.push(super::reference(&bond)?);
    }
    pool.call_as("network.get_record", params![network]).await
}
