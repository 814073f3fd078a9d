use serde_json::json;

use crate::Lab;

#[tokio::test]
async fn a_repository_gets_another_name() {
    let lab = Lab::new().await;
    let id = lab.nfs().await;
    assert_eq!(lab.admin.call("sr.set", json!({ "id": id, "name_label": "n", "name_description": "t" })).await, true);
    lab.becomes(&id, |sr| sr["name_label"] == "n" && sr["name_description"] == "t").await;
    lab.sim.fail_next("SR.set_name_label", "INTERNAL_ERROR", ["must not be called"]);
    assert_eq!(lab.admin.call("sr.set", json!({ "id": id, "name_label": "n", "name_description": "" })).await, true);
    lab.becomes(&id, |sr| sr["name_description"] == "").await;
    assert_eq!(lab.admin.refused("sr.set", json!({ "id": id, "name_label": "" })).await["code"], 10);
}

#[tokio::test]
async fn a_repository_is_scanned_while_a_host_is_connected() {
    let lab = Lab::new().await;
    let id = lab.nfs().await;
    assert_eq!(lab.admin.call("sr.scan", json!({ "id": id })).await, true);
    lab.admin.call("sr.disconnectAllPbds", json!({ "id": id })).await;
    let error = lab.admin.refused("sr.scan", json!({ "id": id })).await;
    assert_eq!(error["data"]["code"], "SR_HAS_NO_PBDS");
}

#[tokio::test]
async fn all_hosts_are_disconnected_and_connected() {
    let lab = Lab::new().await;
    let id = lab.nfs().await;
    assert_eq!(lab.admin.call("sr.disconnectAllPbds", json!({ "id": id })).await, true);
    assert_eq!(lab.attached(&id), [false, false]);
    // One that fails does not keep the others from it.
    lab.sim.fail_next("PBD.plug", "SR_BACKEND_FAILURE_73", ["", "NFS mount error", ""]);
    let error = lab.admin.refused("sr.connectAllPbds", json!({ "id": id })).await;
    assert_eq!(error["data"]["code"], "SR_BACKEND_FAILURE_73");
    assert_eq!(lab.attached(&id).into_iter().filter(|attached| *attached).count(), 1);
    assert_eq!(lab.admin.call("sr.connectAllPbds", json!({ "id": id })).await, true);
    assert_eq!(lab.attached(&id), [true, true]);
}

#[tokio::test]
async fn a_repository_is_forgotten_and_attached_again_with_its_disks() {
    let lab = Lab::new().await;
    let id = lab.nfs().await;
    let disk = lab.disk(json!({ "name": "kept", "size": 1 << 30, "sr": id })).await;
    assert_eq!(lab.admin.call("sr.forget", json!({ "id": id })).await, true);
    lab.vanishes(&id).await;
    lab.vanishes(&disk).await;
    let host = lab.id(lab.named("host", "xcp-lab-2"));
    let params = json!({
        "host": host, "nameLabel": "again", "nameDescription": "", "server": "10.20.100.6", "serverPath": "/xen",
        "srUuid": id,
    });
    assert_eq!(lab.admin.call("sr.createNfs", params).await, id.as_str());
    lab.becomes(&disk, |vdi| vdi["name_label"] == "kept").await;
    assert_eq!(lab.attached(&id), [true, true]);
}

#[tokio::test]
async fn a_repository_that_is_in_use_is_neither_forgotten_nor_destroyed() {
    let lab = Lab::new().await;
    let id = lab.id(lab.named("SR", "NFS storage"));
    for method in ["sr.forget", "sr.destroy"] {
        assert_eq!(lab.admin.refused(method, json!({ "id": id })).await["code"], 17);
        assert_eq!(lab.attached(&id), [true, true], "{method}");
    }
}

