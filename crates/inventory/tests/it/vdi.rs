use app::model::Kind;
use serde_json::{Value, json};

use crate::{Lab, test_app::eventually};

/// Makes a disk that no VM has.
async fn loose(lab: &Lab) -> String {
    let sr = lab.id(lab.named("SR", "NFS storage"));
    lab.disk(json!({ "name": "loose", "size": "2 GiB", "sr": sr })).await
}

async fn set(lab: &Lab, id: &str, change: Value) {
    let mut params = change;
    params["id"] = id.into();
    assert_eq!(lab.admin.call("vdi.set", params.clone()).await, true, "{params}");
}

#[tokio::test]
async fn a_disk_gets_another_name_size_and_tracking() {
    let lab = Lab::new().await;
    let id = loose(&lab).await;
    set(&lab, &id, json!({ "name_label": "renamed", "name_description": "text", "size": "3 GiB", "cbt": true })).await;
    let is_changed = |vdi: &Value| {
        vdi["name_label"] == "renamed"
            && vdi["name_description"] == "text"
            && vdi["size"] == 3_u64 << 30
            && vdi["cbt_enabled"] == true
    };
    lab.becomes(&id, is_changed).await;
    set(&lab, &id, json!({ "name_description": "", "cbt": false })).await;
    lab.becomes(&id, |vdi| vdi["name_description"] == "" && vdi["cbt_enabled"] == false).await;
}

#[tokio::test]
async fn what_is_as_wanted_makes_no_change() {
    let lab = Lab::new().await;
    let id = loose(&lab).await;
    for method in ["VDI.set_name_label", "VDI.resize", "VDI.disable_cbt"] {
        lab.sim.fail_next(method, "INTERNAL_ERROR", ["must not be called"]);
    }
    set(&lab, &id, json!({ "name_label": "loose", "size": 2_u64 << 30, "cbt": false })).await;
}

#[tokio::test]
async fn a_disk_does_not_shrink() {
    let lab = Lab::new().await;
    let id = loose(&lab).await;
    let error = lab.admin.refused("vdi.set", json!({ "id": id, "size": 1 << 30, "name_label": "not" })).await;
    let message = "cannot set new size (1073741824) below the current size (2147483648)";
    assert_eq!(error, json!({ "message": message, "code": 10, "data": {} }));
    let vdi = lab.by_id("VDI", &id);
    assert_eq!(lab.sim.with(|world| world.text(vdi, "name_label").to_owned()), "loose");
}

#[tokio::test]
async fn bad_changes_are_refused() {
    let lab = Lab::new().await;
    let id = loose(&lab).await;
    for change in [json!({ "size": "lots" }), json!({ "name_label": "" }), json!({ "cbt": "yes" }), json!({ "x": 1 })] {
        let mut params = change;
        params["id"] = id.as_str().into();
        assert_eq!(lab.admin.refused("vdi.set", params.clone()).await["code"], 10, "{params}");
    }
    let nobody = lab.test.user("nobody@example.org").await;
    assert_eq!(nobody.refused("vdi.set", json!({ "id": id, "name_label": "x" })).await["code"], 2);
}

#[tokio::test]
async fn a_disk_that_runs_grows_only_where_the_storage_can() {
    let lab = Lab::new().await;
    let (disk, _) = lab.disk_of(lab.vm("Running")).await;
    let error = lab.admin.refused("vdi.set", json!({ "id": disk, "size": "9 GiB" })).await;
    assert_eq!(error["data"]["code"], "SR_OPERATION_NOT_SUPPORTED");
}

#[tokio::test]
async fn a_disk_is_deleted_unless_a_running_vm_has_it() {
    let lab = Lab::new().await;
    let id = loose(&lab).await;
    assert_eq!(lab.admin.call("vdi.delete", json!({ "id": id })).await, true);
    lab.vanishes(&id).await;
    assert_eq!(lab.admin.refused("vdi.delete", json!({ "id": id })).await["code"], 1);
    let (disk, vbd) = lab.disk_of(lab.vm("Running")).await;
    let error = lab.admin.refused("vdi.delete", json!({ "id": disk })).await;
    assert_eq!((&error["code"], &error["data"]["objectId"]), (&json!(17), &json!(disk)));
    lab.by_id("VDI", &disk);
    assert_eq!(lab.admin.call("vbd.disconnect", json!({ "id": vbd })).await, true);
    assert_eq!(lab.admin.call("vdi.delete", json!({ "id": disk })).await, true);
    lab.vanishes(&vbd).await;
}

