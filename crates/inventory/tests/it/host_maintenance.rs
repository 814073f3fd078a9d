use serde_json::json;
use xapi_sim::Object;

use crate::Lab;

fn enabled(lab: &Lab, host: Object) -> bool {
    lab.sim.with(|world| world.flag(host, "enabled"))
}

#[tokio::test]
async fn a_host_is_disabled_and_enabled() {
    let lab = Lab::new().await;
    let (host, guests) = lab.movable().await;
    let id = lab.id(host);
    for (method, wanted) in [("host.disable", false), ("host.enable", true)] {
        assert_eq!(lab.admin.call(method, json!({ "id": id })).await, true);
        lab.becomes(&id, |host| host["enabled"] == wanted).await;
    }
    assert_eq!(lab.admin.call("host.disable", json!({ "id": id, "transient": true })).await, true);
    assert_eq!(lab.admin.refused("host.disable", json!({ "id": id, "transient": 1 })).await["code"], 10);
    assert_eq!(lab.admin.refused("host.enable", json!({ "id": lab.id(guests[0]) })).await["code"], 1);
    lab.sim.with(|world| {
        let metrics = world.object(host, "metrics");
        world.set(metrics, "live", false);
    });
    assert_eq!(lab.admin.refused("host.enable", json!({ "id": id })).await["code"], 18);
}

#[tokio::test]
async fn maintenance_moves_the_vms_away_and_ends() {
    let lab = Lab::new().await;
    let (host, guests) = lab.movable().await;
    let id = lab.id(host);
    assert!(!guests.is_empty());
    assert_eq!(lab.admin.call("host.setMaintenanceMode", json!({ "id": id, "maintenance": true })).await, true);
    lab.becomes(&id, |host| host["enabled"] == false).await;
    for vm in guests {
        let (state, on) =
            lab.sim.with(|world| (world.text(vm, "power_state").to_owned(), world.object(vm, "resident_on")));
        assert_eq!((state.as_str(), on == host), ("Running", false));
    }
    assert_eq!(lab.admin.call("host.setMaintenanceMode", json!({ "id": id, "maintenance": false })).await, true);
    lab.becomes(&id, |host| host["enabled"] == true).await;
}

#[tokio::test]
async fn a_host_that_cannot_be_emptied_goes_on() {
    let lab = Lab::new().await;
    let (host, guests) = lab.movable().await;
    let id = lab.id(host);
    lab.sim.fail_next("host.evacuate", "HOST_NOT_ENOUGH_FREE_MEMORY", ["2", "1"]);
    let error = lab.admin.refused("host.setMaintenanceMode", json!({ "id": id, "maintenance": true })).await;
    assert_eq!(error["data"]["code"], "HOST_NOT_ENOUGH_FREE_MEMORY");
    assert!(enabled(&lab, host));
    let stay = lab.sim.with(|world| guests.iter().all(|vm| world.object(*vm, "resident_on") == host));
    assert!(stay);
    assert_eq!(lab.admin.refused("host.setMaintenanceMode", json!({ "id": id })).await["code"], 10);
}

#[tokio::test]
async fn older_hosts_are_emptied_too() {
    let lab = Lab::new().await;
    let (host, _) = lab.movable().await;
    lab.sim.fail_next("host.evacuate", "MESSAGE_PARAMETER_COUNT_MISMATCH", ["host.evacuate", "1", "3"]);
    lab.admin.call("host.setMaintenanceMode", json!({ "id": lab.id(host), "maintenance": true })).await;
    assert!(!enabled(&lab, host));
}

#[tokio::test]
async fn vms_that_must_not_move_are_moved_when_that_is_asked_and_stay_blocked() {
    let lab = Lab::new().await;
    let (host, guests) = lab.movable().await;
    let (id, vm) = (lab.id(host), guests[0]);
    lab.sim.with(|world| {
        for operation in ["pool_migrate", "migrate_send"] {
            world.put(vm, "blocked_operations", operation, "pinned");
        }
    });
    lab.admin.refused("host.setMaintenanceMode", json!({ "id": id, "maintenance": true })).await;
    assert!(enabled(&lab, host));
    let force = json!({ "id": id, "maintenance": true, "vmsToForceMigrate": [lab.id(vm)] });
    assert_eq!(lab.admin.call("host.setMaintenanceMode", force.clone()).await, true);
    let moved = lab.sim.with(|world| world.object(vm, "resident_on") != host);
    assert!(moved);
    for operation in ["pool_migrate", "migrate_send"] {
        assert_eq!(lab.sim.with(|world| world.entry(vm, "blocked_operations", operation).to_owned()), "pinned");
    }
    // It is elsewhere by now.
    assert_eq!(lab.admin.refused("host.setMaintenanceMode", force).await["code"], 10);
}

#[tokio::test]
async fn the_control_domain_gets_memory_in_maintenance_only() {
    let lab = Lab::new().await;
    let (host, _) = lab.movable().await;
    let id = lab.id(host);
    let params = json!({ "id": id, "memory": 2_147_483_648_u64 });
    let error = lab.admin.refused("host.setControlDomainMemory", params.clone()).await;
    let data = json!({ "actual": true, "expected": false, "object": id, "property": "enabled" });
    assert_eq!((&error["code"], &error["data"]), (&json!(25), &data));
    for memory in [json!(1), json!(2_147_483_648.5), json!("2 GiB")] {
        let error = lab.admin.refused("host.setControlDomainMemory", json!({ "id": id, "memory": memory })).await;
        assert_eq!(error["code"], 10);
    }
    lab.admin.call("host.setMaintenanceMode", json!({ "id": id, "maintenance": true })).await;
    assert_eq!(lab.admin.call("host.setControlDomainMemory", params).await, true);
    let memory = lab.sim.with(|world| {
        let own = world.objects(host, "resident_VMs")[0];
        world.int(own, "memory_static_max")
    });
    assert_eq!(memory, 2_147_483_648);
}
