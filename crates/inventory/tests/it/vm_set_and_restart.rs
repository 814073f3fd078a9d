use serde_json::json;

use crate::Lab;

#[tokio::test]
async fn a_running_vm_is_changed_and_runs_again() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    for (force, most) in [(false, 6), (true, 7)] {
        let params = json!({ "id": lab.id(vm), "cpusMax": most, "force": force });
        assert_eq!(lab.admin.call("vm.setAndRestart", params).await, true);
        assert_eq!(lab.sim.with(|world| world.int(vm, "VCPUs_max")), most);
        assert_eq!(lab.field(vm, "power_state"), "Running");
        // Its guest is up when it has said so.
        lab.becomes(&lab.id(vm), |vm| vm["power_state"] == "Running").await;
    }
}

#[tokio::test]
async fn a_halted_vm_is_changed_and_started() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    for force in [false, true] {
        lab.sim.with(|world| world.set(vm, "VCPUs_at_startup", 1_i64));
        let params = json!({ "id": lab.id(vm), "CPUs": 2, "force": force });
        assert_eq!(lab.admin.call("vm.setAndRestart", params).await, true);
        assert_eq!(lab.sim.with(|world| world.int(vm, "VCPUs_at_startup")), 2);
        assert_eq!(lab.field(vm, "power_state"), "Running");
        lab.admin.call("vm.stop", json!({ "id": lab.id(vm), "force": true })).await;
    }
}

#[tokio::test]
async fn a_vm_whose_change_fails_runs_again() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    lab.sim.fail_next("VM.set_VCPUs_max", "INTERNAL_ERROR", ["x"]);
    let error = lab.admin.refused("vm.setAndRestart", json!({ "id": lab.id(vm), "cpusMax": 9 })).await;
    assert_eq!(error["data"]["code"], "INTERNAL_ERROR");
    assert_eq!(lab.field(vm, "power_state"), "Running");
}

#[tokio::test]
async fn a_bad_change_is_refused_before_the_vm_is_stopped() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let domain = lab.sim.with(|world| world.int(vm, "domid"));
    for change in [json!({ "cpusMax": [] }), json!({ "blockedOperations": { "start": 5 } }), json!({ "nope": 1 })] {
        let mut params = change;
        params["id"] = lab.id(vm).into();
        assert_eq!(lab.admin.refused("vm.setAndRestart", params).await["code"], 10);
    }
    let error = lab.admin.refused("vm.setAndRestart", json!({ "id": lab.id(vm), "resourceSet": "r" })).await;
    assert_eq!(error["message"], "no such resourceSet r");
    assert_eq!(lab.sim.with(|world| world.int(vm, "domid")), domain);
}

#[tokio::test]
async fn a_vm_that_may_not_be_shut_down_is_not_changed() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    lab.sim.with(|world| world.put(vm, "blocked_operations", "clean_shutdown", "not now"));
    let error = lab.admin.refused("vm.setAndRestart", json!({ "id": lab.id(vm), "name_label": "other" })).await;
    assert_eq!(error["code"], 19);
    assert_eq!(lab.field(vm, "name_label"), "web-1");
}
