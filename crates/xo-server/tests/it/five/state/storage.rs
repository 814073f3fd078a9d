use serde_json::json;

use super::{Refusal, refused, refused_after};
use crate::five::recipe::{
    detached, id, named, nfs,
    storage::{new, share},
};

pub(super) const REFUSALS: &[Refusal] = &[
    refused("pbd.disconnect", "17", |w| {
        let pbd = w.objects(named(w, "SR", "NFS storage"), "PBDs")[0];
        json!({ "id": w.uuid(pbd) })
    }),
    refused_after("sr.createExt", "SR_DEVICE_IN_USE", |lab| {
        Box::pin(async move {
            let params = lab.sim.with(|world| new(world, json!({ "device": "/dev/sdy" })));
            lab.did("sr.createLvm", params.clone()).await;
            params
        })
    }),
    refused_after("sr.createLvm", "SR_DEVICE_IN_USE", |lab| {
        Box::pin(async move {
            let params = lab.sim.with(|world| new(world, json!({ "device": "/dev/sdy" })));
            lab.did("sr.createExt", params.clone()).await;
            params
        })
    }),
    refused_after("sr.createNfs", "SR_UUID_EXISTS", |lab| {
        Box::pin(async move {
            let id = nfs(lab).await;
            let mut params = lab.sim.with(|world| new(world, share()));
            params["srUuid"] = id.into();
            params
        })
    }),
    refused_after("sr.createHba", "SR_UUID_EXISTS", |lab| {
        Box::pin(async move {
            let id = nfs(lab).await;
            lab.sim.with(|world| new(world, json!({ "scsiId": "s1", "srUuid": id })))
        })
    }),
    refused_after("sr.createIscsi", "SR_UUID_EXISTS", |lab| {
        Box::pin(async move {
            let id = nfs(lab).await;
            let target = json!({ "target": "10.0.0.1", "targetIqn": "iqn.x:y", "scsiId": "s2", "srUuid": id });
            lab.sim.with(|world| new(world, target))
        })
    }),
    refused_after("sr.createIso", "SR_UUID_EXISTS", |lab| {
        Box::pin(async move {
            let id = nfs(lab).await;
            lab.sim.with(|world| new(world, json!({ "path": "nas:/iso", "type": "nfs", "srUuid": id })))
        })
    }),
    refused_after("sr.createSmb", "SR_UUID_EXISTS", |lab| {
        Box::pin(async move {
            let id = nfs(lab).await;
            lab.sim.with(|world| new(world, json!({ "server": "\\\\nas\\a", "srUuid": id })))
        })
    }),
    refused("sr.destroy", "17", |w| json!({ "id": id(w, "SR", "NFS storage") })),
    refused_after("sr.disableMaintenanceMode", "25", |lab| Box::pin(async move { json!({ "id": nfs(lab).await }) })),
    refused("sr.disconnectAllPbds", "17", |w| json!({ "id": id(w, "SR", "NFS storage") })),
    refused("sr.enableMaintenanceMode", "25", |w| json!({ "id": id(w, "SR", "NFS storage") })),
    refused("sr.forget", "17", |w| json!({ "id": id(w, "SR", "NFS storage") })),
    refused_after("sr.scan", "SR_HAS_NO_PBDS", |lab| {
        Box::pin(async move {
            let id = nfs(lab).await;
            lab.did("sr.disconnectAllPbds", json!({ "id": id })).await;
            json!({ "id": id })
        })
    }),
    refused_after("sr.reclaimSpace", "25", |lab| {
        Box::pin(async move {
            let id = nfs(lab).await;
            lab.did("sr.disconnectAllPbds", json!({ "id": id })).await;
            json!({ "id": id })
        })
    }),
    refused_after("sr.stats", "-32000", |lab| {
        Box::pin(async move {
            let id = nfs(lab).await;
            lab.did("sr.disconnectAllPbds", json!({ "id": id })).await;
            json!({ "id": id })
        })
    }),
    refused_after("pbd.connect", "SR_BACKEND_FAILURE_73", |lab| {
        Box::pin(async move {
            let (_, pbd) = detached(lab).await;
            lab.sim.with(|world| {
                let pbd = world.by_uuid("PBD", &pbd).expect("it was made");
                world.put(pbd, "device_config", "server", "192.0.2.1");
            });
            json!({ "id": pbd })
        })
    }),
    refused_after("sr.connectAllPbds", "SR_BACKEND_FAILURE_73", |lab| {
        Box::pin(async move {
            let (sr, pbd) = detached(lab).await;
            lab.sim.with(|world| {
                let pbd = world.by_uuid("PBD", &pbd).expect("it was made");
                world.put(pbd, "device_config", "server", "192.0.2.1");
            });
            json!({ "id": sr })
        })
    }),
    refused("pbd.delete", "OPERATION_NOT_ALLOWED", |w| {
        let pbd = w.objects(named(w, "SR", "NFS storage"), "PBDs")[0];
        json!({ "id": w.uuid(pbd) })
    }),
];
