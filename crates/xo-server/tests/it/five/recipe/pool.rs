use serde_json::json;

use super::{Recipe, after, id, made, on, pool_id};

pub(super) const RECIPES: &[Recipe] = &[
    after("pool.disableHa", |lab| {
        Box::pin(async move {
            let (pool, sr) = lab.sim.with(|w| (pool_id(w), id(w, "SR", "NFS storage")));
            lab.did("pool.enableHa", json!({ "pool": pool, "heartbeatSrs": [sr], "configuration": {} })).await;
            json!({ "pool": pool })
        })
    }),
    on("pool.enableHa", |w| {
        let sr = id(w, "SR", "NFS storage");
        json!({ "pool": pool_id(w), "heartbeatSrs": [sr], "configuration": { "timeout": "60" } })
    }),
    on(
        "pool.getPatchesDifference",
        |w| json!({ "source": id(w, "host", "xcp-lab-1"), "target": id(w, "host", "xcp-lab-2") }),
    ),
    on("pool.getRolling", |w| json!({ "pool": pool_id(w) })),
    on("pool.installPatches", |w| json!({ "hosts": [id(w, "host", "xcp-lab-2")] })),
    on("pool.listMissingPatches", |w| json!({ "host": id(w, "host", "xcp-lab-2") })),
    on("pool.listMissingPatchesOfPool", |w| json!({ "id": pool_id(w) })),
    on("pool.getGuestSecureBootReadiness", |w| json!({ "id": pool_id(w), "forceRefresh": true })),
    on("pool.getLicenseState", |w| json!({ "pool": pool_id(w) })),
    on("pool.getSystemStatuses", |w| json!({ "id": pool_id(w) })),
    on("pool.listPoolsMatchingCriteria", |_| json!({ "minHostCpus": 1, "poolNameRegExp": "lab" })),
    after("pool.managementReconfigure", |lab| {
        Box::pin(async move {
            let (pool, network, pifs) = lab.sim.with(|world| {
                let network = super::named(world, "network", "Pool-wide network associated with eth1");
                let pifs = world.objects(network, "PIFs").into_iter().map(|pif| world.uuid(pif).to_owned());
                (pool_id(world), world.uuid(network).to_owned(), pifs.collect::<Vec<_>>())
            });
            for pif in pifs {
                lab.did("pif.reconfigureIp", json!({ "id": pif, "mode": "DHCP" })).await;
            }
            json!({ "id": pool, "network": network })
        })
    }),
    on("pool.set", |w| {
        let (sr, network) = (id(w, "SR", "Local storage"), id(w, "network", "Storage"));
        json!({
            "id": pool_id(w), "name_label": "n", "name_description": "d", "auto_poweron": false, "suspendSr": sr,
            "crashDumpSr": sr, "migrationCompression": true, "migrationNetwork": network, "backupNetwork": network,
        })
    }),
    on("pool.setDefaultSr", |w| json!({ "sr": id(w, "SR", "Local storage") })),
    on("pool.setPoolMaster", |w| json!({ "host": id(w, "host", "xcp-lab-2") })),
    on("message.delete", |w| {
        let host = id(w, "host", "xcp-lab-1");
        let fields = [("name", "VM_STARTED".into()), ("cls", "Host".into()), ("obj_uuid", host.into())];
        json!({ "id": made(w, "message", fields) })
    }),
    on("task.cancel", |w| json!({ "id": made(w, "task", [("name_label", "t".into()), ("status", "pending".into())]) })),
    on(
        "task.destroy",
        |w| json!({ "id": made(w, "task", [("name_label", "t".into()), ("status", "pending".into())]) }),
    ),
];
