use serde_json::json;

use super::{Recipe, after, card, id, named, on, pool_id};
use crate::lab::Lab;

/// Makes a VLAN; returns the ids of its network and of its interface of the first host.
pub(in crate::five) async fn vlan(lab: &Lab) -> (String, String) {
    let params = lab.sim.with(|w| json!({ "pool": pool_id(w), "name": "guests", "pif": card(w, "eth1"), "vlan": 77 }));
    lab.did("network.create", params).await;
    lab.sim.with(|world| {
        let network = named(world, "network", "guests");
        (world.uuid(network).to_owned(), world.uuid(world.objects(network, "PIFs")[0]).to_owned())
    })
}

pub(super) const RECIPES: &[Recipe] = &[
    on(
        "network.create",
        |w| json!({ "pool": pool_id(w), "name": "guests", "description": "d", "pif": card(w, "eth1"), "vlan": 77, "mtu": 9000 }),
    ),
    on("network.create", |w| json!({ "pool": pool_id(w), "name": "inner", "nbd": true })),
    on("network.createBonded", |w| {
        let pifs = [card(w, "eth0"), card(w, "eth1")];
        json!({ "pool": pool_id(w), "name": "both", "pifs": pifs, "bondMode": "balance-slb" })
    }),
    after("network.delete", |lab| Box::pin(async move { json!({ "id": vlan(lab).await.0 }) })),
    after("network.delete", |lab| {
        Box::pin(async move {
            let params = lab.sim.with(|w| {
                let pifs = [card(w, "eth0"), card(w, "eth1")];
                json!({ "pool": pool_id(w), "name": "both", "pifs": pifs, "bondMode": "balance-slb" })
            });
            json!({ "id": lab.did("network.createBonded", params).await["uuid"] })
        })
    }),
    after("network.set", |lab| {
        Box::pin(async move {
            json!({
                "id": vlan(lab).await.0, "name_label": "n", "name_description": "d", "mtu": 9000, "automatic": true,
                "defaultIsLocked": true, "nbd": true,
            })
        })
    }),
    on("pif.connect", |w| {
        let pif = w.by_uuid("PIF", &card(w, "eth1")).expect("the interface");
        w.set(pif, "currently_attached", false);
        json!({ "id": w.uuid(pif) })
    }),
    after("pif.delete", |lab| Box::pin(async move { json!({ "id": vlan(lab).await.1 }) })),
    on("pif.disconnect", |w| json!({ "id": card(w, "eth1") })),
    after("pif.editPif", |lab| Box::pin(async move { json!({ "id": vlan(lab).await.1, "vlan": 78 }) })),
    on("pif.reconfigureIp", |w| {
        json!({
            "id": card(w, "eth1"), "mode": "Static", "ip": "198.51.100.2", "netmask": "255.255.255.0",
            "gateway": "198.51.100.1", "dns": "198.51.100.53", "ipv6Mode": "Static", "ipv6": "2001:db8::9/64",
        })
    }),
    on("tag.add", |w| json!({ "tag": "x", "id": id(w, "VM", "web-1") })),
    on("tag.remove", |w| json!({ "tag": "web", "id": id(w, "VM", "web-1") })),
    on("customField.add", |w| json!({ "id": id(w, "VM", "web-1"), "name": "n", "value": "v" })),
    on("customField.set", |w| json!({ "id": id(w, "VM", "web-1"), "name": "n", "value": "v" })),
    on("customField.remove", |w| {
        let vm = named(w, "VM", "web-1");
        w.put(vm, "other_config", "XenCenter.CustomFields.n", "v");
        json!({ "id": id(w, "VM", "web-1"), "name": "n" })
    }),
];
