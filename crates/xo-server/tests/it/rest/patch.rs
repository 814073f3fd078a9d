//! Updates of hosts, and hosts that restart one after the other.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::lab::Rest;

#[tokio::test]
async fn what_hosts_lack_is_listed_and_installed() {
    let rest = Rest::new().await;
    let (host, pool) = (rest.id("hosts", "name_label:xcp-lab-2").await, rest.id("pools", "").await);
    let list = rest.json(&format!("/hosts/{host}/missing_patches")).await;
    let first = &list[0];
    assert_eq!((list.as_array().map(Vec::len), &first["name"]), (Some(3), &json!("kernel")));
    for field in ["version", "release", "description", "url", "license"] {
        assert!(first[field].is_string(), "{field}: {first}");
    }
    assert!(first["size"].is_number() && first["changelog"]["date"].is_number(), "{first}");
    assert_eq!(rest.json(&format!("/pools/{pool}/missing_patches")).await, list, "both lack the same, once");
    rest.done(&format!("/pools/{pool}/actions/install_patches"), json!({})).await;
    assert_eq!(rest.json(&format!("/pools/{pool}/missing_patches")).await, json!([]));
    let nobody = rest.other("low").await;
    let refused = rest.request_of(&nobody.token, Method::GET, &format!("/hosts/{host}/missing_patches"));
    assert_eq!(refused.send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
    assert_eq!(rest.get("/hosts/nope/missing_patches").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_pool_restarts_host_by_host_with_a_task_that_tells_what_comes_next() {
    let rest = Rest::new().await;
    let pool = rest.id("pools", "").await;
    let path = format!("/pools/{pool}/actions/rolling_reboot");
    // A VM with a disk that only its host sees.
    let refused = rest.act(&path, json!({})).await;
    assert!(refused.status.is_client_error() || refused.status.is_server_error(), "{}", refused.text);
    assert!(refused.text.contains("CANNOT_EVACUATE_HOST"), "{}", refused.text);
    for vm in rest.json("/vms?fields=id&filter=power_state:/running|paused/i").await.as_array().expect("a list") {
        let id = vm["id"].as_str().expect("an id");
        rest.act(&format!("/vms/{id}/actions/hard_shutdown"), json!({})).await;
    }
    let begun = rest.post(&path, json!({ "shutdownPinnedVms": false })).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.text);
    let id = begun.json()["taskId"].as_str().expect("a task").to_owned();
    let ended = rest.json(&format!("/tasks/{id}?wait=result")).await;
    assert_eq!(ended["status"], "success", "{ended}");
    let plan: Vec<(&Value, &Value)> = ended["properties"]["plan"]
        .as_array()
        .expect("a plan")
        .iter()
        .map(|host| (&host["name"], &host["phase"]))
        .collect();
    let done = json!("done");
    assert_eq!(plan, [(&json!("xcp-lab-1"), &done), (&json!("xcp-lab-2"), &done)]);
    assert_eq!(ended["properties"]["name"], "Rolling pool reboot");
    let busy = rest.lab.app().upkeep().begin(&pool, "x", false).expect("nothing goes on");
    let second = rest.act(&format!("/pools/{pool}/actions/rolling_update"), json!({})).await;
    assert_eq!(second.status, StatusCode::FORBIDDEN, "{}", second.text);
    drop(busy);
}
