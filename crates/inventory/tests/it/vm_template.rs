use serde_json::json;
use xapi_sim::Object;

use crate::Lab;

fn is_template(lab: &Lab, vm: Object) -> bool {
    lab.sim.with(|world| world.flag(vm, "is_a_template"))
}

fn has_disc(lab: &Lab, vm: Object) -> bool {
    lab.sim.with(|world| {
        let drives = world.objects(vm, "VBDs").into_iter().filter(|vbd| world.text(*vbd, "type") == "CD");
        drives.into_iter().any(|drive| !world.flag(drive, "empty"))
    })
}

#[tokio::test]
async fn a_halted_vm_becomes_a_template_without_disc() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "sandbox");
    let id = lab.id(vm);
    let disc = lab.id(lab.named("VDI", "debian-12.11.0-amd64-netinst.iso"));
    lab.admin.call("vm.insertCd", json!({ "id": id, "cd_id": disc })).await;
    assert!(has_disc(&lab, vm));
    assert_eq!(lab.admin.call("vm.convertToTemplate", json!({ "id": id })).await, true);
    assert!(is_template(&lab, vm) && !has_disc(&lab, vm));
    lab.becomes(&id, |object| object["type"] == "VM-template").await;
}

#[tokio::test]
async fn the_former_name_still_works() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "legacy-crm");
    assert_eq!(lab.admin.call("vm.convert", json!({ "id": lab.id(vm) })).await, true);
    assert!(is_template(&lab, vm));
}

#[tokio::test]
async fn a_running_vm_is_refused_and_keeps_its_disc() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "new-server");
    let error = lab.admin.refused("vm.convertToTemplate", json!({ "id": lab.id(vm) })).await;
    assert_eq!(error["code"], 13);
    assert!(has_disc(&lab, vm) && !is_template(&lab, vm));
}

#[tokio::test]
async fn a_disc_that_cannot_be_taken_out_keeps_a_vm_from_becoming_a_template() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "sandbox");
    let id = lab.id(vm);
    let disc = lab.id(lab.named("VDI", "debian-12.11.0-amd64-netinst.iso"));
    lab.admin.call("vm.insertCd", json!({ "id": id, "cd_id": disc })).await;
    lab.sim.fail_next("VBD.eject", "INTERNAL_ERROR", ["stuck"]);
    lab.admin.refused("vm.convertToTemplate", json!({ "id": id })).await;
    assert!(!is_template(&lab, vm));
}

#[tokio::test]
async fn a_snapshot_is_copied_to_a_template() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "mail-old");
    let snapshot = lab.sim.with(|world| world.objects(vm, "snapshots")[0]);
    let id = lab.id(snapshot);
    let error = lab.admin.refused("vm.convertToTemplate", json!({ "id": id })).await;
    assert_eq!(error["data"]["code"], "VM_IS_SNAPSHOT");
    let before = lab.census();
    lab.sim.fail_next("VM.get_is_a_template", "INTERNAL_ERROR", ["x"]);
    lab.admin.refused("vm.copyToTemplate", json!({ "id": id })).await;
    assert_eq!(lab.census(), before);
    assert_eq!(lab.admin.call("vm.copyToTemplate", json!({ "id": id })).await, true);
    let made = lab.sim.with(|world| {
        let name = world.text(snapshot, "name_label").to_owned();
        let others = world.list("VM").into_iter().filter(|other| *other != snapshot);
        others.filter(|other| world.text(*other, "name_label") == name).collect::<Vec<_>>()
    });
    assert_eq!(made.len(), 1);
    assert!(is_template(&lab, made[0]) && !lab.sim.with(|world| world.flag(made[0], "is_a_snapshot")));
    let error = lab.admin.refused("vm.copyToTemplate", json!({ "id": lab.id(vm) })).await;
    assert_eq!(error["code"], 1);
}
