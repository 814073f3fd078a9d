use serde_json::json;
use xapi_sim::Object;

use crate::Lab;

fn host(lab: &Lab) -> Object {
    lab.sim.named("host", "xcp-lab-2").expect("the host")
}

/// Returns the power states of the VMs of a host.
fn states(lab: &Lab, host: Object) -> Vec<String> {
    let guests = lab.guests(host);
    lab.sim.with(|world| guests.into_iter().map(|vm| world.text(vm, "power_state").to_owned()).collect())
}

async fn is(lab: &Lab, id: &str, power_state: &str) {
    lab.becomes(id, |host| host["power_state"] == power_state).await;
}

#[tokio::test]
async fn a_host_is_emptied_and_stopped_and_started_from_afar() {
    let lab = Lab::new().await;
    let (host, guests) = lab.movable().await;
    let id = lab.id(host);
    assert_eq!(lab.admin.call("host.stop", json!({ "id": id })).await, true);
    is(&lab, &id, "Halted").await;
    let run = lab.sim.with(|world| guests.iter().all(|vm| world.text(*vm, "power_state") == "Running"));
    assert!(run);
    let error = lab.admin.refused("host.start", json!({ "id": id })).await;
    assert_eq!(error["data"]["code"], "HOST_POWER_ON_MODE_DISABLED");
    lab.sim.with(|world| world.set(host, "power_on_mode", "wake-on-lan"));
    assert_eq!(lab.admin.call("host.start", json!({ "id": id })).await, true);
    is(&lab, &id, "Running").await;
    assert_eq!(lab.admin.refused("host.start", json!({ "id": id })).await["data"]["code"], "HOST_IS_LIVE");
}

#[tokio::test]
async fn a_host_that_does_not_stop_takes_vms_again() {
    let lab = Lab::new().await;
    let (host, _) = lab.movable().await;
    let id = lab.id(host);
    let error = lab.admin.refused("host.stop", json!({ "id": id, "bypassEvacuate": true })).await;
    assert_eq!(error["data"]["code"], "HOST_IN_USE");
    assert!(lab.sim.with(|world| world.flag(host, "enabled")));
    lab.sim.fail_next("host.shutdown", "INTERNAL_ERROR", ["no"]);
    assert_eq!(lab.admin.refused("host.stop", json!({ "id": id })).await["data"]["code"], "INTERNAL_ERROR");
    assert!(lab.sim.with(|world| world.flag(host, "enabled")));
    assert_eq!(lab.admin.refused("host.stop", json!({ "id": id, "bypassEvacuate": 1 })).await["code"], 10);
}

#[tokio::test]
async fn a_host_is_restarted_with_its_vms_elsewhere() {
    let lab = Lab::new().await;
    let (host, _) = lab.movable().await;
    let id = lab.id(host);
    assert_eq!(lab.admin.call("host.restart", json!({ "id": id })).await, true);
    lab.becomes(&id, |host| host["power_state"] == "Running" && host["enabled"] == true).await;
    lab.sim.fail_next("host.reboot", "INTERNAL_ERROR", ["no"]);
    assert_eq!(lab.admin.refused("host.restart", json!({ "id": id })).await["data"]["code"], "INTERNAL_ERROR");
    assert!(lab.sim.with(|world| world.flag(host, "enabled")));
}

#[tokio::test]
async fn a_member_is_not_restarted_before_its_master_unless_that_does_not_matter() {
    let lab = Lab::new().await;
    let master = lab.sim.with(|world| world.master());
    let id = lab.id(lab.movable().await.0);
    lab.sim.with(|world| world.put(master, "other_config", "rpm_patch_installation_time", "99999999999."));
    let master = lab.id(master);
    lab.becomes(&master, |host| host["rebootRequired"] == true).await;
    let error = lab.admin.refused("host.restart", json!({ "id": id })).await;
    let data = json!({ "actual": true, "expected": false, "object": master, "property": "rebootRequired" });
    assert_eq!(error, json!({ "message": "incorrect state", "code": 25, "data": data }));
    let params = json!({ "id": id, "bypassVersionCheck": true });
    assert_eq!(lab.admin.call("host.restart", params).await, true);
}

#[tokio::test]
async fn a_host_whose_vms_cannot_move_is_not_restarted_even_by_force_and_goes_on() {
    let lab = Lab::new().await;
    let (host, _) = lab.movable().await;
    let id = lab.id(host);
    for force in [false, true] {
        lab.sim.fail_next("host.evacuate", "CANNOT_EVACUATE_HOST", ["a,b"]);
        let error = lab.admin.refused("host.restart", json!({ "id": id, "force": force })).await;
        let code = if force { "HOST_IN_USE" } else { "CANNOT_EVACUATE_HOST" };
        assert_eq!(error["data"]["code"], code);
        assert!(lab.sim.with(|world| world.flag(host, "enabled")));
    }
}

#[tokio::test]
async fn vms_sleep_while_their_host_restarts() {
    let lab = Lab::new().await;
    let host = host(&lab);
    let (id, guests, before) = (lab.id(host), lab.guests(host), states(&lab, host));
    assert!(before.iter().any(|state| state == "Paused"));
    let params = json!({ "id": id, "suspendResidentVms": true });
    assert_eq!(lab.admin.call("host.restart", params).await, true);
    assert_eq!((lab.guests(host), states(&lab, host)), (guests, before));
}

