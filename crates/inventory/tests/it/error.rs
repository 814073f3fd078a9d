use serde_json::{Value, json};

use crate::Lab;

#[tokio::test]
async fn errors_of_hosts_become_those_that_clients_know_with_ids_for_references() {
    let lab = Lab::new().await;
    let vm = lab.object(lab.vm("Halted"));
    let host = lab.object(lab.sim.with(|world| world.list("host")[0]));
    let (vm_ref, host_ref) = (vm.xapi_ref().to_string(), host.xapi_ref().to_string());
    let (v, h) = (vm.id(), host.id());
    let cases: Vec<(&str, Vec<&str>, Value)> = vec![
        ("HOST_OFFLINE", vec![&host_ref], json!([18, "host offline", { "objectId": h }])),
        ("NO_HOSTS_AVAILABLE", vec![], json!([7, "no hosts available", null])),
        ("NOT_SUPPORTED_DURING_UPGRADE", vec![], json!([15, "not supported during upgrade", null])),
        ("OPERATION_BLOCKED", vec![&vm_ref, "why"], json!([19, "operation blocked", { "objectId": v, "code": "why" }])),
        (
            "PIF_VLAN_EXISTS",
            vec!["OpaqueRef:x"],
            json!([16, "PIF already exists", { "objectId": "OpaqueRef:x", "objectType": "PIF" }]),
        ),
        (
            "VDI_IN_USE",
            vec!["OpaqueRef:d", "destroy"],
            json!([17, "VDI in use", { "objectId": "OpaqueRef:d", "operation": "destroy" }]),
        ),
        (
            "VM_BAD_POWER_STATE",
            vec![&vm_ref, "Halted", "Running"],
            json!([13, "VM state is running but should be halted", { "objectId": v, "expected": "halted", "actual": "running" }]),
        ),
        ("VM_IS_TEMPLATE", vec![&vm_ref], json!([12, "VM is a template", { "objectId": v }])),
        (
            "VM_LACKS_FEATURE_SHUTDOWN",
            vec![&vm_ref],
            json!([14, "VM lacks feature shutdown", { "objectId": v, "feature": "shutdown" }]),
        ),
        ("VM_MISSING_PV_DRIVERS", vec![&vm_ref], json!([11, "missing PV drivers", { "objectId": v }])),
    ];
    for (code, params, expected) in cases {
        lab.sim.fail_next("VM.add_tags", code, params);
        let error = lab.admin.refused("tag.add", json!({ "id": v, "tag": "x" })).await;
        assert_eq!(json!([error["code"], error["message"], error.get("data")]), expected, "{code}");
    }
}

#[tokio::test]
async fn an_error_that_no_client_knows_is_told_whole_to_administrators() {
    let lab = Lab::new().await;
    let id = lab.id(lab.vm("Halted"));
    lab.sim.fail_next("VM.add_tags", "INTERNAL_ERROR", ["Not_found"]);
    let error = lab.admin.refused("tag.add", json!({ "id": id, "tag": "x" })).await;
    let data = json!({
        "code": "INTERNAL_ERROR", "params": ["Not_found"], "call": { "method": "VM.add_tags" },
        "message": "INTERNAL_ERROR(Not_found)", "name": "XapiError",
    });
    assert_eq!(error, json!({ "code": -32000, "data": data, "message": "INTERNAL_ERROR(Not_found)" }));
    let failed = lab.test.app.tasks().all();
    assert_eq!(failed.len(), 1);
    assert_eq!(Value::from(&failed[0])["properties"]["method"], "tag.add");
}

#[tokio::test]
async fn a_read_only_server_is_not_changed() {
    let lab = Lab::new().await;
    let id = lab.id(lab.vm("Halted"));
    let server = lab.test.app.db().servers().all().await.unwrap().remove(0);
    lab.test.app.set_read_only(&server.id, true);
    let error = lab.admin.refused("vm.set", json!({ "id": id, "name_description": "ro" })).await;
    assert_eq!(error["message"], "cannot call VM.set_name_description() in read only mode");
    lab.test.app.set_read_only(&server.id, false);
    lab.admin.call("vm.set", json!({ "id": id, "name_description": "rw" })).await;
}

#[tokio::test]
async fn objects_of_a_server_that_was_disconnected_are_gone() {
    let lab = Lab::new().await;
    let id = lab.id(lab.vm("Halted"));
    let server = lab.test.app.db().servers().all().await.unwrap().remove(0);
    assert!(lab.test.app.disconnect(&server.id).await);
    let error = lab.admin.refused("vm.start", json!({ "id": id })).await;
    assert_eq!(error["message"], format!("no such VM {id}"));
}
