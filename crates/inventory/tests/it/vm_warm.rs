//! Warm migration.

use serde_json::json;
use xapi_sim::Object;

use crate::{
    Lab,
    test_app::eventually,
    transfer::BLOCK,
    vm_migrate_pool::{BRANCH, NORTH, counts, sites},
};

fn default_sr(lab: &Lab, pool: usize) -> (String, String) {
    lab.sim.with_pool(pool, |world| {
        let sr = world.object(world.pool(), "default_SR");
        (world.uuid(sr).to_owned(), world.text(sr, "name_label").to_owned())
    })
}

/// Makes a VM in the first pool that runs; returns it, its disk, its id and the storage of the second pool.
async fn running(lab: &Lab) -> (Object, Object, String, String) {
    let (_, name) = default_sr(lab, NORTH);
    let (vm, disk) = lab.packed_on(NORTH, &name);
    let uuid = lab.sim.with_pool(NORTH, |world| {
        let network = world.object(world.all("PIF").next().expect("a PIF"), "network");
        let vif = [
            ("VM", vm.into()),
            ("network", network.into()),
            ("device", "0".into()),
            ("MAC", "02:00:00:00:00:78".into()),
        ];
        world.create("VIF", vif);
        world.uuid(vm).to_owned()
    });
    lab.becomes(&uuid, |_| true).await;
    lab.admin.call("vm.start", json!({ "id": uuid })).await;
    answers(lab, vm).await;
    (vm, disk, uuid, default_sr(lab, BRANCH).0)
}

/// Waits until the guest can be asked to shut down.
async fn answers(lab: &Lab, vm: Object) {
    let up = || lab.sim.with_pool(NORTH, |world| world.flag(world.object(vm, "guest_metrics"), "PV_drivers_detected"));
    eventually(async || up().then_some(())).await;
}

fn content(lab: &Lab, pool: usize, disk: Object) -> Vec<u8> {
    let mut content = vec![0; 10 * BLOCK];
    lab.sim.with_pool(pool, |world| world.disks.read(disk, 0, &mut content));
    content
}

#[tokio::test]
async fn what_the_guest_writes_while_it_is_copied_comes_after() {
    let lab = sites().await;
    let (vm, disk, id, sr) = running(&lab).await;
    // The first copy takes its time, in which the guest goes on.
    lab.sim.slow_answers(Some(3 << 20));
    let writing = async {
        eventually(async || {
            lab.sim
                .with_pool(BRANCH, |world| world.all("VM").any(|vm| world.text(vm, "name_label").contains("packed")))
                .then_some(())
        })
        .await;
        lab.sim.with_pool(NORTH, |world| {
            world.disks.write(disk, 5 * BLOCK as u64 + 77, b"written while it was copied");
            world.disks.write(disk, 7 * BLOCK as u64, b"where nothing was");
        });
        lab.sim.slow_answers(None);
    };
    let params = json!({ "vm": id, "sr": sr, "startDestinationVm": true, "deleteSourceVm": false });
    let (moved, ()) = tokio::join!(lab.admin.call("vm.warmMigration", params), writing);
    let (new_disk, state, blocked, mac) = lab.sim.with_pool(BRANCH, |world| {
        let new = world.by_uuid("VM", moved.as_str().expect("an id")).expect("the VM");
        let disk = world
            .objects(new, "VBDs")
            .into_iter()
            .map(|vbd| world.object(vbd, "VDI"))
            .find(|vdi| world.is(*vdi, "VDI"));
        let mac = world.text(world.objects(new, "VIFs")[0], "MAC").to_owned();
        (
            disk.expect("a disk"),
            world.text(new, "power_state").to_owned(),
            world.get(new, "blocked_operations").entries().len(),
            mac,
        )
    });
    assert!(content(&lab, BRANCH, new_disk) == content(&lab, NORTH, disk));
    assert_eq!((state.as_str(), blocked, mac.as_str()), ("Running", 0, "02:00:00:00:00:78"));
    let (state, snapshots, why) = lab.sim.with_pool(NORTH, |world| {
        let why = world.entry(vm, "blocked_operations", "start").to_owned();
        (world.text(vm, "power_state").to_owned(), world.objects(vm, "snapshots").len(), why)
    });
    assert_eq!((state.as_str(), snapshots), ("Halted", 0));
    assert!(why.contains("migrated somewhere else"), "{why}");
    lab.tidy().await;
}

