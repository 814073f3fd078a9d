use serde_json::{Value, json};

use crate::Lab;

fn params(lab: &Lab, more: Value) -> Value {
    let mut params = more;
    params["host"] = lab.id(lab.named("host", "xcp-lab-1")).into();
    params
}

async fn probe(lab: &Lab, method: &str, more: Value) -> Value {
    lab.admin.call(method, params(lab, more)).await
}

#[tokio::test]
async fn shares_are_listed_and_repositories_on_them() {
    let lab = Lab::new().await;
    let found = probe(&lab, "sr.probeNfs", json!({ "server": "10.20.100.6", "nfsVersion": "4" })).await;
    assert_eq!(found[0], json!({ "path": "/volume1/xen", "acl": "*" }));
    let share = json!({ "server": "10.20.100.6", "serverPath": "/xen" });
    assert_eq!(probe(&lab, "sr.probeNfsExists", share.clone()).await, json!([]));
    let id = lab.nfs().await;
    assert_eq!(probe(&lab, "sr.probeNfsExists", share).await, json!([{ "uuid": id }]));
}

#[tokio::test]
async fn targets_and_luns_are_listed_and_repositories_on_them() {
    let lab = Lab::new().await;
    let chap = json!({ "target": "10.0.0.1", "port": 3260, "chapUser": "u", "chapPassword": "p" });
    let found = probe(&lab, "sr.probeIscsiIqns", chap).await;
    assert_eq!(found[0], json!({ "iqn": "iqn.2001-05.example:array.north", "ip": "10.0.0.1" }));
    let target = json!({ "target": "10.0.0.1", "targetIqn": found[0]["iqn"] });
    let luns = probe(&lab, "sr.probeIscsiLuns", target.clone()).await;
    let lun = luns[0].as_object().unwrap();
    assert_eq!(lun.keys().collect::<Vec<_>>(), ["id", "vendor", "serial", "size", "scsiId"]);
    assert_eq!((&lun["id"], &lun["size"]), (&json!("0"), &json!("1099511627776")));
    let mut lun = target;
    lun["scsiId"] = luns[0]["scsiId"].clone();
    assert_eq!(probe(&lab, "sr.probeIscsiExists", lun).await, json!([]));
}

#[tokio::test]
async fn luns_of_an_adapter_are_listed_and_repositories_on_them() {
    let lab = Lab::new().await;
    let found = probe(&lab, "sr.probeHba", json!({})).await;
    let expected = json!({
        "hba": "qla2xxx", "id": "1", "path": "/dev/disk/by-id/scsi-3600a0b80002a384e0000000000000001",
        "scsiId": "3600a0b80002a384e0000000000000001", "serial": "00000001", "size": 2_u64 << 40, "vendor": "EXAMPLE",
    });
    assert_eq!(found[0], expected);
    let lun = json!({ "scsiId": found[0]["scsiId"] });
    assert_eq!(probe(&lab, "sr.probeHbaExists", lun.clone()).await, json!([]));
    let mut new = params(&lab, lun.clone());
    new["nameLabel"] = "new".into();
    new["nameDescription"] = "".into();
    let id = lab.admin.call("sr.createHba", new).await;
    assert_eq!(probe(&lab, "sr.probeHbaExists", lun).await, json!([{ "uuid": id }]));
}

#[tokio::test]
async fn a_host_without_zfs_has_no_pools_of_it() {
    let lab = Lab::new().await;
    lab.sim.fail_next("host.call_plugin", "XENAPI_MISSING_PLUGIN", ["zfs.py"]);
    assert_eq!(probe(&lab, "sr.probeZfs", json!({})).await, json!({}));
    lab.sim.fail_next("host.call_plugin", "XENAPI_PLUGIN_FAILURE", ["list_zfs_pools"]);
    let error = lab.admin.refused("sr.probeZfs", params(&lab, json!({}))).await;
    assert_eq!(error["data"]["code"], "XENAPI_PLUGIN_FAILURE");
}

#[tokio::test]
async fn what_does_not_answer_is_told_and_has_no_targets() {
    let lab = Lab::new().await;
    let error = lab.admin.refused("sr.probeNfs", params(&lab, json!({ "server": "192.0.2.1" }))).await;
    assert_eq!(error["data"]["code"], "SR_BACKEND_FAILURE_108");
    assert_eq!(probe(&lab, "sr.probeIscsiIqns", json!({ "target": "192.0.2.1" })).await, json!([]));
    let luns = params(&lab, json!({ "target": "192.0.2.1", "targetIqn": "iqn.x:y" }));
    assert_eq!(lab.admin.refused("sr.probeIscsiLuns", luns).await["data"]["code"], "SR_BACKEND_FAILURE_141");
}

#[tokio::test]
async fn passwords_are_in_no_failure_and_bad_parameters_are_refused() {
    let lab = Lab::new().await;
    lab.sim.fail_next("SR.probe", "SR_BACKEND_FAILURE_68", ["", "iscsiadm -v sesame failed", ""]);
    let chap = json!({ "target": "10.0.0.1", "chapUser": "u", "chapPassword": "sesame" });
    let error = lab.admin.refused("sr.probeIscsiIqns", params(&lab, chap)).await;
    assert_eq!(error["data"]["params"][1], "iscsiadm -v *** failed");
    assert!(!format!("{error} {:?}", lab.test.app.tasks().all()).contains("sesame"));
    assert_eq!(lab.admin.refused("sr.probeNfs", params(&lab, json!({}))).await["code"], 10);
    assert_eq!(lab.admin.refused("sr.probeHba", json!({ "host": "nope" })).await["code"], 1);
}
