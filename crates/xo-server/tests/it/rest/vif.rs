//! Network interfaces of VMs.

use reqwest::StatusCode;
use serde_json::json;

use super::lab::Rest;

#[tokio::test]
async fn an_interface_is_made_changed_plugged_and_deleted() {
    let rest = Rest::new().await;
    let (vm, network) = (rest.vm("running").await, rest.id("networks", "name_label:LAN").await);
    let body = json!({
        "vmId": vm, "networkId": network, "MAC": "00:16:3e:01:02:03", "MTU": 1400, "ipv4_allowed": ["192.0.2.7"],
        "other_config": { "a": "b" }, "qos_algorithm_type": "ratelimit", "qos_algorithm_params": { "kbps": "100" },
    });
    let id = rest.made("/vifs", "vifs", body).await;
    let at = format!("/vifs/{id}");
    let vif = rest.until(&at, |vif| vif["attached"] == true).await;
    assert_eq!((&vif["MAC"], &vif["lockingMode"]), (&json!("00:16:3e:01:02:03"), &json!("locked")));
    assert_eq!((&vif["$VM"], &vif["$network"], &vif["rateLimit"]), (&json!(vm), &json!(network), &json!(100)));
    let body =
        json!({ "lockingMode": "unlocked", "rateLimit": 200, "txChecksumming": false, "allowedIpv4Addresses": [] });
    let changed = rest.patch(&at, body).await;
    assert_eq!((changed.status, &*changed.text), (StatusCode::NO_CONTENT, ""));
    rest.until(&at, |vif| vif["lockingMode"] == "unlocked" && vif["rateLimit"] == 200).await;
    rest.done(&format!("{at}/actions/disconnect"), json!({})).await;
    rest.until(&at, |vif| vif["attached"] == false).await;
    rest.done(&format!("{at}/actions/connect"), json!({})).await;
    rest.until(&at, |vif| vif["attached"] == true).await;
    let gone = rest.delete(&at).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    rest.until_gone(&at).await;
}

#[tokio::test]
async fn an_interface_that_cannot_be_is_refused() {
    let rest = Rest::new().await;
    let (vm, network) = (rest.vm("running").await, rest.id("networks", "name_label:LAN").await);
    for (wrong, said) in [
        (json!({ "MAC": "01:16:3e:01:02:03" }), "is no MAC address"),
        (json!({ "ipv4_allowed": ["::1"] }), "is no IP address"),
        (json!({ "locking_mode": "open" }), "`locking_mode` must be one of"),
    ] {
        let mut body = json!({ "vmId": vm, "networkId": network });
        body.as_object_mut().expect("an object").extend(wrong.as_object().expect("an object").clone());
        let refused = rest.post("/vifs", body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert!(refused.json()["error"].as_str().is_some_and(|error| error.contains(said)), "{}", refused.text);
    }
    let before = rest.json(&format!("/vms/{vm}")).await["VIFs"].clone();
    rest.lab.sim.fail_next("VIF.plug", "INTERNAL_ERROR", ["no bridge"]);
    let refused = rest.post("/vifs", json!({ "vmId": vm, "networkId": network })).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    let left = rest.lab.sim.with(|world| {
        let owner = world.by_uuid("VM", &vm).expect("it is there");
        world.list("VIF").into_iter().filter(|vif| world.object(*vif, "VM") == owner).count()
    });
    assert_eq!(Some(left), before.as_array().map(Vec::len), "nothing of it stays behind");
    let kept =
        rest.made("/vifs", "vifs", json!({ "vmId": vm, "networkId": network, "currently_attached": false })).await;
    assert_eq!(rest.until(&format!("/vifs/{kept}"), |_| true).await["attached"], false);
}
