//! What an operation has made can be used in the next call.

use serde_json::{Value, json};

use crate::Lab;

/// Makes something and changes it at once.
async fn made_and_changed(lab: &Lab, create: &str, params: Value, set: &str) {
    let id = lab.admin.call(create, params).await;
    lab.admin.call(set, json!({ "id": id, "name_label": format!("made by {create}") })).await;
}

#[tokio::test]
async fn whoever_is_told_an_id_may_use_it_at_once() {
    let lab = Lab::new().await;
    let (vm, sr) = (lab.id(lab.vm("Halted")), lab.id(lab.named("SR", "NFS storage")));
    let pool = lab.object(lab.vm("Halted")).pool().as_str().to_owned();
    let template = lab.named("VM", "debian-12-cloud").to_string();
    let new = json!({ "name_label": "new", "template": template, "VIFs": [] });
    made_and_changed(&lab, "vm.create", new, "vm.set").await;
    made_and_changed(&lab, "vm.clone", json!({ "id": vm, "name": "c", "full_copy": false }), "vm.set").await;
    made_and_changed(&lab, "vm.copy", json!({ "vm": vm, "sr": sr, "name": "c" }), "vm.set").await;
    made_and_changed(&lab, "vm.snapshot", json!({ "id": vm, "name": "s" }), "vm.set").await;
    made_and_changed(&lab, "disk.create", json!({ "name": "d", "size": 1 << 30, "sr": sr }), "vdi.set").await;
    made_and_changed(&lab, "network.create", json!({ "pool": pool, "name": "n" }), "network.set").await;
    let network = lab.admin.call("network.create", json!({ "pool": pool, "name": "m" })).await;
    let vif = lab.admin.call("vm.createInterface", json!({ "vm": vm, "network": network })).await;
    lab.admin.call("vif.delete", json!({ "id": vif })).await;
}
