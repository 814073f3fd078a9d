//! Moves to another pool that break off, and what they and those that are only asked about leave behind.

use std::time::Duration;

use app::model::Kind;
use serde_json::{Value, json};
use xapi_sim::{Datum, Object, World, fault::Spoilt};

use crate::{
    Lab,
    test_app::eventually,
    vm_migrate_pool::{BRANCH, NORTH, counts, id, sites, vm_at},
};

/// Longer than any test; it ends when the sender gives up.
const FOR_EVER: Duration = Duration::from_secs(3600);

fn params(lab: &Lab, vm: &str) -> Value {
    json!({ "vm": id(lab, NORTH, "VM", vm), "targetHost": id(lab, BRANCH, "host", "branch-1") })
}

/// What both pools have, and how many sessions the branch has.
fn state(lab: &Lab) -> ([Vec<usize>; 2], usize) {
    let sessions = lab.sim.with_pool(BRANCH, |world| world.all("session").count());
    ([NORTH, BRANCH].map(|pool| lab.sim.with_pool(pool, counts)), sessions)
}

/// Waits until all is as it was.
async fn is_again(lab: &Lab, before: &([Vec<usize>; 2], usize)) {
    eventually(async || (state(lab) == *before).then_some(())).await;
}

#[tokio::test]
async fn a_question_leaves_no_session_behind() {
    let lab = sites().await;
    let before = state(&lab);
    for more in [json!({ "dryRun": true }), json!({ "dryRun": true, "bypassAssert": true })] {
        let mut asked = params(&lab, "staging");
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let report = lab.admin.call("vm.migrate", asked).await;
        assert_eq!(report["objects"][0]["outcome"], "would", "{report}");
        is_again(&lab, &before).await;
    }
    // Another processor.
    let error = lab.admin.refused("vm.migrate", params(&lab, "shop-app-1")).await;
    assert_eq!(error["data"]["code"], "VM_INCOMPATIBLE_WITH_THIS_HOST");
    is_again(&lab, &before).await;
    lab.sim.fail_next("VM.migrate_send", "INTERNAL_ERROR", ["no"]);
    lab.admin.refused("vm.migrate", params(&lab, "staging")).await;
    is_again(&lab, &before).await;
    assert_eq!(lab.admin.call("vm.migrate", params(&lab, "staging")).await, true);
    eventually(async || (state(&lab).1 == before.1).then_some(())).await;
}

#[tokio::test]
async fn a_move_is_cancelled_by_its_task_while_a_disk_is_sent() {
    let lab = sites().await;
    lab.sim.with_pool(NORTH, |world| {
        let disk = world.by_name("VDI", "staging root").expect("the disk");
        world.disks.write(disk, 5 << 20, &[7; 64]);
    });
    let before = state(&lab);
    lab.sim.delay("DATA.mirror", FOR_EVER);
    let cancel = async {
        let task = eventually(async || {
            let arriving = state(&lab).0[BRANCH] != before.0[BRANCH];
            let objects = lab.test.app.store().snapshot();
            let mut tasks = objects.of_kind(Kind::Task).filter(|task| {
                let task: Value = task.decode().expect("objects are JSON");
                task["name_label"] == "Async.VM.migrate_send" && task["status"] == "pending"
            });
            tasks.next().filter(|_| arriving).map(|task| task.id().to_owned())
        });
        assert_eq!(lab.admin.call("task.cancel", json!({ "id": task.await })).await, true);
    };
    let (error, ()) = tokio::join!(lab.admin.refused("vm.migrate", params(&lab, "staging")), cancel);
    assert_eq!(error["data"]["code"], "TASK_CANCELLED");
    assert_eq!(error["message"], "the move was cancelled; the VM stays where it is");
    is_again(&lab, &before).await;
    let vm = vm_at(&lab, NORTH, "staging").expect("it stays");
    assert_eq!(lab.sim.with_pool(NORTH, |world| world.get(vm, "current_operations").entries().len()), 0);
    lab.sim.clear_faults();
    assert_eq!(lab.admin.call("vm.migrate", params(&lab, "staging")).await, true);
}

#[tokio::test]
async fn a_vm_whose_arrival_nobody_hears_of_is_in_one_pool_only() {
    let lab = sites().await;
    let before = state(&lab);
    lab.sim.spoil_at("VM.import", Spoilt::Cut);
    let error = lab.admin.refused("vm.migrate", params(&lab, "staging")).await;
    let expected = "the move broke off: `the connection was lost`; VM `staging` stays where it is; where the other \
                    pool lists it, too, that one can be deleted";
    assert_eq!((&error["message"], &error["data"]["code"]), (&json!(expected), &json!("VM_MIGRATE_FAILED")));
    is_again(&lab, &before).await;
    let north = lab.sim.with_pool(NORTH, |world| world.uuid(world.pool()).to_owned());
    lab.becomes(&id(&lab, NORTH, "VM", "staging"), |vm| vm["$pool"] == north.as_str()).await;
}

/// Gives a pool a group of one graphics card.
fn group(world: &mut World) -> Object {
    let kind = world.create("VGPU_type", [("identifier", Datum::from("2Q")), ("implementation", "nvidia".into())]);
    let fields = [("GPU_types", Datum::set(["10de/1eb8"])), ("enabled_VGPU_types", Datum::set([kind]))];
    world.create("GPU_group", fields)
}

#[tokio::test]
async fn a_graphics_card_comes_from_a_group_of_the_same_models() {
    let lab = sites().await;
    let vm = vm_at(&lab, NORTH, "staging").expect("the VM");
    lab.sim.with_pool(NORTH, |world| {
        let group = group(world);
        let kind = world.objects(group, "enabled_VGPU_types")[0];
        world.create("VGPU", [("VM", Datum::from(vm)), ("GPU_group", group.into()), ("type", kind.into())]);
    });
    let error = lab.admin.refused("vm.migrate", params(&lab, "staging")).await;
    assert_eq!(error["message"], "the host has no graphics card for VM `staging`");
    let there = lab.sim.with_pool(BRANCH, group);
    assert_eq!(lab.admin.call("vm.migrate", params(&lab, "staging")).await, true);
    let vm = vm_at(&lab, BRANCH, "staging").expect("it arrived");
    let of = |world: &mut World| world.object(world.objects(vm, "VGPUs")[0], "GPU_group");
    assert_eq!(lab.sim.with_pool(BRANCH, of), there);
}
