use serde_json::{Value, json};
use xapi_sim::World;

use super::{Recipe, after, card, id, made, on};

fn first(world: &mut World) -> Value {
    json!({ "id": id(world, "host", "xcp-lab-1") })
}

fn second(world: &mut World) -> Value {
    json!({ "id": id(world, "host", "xcp-lab-2") })
}

/// Its agent has been up for longer than the second in which it restarts.
fn long_up(world: &mut World) -> Value {
    let host = super::named(world, "host", "xcp-lab-2");
    world.put(host, "other_config", "agent_start_time", "1.");
    second(world)
}

/// The second host is off.
pub(in crate::five) async fn off(lab: &crate::lab::Lab) -> String {
    let host = lab.movable().await;
    lab.did("host.stop", json!({ "id": host })).await;
    let is_off = async || {
        let host = lab.test.app.store().get(&host)?;
        (host.text("power_state")? == "Halted").then_some(())
    };
    crate::test_app::eventually(is_off).await;
    host
}

pub(super) const RECIPES: &[Recipe] = &[
    after("host.detach", |lab| {
        Box::pin(async move {
            let host = lab.movable().await;
            lab.did("host.setMaintenanceMode", json!({ "id": host, "maintenance": true })).await;
            json!({ "id": host })
        })
    }),
    on("host.disable", second),
    after("host.emergencyShutdownHost", |lab| Box::pin(async move { json!({ "host": lab.movable().await }) })),
    after("host.enable", |lab| {
        Box::pin(async move {
            let params = lab.sim.with(second);
            lab.did("host.disable", params.clone()).await;
            params
        })
    }),
    after("host.forget", |lab| Box::pin(async move { json!({ "id": off(lab).await }) })),
    on("host.getBiosInfo", first),
    on("host.getBlockdevices", first),
    on("host.getIpmiSensors", first),
    on("host.getMdadmHealth", first),
    on("host.getSchedulerGranularity", first),
    on("host.getSmartctlHealth", first),
    on("host.getSmartctlInformation", first),
    on("host.getSystemStatus", first),
    on("host.installCertificate", |w| {
        let made = rcgen::generate_simple_self_signed(["xcp-lab-1".to_owned()]).expect("a certificate");
        let host = id(w, "host", "xcp-lab-1");
        json!({ "id": host, "certificate": made.cert.pem(), "privateKey": made.signing_key.serialize_pem() })
    }),
    on("host.isHostServerTimeConsistent", |w| json!({ "host": id(w, "host", "xcp-lab-1") })),
    on("host.isHyperThreadingEnabled", first),
    on("host.isPubKeyTooShort", first),
    after("host.managementReconfigure", |lab| {
        Box::pin(async move {
            let pif = lab.sim.with(|world| card(world, "eth1"));
            lab.did("pif.reconfigureIp", json!({ "id": pif, "mode": "DHCP" })).await;
            json!({ "id": lab.sim.with(|world| id(world, "host", "xcp-lab-1")), "pif": pif })
        })
    }),
    on("host.restartAgent", long_up),
    on("host.restart_agent", long_up),
    after("host.restart", |lab| Box::pin(async move { json!({ "id": lab.movable().await }) })),
    after("host.restart", |lab| {
        Box::pin(async move { json!({ "id": lab.movable().await, "suspendResidentVms": true }) })
    }),
    on("host.scanPifs", first),
    on(
        "host.set",
        |w| json!({ "id": id(w, "host", "xcp-lab-2"), "name_label": "n", "name_description": "d", "iscsiIqn": "iqn.2001-01.a:b" }),
    ),
    after("host.setControlDomainMemory", |lab| {
        Box::pin(async move {
            let host = lab.movable().await;
            lab.did("host.setMaintenanceMode", json!({ "id": host, "maintenance": true })).await;
            json!({ "id": host, "memory": 3_u64 << 30 })
        })
    }),
    after("host.setMaintenanceMode", |lab| {
        Box::pin(async move { json!({ "id": lab.movable().await, "maintenance": true }) })
    }),
    after("host.setMaintenanceMode", |lab| {
        Box::pin(async move {
            let host = lab.movable().await;
            lab.did("host.setMaintenanceMode", json!({ "id": host, "maintenance": true })).await;
            json!({ "id": host, "maintenance": false })
        })
    }),
    on("host.setRemoteSyslogHost", |w| json!({ "id": id(w, "host", "xcp-lab-1"), "syslogDestination": "192.0.2.5" })),
    on("host.setSchedulerGranularity", |w| json!({ "id": id(w, "host", "xcp-lab-1"), "schedulerGranularity": "core" })),
    after("host.start", |lab| {
        Box::pin(async move {
            let host = off(lab).await;
            lab.sim.with(|world| {
                let host = world.by_uuid("host", &host).expect("the host");
                world.set(host, "power_on_mode", "wake-on-lan");
            });
            json!({ "id": host })
        })
    }),
    on("host.stats", |w| json!({ "host": id(w, "host", "xcp-lab-1") })),
    after("host.stop", |lab| Box::pin(async move { json!({ "id": lab.movable().await }) })),
    after("pci.disableDom0Access", |lab| {
        Box::pin(async move {
            let host = lab.movable().await;
            let pci = lab.sim.with(|world| {
                let host = world.by_uuid("host", &host).expect("the host");
                made(world, "PCI", [("host", host.into()), ("pci_id", "0000:3b:00.0".into())])
            });
            json!({ "pcis": [pci], "disable": true })
        })
    }),
    on("pci.getDom0AccessStatus", |w| {
        let host = super::named(w, "host", "xcp-lab-2");
        json!({ "id": made(w, "PCI", [("host", host.into()), ("pci_id", "0000:3b:00.0".into())]) })
    }),
];
