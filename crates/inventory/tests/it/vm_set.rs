use serde_json::{Value, json};
use xapi_sim::Object;

use crate::Lab;

/// Changes a halted VM and returns a field of its record at the pool.
async fn set(lab: &Lab, vm: Object, change: Value, field: &str) -> String {
    let mut params = change;
    params["id"] = lab.id(vm).into();
    assert_eq!(lab.admin.call("vm.set", params.clone()).await, true, "{params}");
    lab.sim.with(|world| format!("{:?}", world.get(vm, field)))
}

#[tokio::test]
async fn names_are_changed_and_seen() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let id = lab.id(vm);
    lab.admin.call("vm.set", json!({ "id": id, "name_label": "renamed", "name_description": "" })).await;
    lab.becomes(&id, |vm| vm["name_label"] == "renamed" && vm["name_description"] == "").await;
    lab.admin.call("vm.set", json!({ "vm": id, "name_description": "both ways" })).await;
    lab.becomes(&id, |vm| vm["name_description"] == "both ways").await;
}

#[tokio::test]
async fn tags_are_replaced() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let id = lab.id(vm);
    lab.admin.call("vm.set", json!({ "id": id, "tags": ["a", "b"] })).await;
    lab.becomes(&id, |vm| vm["tags"] == json!(["a", "b"])).await;
    lab.admin.call("vm.set", json!({ "id": id, "tags": ["b", "c"] })).await;
    lab.becomes(&id, |vm| vm["tags"] == json!(["b", "c"])).await;
}

#[tokio::test]
async fn what_is_as_wanted_makes_no_change() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let name = lab.object(vm).text("name_label").unwrap();
    lab.sim.fail_next("VM.set_name_label", "INTERNAL_ERROR", ["must not be called"]);
    lab.admin.call("vm.set", json!({ "id": lab.id(vm), "name_label": name })).await;
}

#[tokio::test]
async fn entries_of_maps_are_set_and_removed() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    for (change, field, expected) in [
        (json!({ "notes": "a note" }), "other_config", "a note"),
        (json!({ "vga": "std", "videoram": 8 }), "platform", "std"),
        (json!({ "cpuWeight": 512 }), "VCPUs_params", "512"),
        (json!({ "cpuMask": [0, 1] }), "VCPUs_params", "0,1"),
        (json!({ "nicType": "e1000" }), "platform", "e1000"),
        (json!({ "coresPerSocket": 2 }), "platform", "cores-per-socket"),
        (json!({ "hvmBootFirmware": "uefi" }), "HVM_boot_params", "uefi"),
        (json!({ "blockedOperations": { "destroy": true, "start": "a reason" } }), "blocked_operations", "a reason"),
        (json!({ "creation": { "user": "someone" } }), "other_config", "someone"),
        (json!({ "xenStoreData": { "key": "v" } }), "xenstore_data", "vm-data/key"),
        (json!({ "auto_poweron": true }), "other_config", "auto_poweron"),
    ] {
        let found = set(&lab, vm, change.clone(), field).await;
        assert!(found.contains(expected), "{change}: {found}");
    }
    for (change, field, removed) in [
        (json!({ "notes": null }), "other_config", "xo:notes"),
        (json!({ "cpuWeight": null }), "VCPUs_params", "weight"),
        (json!({ "nicType": null }), "platform", "nic_type"),
        (json!({ "blockedOperations": { "destroy": null, "start": false } }), "blocked_operations", "start"),
        (json!({ "xenStoreData": { "vm-data/key": null } }), "xenstore_data", "vm-data/key"),
        (json!({ "auto_poweron": false }), "other_config", "auto_poweron"),
    ] {
        let found = set(&lab, vm, change.clone(), field).await;
        assert!(!found.contains(removed), "{change}: {found}");
    }
}

#[tokio::test]
async fn places_are_set_and_removed_and_must_exist() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let host = lab.sim.with(|world| world.list("host")[0]);
    let id = lab.id(vm);
    lab.admin.call("vm.set", json!({ "id": id, "affinityHost": lab.id(host) })).await;
    assert_eq!(lab.sim.with(|world| world.object(vm, "affinity")), host);
    lab.admin.call("vm.set", json!({ "id": id, "affinityHost": null })).await;
    assert_ne!(lab.sim.with(|world| world.object(vm, "affinity")), host);
    let error = lab.admin.refused("vm.set", json!({ "id": id, "affinityHost": "nope" })).await;
    assert_eq!(error["message"], "no such host nope");
    let error = lab.admin.refused("vm.set", json!({ "id": id, "suspendSr": "nope" })).await;
    assert_eq!(error["data"], json!({ "id": "nope", "type": "SR" }));
}

#[tokio::test]
async fn bad_parameters_are_named_by_their_path() {
    let lab = Lab::new().await;
    let id = lab.id(lab.vm("Halted"));
    for (change, path, keyword) in [
        (json!({ "nicType": "" }), "/nicType", "minLength"),
        (json!({ "unknownProperty": 1 }), "", "additionalProperties"),
        (json!({ "high_availability": "always" }), "/high_availability", "enum"),
        (json!({ "CPUs": "two" }), "/CPUs", "type"),
        (json!({ "name_label": 5 }), "/name_label", "type"),
    ] {
        let mut params = change;
        params["id"] = id.as_str().into();
        let error = lab.admin.refused("vm.set", params).await;
        let first = &error["data"]["errors"][0];
        assert_eq!((&first["instancePath"], &first["keyword"]), (&json!(path), &json!(keyword)), "{error}");
    }
    for change in [json!({ "memory": "lots" }), json!({ "blockedOperations": { "start": 5 } })] {
        let mut params = change;
        params["id"] = id.as_str().into();
        assert_eq!(lab.admin.refused("vm.set", params).await["code"], 10);
    }
}
