use serde_json::{Value, json};
use xapi_sim::Object;

use crate::Lab;

/// Makes a VM of its own to be deleted; returns it with its disks.
async fn victim(lab: &Lab) -> (String, Vec<Object>) {
    let id = lab.id(lab.vm("Halted"));
    let made = lab.admin.call("vm.clone", json!({ "id": id, "name": "victim", "full_copy": true })).await;
    let id = made.as_str().unwrap().to_owned();
    lab.becomes(&id, |object| object["type"] == "VM").await;
    let disks = disks(lab, &id);
    assert!(!disks.is_empty());
    (id, disks)
}

fn disks(lab: &Lab, id: &str) -> Vec<Object> {
    lab.sim.with(|world| {
        let vm = world.by_uuid("VM", id).expect("the VM");
        let vbds = world.objects(vm, "VBDs");
        let disks = vbds.into_iter().filter(|vbd| world.text(*vbd, "type") == "Disk");
        disks.map(|vbd| world.object(vbd, "VDI")).collect()
    })
}

fn exist(lab: &Lab, class: &str, objects: &[Object]) -> Vec<bool> {
    lab.sim.with(|world| objects.iter().map(|object| world.list(class).contains(object)).collect())
}

async fn delete(lab: &Lab, params: Value) {
    assert_eq!(lab.admin.call("vm.delete", params.clone()).await, true, "{params}");
    lab.vanishes(params["id"].as_str().unwrap()).await;
}

#[tokio::test]
async fn a_vm_is_deleted_with_its_disks() {
    let lab = Lab::new().await;
    let (id, disks) = victim(&lab).await;
    delete(&lab, json!({ "id": id })).await;
    assert!(exist(&lab, "VDI", &disks).iter().all(|there| !there));
}

#[tokio::test]
async fn disks_stay_when_that_is_asked_for() {
    let lab = Lab::new().await;
    let (id, disks) = victim(&lab).await;
    delete(&lab, json!({ "id": id, "deleteDisks": false })).await;
    assert!(exist(&lab, "VDI", &disks).iter().all(|there| *there));
}

#[tokio::test]
async fn a_running_vm_is_stopped_and_goes_with_its_snapshots() {
    let lab = Lab::new().await;
    let (id, disks) = victim(&lab).await;
    let snapshot = lab.admin.call("vm.snapshot", json!({ "id": id, "name": "s" })).await;
    lab.admin.call("vm.start", json!({ "id": id, "bypassMacAddressesCheck": true })).await;
    delete(&lab, json!({ "id": id })).await;
    lab.vanishes(snapshot.as_str().unwrap()).await;
    assert!(exist(&lab, "VDI", &disks).iter().all(|there| !there));
}

#[tokio::test]
async fn a_snapshot_is_deleted_alone() {
    let lab = Lab::new().await;
    let (id, disks) = victim(&lab).await;
    let snapshot = lab.admin.call("vm.snapshot", json!({ "id": id, "name": "s" })).await;
    lab.becomes(snapshot.as_str().unwrap(), |_| true).await;
    delete(&lab, json!({ "id": snapshot })).await;
    assert!(lab.test.app.store().get(&id).is_some());
    assert!(exist(&lab, "VDI", &disks).iter().all(|there| *there));
}

#[tokio::test]
async fn a_blocked_deletion_is_refused_with_its_reason_unless_forced() {
    let lab = Lab::new().await;
    let (id, _) = victim(&lab).await;
    lab.admin.call("vm.set", json!({ "id": id, "blockedOperations": { "destroy": "keep" } })).await;
    let error = lab.admin.refused("vm.delete", json!({ "id": id })).await;
    assert_eq!(
        (&error["code"], &error["message"]),
        (&json!(5), &json!("forbidden operation: destroy is blocked: keep"))
    );
    delete(&lab, json!({ "id": id, "forceBlockedOperation": true })).await;
}

#[tokio::test]
async fn a_template_that_came_with_the_host_is_kept_unless_forced() {
    let lab = Lab::new().await;
    let templates = lab.test.app.store().snapshot().of_kind(app::model::Kind::VmTemplate);
    let mut defaults = templates
        .filter(|template| template.decode::<Value>().is_ok_and(|template| template["isDefaultTemplate"] == true));
    let template = defaults.next().expect("a default template");
    let uuid = template.text("uuid").unwrap();
    let error = lab.admin.refused("vm.delete", json!({ "id": template.id() })).await;
    let data = json!({ "actual": true, "expected": false, "object": uuid, "property": "isDefaultTemplate" });
    assert_eq!(error, json!({ "message": "incorrect state", "code": 25, "data": data }));
    delete(&lab, json!({ "id": template.id(), "forceDeleteDefaultTemplate": true })).await;
}
