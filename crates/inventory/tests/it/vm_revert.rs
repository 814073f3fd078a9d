use serde_json::json;
use xapi_sim::Object;

use crate::Lab;

/// Makes a snapshot of a VM that a backup has noted something on, and returns its id.
async fn snapshot(lab: &Lab, vm: Object) -> String {
    let disk = lab.sim.with(|world| {
        world.put(vm, "other_config", "xo:backup:job", "j");
        let vbds = world.objects(vm, "VBDs").into_iter();
        vbds.map(|vbd| world.object(vbd, "VDI")).find(|vdi| world.is(*vdi, "VDI")).expect("a disk")
    });
    lab.sim.with(|world| world.put(disk, "other_config", "xo:backup:vm", "v"));
    let made = lab.admin.call("vm.snapshot", json!({ "id": lab.id(vm), "name": "s" })).await;
    let id = made.as_str().unwrap().to_owned();
    lab.becomes(&id, |_| true).await;
    id
}

#[tokio::test]
async fn a_running_vm_goes_back_and_runs_again_without_the_notes_of_backups() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let id = lab.id(vm);
    let snapshot = snapshot(&lab, vm).await;
    lab.admin.call("vm.set", json!({ "id": id, "name_description": "changed" })).await;
    assert_eq!(lab.admin.call("vm.revert", json!({ "snapshot": snapshot })).await, true);
    assert_ne!(lab.field(vm, "name_description"), "changed");
    assert_eq!(lab.field(vm, "power_state"), "Running");
    assert_eq!(lab.entry(vm, "other_config", "xo:backup:job"), "");
    let noted = lab.sim.with(|world| {
        let disks = world.objects(vm, "VBDs").into_iter().map(|vbd| world.object(vbd, "VDI"));
        disks.filter(|disk| world.entry(*disk, "other_config", "xo:backup:vm") == "v").count()
    });
    assert_eq!(noted, 0);
}

#[tokio::test]
async fn a_snapshot_with_memory_goes_on_where_it_was() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let params = json!({ "id": lab.id(vm), "name": "m", "saveMemory": true });
    let snapshot = lab.admin.call("vm.snapshot", params).await;
    lab.becomes(snapshot.as_str().unwrap(), |_| true).await;
    assert_eq!(lab.admin.call("vm.revert", json!({ "snapshot": snapshot })).await, true);
    assert_eq!(lab.field(vm, "power_state"), "Running");
}

#[tokio::test]
async fn a_vm_that_was_halted_stays_halted() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "legacy-crm");
    let snapshot = snapshot(&lab, vm).await;
    assert_eq!(lab.admin.call("vm.revert", json!({ "snapshot": snapshot })).await, true);
    assert_eq!(lab.field(vm, "power_state"), "Halted");
}

#[tokio::test]
async fn a_failed_revert_is_told_and_leaves_the_vm_as_it_is() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let snapshot = snapshot(&lab, vm).await;
    lab.sim.fail_next("VM.revert", "VM_REVERT_FAILED", ["a", "b"]);
    let error = lab.admin.refused("vm.revert", json!({ "snapshot": snapshot })).await;
    assert_eq!(error["data"]["code"], "VM_REVERT_FAILED");
    assert_eq!(lab.field(vm, "power_state"), "Running");
    assert_eq!(lab.entry(vm, "other_config", "xo:backup:job"), "j");
}

#[tokio::test]
async fn a_vm_that_went_back_and_cannot_start_has_gone_back() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let snapshot = snapshot(&lab, vm).await;
    lab.sim.fail_next("VM.start", "HOST_NOT_ENOUGH_FREE_MEMORY", ["1", "0"]);
    assert_eq!(lab.admin.call("vm.revert", json!({ "snapshot": snapshot })).await, true);
    assert_eq!(lab.field(vm, "power_state"), "Halted");
}

#[tokio::test]
async fn a_blocked_revert_and_what_is_no_snapshot_are_refused() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let snapshot = snapshot(&lab, vm).await;
    let object = lab.sim.by_uuid("VM", &snapshot).unwrap();
    lab.sim.with(|world| world.put(object, "blocked_operations", "revert", "kept"));
    let error = lab.admin.refused("vm.revert", json!({ "snapshot": snapshot })).await;
    assert_eq!((&error["code"], &error["data"]["code"]), (&json!(19), &json!("kept")));
    let error = lab.admin.refused("vm.revert", json!({ "snapshot": lab.id(vm) })).await;
    assert_eq!(error["code"], 1);
}

#[tokio::test]
async fn what_a_vm_is_now_is_kept_before_it_goes_back() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let id = lab.id(vm);
    let snapshot = snapshot(&lab, vm).await;
    let params = json!({ "id": id, "snapshotId": snapshot, "snapshotBefore": true });
    let count = || lab.sim.with(|world| world.objects(vm, "snapshots").len());
    let before = count();
    lab.sim.fail_next("VM.snapshot", "SR_BACKEND_FAILURE_44", ["", "full", ""]);
    let error = lab.admin.refused("vm.revertSnapshot", params.clone()).await;
    assert_eq!((&error["data"]["code"], count()), (&json!("SR_BACKEND_FAILURE_44"), before));
    assert_eq!(lab.entry(vm, "other_config", "xo:backup:job"), "j", "it has not gone back");
    assert_eq!(lab.admin.call("vm.revertSnapshot", params).await, true);
    assert_eq!(count(), before + 1);
    assert_eq!(lab.entry(vm, "other_config", "xo:backup:job"), "");
    let other = lab.id(lab.named("VM", "web-2"));
    let error = lab.admin.refused("vm.revertSnapshot", json!({ "id": other, "snapshotId": snapshot })).await;
    assert_eq!(
        (&error["code"], &error["message"]),
        (&json!(10), &json!(format!("`{snapshot}` is no snapshot of VM `{other}`")))
    );
}
