use serde_json::json;
use xapi_sim::Object;

use crate::Lab;

/// Makes a repository on which a running VM has a disk; returns both.
async fn used(lab: &Lab) -> (String, Object) {
    let sr = lab.nfs().await;
    let vm = lab.vm("Running");
    let disk = lab.disk(json!({ "name": "d", "size": 1 << 30, "sr": sr, "vm": lab.id(vm) })).await;
    let vdi = lab.becomes(&disk, |vdi| vdi["$VBDs"].as_array().is_some_and(|vbds| vbds.len() == 1)).await;
    lab.becomes(vdi["$VBDs"][0].as_str().unwrap(), |vbd| vbd["attached"] == true).await;
    (sr, vm)
}

fn state(lab: &Lab, vm: Object) -> String {
    lab.sim.with(|world| world.text(vm, "power_state").to_owned())
}

fn note(lab: &Lab, sr: &str) -> String {
    let sr = lab.by_id("SR", sr);
    lab.sim.with(|world| world.entry(sr, "other_config", "xo:maintenanceState").to_owned())
}

#[tokio::test]
async fn vms_are_shut_down_for_maintenance_and_started_after_it() {
    let lab = Lab::new().await;
    let (sr, vm) = used(&lab).await;
    let params = json!({ "id": sr, "vmsToShutdown": [lab.id(vm)] });
    assert_eq!(lab.admin.call("sr.enableMaintenanceMode", params.clone()).await, true);
    lab.becomes(&sr, |sr| sr["inMaintenanceMode"] == true).await;
    assert_eq!((state(&lab, vm).as_str(), lab.attached(&sr)), ("Halted", vec![false, false]));
    let noted: serde_json::Value = serde_json::from_str(&note(&lab, &sr)).unwrap();
    assert_eq!(noted["shutdownVms"], json!({ lab.id(vm): false }));
    assert_eq!(noted["unpluggedPbds"].as_array().map(Vec::len), Some(2));
    let error = lab.admin.refused("sr.enableMaintenanceMode", params).await;
    assert_eq!((&error["code"], &error["data"]["property"]), (&json!(25), &json!("inMaintenanceMode")));
    assert_eq!(lab.admin.call("sr.disableMaintenanceMode", json!({ "id": sr })).await, true);
    lab.becomes(&sr, |sr| sr["inMaintenanceMode"] == false).await;
    assert_eq!((state(&lab, vm).as_str(), lab.attached(&sr)), ("Running", vec![true, true]));
    let error = lab.admin.refused("sr.disableMaintenanceMode", json!({ "id": sr })).await;
    assert_eq!(error["code"], 25);
}

#[tokio::test]
async fn vms_that_nobody_named_are_told_and_left_alone() {
    let lab = Lab::new().await;
    let (sr, vm) = used(&lab).await;
    let error = lab.admin.refused("sr.enableMaintenanceMode", json!({ "id": sr })).await;
    let data = json!({ "actual": [], "expected": [lab.id(vm)], "object": sr, "property": "vmsToShutdown" });
    assert_eq!(error, json!({ "message": "incorrect state", "code": 25, "data": data }));
    assert_eq!((state(&lab, vm).as_str(), note(&lab, &sr).as_str()), ("Running", ""));
}

#[tokio::test]
async fn all_is_as_before_where_a_host_cannot_let_go() {
    let lab = Lab::new().await;
    let (sr, vm) = used(&lab).await;
    lab.sim.fail_next("PBD.unplug", "INTERNAL_ERROR", ["busy"]);
    let params = json!({ "id": sr, "vmsToShutdown": [lab.id(vm)] });
    let error = lab.admin.refused("sr.enableMaintenanceMode", params).await;
    assert_eq!(error["data"]["code"], "INTERNAL_ERROR");
    assert_eq!((state(&lab, vm).as_str(), note(&lab, &sr).as_str()), ("Running", ""));
    assert_eq!(lab.attached(&sr), [true, true]);
}

#[tokio::test]
async fn what_cannot_be_brought_back_does_not_keep_the_rest() {
    let lab = Lab::new().await;
    let (sr, vm) = used(&lab).await;
    lab.admin.call("sr.enableMaintenanceMode", json!({ "id": sr, "vmsToShutdown": [lab.id(vm)] })).await;
    lab.sim.fail_next("VM.start", "NO_HOSTS_AVAILABLE", [""; 0]);
    let error = lab.admin.refused("sr.disableMaintenanceMode", json!({ "id": sr })).await;
    assert_eq!(error["code"], 7);
    assert_eq!((note(&lab, &sr).as_str(), lab.attached(&sr)), ("", vec![true, true]));
}

#[tokio::test]
async fn only_administrators_take_storage_out_of_service() {
    let lab = Lab::new().await;
    let sr = lab.nfs().await;
    let nobody = lab.test.user("nobody@example.org").await;
    for method in ["sr.enableMaintenanceMode", "sr.disableMaintenanceMode"] {
        assert_eq!(nobody.refused(method, json!({ "id": sr })).await["code"], 2);
    }
    let error = lab.admin.refused("sr.enableMaintenanceMode", json!({ "id": sr, "vmsToShutdown": "all" })).await;
    assert_eq!(error["code"], 10);
}
