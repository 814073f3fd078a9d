//! Dry runs are held to what comes of the action itself, on every object of the pool.

use app::model::Kind;
use serde_json::{Value, json};

use crate::Lab;

/// Returns of each object what it is called and how the error is known, if there is one.
fn verdicts(report: &Value) -> Vec<(String, String)> {
    let verdict = |object: &Value| {
        let name = object["name"].as_str().or(object["id"].as_str()).expect("text").to_owned();
        let code = &object["error"]["code"];
        // Hosts have codes for what is told in words here.
        let verdict = match code.as_i64() {
            None => "works".to_owned(),
            Some(-32000) => "does not work".to_owned(),
            Some(code) => code.to_string(),
        };
        (name, verdict)
    };
    report["objects"].as_array().expect("a list").iter().map(verdict).collect()
}

/// What only the driver of the storage knows, what comes after the first step tells, or the room that others took.
const UNKNOWABLE: &[(&str, &str)] = &[
    ("sr.destroy", "SR_OPERATION_NOT_SUPPORTED"),
    ("vdi.migrate", "SR_BACKEND_FAILURE_44"),
    ("vdi.migrate", "SR_OPERATION_NOT_SUPPORTED"),
    ("vm.copy", "SR_BACKEND_FAILURE_44"),
];

/// Asks what `method` would do to all objects of a kind, then does it to one after the other.
async fn check(method: &str, kind: Kind, params: Value) {
    check_on(&Lab::new().await, method, kind, params).await;
}

async fn check_on(lab: &Lab, method: &str, kind: Kind, params: Value) {
    let objects = lab.test.app.store().snapshot().of_kind(kind);
    let ids: Vec<String> = objects.map(|object| object.id().to_owned()).collect();
    assert!(!ids.is_empty(), "there is a {kind}");
    let with = |dry_run: bool| {
        let mut params = params.clone();
        params["selection"] = json!({ "ids": ids });
        params["dryRun"] = dry_run.into();
        params["concurrency"] = 1.into();
        params
    };
    let told = lab.admin.call(method, with(true)).await;
    let came = lab.admin.call(method, with(false)).await;
    let pairs = verdicts(&told).into_iter().zip(verdicts(&came)).zip(came["objects"].as_array().expect("a list"));
    for (((name, told), (_, came)), object) in pairs {
        let code = object["error"]["data"]["code"].as_str().unwrap_or_default();
        let is_known = UNKNOWABLE.contains(&(method, code));
        assert!(told == came || is_known, "{method} {params} of {kind} {name}: told `{told}`, came `{came}`: {object}");
    }
}

#[tokio::test]
async fn power_of_vms() {
    for (method, params) in [
        ("vm.start", json!({})),
        ("vm.stop", json!({})),
        ("vm.stop", json!({ "force": true })),
        ("vm.restart", json!({})),
        ("vm.restart", json!({ "force": true })),
        ("vm.suspend", json!({})),
        ("vm.resume", json!({})),
        ("vm.pause", json!({})),
        ("vm.unpause", json!({})),
    ] {
        check(method, Kind::Vm, params).await;
    }
}

#[tokio::test]
async fn copies_snapshots_and_the_end_of_vms() {
    for (method, params) in [
        ("vm.snapshot", json!({})),
        ("vm.snapshot", json!({ "saveMemory": true })),
        ("vm.clone", json!({ "name": "another", "full_copy": false })),
        ("vm.convertToTemplate", json!({})),
        ("vm.delete", json!({})),
        ("vm.delete", json!({ "force": true })),
    ] {
        check(method, Kind::Vm, params).await;
    }
    check("vm.revert", Kind::VmSnapshot, json!({})).await;
    check("vm.delete", Kind::VmSnapshot, json!({})).await;
    check("vm.delete", Kind::VmTemplate, json!({})).await;
}

#[tokio::test]
async fn changes_of_vms() {
    for params in [
        json!({ "name_label": "other", "tags": ["x"], "notes": "y" }),
        json!({ "CPUs": 2 }),
        json!({ "cpusMax": 16 }),
        json!({ "blockedOperations": { "start": true } }),
    ] {
        check("vm.set", Kind::Vm, params).await;
    }
    check("tag.add", Kind::Vm, json!({ "tag": "x" })).await;
    check("tag.remove", Kind::Vif, json!({ "tag": "x" })).await;
}

#[tokio::test]
async fn disks_and_storage() {
    check("vdi.delete", Kind::Vdi, json!({})).await;
    check("vdi.set", Kind::Vdi, json!({ "name_label": "other", "size": 1_i64 << 40 })).await;
    check("vdi.set", Kind::Vdi, json!({ "cbt": true })).await;
    for method in ["sr.scan", "sr.forget", "sr.destroy", "sr.disconnectAllPbds"] {
        check(method, Kind::Sr, json!({})).await;
    }
    check("sr.set", Kind::Sr, json!({ "name_label": "other" })).await;
    check("pbd.disconnect", Kind::Pbd, json!({})).await;
}

#[tokio::test]
async fn devices_and_networks() {
    for kind in [Kind::Vbd, Kind::Vif] {
        let class = if kind == Kind::Vbd { "vbd" } else { "vif" };
        for verb in ["connect", "disconnect", "delete"] {
            check(&format!("{class}.{verb}"), kind, json!({})).await;
        }
    }
    check("network.delete", Kind::Network, json!({})).await;
    check("network.set", Kind::Network, json!({ "name_label": "other" })).await;
}

#[tokio::test]
async fn moves() {
    for host in ["xcp-lab-1", "xcp-lab-2"] {
        let lab = Lab::new().await;
        let host = lab.id(lab.named("host", host));
        check_on(&lab, "vm.migrate", Kind::Vm, json!({ "targetHost": host })).await;
    }
    for sr in ["NFS storage", "Local storage", "ISO library"] {
        let lab = Lab::new().await;
        let sr = lab.id(lab.named("SR", sr));
        check_on(&lab, "vdi.migrate", Kind::Vdi, json!({ "sr_id": sr })).await;
    }
    let lab = Lab::new().await;
    let sr = lab.id(lab.named("SR", "NFS storage"));
    check_on(&lab, "vm.copy", Kind::Vm, json!({ "sr": sr })).await;
}

#[tokio::test]
async fn hosts() {
    for (method, params) in [
        ("host.disable", json!({})),
        ("host.enable", json!({})),
        ("host.start", json!({})),
        ("host.forget", json!({})),
        ("host.set", json!({ "name_label": "other" })),
    ] {
        check(method, Kind::Host, params).await;
    }
    check("pbd.connect", Kind::Pbd, json!({})).await;
    check("pif.connect", Kind::Pif, json!({})).await;
    check("pif.disconnect", Kind::Pif, json!({})).await;
}