#[tokio::test]
async fn the_master_restarts_with_its_vms_asleep_and_its_agent_alone() {
    let lab = Lab::new().await;
    let host = lab.sim.with(|world| world.master());
    // One without drivers cannot sleep: those that slept already wake.
    let params = json!({ "id": lab.id(host), "suspendResidentVms": true });
    let (guests, before) = (lab.guests(host), states(&lab, host));
    assert_eq!(lab.admin.refused("host.restart", params).await["code"], 14);
    assert_eq!((lab.guests(host), states(&lab, host)), (guests, before));
    for vm in lab.guests(host) {
        if lab.sim.with(|world| world.object(vm, "guest_metrics").is_null()) {
            lab.admin.call("vm.stop", json!({ "id": lab.id(vm), "force": true })).await;
        }
    }
    let (id, guests, before) = (lab.id(host), lab.guests(host), states(&lab, host));
    let params = json!({ "id": id, "suspendResidentVms": true });
    assert_eq!(lab.admin.call("host.restart", params).await, true);
    assert_eq!((lab.guests(host), states(&lab, host)), (guests, before));
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(lab.admin.call("host.restartAgent", json!({ "id": id })).await, true);
}

#[tokio::test]
async fn vms_that_must_not_sleep_keep_their_host_up_unless_that_is_lifted() {
    let lab = Lab::new().await;
    let host = host(&lab);
    let (id, vm) = (lab.id(host), lab.guests(host)[0]);
    lab.sim.with(|world| world.put(vm, "blocked_operations", "suspend", "busy"));
    let error = lab.admin.refused("host.restart", json!({ "id": id, "suspendResidentVms": true })).await;
    assert_eq!((&error["code"], &error["data"]["actual"]), (&json!(25), &json!([lab.id(vm)])));
    let params = json!({ "id": id, "suspendResidentVms": true, "bypassBlockedSuspend": true });
    assert_eq!(lab.admin.call("host.restart", params).await, true);
    let (state, reason) = lab.sim.with(|world| {
        (world.text(vm, "power_state").to_owned(), world.entry(vm, "blocked_operations", "suspend").to_owned())
    });
    assert_eq!((state.as_str(), reason.as_str()), ("Running", "busy"));
}

#[tokio::test]
async fn vms_wake_when_their_host_does_not_restart() {
    let lab = Lab::new().await;
    let host = host(&lab);
    let (id, before) = (lab.id(host), states(&lab, host));
    lab.sim.fail_next("host.reboot", "INTERNAL_ERROR", ["no"]);
    let error = lab.admin.refused("host.restart", json!({ "id": id, "suspendResidentVms": true })).await;
    assert_eq!(error["data"]["code"], "INTERNAL_ERROR");
    assert_eq!(states(&lab, host), before);
    assert!(lab.sim.with(|world| world.flag(host, "enabled")));
}

#[tokio::test]
async fn an_emergency_suspends_the_vms_and_switches_the_host_off() {
    let lab = Lab::new().await;
    let host = host(&lab);
    let (id, guests) = (lab.id(host), lab.guests(host));
    assert_eq!(lab.admin.call("host.emergencyShutdownHost", json!({ "host": id })).await, true);
    is(&lab, &id, "Halted").await;
    let asleep = lab.sim.with(|world| guests.iter().all(|vm| world.text(*vm, "power_state") == "Suspended"));
    assert!(asleep);
    assert_eq!(lab.admin.refused("host.emergencyShutdownHost", json!({ "id": id })).await["code"], 10);
}

#[tokio::test]
async fn an_agent_is_restarted_and_waited_for() {
    let lab = Lab::new().await;
    let id = lab.id(host(&lab));
    let started = async || lab.becomes(&id, |_| true).await["agentStartTime"].clone();
    for method in ["host.restartAgent", "host.restart_agent"] {
        let before = started().await;
        // Times are whole seconds.
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
        assert_eq!(lab.admin.call(method, json!({ "id": id })).await, true);
        assert_ne!(started().await, before);
    }
    lab.sim.fail_next("host.restart_agent", "HOST_OFFLINE", ["x"]);
    assert_eq!(lab.admin.refused("host.restartAgent", json!({ "id": id })).await["code"], 18);
}

#[tokio::test]
async fn a_host_that_is_up_is_not_forgotten_and_one_that_is_off_is() {
    let lab = Lab::new().await;
    let id = lab.id(lab.movable().await.0);
    assert_eq!(lab.admin.refused("host.forget", json!({ "id": id })).await["data"]["code"], "HOST_IS_LIVE");
    lab.admin.call("host.stop", json!({ "id": id })).await;
    is(&lab, &id, "Halted").await;
    assert_eq!(lab.admin.call("host.forget", json!({ "id": id })).await, true);
    lab.vanishes(&id).await;
}

#[tokio::test]
async fn a_host_leaves_its_pool_once_it_is_empty() {
    let lab = Lab::new().await;
    let id = lab.id(lab.movable().await.0);
    assert_eq!(lab.admin.refused("host.detach", json!({ "id": id })).await["data"]["code"], "HOST_HAS_RESIDENT_VMS");
    lab.admin.call("host.setMaintenanceMode", json!({ "id": id, "maintenance": true })).await;
    assert_eq!(lab.admin.call("host.detach", json!({ "id": id })).await, true);
    lab.vanishes(&id).await;
}
