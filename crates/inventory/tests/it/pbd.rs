use serde_json::json;

use crate::Lab;

/// Returns the attachments of a repository.
async fn pbds(lab: &Lab, sr: &str) -> Vec<String> {
    let sr = lab.becomes(sr, |_| true).await;
    let pbds = sr["$PBDs"].as_array().expect("a list").iter();
    pbds.map(|pbd| pbd.as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn a_host_is_disconnected_connected_and_forgotten() {
    let lab = Lab::new().await;
    let pbd = pbds(&lab, &lab.nfs().await).await.remove(0);
    for (method, attached) in [("pbd.disconnect", false), ("pbd.connect", true), ("pbd.disconnect", false)] {
        assert_eq!(lab.admin.call(method, json!({ "id": pbd })).await, true);
        lab.becomes(&pbd, |pbd| pbd["attached"] == attached).await;
    }
    assert_eq!(lab.admin.call("pbd.delete", json!({ "id": pbd })).await, true);
    lab.vanishes(&pbd).await;
}

#[tokio::test]
async fn a_host_whose_vms_use_the_storage_stays_connected() {
    let lab = Lab::new().await;
    let sr = lab.id(lab.named("SR", "NFS storage"));
    for pbd in pbds(&lab, &sr).await {
        assert_eq!(lab.admin.refused("pbd.disconnect", json!({ "id": pbd })).await["code"], 17);
        let error = lab.admin.refused("pbd.delete", json!({ "id": pbd })).await;
        assert_eq!(error["data"]["code"], "OPERATION_NOT_ALLOWED");
    }
    assert_eq!(lab.attached(&sr), [true, true]);
}

#[tokio::test]
async fn storage_that_does_not_answer_is_told() {
    let lab = Lab::new().await;
    let sr = lab.nfs().await;
    let pbd = pbds(&lab, &sr).await.remove(0);
    lab.admin.call("pbd.disconnect", json!({ "id": pbd })).await;
    lab.sim.fail_next("PBD.plug", "SR_BACKEND_FAILURE_73", ["", "NFS mount error", ""]);
    let error = lab.admin.refused("pbd.connect", json!({ "id": pbd })).await;
    assert_eq!(error["data"]["code"], "SR_BACKEND_FAILURE_73");
    let error = lab.admin.refused("pbd.connect", json!({ "id": "nope" })).await;
    assert_eq!(error["data"], json!({ "id": "nope", "type": "PBD" }));
}