#[tokio::test]
async fn what_was_moved_is_deleted_where_that_is_wanted() {
    let lab = sites().await;
    let (vm, disk, id, sr) = running(&lab).await;
    let params = json!({ "vm": id, "sr": sr, "startDestinationVm": false, "deleteSourceVm": true });
    lab.admin.call("vm.warmMigration", params).await;
    assert!(lab.sim.with_pool(NORTH, |world| !world.is(vm, "VM") && !world.is(disk, "VDI")));
    lab.tidy().await;
}

#[tokio::test]
async fn where_moving_fails_the_vm_runs_on_and_nothing_new_stays() {
    let lab = sites().await;
    let (vm, _, id, sr) = running(&lab).await;
    let before = lab.sim.with_pool(BRANCH, counts);
    let params = json!({ "vm": id, "sr": sr, "startDestinationVm": true, "deleteSourceVm": true });
    for (method, spared) in [
        ("VM.snapshot", 0),
        ("VM.create", 0),
        ("VIF.create", 0),
        ("VDI.create", 0),
        ("VBD.create", 0),
        ("export_raw_vdi", 0),
        ("import_raw_vdi", 0),
        ("VM.clean_shutdown", 0),
        ("VM.set_name_label", 0),
        ("VM.get_uuid", 0),
    ] {
        let failure = xapi_types::Failure::new("INTERNAL_ERROR", ["for a test"]);
        lab.sim.fail_after(method, spared, &failure);
        let error = lab.admin.refused("vm.warmMigration", params.clone()).await;
        assert!(error.to_string().contains("for a test"), "{method}: {error}");
        lab.sim.clear_faults();
        eventually(async || (lab.sim.with_pool(BRANCH, counts) == before).then_some(())).await;
        let (state, snapshots, blocked) = lab.sim.with_pool(NORTH, |world| {
            let blocked = world.get(vm, "blocked_operations").entries().len();
            (world.text(vm, "power_state").to_owned(), world.objects(vm, "snapshots").len(), blocked)
        });
        assert_eq!((state.as_str(), snapshots, blocked), ("Running", 0, 0), "{method}");
        answers(&lab, vm).await;
        lab.tidy().await;
    }
}

#[tokio::test]
async fn only_an_administrator_moves_vms_so() {
    let lab = Lab::new().await;
    let (vm, sr) = (lab.id(lab.named("VM", "web-1")), lab.id(lab.named("SR", "NFS storage")));
    let params = json!({ "vm": vm, "sr": sr, "startDestinationVm": true, "deleteSourceVm": true });
    // Whose guest cannot be asked to shut down is not copied in vain.
    let silent = lab.named("VM", "web-1");
    lab.sim.with(|world| world.set(silent, "guest_metrics", Object::NULL));
    let error = lab.admin.refused("vm.warmMigration", params.clone()).await;
    assert!(error["message"].as_str().expect("a message").contains("cannot be asked to shut down"), "{error}");
    let user = lab.test.user("bob").await;
    assert_eq!(user.refused("vm.warmMigration", params.clone()).await["data"]["permission"], "admin");
    let told = lab
        .admin
        .call(
            "vm.warmMigration",
            json!({ "vm": vm, "sr": sr, "startDestinationVm": true, "deleteSourceVm": true, "dryRun": true }),
        )
        .await;
    assert!(told.to_string().contains("shut down"), "{told}");
}
