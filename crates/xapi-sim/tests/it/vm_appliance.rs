//! VMs that start and stop together.

use serde_json::json;

use crate::lab::{Lab, failure};

async fn appliance(lab: &Lab, vms: &[&str]) -> String {
    let record = json!({"name_label": "shop", "name_description": ""});
    let made = lab.run("VM_appliance.create", [record]).await.expect("made");
    for name in vms {
        lab.ok("VM.set_appliance", [json!(lab.vm(name)), made.clone()]).await;
    }
    made.as_str().expect("a reference").to_owned()
}

#[tokio::test]
async fn an_appliance_starts_and_stops_its_vms_in_their_order() {
    let lab = Lab::small().await;
    let (first, second) = (lab.vm("sandbox"), lab.vm("legacy-crm"));
    let shop = appliance(&lab, &["legacy-crm", "sandbox"]).await;
    for (vm, order) in [(&first, 1), (&second, 2)] {
        lab.ok("VM.set_order", [json!(vm), json!(order)]).await;
    }
    assert_eq!(lab.set("VM_appliance", "allowed_operations", &shop).await, ["start"]);
    let task = lab.begin("VM_appliance.start", [json!(shop), json!(false)]).await.expect("it starts");
    assert_eq!(lab.get("VM_appliance", "current_operations", &shop).await, json!({task.as_str(): "start"}));
    assert!(lab.set("VM_appliance", "allowed_operations", &shop).await.is_empty());
    assert_eq!(lab.get("VM", "current_operations", &first).await, json!({task.as_str(): "start"}));
    assert_eq!(lab.get("VM", "current_operations", &second).await, json!({}), "not yet");
    let busy = failure("OTHER_OPERATION_IN_PROGRESS", ["VM_appliance", &shop, "start", &task]);
    assert_eq!(lab.call("VM_appliance.start", [json!(shop), json!(false)]).await, Err(busy));
    lab.finish("VM_appliance.start", &task).await.expect("started");
    for vm in [&first, &second] {
        assert_eq!(lab.get("VM", "power_state", vm).await, "Running");
    }
    assert_eq!(
        lab.set("VM_appliance", "allowed_operations", &shop).await,
        ["clean_shutdown", "hard_shutdown", "shutdown"]
    );
    let silent = lab.run("VM_appliance.clean_shutdown", [json!(shop)]).await;
    assert_eq!(silent, Err(failure("VM_LACKS_FEATURE", [&second])), "its guest does not answer yet");
    lab.run("VM_appliance.shutdown", [json!(shop)]).await.expect("stopped, one way or the other");
    for vm in [&first, &second] {
        assert_eq!(lab.get("VM", "power_state", vm).await, "Halted");
    }
    assert_eq!(lab.set("VM_appliance", "allowed_operations", &shop).await, ["start"]);
}

#[tokio::test]
async fn an_appliance_without_vms_does_nothing_and_goes_without_them() {
    let lab = Lab::small().await;
    let empty = appliance(&lab, &[]).await;
    assert!(lab.set("VM_appliance", "allowed_operations", &empty).await.is_empty());
    let refused = lab.run("VM_appliance.hard_shutdown", [json!(empty)]).await;
    assert_eq!(refused, Err(failure("OPERATION_NOT_ALLOWED", ["Appliance has no VMs."])));
    let (shop, vm) = (appliance(&lab, &["sandbox"]).await, lab.vm("sandbox"));
    let part = lab.run("VM.destroy", [json!(vm)]).await;
    assert_eq!(part, Err(failure("VM_IS_PART_OF_AN_APPLIANCE", [&vm, &shop])));
    lab.run("VM_appliance.destroy", [json!(shop)]).await.expect("destroyed");
    assert_eq!(lab.get("VM", "appliance", &vm).await, "OpaqueRef:NULL");
    lab.run("VM.destroy", [json!(vm)]).await.expect("destroyed");
}
