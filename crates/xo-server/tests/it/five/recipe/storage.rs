use serde_json::{Value, json};
use xapi_sim::World;

use super::{Recipe, after, id, named, on};
use crate::lab::Lab;

pub(in crate::five) fn new(world: &World, more: Value) -> Value {
    let mut params = probe(world, more);
    params["nameLabel"] = "new".into();
    params["nameDescription"] = "text".into();
    params
}

fn probe(world: &World, more: Value) -> Value {
    let mut params = more;
    params["host"] = id(world, "host", "xcp-lab-1").into();
    params
}

pub(in crate::five) fn share() -> Value {
    json!({ "server": "10.20.100.6", "serverPath": "/xen" })
}

/// Makes a repository that nothing is on.
pub(in crate::five) async fn nfs(lab: &Lab) -> String {
    let params = lab.sim.with(|world| new(world, share()));
    let id = lab.did("sr.createNfs", params).await;
    id.as_str().expect("an id").to_owned()
}

/// Makes a repository that one host has taken off.
pub(in crate::five) async fn detached(lab: &Lab) -> (String, String) {
    let sr = nfs(lab).await;
    let pbd = lab.sim.with(|world| {
        let sr = world.by_uuid("SR", &sr).expect("it was made");
        world.uuid(world.objects(sr, "PBDs")[0]).to_owned()
    });
    lab.did("pbd.disconnect", json!({ "id": pbd })).await;
    (sr, pbd)
}

pub(super) const RECIPES: &[Recipe] = &[
    after("pbd.connect", |lab| Box::pin(async move { json!({ "id": detached(lab).await.1 }) })),
    after("pbd.delete", |lab| Box::pin(async move { json!({ "id": detached(lab).await.1 }) })),
    after("pbd.disconnect", |lab| {
        Box::pin(async move {
            let sr = nfs(lab).await;
            lab.sim.with(|world| {
                let sr = world.by_uuid("SR", &sr).expect("it was made");
                json!({ "id": world.uuid(world.objects(sr, "PBDs")[0]) })
            })
        })
    }),
    on("sm.getFromSr", |w| json!({ "sr": id(w, "SR", "NFS storage") })),
    after("sr.connectAllPbds", |lab| Box::pin(async move { json!({ "id": detached(lab).await.0 }) })),
    on("sr.createExt", |w| new(w, json!({ "device": "/dev/sdy" }))),
    on("sr.createHba", |w| new(w, json!({ "scsiId": "s1" }))),
    on("sr.createIscsi", |w| {
        new(
            w,
            json!({ "target": "10.0.0.1", "targetIqn": "iqn.x:y", "scsiId": "s2", "chapUser": "u", "chapPassword": "p" }),
        )
    }),
    on("sr.createIso", |w| new(w, json!({ "path": "nas:/iso", "type": "nfs" }))),
    on("sr.createLvm", |w| new(w, json!({ "device": "/dev/sdz" }))),
    on("sr.createNfs", |w| new(w, share())),
    on("sr.createNfs", |w| {
        let mut params = new(w, share());
        params["srUuid"] = "11111111-2222-4333-8444-555555555555".into();
        params
    }),
    on("sr.createSmb", |w| new(w, json!({ "server": "\\\\nas\\a", "user": "u", "password": "p" }))),
    on("sr.createZfs", |w| new(w, json!({ "location": "/tank" }))),
    after("sr.destroy", |lab| {
        Box::pin(async move {
            let params = lab.sim.with(|world| new(world, json!({ "device": "/dev/sdy" })));
            json!({ "id": lab.did("sr.createExt", params).await })
        })
    }),
    after("sr.disableMaintenanceMode", |lab| {
        Box::pin(async move {
            let id = nfs(lab).await;
            lab.did("sr.enableMaintenanceMode", json!({ "id": id })).await;
            json!({ "id": id })
        })
    }),
    after("sr.disconnectAllPbds", |lab| Box::pin(async move { json!({ "id": nfs(lab).await }) })),
    after("sr.enableMaintenanceMode", |lab| Box::pin(async move { json!({ "id": nfs(lab).await }) })),
    after("sr.enableMaintenanceMode", |lab| {
        Box::pin(async move {
            let (sr, vm) = (nfs(lab).await, lab.sim.with(|world| id(world, "VM", "web-1")));
            lab.did("disk.create", json!({ "name": "d", "size": 1 << 30, "sr": sr, "vm": vm })).await;
            json!({ "id": sr, "vmsToShutdown": [vm] })
        })
    }),
    after("sr.forget", |lab| Box::pin(async move { json!({ "id": nfs(lab).await }) })),
    on("sr.getAllUnhealthyVdiChainsLength", |_| json!({})),
    on("sr.getVdiChainsInfo", |w| json!({ "id": id(w, "SR", "NFS storage") })),
    on("sr.probeHba", |w| probe(w, json!({}))),
    on("sr.probeHbaExists", |w| probe(w, json!({ "scsiId": "s1" }))),
    on("sr.probeIscsiExists", |w| {
        probe(w, json!({ "target": "10.0.0.1", "targetIqn": "iqn.2001-05.example:array.north", "scsiId": "s2" }))
    }),
    on("sr.probeIscsiIqns", |w| probe(w, json!({ "target": "10.0.0.1" }))),
    on("sr.probeIscsiLuns", |w| {
        probe(w, json!({ "target": "10.0.0.1", "targetIqn": "iqn.2001-05.example:array.north" }))
    }),
    on("sr.probeNfs", |w| probe(w, json!({ "server": "10.20.100.6" }))),
    on("sr.probeNfsExists", |w| probe(w, share())),
    on("sr.probeZfs", |w| probe(w, json!({}))),
    on("sr.reclaimSpace", |w| {
        let sr = w.all("SR").find(|sr| w.text(*sr, "type") == "lvm").expect("one is thick");
        json!({ "id": w.uuid(sr) })
    }),
    after("sr.scan", |lab| Box::pin(async move { json!({ "id": nfs(lab).await }) })),
    on("sr.set", |w| json!({ "id": id(w, "SR", "NFS storage"), "name_label": "n", "name_description": "d" })),
    on("sr.stats", |w| {
        let sr = named(w, "SR", "NFS storage");
        json!({ "id": w.uuid(sr) })
    }),
];
