use serde_json::{Value, json};

use crate::Lab;

async fn call(lab: &Lab, method: &str, params: Value) {
    assert_eq!(lab.admin.call(method, params.clone()).await, true, "{method} {params}");
}

#[tokio::test]
async fn a_running_vm_loses_a_disk_and_gets_it_again() {
    let lab = Lab::new().await;
    let (_, vbd) = lab.disk_of(lab.vm("Running")).await;
    lab.becomes(&vbd, |vbd| vbd["attached"] == true).await;
    call(&lab, "vbd.disconnect", json!({ "id": vbd })).await;
    lab.becomes(&vbd, |vbd| vbd["attached"] == false).await;
    call(&lab, "vbd.connect", json!({ "vbd": vbd })).await;
    lab.becomes(&vbd, |vbd| vbd["attached"] == true).await;
}

#[tokio::test]
async fn a_halted_vm_can_neither_lose_nor_get_one() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let (_, vbd) = lab.disk_of(vm).await;
    let data = json!({ "objectId": lab.id(vm), "expected": "running", "actual": "halted" });
    for method in ["vbd.connect", "vbd.disconnect"] {
        let error = lab.admin.refused(method, json!({ "id": vbd })).await;
        assert_eq!((&error["code"], &error["data"]), (&json!(13), &data), "{method}");
    }
}

#[tokio::test]
async fn a_disk_is_taken_out_of_a_vm_and_stays() {
    let lab = Lab::new().await;
    for state in ["Running", "Halted"] {
        let (disk, vbd) = lab.disk_of(lab.vm(state)).await;
        call(&lab, "vbd.delete", json!({ "id": vbd })).await;
        lab.vanishes(&vbd).await;
        lab.becomes(&disk, |vdi| vdi["$VBDs"] == json!([])).await;
    }
}

#[tokio::test]
async fn a_disk_that_the_guest_does_not_let_go_stays_in_its_vm_and_the_reason_is_told() {
    let lab = Lab::new().await;
    let (_, vbd) = lab.disk_of(lab.vm("Running")).await;
    lab.sim.fail_next("VBD.unplug_force", "DEVICE_DETACH_REJECTED", ["VBD", "x", "in use"]);
    let error = lab.admin.refused("vbd.delete", json!({ "id": vbd })).await;
    assert_eq!(error["data"]["code"], "DEVICE_DETACH_REJECTED");
    let vbd = lab.by_id("VBD", &vbd);
    assert!(lab.sim.with(|world| world.flag(vbd, "currently_attached")));
}

#[tokio::test]
async fn a_disk_gets_another_place() {
    let lab = Lab::new().await;
    let (_, vbd) = lab.disk_of(lab.vm("Halted")).await;
    for (position, seen) in [(json!("8"), "8"), (json!(7), "7"), (json!(6.0), "6")] {
        call(&lab, "vbd.set", json!({ "id": vbd, "position": position })).await;
        lab.becomes(&vbd, |vbd| vbd["position"] == seen).await;
    }
    call(&lab, "vbd.set", json!({ "id": vbd })).await;
    for position in [json!(1.5), json!(-1), json!(""), json!(true)] {
        let error = lab.admin.refused("vbd.set", json!({ "id": vbd, "position": position })).await;
        assert_eq!(error["code"], 10, "{position}");
    }
    let error = lab.admin.refused("vbd.set", json!({ "id": vbd, "position": "300" })).await;
    assert_eq!(error["data"]["code"], "INVALID_DEVICE");
}

#[tokio::test]
async fn a_vm_boots_from_a_disk_or_not() {
    let lab = Lab::new().await;
    let (_, vbd) = lab.disk_of(lab.vm("Running")).await;
    for bootable in [true, false] {
        call(&lab, "vbd.setBootable", json!({ "vbd": vbd, "bootable": bootable })).await;
        lab.becomes(&vbd, |vbd| vbd["bootable"] == bootable).await;
    }
    let error = lab.admin.refused("vbd.setBootable", json!({ "vbd": vbd })).await;
    assert_eq!(error["data"]["errors"][0]["params"], json!({ "missingProperty": "bootable" }));
    let error = lab.admin.refused("vbd.setBootable", json!({ "vbd": "nope", "bootable": true })).await;
    assert_eq!(error["data"], json!({ "id": "nope", "type": "VBD" }));
}
