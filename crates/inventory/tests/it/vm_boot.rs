use serde_json::json;

use crate::Lab;

#[tokio::test]
async fn the_order_of_devices_is_set() {
    let lab = Lab::new().await;
    for state in ["Halted", "Running"] {
        let vm = lab.vm(state);
        assert_eq!(lab.admin.call("vm.setBootOrder", json!({ "vm": lab.id(vm), "order": "ncd" })).await, true);
        assert_eq!(lab.entry(vm, "HVM_boot_params", "order"), "ncd");
    }
}

#[tokio::test]
async fn an_order_of_unknown_devices_and_one_of_a_pv_guest_are_refused() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let error = lab.admin.refused("vm.setBootOrder", json!({ "vm": lab.id(vm), "order": "cx" })).await;
    assert_eq!(error["data"]["errors"][0]["instancePath"], "/order");
    lab.sim.with(|world| world.set(vm, "domain_type", "pv"));
    for (method, params) in [
        ("vm.setBootOrder", json!({ "vm": lab.id(vm), "order": "cd" })),
        ("vm.recoveryStart", json!({ "id": lab.id(vm) })),
    ] {
        assert_eq!(lab.admin.refused(method, params).await["message"], "only a VM in HVM mode has a boot order");
    }
}

#[tokio::test]
async fn a_vm_starts_from_its_drive_once() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let order = lab.entry(vm, "HVM_boot_params", "order");
    assert_eq!(lab.admin.call("vm.recoveryStart", json!({ "id": lab.id(vm) })).await, true);
    assert_eq!(lab.field(vm, "power_state"), "Running");
    assert_eq!(lab.entry(vm, "HVM_boot_params", "order"), order);
}

#[tokio::test]
async fn a_start_that_fails_leaves_the_order_as_it_was() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let order = lab.entry(vm, "HVM_boot_params", "order");
    lab.sim.fail_next("VM.start", "NO_HOSTS_AVAILABLE", Vec::<String>::new());
    assert_eq!(lab.admin.refused("vm.recoveryStart", json!({ "id": lab.id(vm) })).await["code"], 7);
    assert_eq!(lab.entry(vm, "HVM_boot_params", "order"), order);
    let running = lab.vm("Running");
    let order = lab.entry(running, "HVM_boot_params", "order");
    assert_eq!(lab.admin.refused("vm.recoveryStart", json!({ "id": lab.id(running) })).await["code"], 13);
    assert_eq!(lab.entry(running, "HVM_boot_params", "order"), order);
}