#[tokio::test]
async fn a_disk_that_its_host_still_lets_go_of_is_deleted_all_the_same() {
    let lab = Lab::new().await;
    let id = loose(&lab).await;
    let reference = lab.object(lab.by_id("VDI", &id)).xapi_ref().to_string();
    lab.sim.fail_next("VDI.destroy", "VDI_IN_USE", [&reference, "destroy"]);
    assert_eq!(lab.admin.call("vdi.delete", json!({ "id": id })).await, true);
    lab.vanishes(&id).await;
    let id = loose(&lab).await;
    lab.sim.fail_next("VDI.destroy", "INTERNAL_ERROR", ["no"]);
    assert_eq!(lab.admin.refused("vdi.delete", json!({ "id": id })).await["data"]["code"], "INTERNAL_ERROR");
    lab.by_id("VDI", &id);
}

async fn migrate(lab: &Lab, disk: &str, sr: &str) {
    assert_eq!(lab.admin.call("vdi.migrate", json!({ "id": disk, "sr_id": sr })).await, true);
    lab.vanishes(disk).await;
}

/// Returns the names of the disks on a repository, and how many attachments each has.
fn on(lab: &Lab, sr: &str) -> Vec<(String, usize)> {
    let sr = lab.by_id("SR", sr);
    lab.sim.with(|world| {
        let vdis = world.objects(sr, "VDIs");
        vdis.into_iter()
            .map(|vdi| (world.text(vdi, "name_label").to_owned(), world.objects(vdi, "VBDs").len()))
            .collect()
    })
}

#[tokio::test]
async fn a_disk_moves_whether_a_vm_has_it_or_not() {
    let lab = Lab::new().await;
    let sr = lab.nfs().await;
    migrate(&lab, &loose(&lab).await, &sr).await;
    assert_eq!(on(&lab, &sr), [("loose".to_owned(), 0)]);
    for state in ["Running", "Halted"] {
        let (disk, _) = lab.disk_of(lab.vm(state)).await;
        migrate(&lab, &disk, &sr).await;
    }
    let extra = ("extra".to_owned(), 1);
    assert_eq!(on(&lab, &sr)[1..], [extra.clone(), extra]);
}

#[tokio::test]
async fn a_copy_takes_the_place_of_a_disk_that_the_pool_cannot_move() {
    let lab = Lab::new().await;
    let sr = lab.nfs().await;
    let vm = lab.vm("Halted");
    let (disk, vbd) = lab.disk_of(vm).await;
    let place = lab.becomes(&vbd, |_| true).await["position"].clone();
    lab.sim.fail_next("VDI.pool_migrate", "LICENCE_RESTRICTION", ["Storage_motion"]);
    migrate(&lab, &disk, &sr).await;
    assert_eq!(on(&lab, &sr), [("extra".to_owned(), 1)]);
    lab.sim.with(|world| {
        let moved = world.objects(world.by_uuid("SR", &sr).unwrap(), "VDIs")[0];
        let vbd = world.objects(moved, "VBDs")[0];
        assert_eq!((world.object(vbd, "VM"), world.text(vbd, "userdevice")), (vm, place.as_str().unwrap()));
    });
}

#[tokio::test]
async fn a_vm_has_its_disk_as_before_where_the_copy_cannot_be_put_in_its_place() {
    let lab = Lab::new().await;
    let sr = lab.nfs().await;
    let (disk, _) = lab.disk_of(lab.vm("Halted")).await;
    lab.sim.fail_next("VDI.pool_migrate", "LICENCE_RESTRICTION", ["Storage_motion"]);
    lab.sim.fail_next("VBD.create", "INTERNAL_ERROR", ["no"]);
    let error = lab.admin.refused("vdi.migrate", json!({ "id": disk, "sr_id": sr })).await;
    assert_eq!(error["data"]["code"], "INTERNAL_ERROR");
    assert!(on(&lab, &sr).is_empty());
    let vdi = lab.by_id("VDI", &disk);
    assert_eq!(lab.sim.with(|world| world.objects(vdi, "VBDs").len()), 1);
}

#[tokio::test]
async fn a_move_that_fails_leaves_the_disk_where_it_is() {
    let lab = Lab::new().await;
    let (disk, _) = lab.disk_of(lab.vm("Running")).await;
    let iso = lab.id(lab.named("SR", "ISO library"));
    let error = lab.admin.refused("vdi.migrate", json!({ "id": disk, "sr_id": iso })).await;
    assert_eq!(error["data"]["code"], "SR_DOES_NOT_SUPPORT_MIGRATION");
    let sr = lab.nfs().await;
    lab.sim.fail_next("VDI.pool_migrate", "MIRROR_FAILED", ["x"]);
    let error = lab.admin.refused("vdi.migrate", json!({ "id": disk, "sr_id": sr })).await;
    assert_eq!(error["data"]["code"], "MIRROR_FAILED");
    assert!(on(&lab, &sr).is_empty());
    lab.by_id("VDI", &disk);
    let error = lab.admin.refused("vdi.migrate", json!({ "id": disk, "sr_id": "nope" })).await;
    assert_eq!(error["data"], json!({ "id": "nope", "type": "SR" }));
    let error = lab.admin.refused("vdi.migrate", json!({ "id": disk, "sr_id": sr, "resourceSet": "nope" })).await;
    assert_eq!(
        (&error["message"], &error["data"]),
        (&json!("no such resourceSet nope"), &json!({ "id": "nope", "type": "resourceSet" }))
    );
}

