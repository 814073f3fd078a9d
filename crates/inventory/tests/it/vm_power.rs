use serde_json::{Value, json};
use xapi_sim::Object;

use crate::Lab;

fn bad_state(id: &str, expected: &str, actual: &str) -> Value {
    json!({
        "message": format!("VM state is {actual} but should be {expected}"),
        "code": 13,
        "data": { "objectId": id, "expected": expected, "actual": actual },
    })
}

async fn is(lab: &Lab, id: &str, power_state: &str) {
    lab.becomes(id, |vm| vm["power_state"] == power_state).await;
}

async fn call(lab: &Lab, method: &str, id: &str) {
    assert_eq!(lab.admin.call(method, json!({ "id": id })).await, true, "{method}");
}

fn blocked(lab: &Lab, vm: Object, operation: &str) -> bool {
    lab.sim.with(|world| format!("{:?}", world.get(vm, "blocked_operations")).contains(operation))
}

#[tokio::test]
async fn a_halted_vm_is_started_and_a_running_one_refuses() {
    let lab = Lab::new().await;
    let id = lab.id(lab.vm("Halted"));
    call(&lab, "vm.start", &id).await;
    is(&lab, &id, "Running").await;
    assert_eq!(lab.admin.refused("vm.start", json!({ "vm": id })).await, bad_state(&id, "halted", "running"));
}

#[tokio::test]
async fn a_running_vm_is_stopped_with_or_without_its_guest_and_a_halted_one_refuses() {
    let lab = Lab::new().await;
    let id = lab.id(lab.vm("Running"));
    call(&lab, "vm.stop", &id).await;
    is(&lab, &id, "Halted").await;
    assert_eq!(lab.admin.refused("vm.stop", json!({ "id": id })).await["code"], 13);
    call(&lab, "vm.start", &id).await;
    assert_eq!(lab.admin.call("vm.stop", json!({ "id": id, "force": true })).await, true);
    is(&lab, &id, "Halted").await;
}

#[tokio::test]
async fn a_guest_that_takes_too_long_is_stopped_hard() {
    let lab = Lab::slow().await;
    let vm = lab.vm("Running");
    let id = lab.id(vm);
    let stop = lab.admin.call("vm.stop", json!({ "id": id, "forceShutdownDelay": 1 }));
    let step = async {
        // The clean shutdown never ends by itself here; the hard one is let through.
        crate::test_app::eventually(async || {
            let hard = lab.sim.pending().into_iter().any(|(object, what)| object == vm && what.contains("hard"));
            (hard && lab.sim.finish(vm) > 0).then_some(())
        })
        .await;
    };
    let (stopped, ()) = tokio::join!(stop, step);
    assert_eq!(stopped, true);
    is(&lab, &id, "Halted").await;
}

#[tokio::test]
async fn a_vm_is_restarted_with_or_without_its_guest() {
    let lab = Lab::new().await;
    let id = lab.id(lab.vm("Running"));
    call(&lab, "vm.restart", &id).await;
    assert_eq!(lab.admin.call("vm.restart", json!({ "id": id, "force": true })).await, true);
    is(&lab, &id, "Running").await;
    // Its guest is not up again yet: nobody could ask it.
    assert_eq!(lab.admin.call("vm.stop", json!({ "id": id, "force": true })).await, true);
    assert_eq!(lab.admin.refused("vm.restart", json!({ "id": id })).await["code"], 13);
}

#[tokio::test]
async fn a_vm_is_held_and_goes_on() {
    let lab = Lab::new().await;
    let id = lab.id(lab.vm("Running"));
    for (method, state) in
        [("vm.pause", "Paused"), ("vm.unpause", "Running"), ("vm.suspend", "Suspended"), ("vm.resume", "Running")]
    {
        call(&lab, method, &id).await;
        is(&lab, &id, state).await;
    }
    assert_eq!(lab.admin.refused("vm.resume", json!({ "id": id })).await, bad_state(&id, "suspended", "running"));
}

