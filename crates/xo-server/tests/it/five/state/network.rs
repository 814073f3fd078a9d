use serde_json::json;

use super::{Refusal, refused, refused_after};
use crate::five::recipe::{card, id, network::vlan, pool_id};

pub(super) const REFUSALS: &[Refusal] = &[
    refused_after("network.create", "16", |lab| {
        Box::pin(async move {
            vlan(lab).await;
            lab.sim.with(|w| json!({ "pool": pool_id(w), "name": "again", "pif": card(w, "eth1"), "vlan": 77 }))
        })
    }),
    refused_after("network.createBonded", "PIF_ALREADY_BONDED", |lab| {
        Box::pin(async move {
            vlan(lab).await;
            lab.sim.with(|w| {
                let pifs = [card(w, "eth1"), card(w, "eth2")];
                json!({ "pool": pool_id(w), "name": "both", "pifs": pifs, "bondMode": "balance-slb" })
            })
        })
    }),
    refused("network.delete", "NETWORK_CONTAINS_VIF", |w| json!({ "id": id(w, "network", "LAN") })),
    refused("network.set", "VIF_IN_USE", |w| json!({ "id": id(w, "network", "LAN"), "mtu": 9000 })),
    refused_after("pif.delete", "PIF_VLAN_STILL_EXISTS", |lab| {
        Box::pin(async move {
            vlan(lab).await;
            json!({ "id": lab.sim.with(|world| card(world, "eth1")) })
        })
    }),
    refused("pif.disconnect", "PIF_IS_MANAGEMENT_INTERFACE", |w| json!({ "id": card(w, "eth0") })),
    refused("pif.editPif", "-32000", |w| json!({ "id": card(w, "eth1"), "vlan": 78 })),
    refused("pif.reconfigureIp", "PIF_IS_MANAGEMENT_INTERFACE", |w| json!({ "id": card(w, "eth0"), "mode": "None" })),
    refused("pif.connect", "CANNOT_PLUG_BOND_SLAVE", |w| json!({ "id": card(w, "eth2") })),
];
