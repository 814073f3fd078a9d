use serde_json::json;
use xapi_sim::Object;

use crate::Lab;

fn drives(lab: &Lab, vm: Object) -> Vec<Object> {
    lab.sim.with(|world| world.objects(vm, "VBDs").into_iter().filter(|vbd| world.text(*vbd, "type") == "CD").collect())
}

fn disc(lab: &Lab, vm: Object) -> String {
    let drive = drives(lab, vm)[0];
    lab.sim.with(|world| {
        let disc = world.object(drive, "VDI");
        if world.is(disc, "VDI") { world.text(disc, "name_label").to_owned() } else { String::new() }
    })
}

const DEBIAN: &str = "debian-12.11.0-amd64-netinst.iso";
const RESCUE: &str = "systemrescue-12.01-amd64.iso";

#[tokio::test]
async fn a_disc_is_inserted_replaced_and_ejected() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "sandbox");
    let id = lab.id(vm);
    for name in [DEBIAN, RESCUE, RESCUE] {
        let params = json!({ "id": id, "cd_id": lab.id(lab.named("VDI", name)) });
        assert_eq!(lab.admin.call("vm.insertCd", params).await, true);
        assert_eq!(disc(&lab, vm), name);
    }
    assert_eq!(lab.admin.call("vm.ejectCd", json!({ "id": id })).await, true);
    assert_eq!(disc(&lab, vm), "");
    assert_eq!(lab.admin.refused("vm.ejectCd", json!({ "id": id })).await["data"]["code"], "VBD_IS_EMPTY");
}

#[tokio::test]
async fn a_disc_that_is_in_there_stays_when_that_is_asked_for() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "new-server");
    let before = disc(&lab, vm);
    let params = json!({ "id": lab.id(vm), "cd_id": lab.id(lab.named("VDI", RESCUE)), "force": false });
    assert_eq!(lab.admin.refused("vm.insertCd", params.clone()).await["data"]["code"], "VBD_NOT_EMPTY");
    assert_eq!(disc(&lab, vm), before);
}

#[tokio::test]
async fn a_disc_goes_into_a_running_vm() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "new-server");
    let params = json!({ "id": lab.id(vm), "cd_id": lab.id(lab.named("VDI", RESCUE)) });
    assert_eq!(lab.admin.call("vm.insertCd", params).await, true);
    assert_eq!(disc(&lab, vm), RESCUE);
}

#[tokio::test]
async fn a_vm_without_drive_gets_one_where_that_can_be() {
    let lab = Lab::new().await;
    let disc_id = lab.id(lab.named("VDI", DEBIAN));
    let halted = lab.named("VM", "legacy-crm");
    for drive in drives(&lab, halted) {
        lab.sim.with(|world| world.destroy(drive));
    }
    assert_eq!(lab.admin.call("vm.insertCd", json!({ "id": lab.id(halted), "cd_id": disc_id })).await, true);
    assert_eq!(disc(&lab, halted), DEBIAN);
    assert_eq!(lab.field(drives(&lab, halted)[0], "userdevice"), "3");
    // Drives of hardware VMs cannot be plugged in while they run: it is not left behind.
    let running = lab.named("VM", "web-1");
    for drive in drives(&lab, running) {
        lab.sim.with(|world| world.destroy(drive));
    }
    let error = lab.admin.refused("vm.insertCd", json!({ "id": lab.id(running), "cd_id": disc_id })).await;
    assert_eq!(error["data"]["code"], "OPERATION_NOT_ALLOWED");
    assert!(drives(&lab, running).is_empty());
}

#[tokio::test]
async fn a_disk_is_no_disc_and_a_vm_without_drive_has_nothing_to_eject() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "legacy-crm");
    for drive in drives(&lab, vm) {
        lab.sim.with(|world| world.destroy(drive));
    }
    let id = lab.id(vm);
    let disk = lab.id(lab.named("VDI", "web-1 system"));
    let error = lab.admin.refused("vm.insertCd", json!({ "id": id, "cd_id": disk })).await;
    assert_eq!(error["code"], 10);
    assert!(drives(&lab, vm).is_empty());
    assert_eq!(lab.admin.call("vm.ejectCd", json!({ "id": id })).await, true);
    let error = lab.admin.refused("vm.insertCd", json!({ "id": id, "cd_id": "nope" })).await;
    assert_eq!(error["data"], json!({ "id": "nope", "type": "VDI" }));
}

#[tokio::test]
async fn a_failing_host_is_told() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "sandbox");
    let params = json!({ "id": lab.id(vm), "cd_id": lab.id(lab.named("VDI", DEBIAN)) });
    lab.sim.fail_next("VBD.insert", "INTERNAL_ERROR", ["stuck"]);
    assert_eq!(lab.admin.refused("vm.insertCd", params).await["data"]["code"], "INTERNAL_ERROR");
    assert_eq!(disc(&lab, vm), "");
}