#[tokio::test]
async fn an_empty_repository_is_destroyed_and_one_with_disks_stays_connected() {
    let lab = Lab::new().await;
    let id = lab.nfs().await;
    let disk = lab.disk(json!({ "name": "kept", "size": 1 << 30, "sr": id })).await;
    let error = lab.admin.refused("sr.destroy", json!({ "id": id })).await;
    assert_eq!(error["data"]["code"], "SR_NOT_EMPTY");
    assert_eq!(lab.attached(&id), [true, true]);
    lab.admin.call("vdi.delete", json!({ "id": disk })).await;
    assert_eq!(lab.admin.call("sr.destroy", json!({ "id": id })).await, true);
    lab.vanishes(&id).await;
}

#[tokio::test]
async fn one_host_that_cannot_let_go_keeps_the_others_connected() {
    let lab = Lab::new().await;
    let id = lab.nfs().await;
    lab.sim.fail_next("PBD.unplug", "INTERNAL_ERROR", ["busy"]);
    let error = lab.admin.refused("sr.forget", json!({ "id": id })).await;
    assert_eq!(error["data"]["code"], "INTERNAL_ERROR");
    assert_eq!(lab.attached(&id), [true, true]);
}

#[tokio::test]
async fn disks_whose_chains_wait_to_be_merged_are_told() {
    let lab = Lab::new().await;
    let id = lab.nfs().await;
    let disk = lab.disk(json!({ "name": "d", "size": 1 << 30, "sr": id })).await;
    let healthy = json!({ "vdisWithUnknownVhdParent": {}, "unhealthyVdis": {}, "nUnhealthyVdis": 0 });
    assert_eq!(lab.admin.call("sr.getVdiChainsInfo", json!({ "id": id })).await, healthy);
    let vdi = lab.by_id("VDI", &disk);
    lab.sim.with(|world| world.put(vdi, "sm_config", "vhd-parent", "11111111-2222-4333-8444-555555555555"));
    lab.becomes(&disk, |vdi| vdi["parent"].is_string()).await;
    let chains = lab.admin.call("sr.getVdiChainsInfo", json!({ "id": id })).await;
    let parent = json!({ &disk: "11111111-2222-4333-8444-555555555555" });
    assert_eq!((&chains["vdisWithUnknownVhdParent"], &chains["unhealthyVdis"]), (&parent, &json!({ &disk: 1 })));
    let all = lab.admin.call("sr.getAllUnhealthyVdiChainsLength", json!({})).await;
    assert_eq!(all[&id], chains);
    assert!(all.get(lab.id(lab.named("SR", "ISO library"))).is_none());
    let nobody = lab.test.user("nobody@example.org").await;
    assert_eq!(nobody.refused("sr.getAllUnhealthyVdiChainsLength", json!({})).await["code"], 2);
}

#[tokio::test]
async fn the_driver_of_a_repository_is_told_as_the_pool_has_it() {
    let lab = Lab::new().await;
    let id = lab.id(lab.named("SR", "NFS storage"));
    let sm = lab.admin.call("sm.getFromSr", json!({ "sr": id })).await;
    assert_eq!((&sm["type"], &sm["name_label"]), (&json!("nfs"), &json!("NFS VHD")));
    assert!(sm["features"]["VDI_CREATE"].is_number() && sm["capabilities"].is_array());
    assert_eq!(lab.admin.refused("sm.getFromSr", json!({ "sr": "nope" })).await["code"], 1);
}

#[tokio::test]
async fn space_is_reclaimed_by_a_connected_host_that_can() {
    let lab = Lab::new().await;
    let id = lab.nfs().await;
    lab.sim.fail_next("host.call_plugin", "XENAPI_MISSING_PLUGIN", ["trim"]);
    let error = lab.admin.refused("sr.reclaimSpace", json!({ "id": id, "bypassBackupCheck": true })).await;
    assert_eq!(error["data"]["code"], "XENAPI_MISSING_PLUGIN");
    lab.admin.call("sr.disconnectAllPbds", json!({ "id": id })).await;
    let error = lab.admin.refused("sr.reclaimSpace", json!({ "id": id })).await;
    assert_eq!((&error["code"], &error["data"]["property"]), (&json!(25), &json!("attached")));
}
