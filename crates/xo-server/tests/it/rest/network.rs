//! Networks.

use reqwest::StatusCode;
use serde_json::json;

use super::lab::Rest;

#[tokio::test]
async fn networks_are_made_and_deleted() {
    let rest = Rest::new().await;
    let pool = rest.id("pools", "").await;
    let at = format!("/pools/{pool}/actions");
    let pif = rest.id("pifs", "device:eth1 vlan:-1").await;
    let body =
        json!({ "name": "guests", "description": "for guests", "mtu": 1400, "nbd": true, "pif": pif, "vlan": 77 });
    let vlan = rest.made(&format!("{at}/create_network"), "networks", body).await;
    let made = rest.until(&format!("/networks/{vlan}"), |network| network["nbd"] == true).await;
    assert_eq!((&made["name_label"], &made["MTU"]), (&json!("guests"), &json!(1400)));
    let body = json!({ "name": "between" });
    let internal = rest.made(&format!("{at}/create_internal_network"), "networks", body).await;
    assert_eq!(rest.until(&format!("/networks/{internal}"), |_| true).await["PIFs"], json!([]));
    let excess =
        rest.act(&format!("{at}/create_internal_network"), json!({ "name": "n", "pif": pif, "vlan": 1 })).await;
    assert_eq!(excess.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = excess.json()["error"].clone();
    assert!(wrong["body.pif"].is_object() && wrong["body.vlan"].is_object(), "{wrong}");
    let without = rest.act(&format!("{at}/create_network"), json!({ "name": "n" })).await;
    assert_eq!(without.status, StatusCode::CREATED, "{}", without.text);
    for network in [vlan, internal] {
        let gone = rest.delete(&format!("/networks/{network}")).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
        rest.until_gone(&format!("/networks/{network}")).await;
    }
    let used = rest.id("networks", "name_label:LAN").await;
    let refused = rest.delete(&format!("/networks/{used}")).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
}

#[tokio::test]
async fn a_bond_joins_interfaces_of_all_hosts() {
    let rest = Rest::new().await;
    let pool = rest.id("pools", "").await;
    let path = format!("/pools/{pool}/actions/create_bonded_network");
    let pif = rest.id("pifs", "device:eth1 vlan:-1").await;
    let one = rest.act(&path, json!({ "name": "n", "pifIds": [pif], "bondMode": "lacp" })).await;
    assert_eq!(one.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", one.text);
    let unknown = rest.act(&path, json!({ "name": "n", "pifIds": ["nope"], "bondMode": "lacp" })).await;
    assert_eq!(unknown.json()["data"], json!({ "id": "nope", "type": "PIF" }));
    let host = rest.id("hosts", "").await;
    let mut pifs = Vec::new();
    for device in ["eth0", "eth1"] {
        pifs.push(rest.id("pifs", &format!("$host:{host} device:{device} vlan:-1")).await);
    }
    let body = json!({ "name": "bonded", "pifIds": pifs, "bondMode": "active-backup", "nbd": true, "mtu": 9000 });
    let made = rest.made(&path, "networks", body).await;
    let network = rest.until(&format!("/networks/{made}"), |network| network["isBonded"] == true).await;
    assert_eq!((&network["MTU"], &network["nbd"]), (&json!(9000), &json!(true)));
}
