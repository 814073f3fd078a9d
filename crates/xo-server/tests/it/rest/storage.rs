//! Storage repositories, disks, and what VMs have of them.

use reqwest::StatusCode;
use serde_json::json;

use super::lab::Rest;

#[tokio::test]
async fn a_repository_is_made_scanned_forgotten_and_destroyed() {
    let rest = Rest::new().await;
    let host = rest.id("hosts", "").await;
    let body = json!({
        "hostId": host, "SR_type": "nfs", "name_label": "more", "name_description": "by REST",
        "device_config": { "server": "10.20.100.9", "serverpath": "/volume9", "nfsversion": "4.1" },
    });
    let made = rest.post("/srs", body.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(made.location, Some(format!("/rest/v0/srs/{id}")));
    let sr = rest.until(&format!("/srs/{id}"), |sr| sr["name_label"] == "more").await;
    assert_eq!((&sr["SR_type"], &sr["content_type"], &sr["shared"]), (&json!("nfs"), &json!("user"), &json!(true)));
    rest.done(&format!("/srs/{id}/actions/scan"), json!({})).await;
    let gone = rest.delete(&format!("/srs/{id}")).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    rest.until_gone(&format!("/srs/{id}")).await;
    let full = rest.id("srs", "name_label:\"NFS storage\"").await;
    let refused = rest.delete(&format!("/srs/{full}")).await;
    assert!(refused.status.is_client_error(), "{} {}", refused.status, refused.text);
    let mut local = body.clone();
    local["SR_type"] = json!("ext");
    local["device_config"] = json!({ "device": "/dev/sdb" });
    let made = rest.post("/srs", local).await;
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(rest.until(&format!("/srs/{id}"), |_| true).await["shared"], false);
    rest.done(&format!("/srs/{id}/actions/forget"), json!({})).await;
    rest.until_gone(&format!("/srs/{id}")).await;
    let mut unknown = body;
    unknown["SR_type"] = json!("floppy");
    let refused = rest.post("/srs", unknown).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.json()["error"]["body.SR_type"].is_object(), "{}", refused.text);
}

#[tokio::test]
async fn a_password_of_storage_is_nowhere_told() {
    let rest = Rest::new().await;
    let host = rest.id("hosts", "").await;
    rest.lab.sim.fail_next("SR.create", "SR_BACKEND_FAILURE_111", ["", "mount -o password=hunter2-x failed", ""]);
    let body = json!({
        "hostId": host, "SR_type": "smb", "name_label": "share",
        "device_config": { "server": "//nas/share", "username": "u", "password": "hunter2-x" },
    });
    let refused = rest.post("/srs", body).await;
    assert!(refused.status.is_client_error() && !refused.text.contains("hunter2"), "{}", refused.text);
    let journal: String = rest.lab.app().tasks().all().iter().map(|task| format!("{task:?}")).collect();
    assert!(!journal.contains("hunter2"), "no task keeps it");
}

#[tokio::test]
async fn attachments_of_repositories_are_plugged_and_unplugged() {
    let rest = Rest::new().await;
    let sr = rest.id("srs", "content_type:iso").await;
    let pbd = rest.id("pbds", &format!("SR:{sr}")).await;
    rest.done(&format!("/pbds/{pbd}/actions/unplug"), json!({})).await;
    rest.until(&format!("/pbds/{pbd}"), |pbd| pbd["attached"] == false).await;
    rest.done(&format!("/pbds/{pbd}/actions/plug"), json!({})).await;
    rest.until(&format!("/pbds/{pbd}"), |pbd| pbd["attached"] == true).await;
}

