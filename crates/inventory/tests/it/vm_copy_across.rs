//! Copies of VMs in another pool.

use serde_json::{Value, json};
use xapi_sim::Object;

use crate::{
    Lab,
    test_app::{Caller, eventually},
    transfer::BLOCK,
    vm_migrate_pool::{BRANCH, NORTH, counts, id, sites},
};

/// Returns a storage of a pool that takes disks, which the pool uses where nobody says another.
fn default_sr(lab: &Lab, pool: usize) -> (String, String) {
    lab.sim.with_pool(pool, |world| {
        let sr = world.object(world.pool(), "default_SR");
        (world.uuid(sr).to_owned(), world.text(sr, "name_label").to_owned())
    })
}

/// Makes a VM in the first pool; returns it with its id, and the storage of the second pool.
async fn packed(lab: &Lab) -> (Object, Object, String, String) {
    let (_, name) = default_sr(lab, NORTH);
    let (vm, disk) = lab.packed_on(NORTH, &name);
    let uuid = lab.sim.with_pool(NORTH, |world| world.uuid(vm).to_owned());
    lab.becomes(&uuid, |_| true).await;
    (vm, disk, uuid, default_sr(lab, BRANCH).0)
}

fn both(lab: &Lab) -> [Vec<usize>; 2] {
    [NORTH, BRANCH].map(|pool| lab.sim.with_pool(pool, counts))
}

fn content(lab: &Lab, pool: usize, disk: Object) -> Vec<u8> {
    let mut content = vec![0; 10 * BLOCK];
    lab.sim.with_pool(pool, |world| world.disks.read(disk, 0, &mut content));
    content
}

#[tokio::test]
async fn a_vm_is_copied_to_another_pool_byte_for_byte() {
    let lab = sites().await;
    let (vm, disk, id, sr) = packed(&lab).await;
    // It is connected to a network that the other pool does not have.
    lab.sim.with_pool(NORTH, |world| {
        let network = world.create("network", [("name_label", "only here".into()), ("bridge", "xapi77".into())]);
        let vif = [
            ("VM", vm.into()),
            ("network", network.into()),
            ("device", "0".into()),
            ("MAC", "02:00:00:00:00:77".into()),
        ];
        world.create("VIF", vif);
    });
    for compress in [json!(false), json!("zstd")] {
        let copy =
            lab.admin.call("vm.copy", json!({ "vm": id, "sr": sr, "name": "copied", "compress": compress })).await;
        let (network, name, copied, is_a_template) = lab.sim.with_pool(BRANCH, |world| {
            let copy = world.by_uuid("VM", copy.as_str().expect("an id")).expect("the copy");
            let network = world.object(world.objects(copy, "VIFs")[0], "network");
            let copied = world.object(world.objects(copy, "VBDs")[0], "VDI");
            let manages =
                world.all("PIF").any(|pif| world.flag(pif, "management") && world.object(pif, "network") == network);
            (manages, world.text(copy, "name_label").to_owned(), copied, world.flag(copy, "is_a_template"))
        });
        assert!(network && name == "copied" && !is_a_template);
        assert!(content(&lab, BRANCH, copied) == content(&lab, NORTH, disk));
        assert!(lab.sim.with_pool(BRANCH, |world| world.by_name("network", "only here")).is_none());
    }
    lab.tidy().await;
}

#[tokio::test]
async fn a_running_vm_is_copied_to_another_pool_by_a_snapshot_that_does_not_stay() {
    let lab = sites().await;
    let (vm, _, id, sr) = packed(&lab).await;
    lab.admin.call("vm.start", json!({ "id": id })).await;
    let before = lab.sim.with_pool(NORTH, counts);
    lab.admin.call("vm.copy", json!({ "vm": id, "sr": sr })).await;
    let (runs, snapshots) = lab
        .sim
        .with_pool(NORTH, |world| (world.text(vm, "power_state") == "Running", world.objects(vm, "snapshots").len()));
    assert!(runs && snapshots == 0);
    eventually(async || (lab.sim.with_pool(NORTH, counts)[0] == before[0]).then_some(())).await;
    lab.tidy().await;
}

#[tokio::test]
async fn of_a_copy_that_fails_on_either_side_nothing_stays() {
    let lab = sites().await;
    let (_, _, id, sr) = packed(&lab).await;
    lab.admin.call("vm.start", json!({ "id": id })).await;
    let before = both(&lab);
    for method in ["VM.export", "VM.import", "VM.set_name_label"] {
        lab.sim.fail_next(method, "INTERNAL_ERROR", ["for a test"]);
        let error: Value = lab.admin.refused("vm.copy", json!({ "vm": id, "sr": sr })).await;
        assert!(error.to_string().contains("for a test"), "{method}: {error}");
        lab.sim.clear_faults();
        eventually(async || (both(&lab)[1] == before[1] && both(&lab)[0][0] == before[0][0]).then_some(())).await;
        lab.tidy().await;
    }
}

#[tokio::test]
async fn a_copy_that_is_cancelled_ends_at_both_pools() {
    let lab = sites().await;
    let (_, _, id, sr) = packed(&lab).await;
    let before = both(&lab);
    // Slow enough to be seen on its way.
    lab.sim.slow_answers(Some(2 << 20));
    let caller = Caller { app: lab.test.app.clone(), session: lab.admin.session.clone() };
    let params = json!({ "vm": id, "sr": sr });
    let copying = tokio::spawn(async move { caller.refused("vm.copy", params).await });
    eventually(async || (lab.sim.with_pool(BRANCH, |world| world.by_name("VM", "packed")).is_some()).then_some(()))
        .await;
    lab.sim.slow_answers(None);
    let task = lab.test.app.tasks().all().into_iter().find(|task| task.properties["method"] == "vm.copy");
    assert!(lab.test.app.tasks().cancel(&task.expect("its task").id));
    let error = copying.await.expect("it ends");
    assert!(error.to_string().contains("CANCELLED"), "{error}");
    eventually(async || (both(&lab) == before).then_some(())).await;
    lab.tidy().await;
}

#[tokio::test]
async fn a_dry_run_of_a_copy_to_another_pool_begins_nothing() {
    let lab = sites().await;
    let (_, _, vm, sr) = packed(&lab).await;
    let before = both(&lab);
    let told = lab.admin.call("vm.copy", json!({ "vm": vm, "sr": sr, "dryRun": true })).await;
    assert!(told.to_string().contains("copied with its disks"), "{told}");
    assert_eq!(both(&lab), before);
    assert_eq!(lab.sim.calls().get("task.create").copied().unwrap_or(0), 0);
    let _ = id(&lab, BRANCH, "host", "branch-1");
}