#[tokio::test]
async fn starting_a_held_vm_lets_it_go_on() {
    let lab = Lab::new().await;
    let id = lab.id(lab.vm("Running"));
    for hold in ["vm.pause", "vm.suspend"] {
        call(&lab, hold, &id).await;
        call(&lab, "vm.start", &id).await;
        is(&lab, &id, "Running").await;
    }
}

#[tokio::test]
async fn a_vm_is_started_on_the_host_that_was_asked_for() {
    let lab = Lab::new().await;
    let id = lab.id(lab.vm_on_shared_storage());
    let hosts = lab.sim.with(|world| world.list("host"));
    for host in hosts {
        let host = lab.id(host);
        assert_eq!(lab.admin.call("vm.start", json!({ "id": id, "host": host })).await, true);
        lab.becomes(&id, |vm| vm["power_state"] == "Running" && vm["$container"] == host.as_str()).await;
        assert_eq!(lab.admin.call("vm.stop", json!({ "id": id, "force": true })).await, true);
    }
    let error = lab.admin.refused("vm.start", json!({ "id": id, "host": "nope" })).await;
    assert_eq!(error["message"], "no such host nope");
}

#[tokio::test]
async fn a_blocked_start_is_refused_with_its_reason_unless_forced() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let id = lab.id(vm);
    lab.admin.call("vm.set", json!({ "id": id, "blockedOperations": { "start": "not now" } })).await;
    lab.becomes(&id, |vm| vm["blockedOperations"]["start"] == "not now").await;
    let error = lab.admin.refused("vm.start", json!({ "id": id })).await;
    let data = json!({ "operation": "Start", "reason": "not now" });
    assert_eq!(error, json!({ "message": "forbidden operation: Start", "code": 5, "data": data }));
    assert_eq!(lab.admin.call("vm.start", json!({ "id": id, "force": true })).await, true);
    assert!(!blocked(&lab, vm, "not now"));
}

#[tokio::test]
async fn a_blocked_stop_is_refused_unless_forced_and_is_blocked_again() {
    let lab = Lab::new().await;
    let vm = lab.vm("Running");
    let id = lab.id(vm);
    let block = json!({ "clean_shutdown": "no", "hard_shutdown": true });
    lab.admin.call("vm.set", json!({ "id": id, "blockedOperations": block })).await;
    lab.becomes(&id, |vm| vm["blockedOperations"]["hard_shutdown"] == "true").await;
    let error = lab.admin.refused("vm.stop", json!({ "id": id })).await;
    let data = json!({ "objectId": id, "code": "no" });
    assert_eq!(error, json!({ "message": "operation blocked", "code": 19, "data": data }));
    assert_eq!(lab.admin.call("vm.stop", json!({ "id": id, "force": true })).await, true);
    assert!(blocked(&lab, vm, "clean_shutdown") && blocked(&lab, vm, "hard_shutdown"));
    let error = lab.admin.refused("vm.stop", json!({ "id": id, "bypassBlockedOperation": true })).await;
    assert_eq!(error["code"], 13);
    assert!(blocked(&lab, vm, "clean_shutdown") && blocked(&lab, vm, "hard_shutdown"));
}

#[tokio::test]
async fn a_mac_address_that_is_in_use_is_refused_unless_that_does_not_matter() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let id = lab.id(vm);
    let taken = lab.sim.with(|world| {
        let vifs = world.list("VIF");
        let busy = vifs.into_iter().find(|vif| world.flag(*vif, "currently_attached")).expect("an attached interface");
        let mac = world.text(busy, "MAC").to_owned();
        let own = world.objects(vm, "VIFs")[0];
        world.set(own, "MAC", mac.as_str());
        (own, mac)
    });
    let own = lab.id(taken.0);
    lab.becomes(&own, |vif| vif["MAC"] == taken.1.as_str()).await;
    let error = lab.admin.refused("vm.start", json!({ "id": id })).await;
    let data = json!({ "objectId": id, "code": "DUPLICATED_MAC_ADDRESS" });
    assert_eq!(error, json!({ "message": "operation failed", "code": 21, "data": data }));
    assert_eq!(lab.admin.call("vm.start", json!({ "id": id, "bypassMacAddressesCheck": true })).await, true);
}