#[tokio::test]
async fn a_disk_is_made_changed_attached_moved_and_deleted() {
    let rest = Rest::new().await;
    let (nfs, local) = (rest.id("srs", "SR_type:nfs").await, rest.id("srs", "SR_type:ext").await);
    let body = json!({
        "srId": nfs, "virtual_size": 1_073_741_824, "name_label": "d", "tags": ["t"], "other_config": { "a": "b" },
        "sharable": false, "type": "user",
    });
    let id = rest.made("/vdis", "vdis", body).await;
    let at = format!("/vdis/{id}");
    let disk = rest.until(&at, |_| true).await;
    assert_eq!(
        (&disk["tags"], &disk["other_config"], &disk["size"]),
        (&json!(["t"]), &json!({ "a": "b" }), &json!(1_073_741_824))
    );
    let changed =
        rest.patch(&at, json!({ "name_label": "e", "name_description": "x", "size": 2_147_483_648_u64 })).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT, "{}", changed.text);
    rest.until(&at, |disk| disk["name_label"] == "e" && disk["size"] == 2_147_483_648_u64).await;
    let smaller = rest.patch(&at, json!({ "size": 1 })).await;
    assert_eq!(smaller.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", smaller.text);

    let vm = rest.vm("running").await;
    let vbd = rest.made("/vbds", "vbds", json!({ "VDI": id, "VM": vm, "mode": "RW", "unpluggable": true })).await;
    let shown = rest.until(&format!("/vbds/{vbd}"), |vbd| vbd["attached"] == true).await;
    assert_eq!((&shown["VDI"], &shown["VM"]), (&json!(id), &json!(vm)));
    let used = rest.delete(&at).await;
    assert_eq!(used.status, StatusCode::CONFLICT, "{}", used.text);
    rest.done(&format!("/vbds/{vbd}/actions/disconnect"), json!({})).await;
    rest.until(&format!("/vbds/{vbd}"), |vbd| vbd["attached"] == false).await;
    rest.done(&format!("/vbds/{vbd}/actions/connect"), json!({})).await;
    rest.until(&format!("/vbds/{vbd}"), |vbd| vbd["attached"] == true).await;
    let gone = rest.delete(&format!("/vbds/{vbd}")).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    rest.until_gone(&format!("/vbds/{vbd}")).await;

    let moved = rest.act(&format!("{at}/actions/migrate"), json!({ "srId": local })).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text);
    let id = moved.json()["id"].as_str().expect("the id of the disk where it is now").to_owned();
    let at = format!("/vdis/{id}");
    rest.until(&at, |disk| disk["$SR"] == json!(local)).await;
    let gone = rest.delete(&at).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    rest.until_gone(&at).await;
}

#[tokio::test]
async fn a_disk_that_cannot_be_plugged_in_is_not_attached() {
    let rest = Rest::new().await;
    let (sr, vm) = (rest.id("srs", "SR_type:nfs").await, rest.vm("running").await);
    let disk = rest.made("/vdis", "vdis", json!({ "srId": sr, "virtual_size": "1 GiB" })).await;
    rest.until(&format!("/vdis/{disk}"), |_| true).await;
    rest.lab.sim.fail_next("VBD.plug", "DEVICE_ATTACH_TIMEOUT", ["VBD", "x"]);
    let refused = rest.post("/vbds", json!({ "VDI": disk, "VM": vm })).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    let left = rest.lab.sim.with(|world| {
        let vdi = world.by_uuid("VDI", &disk).expect("it is there");
        world.list("VBD").into_iter().filter(|vbd| world.object(*vbd, "VDI") == vdi).count()
    });
    assert_eq!(left, 0);
}

#[tokio::test]
async fn snapshots_and_templates_have_disks_and_are_deleted() {
    let rest = Rest::new().await;
    let snapshot = rest.id("vm-snapshots", "").await;
    let disks = rest.json(&format!("/vm-snapshots/{snapshot}/vdis")).await;
    let href = disks[0].as_str().expect("a disk").to_owned();
    let path = href.trim_start_matches("/rest/v0");
    assert!(path.starts_with("/vdi-snapshots/"), "{href}");
    assert_eq!(rest.json(path).await["type"], "VDI-snapshot");
    let gone = rest.delete(&format!("/vm-snapshots/{snapshot}")).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    rest.until_gone(&format!("/vm-snapshots/{snapshot}")).await;
    rest.until_gone(path).await;
    let template = rest.id("vm-templates", "isDefaultTemplate?").await;
    let refused = rest.delete(&format!("/vm-templates/{template}")).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    let own = rest.id("vm-templates", "name_label:debian-12-cloud").await;
    assert_eq!(rest.json(&format!("/vm-templates/{own}/vdis")).await.as_array().map(Vec::len), Some(1));
    let gone = rest.delete(&format!("/vm-templates/{own}")).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    let dom0 = rest.id("vm-controllers", "").await;
    assert_eq!(rest.json(&format!("/vm-controllers/{dom0}/vdis")).await, json!([]));
    let unknown = rest.get(&format!("/vms/{dom0}/vdis")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