#[tokio::test]
async fn a_disc_of_the_tools_does_not_move_and_is_there_once() {
    let lab = Lab::new().await;
    let sr = lab.nfs().await;
    let library = lab.sim.with(|world| world.all("SR").find(|sr| world.flag(*sr, "is_tools_sr")).expect("the tools"));
    let (disc, discs) = lab.sim.with(|world| (world.objects(library, "VDIs")[0], world.objects(library, "VDIs").len()));
    let id = lab.id(disc);
    let expected = "storage `XCP-ng Tools` deletes no disks, so that none can move away; copy the disk instead";
    let params = json!({ "id": id, "sr_id": sr });
    assert_eq!(lab.admin.refused("vdi.migrate", params.clone()).await["message"], expected);
    // It is in the drive of a halted VM.
    let vm = lab.vm("Halted");
    lab.sim.with(|world| {
        let fields = [("VM", vm.into()), ("VDI", disc.into()), ("type", "CD".into()), ("userdevice", "9".into())];
        world.create("VBD", fields);
    });
    lab.sim.fail_next("VDI.pool_migrate", "LICENCE_RESTRICTION", ["Storage_motion"]);
    assert_eq!(lab.admin.refused("vdi.migrate", params.clone()).await["message"], expected);
    assert!(on(&lab, &sr).is_empty());
    assert_eq!(lab.sim.with(|world| world.objects(library, "VDIs").len()), discs);
    let dry = json!({ "id": id, "sr_id": sr, "dryRun": true });
    lab.sim.with(|world| {
        for vbd in world.objects(disc, "VBDs") {
            world.destroy(vbd);
        }
    });
    assert_eq!(lab.admin.call("vdi.migrate", dry).await["objects"][0]["why"], expected);
}

#[tokio::test]
async fn a_disk_that_cannot_be_deleted_is_back_in_its_vm_and_its_copy_is_gone() {
    let lab = Lab::new().await;
    let sr = lab.nfs().await;
    let vm = lab.vm("Halted");
    let (disk, vbd) = lab.disk_of(vm).await;
    let place = lab.becomes(&vbd, |_| true).await["position"].clone();
    lab.sim.fail_next("VDI.pool_migrate", "LICENCE_RESTRICTION", ["Storage_motion"]);
    lab.sim.fail_next("VDI.destroy", "SR_BACKEND_FAILURE_80", ["", "no", ""]);
    let error = lab.admin.refused("vdi.migrate", json!({ "id": disk, "sr_id": sr })).await;
    assert_eq!(error["data"]["code"], "SR_BACKEND_FAILURE_80");
    assert!(on(&lab, &sr).is_empty());
    let vdi = lab.by_id("VDI", &disk);
    lab.sim.with(|world| {
        let vbds = world.objects(vdi, "VBDs");
        assert_eq!(vbds.len(), 1);
        assert_eq!((world.object(vbds[0], "VM"), world.text(vbds[0], "userdevice")), (vm, place.as_str().unwrap()));
    });
}

#[tokio::test]
async fn a_disk_whose_move_is_cancelled_is_not_copied_either() {
    let lab = Lab::slow().await;
    let (vdi, nfs) = (lab.named("VDI", "db-2 data"), lab.named("SR", "NFS storage"));
    let params = json!({ "id": lab.id(vdi), "sr_id": lab.id(nfs) });
    let disks = || lab.sim.with(|world| world.objects(nfs, "VDIs").len());
    let before = disks();
    let cancel = async {
        let task = eventually(async || {
            let objects = lab.test.app.store().snapshot();
            let mut tasks = objects.of_kind(Kind::Task).filter(|task| {
                task.decode::<Value>().expect("objects are JSON")["name_label"] == "Async.VDI.pool_migrate"
            });
            tasks.next().map(|task| task.id().to_owned())
        });
        assert_eq!(lab.admin.call("task.cancel", json!({ "id": task.await })).await, true);
    };
    let (error, ()) = tokio::join!(lab.admin.refused("vdi.migrate", params), cancel);
    assert_eq!(error["data"]["code"], "TASK_CANCELLED");
    assert_eq!((disks(), lab.named("VDI", "db-2 data")), (before, vdi));
    assert!(!lab.sim.calls().contains_key("VDI.copy"));
}
