use serde_json::{Value, json};

use crate::Lab;

async fn snapshot(lab: &Lab, params: Value) -> Value {
    let id = lab.admin.call("vm.snapshot", params).await;
    lab.becomes(id.as_str().unwrap(), |object| object["type"] == "VM-snapshot").await
}

#[tokio::test]
async fn a_snapshot_gets_the_name_of_the_vm_and_the_time_unless_one_is_given() {
    let lab = Lab::new().await;
    let vm = lab.object(lab.vm("Halted"));
    let made = snapshot(&lab, json!({ "id": vm.id() })).await;
    let name = made["name_label"].as_str().unwrap();
    let time = name.strip_prefix(&format!("{}_", vm.text("name_label").unwrap())).expect("the name of the VM");
    assert!(time.parse::<jiff::Timestamp>().is_ok() && time.len() == "2026-11-21T20:51:56.742Z".len(), "{name}");
    assert_eq!(made["$snapshot_of"], vm.id());
    let made = snapshot(&lab, json!({ "id": vm.id(), "name": "s2", "description": "with text" })).await;
    assert_eq!(made["name_label"], "s2");
    lab.becomes(made["id"].as_str().unwrap(), |snapshot| snapshot["name_description"] == "with text").await;
    lab.becomes(vm.id(), |vm| vm["snapshots"].as_array().is_some_and(|all| all.contains(&made["id"]))).await;
}

#[tokio::test]
async fn the_memory_of_a_running_vm_is_kept_and_that_of_a_halted_one_is_not_missed() {
    let lab = Lab::new().await;
    let running = lab.id(lab.vm("Running"));
    let made = snapshot(&lab, json!({ "id": running, "name": "with memory", "saveMemory": true })).await;
    assert_eq!(made["power_state"], "Suspended");
    let halted = lab.id(lab.vm("Halted"));
    let made = snapshot(&lab, json!({ "id": halted, "name": "without", "saveMemory": true })).await;
    assert_eq!(made["power_state"], "Halted");
}

#[tokio::test]
async fn a_full_storage_is_told() {
    let lab = Lab::new().await;
    let id = lab.id(lab.vm("Halted"));
    lab.sim.fail_next("VM.snapshot", "SR_FULL", ["1", "0"]);
    let error = lab.admin.refused("vm.snapshot", json!({ "id": id })).await;
    assert_eq!((&error["code"], &error["data"]["code"]), (&json!(-32000), &json!("SR_FULL")));
}

#[tokio::test]
async fn a_clone_is_another_vm_with_its_own_name() {
    let lab = Lab::new().await;
    let vm = lab.id(lab.vm("Halted"));
    for full_copy in [false, true] {
        let name = format!("copy {full_copy}");
        let made = lab.admin.call("vm.clone", json!({ "id": vm, "name": name, "full_copy": full_copy })).await;
        let made = lab.becomes(made.as_str().unwrap(), |object| object["type"] == "VM").await;
        assert_eq!(made["name_label"], name.as_str());
        assert_ne!(made["id"], vm.as_str());
    }
    let running = lab.id(lab.vm("Running"));
    let error = lab.admin.refused("vm.clone", json!({ "id": running, "name": "x", "full_copy": false })).await;
    assert_eq!((&error["code"], &error["data"]["expected"]), (&json!(13), &json!("halted")));
    let error = lab.admin.refused("vm.clone", json!({ "id": running, "name": "x" })).await;
    assert_eq!(error["data"]["errors"][0]["params"], json!({ "missingProperty": "full_copy" }));
}
