use serde_json::{Value, json};

use crate::test_app::{Caller, TestApp, eventually};

/// Waits until the log has so many entries, and returns them by id.
async fn log(admin: &Caller, count: usize) -> Vec<(String, Value)> {
    let look = async || {
        let log = admin.call("log.get", json!({ "namespace": "api" })).await;
        let log = log.as_object().expect("entries by id").clone();
        (log.len() == count).then(|| log.into_iter().collect())
    };
    eventually(look).await
}

#[tokio::test]
async fn calls_that_fail_are_in_the_log_until_somebody_deletes_them() {
    let test = TestApp::new(access::ops).await;
    let admin = test.admin().await;
    for name in ["a", "b", "c"] {
        admin.refused("group.delete", json!({ "id": name, "password": "hunter2" })).await;
    }
    let entries = log(&admin, 3).await;
    let (id, first) = &entries[0];
    let time = first["time"].as_i64().expect("a time");
    assert!(id.starts_with(&time.to_string()), "{id}: {first}");
    assert_eq!((&first["level"], &first["namespace"]), (&json!("error"), &json!("api")));
    let message = first["message"].as_str().expect("a text");
    assert!(message.starts_with("admin@admin.net | group.delete(…) ["), "{message}");
    let data = &first["data"];
    assert_eq!((&data["userId"], &data["userName"]), (&json!(admin.id()), &json!("admin@admin.net")));
    assert_eq!((&data["method"], &data["userIp"]), (&json!("group.delete"), &json!("192.0.2.1")));
    assert_eq!(data["error"]["code"], 10);
    assert_eq!(data["params"]["id"], "a");
    assert!(!first.to_string().contains("hunter2"), "{first}");

    let delete = async |id: Value| admin.call("log.delete", json!({ "id": id, "namespace": "api" })).await;
    assert_eq!(delete(json!("no such entry")).await, true);
    assert_eq!(delete(json!(id)).await, true);
    assert_eq!(log(&admin, 2).await, entries[1..]);
    delete(json!([entries[1].0, entries[2].0])).await;
    assert!(log(&admin, 0).await.is_empty());
    assert_eq!(admin.call("log.get", json!({ "namespace": "jobs" })).await, json!({}));
}

#[tokio::test]
async fn logs_are_for_administrators_who_say_which() {
    let test = TestApp::new(access::ops).await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    assert_eq!(bob.refused("log.get", json!({ "namespace": "api" })).await["data"]["permission"], "admin");
    assert_eq!(
        bob.refused("log.delete", json!({ "id": "1", "namespace": "api" })).await["data"]["permission"],
        "admin"
    );
    assert_eq!(admin.refused("log.get", json!({})).await["code"], 10);
    let error = admin.refused("log.delete", json!({ "id": 5, "namespace": "api" })).await;
    assert_eq!(error["data"]["errors"][0]["instancePath"], "/id");
}
