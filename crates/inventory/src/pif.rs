//! Network interfaces of hosts.

mod connect;
mod delete;
mod edit;
mod reconfigure_ip;

use app::{Connection, Cx};
use op::{Ops, Result};
use xapi::params;
use xapi_types::class;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<connect::Connect>()
        .add::<connect::Disconnect>()
        .add::<delete::Delete>()
        .add::<edit::EditPif>()
        .add::<reconfigure_ip::GetIpv4ConfigurationModes>()
        .add::<reconfigure_ip::GetIpv6ConfigurationModes>()
        .add::<reconfigure_ip::ReconfigureIp>();
}

/// An interface with its record as the pool has it now.
pub(crate) struct Pif {
    pub(crate) reference: String,
    pub(crate) record: class::Pif,
}

impl Pif {
    pub(crate) async fn read(pool: &Connection, reference: String) -> Result<Self> {
        let record = pool.call_as("PIF.get_record", params![&reference]).await?;
        Ok(Self { reference, record })
    }

    /// Removes it if it is a VLAN or a bond, and leaves a card alone.
    pub(crate) async fn dismantle(&self, pool: &Connection) -> Result<()> {
        if let Some(vlan) = self.record.vlan_master_of.get() {
            pool.call_async("VLAN.destroy", params![vlan]).await?;
        }
        for bond in &self.record.bond_master_of {
            pool.call("Bond.destroy", params![bond]).await?;
        }
        Ok(())
    }
}

/// Returns the interfaces of a network.
pub(crate) async fn all(pool: &Connection, network: &class::Network) -> Result<Vec<Pif>> {
    let mut pifs = Vec::new();
    for pif in &network.pifs {
        pifs.push(Pif::read(pool, pif.to_string()).await?);
    }
    Ok(pifs)
}

/// Returns whether a VM is plugged into a network.
pub(crate) async fn has_plugged_vifs(pool: &Connection, network: &class::Network) -> Result<bool> {
    for vif in &network.vifs {
        if pool.call_as("VIF.get_currently_attached", params![vif]).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
