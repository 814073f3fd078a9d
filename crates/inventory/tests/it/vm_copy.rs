use serde_json::json;
use xapi_sim::{Object, Sim};

use crate::Lab;

fn storage(lab: &Lab, vm: Object) -> Vec<String> {
    lab.sim.with(|world| {
        let disks = world.objects(vm, "VBDs").into_iter().map(|vbd| world.object(vbd, "VDI"));
        let disks = disks.filter(|disk| world.is(*disk, "VDI"));
        disks.map(|disk| world.text(world.object(disk, "SR"), "name_label").to_owned()).collect()
    })
}

#[tokio::test]
async fn a_halted_vm_is_copied_to_the_wanted_storage() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "legacy-crm");
    let sr = lab.id(lab.named("SR", "NFS storage"));
    let copy = lab.admin.call("vm.copy", json!({ "vm": lab.id(vm), "sr": sr, "name": "copied" })).await;
    let copy = lab.sim.by_uuid("VM", copy.as_str().unwrap()).expect("the copy");
    assert_eq!((lab.field(copy, "name_label"), lab.field(copy, "power_state")), ("copied".into(), "Halted".into()));
    assert_eq!(storage(&lab, copy), ["NFS storage"]);
    assert_eq!(storage(&lab, vm), ["Local storage"]);
}

#[tokio::test]
async fn a_running_vm_is_copied_by_a_snapshot_that_does_not_stay() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let sr = lab.id(lab.named("SR", "NFS storage"));
    let before = lab.census();
    let copy = lab.admin.call("vm.copy", json!({ "vm": lab.id(vm), "sr": sr, "compress": true })).await;
    let copy = lab.sim.by_uuid("VM", copy.as_str().unwrap()).expect("the copy");
    assert_eq!(lab.field(copy, "name_label"), "web-1");
    assert!(!lab.sim.with(|world| world.flag(copy, "is_a_template")));
    assert_eq!(lab.field(vm, "power_state"), "Running");
    assert_eq!(lab.census()[0], before[0] + 1);
    assert_eq!(lab.sim.with(|world| world.objects(vm, "snapshots").len()), 0);
}

#[tokio::test]
async fn a_copy_that_fails_leaves_no_snapshot() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let sr = lab.id(lab.named("SR", "NFS storage"));
    let before = lab.census();
    lab.sim.fail_next("VM.copy", "SR_FULL", ["1", "0"]);
    let error = lab.admin.refused("vm.copy", json!({ "vm": lab.id(vm), "sr": sr })).await;
    assert_eq!(error["data"]["code"], "SR_FULL");
    assert_eq!(lab.census()[0], before[0]);
    assert_eq!(lab.census()[1], before[1]);
}

#[tokio::test]
async fn a_copy_that_cannot_be_finished_does_not_stay() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "legacy-crm");
    let sr = lab.id(lab.named("SR", "NFS storage"));
    let before = lab.census();
    lab.sim.fail_next("VM.set_is_a_template", "INTERNAL_ERROR", ["x"]);
    lab.admin.refused("vm.copy", json!({ "vm": lab.id(vm), "sr": sr })).await;
    assert_eq!(lab.census(), before);
}

#[tokio::test]
async fn a_copy_of_a_template_is_a_template() {
    let lab = Lab::new().await;
    let template = lab.named("VM", "debian-12-cloud");
    let sr = lab.id(lab.named("SR", "NFS storage"));
    let copy = lab.admin.call("vm.copy", json!({ "vm": lab.id(template), "sr": sr, "name": "t2" })).await;
    let copy = lab.sim.by_uuid("VM", copy.as_str().unwrap()).expect("the copy");
    assert!(lab.sim.with(|world| world.flag(copy, "is_a_template")));
}

#[tokio::test]
async fn a_suspended_vm_and_an_unknown_storage_are_refused() {
    let lab = Lab::new().await;
    let vm = lab.id(lab.named("VM", "desk-anna"));
    let sr = lab.id(lab.named("SR", "NFS storage"));
    assert_eq!(lab.admin.refused("vm.copy", json!({ "vm": vm, "sr": sr })).await["code"], 13);
    let error = lab.admin.refused("vm.copy", json!({ "vm": vm, "sr": "nope" })).await;
    assert_eq!(error["data"], json!({ "id": "nope", "type": "SR" }));
}

#[tokio::test]
async fn an_administrator_tries_a_copy_within_the_pool() {
    let lab = Lab::on(Sim::builder().world("two-pools").pace(0.005)).await;
    lab.connect(1).await;
    let vm = lab.named("VM", "staging");
    let sr = lab.id(lab.sim.with(|world| world.object(world.pool(), "default_SR")));
    let params = json!({ "vm": lab.id(vm), "sr": sr });
    let user = lab.test.user("bob").await;
    assert_eq!(user.refused("test.copyVm", params.clone()).await["data"]["permission"], "admin");
    let before = lab.census();
    lab.sim.fail_next("VM.copy", "SR_FULL", ["1", "0"]);
    assert_eq!(lab.admin.refused("test.copyVm", params.clone()).await["data"]["code"], "SR_FULL");
    let far = lab.sim.with_pool(1, |world| {
        let sr = world.by_name("SR", "Local storage").expect("storage of the other pool");
        world.uuid(sr).to_owned()
    });
    let error = lab.admin.refused("test.copyVm", json!({ "vm": lab.id(vm), "sr": far })).await;
    assert!(error["message"].as_str().expect("a text").contains("another pool"), "{error}");
    assert_eq!(lab.admin.refused("test.copyVm", json!({ "vm": sr, "sr": sr })).await["code"], 1);
    assert_eq!(lab.admin.refused("test.copyVm", json!({ "vm": lab.id(vm) })).await["code"], 10);
    assert_eq!(lab.census(), before);
    let copy = lab.admin.call("test.copyVm", params).await;
    let copy = lab.sim.by_uuid("VM", copy.as_str().unwrap()).expect("the copy");
    assert_eq!(lab.field(copy, "name_label"), "staging");
    assert_eq!(lab.census()[0], before[0] + 1);
}
