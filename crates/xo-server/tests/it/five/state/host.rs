use serde_json::{Value, json};

use super::{Refusal, refused, refused_after};
use crate::five::recipe::{card, host::off, id, made, named, pool_id};

/// A host that is off.
macro_rules! of_a_host_that_is_off {
    ($op:literal, $code:literal, $param:literal, $more:tt) => {
        refused_after($op, $code, |lab| {
            Box::pin(async move {
                let mut params = json!($more);
                params[$param] = off(lab).await.into();
                params
            })
        })
    };
}

pub(super) const REFUSALS: &[Refusal] = &[
    refused("host.detach", "HOST_HAS_RESIDENT_VMS", |w| json!({ "id": id(w, "host", "xcp-lab-2") })),
    refused("host.forget", "HOST_IS_LIVE", |w| json!({ "id": id(w, "host", "xcp-lab-2") })),
    refused("host.start", "HOST_IS_LIVE", |w| json!({ "id": id(w, "host", "xcp-lab-2") })),
    refused("host.stop", "HOST_IN_USE", |w| json!({ "id": id(w, "host", "xcp-lab-2"), "bypassEvacuate": true })),
    refused("host.restart", "HOST_IN_USE", |w| json!({ "id": id(w, "host", "xcp-lab-2"), "force": true })),
    refused(
        "host.setMaintenanceMode",
        "CANNOT_EVACUATE_HOST",
        |w| json!({ "id": id(w, "host", "xcp-lab-2"), "maintenance": true }),
    ),
    refused(
        "host.managementReconfigure",
        "PIF_HAS_NO_NETWORK_CONFIGURATION",
        |w| json!({ "id": id(w, "host", "xcp-lab-1"), "pif": card(w, "eth1") }),
    ),
    refused(
        "host.setControlDomainMemory",
        "25",
        |w| json!({ "id": id(w, "host", "xcp-lab-2"), "memory": 3_u64 << 30 }),
    ),
    of_a_host_that_is_off!("host.disable", "18", "id", {}),
    of_a_host_that_is_off!("host.enable", "18", "id", {}),
    of_a_host_that_is_off!("host.emergencyShutdownHost", "18", "host", {}),
    of_a_host_that_is_off!("host.getBlockdevices", "18", "id", {}),
    of_a_host_that_is_off!("host.getIpmiSensors", "18", "id", {}),
    of_a_host_that_is_off!("host.getSchedulerGranularity", "18", "id", {}),
    of_a_host_that_is_off!("host.isHostServerTimeConsistent", "18", "host", {}),
    of_a_host_that_is_off!("host.isPubKeyTooShort", "18", "id", {}),
    of_a_host_that_is_off!("host.installCertificate", "18", "id", { "certificate": "c", "privateKey": "k" }),
    of_a_host_that_is_off!("host.scanPifs", "18", "id", {}),
    of_a_host_that_is_off!("host.restartAgent", "18", "id", {}),
    of_a_host_that_is_off!("host.restart_agent", "18", "id", {}),
    of_a_host_that_is_off!("host.setRemoteSyslogHost", "18", "id", { "syslogDestination": "192.0.2.5" }),
    of_a_host_that_is_off!("host.setSchedulerGranularity", "18", "id", { "schedulerGranularity": "core" }),
    of_a_host_that_is_off!("host.stats", "18", "host", {}),
    of_a_host_that_is_off!("pool.listMissingPatches", "18", "host", {}),
    refused_after("pool.installPatches", "18", |lab| Box::pin(async move { json!({ "hosts": [off(lab).await] }) })),
    of_a_host_that_is_off!("pool.setPoolMaster", "18", "host", {}),
    of_a_host_that_is_off!("pusb.scan", "18", "host", {}),
    of_a_host_that_is_off!("sr.createZfs", "18", "host", { "nameLabel": "n", "nameDescription": "d", "location": "/tank" }),
    of_a_host_that_is_off!("sr.probeHba", "18", "host", {}),
    of_a_host_that_is_off!("sr.probeHbaExists", "18", "host", { "scsiId": "s1" }),
    of_a_host_that_is_off!("sr.probeIscsiExists", "18", "host", { "target": "10.0.0.1", "targetIqn": "iqn.x:y", "scsiId": "s" }),
    of_a_host_that_is_off!("sr.probeIscsiIqns", "18", "host", { "target": "10.0.0.1" }),
    of_a_host_that_is_off!("sr.probeIscsiLuns", "18", "host", { "target": "10.0.0.1", "targetIqn": "iqn.x:y" }),
    of_a_host_that_is_off!("sr.probeNfs", "18", "host", { "server": "10.20.100.6" }),
    of_a_host_that_is_off!("sr.probeNfsExists", "18", "host", { "server": "10.20.100.6", "serverPath": "/xen" }),
    of_a_host_that_is_off!("sr.probeZfs", "18", "host", {}),
    refused("host.set", "17", |w| json!({ "id": id(w, "host", "xcp-lab-2"), "multipathing": true })),
    refused("pci.disableDom0Access", "CANNOT_EVACUATE_HOST", |w| {
        let host = named(w, "host", "xcp-lab-2");
        json!({ "pcis": [made(w, "PCI", [("host", host.into()), ("pci_id", "0000:3b:00.0".into())])], "disable": true })
    }),
    refused("pool.disableHa", "HA_NOT_ENABLED", |w| json!({ "pool": pool_id(w) })),
    refused_after("pool.enableHa", "HA_IS_ENABLED", |lab| {
        Box::pin(async move {
            let params: Value = lab.sim.with(
                |w| json!({ "pool": pool_id(w), "heartbeatSrs": [id(w, "SR", "NFS storage")], "configuration": {} }),
            );
            lab.did("pool.enableHa", params.clone()).await;
            params
        })
    }),
    refused(
        "pool.managementReconfigure",
        "PIF_NOT_PRESENT",
        |w| json!({ "id": pool_id(w), "network": id(w, "network", "Isolated") }),
    ),
];
