//! Servers.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::lab::Rest;

#[tokio::test]
async fn a_server_is_added_connected_disconnected_and_removed() {
    let rest = Rest::new().await;
    let body = json!({
        "host": "127.0.0.1:1", "username": "root", "password": "x", "label": "l", "allowUnauthorized": true,
        "readOnly": true,
    });
    let id = rest.created("/servers", body.clone()).await;
    let path = format!("/servers/{id}");
    let told = json!({
        "id": id, "host": "127.0.0.1:1", "username": "root", "label": "l", "allowUnauthorized": true,
        "enabled": true, "readOnly": true, "status": "disconnected",
    });
    assert_eq!(rest.json(&path).await, told);
    let again = rest.post("/servers", body).await;
    assert_eq!((again.status, &again.json()["data"]["objectType"]), (StatusCode::CONFLICT, &json!("server")));
    let begun = rest.send(Method::POST, &format!("{path}/actions/connect"), None).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED);
    let failed = rest.send(Method::POST, &format!("{path}/actions/connect?sync=true"), None).await;
    assert!(failed.status.is_server_error(), "{}", failed.text);
    rest.changed(Method::POST, &format!("{path}/actions/disconnect?sync=true"), None).await;
    let idle = rest.send(Method::POST, &format!("{path}/actions/disconnect?sync=true"), None).await;
    assert_eq!((idle.status, &idle.json()["error"]), (StatusCode::CONFLICT, &json!("incorrect state")));
    assert!(rest.json(&path).await["error"].is_object());
    let missing = rest.post("/servers", json!({ "host": "h" })).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(missing.json()["error"]["body.username"]["message"], "'username' is required");
    rest.changed(Method::DELETE, &path, None).await;
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::POST, format!("{path}/actions/connect?sync=true")),
    ] {
        let gone = rest.send(method, &path, None).await;
        let expected = json!({ "error": format!("no such xenServer {id}"), "data": { "id": id, "type": "xenServer" } });
        assert_eq!((gone.status.as_u16(), gone.json()), (404, expected), "{path}");
    }
}

#[tokio::test]
async fn servers_are_shown_to_those_who_may_read_them() {
    let rest = Rest::new().await;
    let bob = rest.other("bob").await;
    assert_eq!(bob.json("/servers").await, json!([]));
    let id = rest.json("/servers?fields=id").await[0]["id"].as_str().expect("an id").to_owned();
    let missing = |action: &str| json!({ "objectId": id, "action": action, "resource": "server" });
    bob.lacks(Method::GET, &format!("/servers/{id}"), None, missing("read")).await;
    let disconnect = format!("/servers/{id}/actions/disconnect?sync=true");
    bob.lacks(Method::POST, &disconnect, None, missing("disconnect")).await;
    let new = json!({ "host": "h", "username": "u", "password": "p" });
    bob.lacks(Method::POST, "/servers", Some(new), json!({ "action": "create", "resource": "server" })).await;
    rest.role(&bob.id, &["allow server read", "allow server disconnect"]).await;
    assert_eq!(bob.json("/servers?fields=id").await[0]["id"], json!(id));
    assert_eq!(bob.send(Method::POST, &disconnect, None).await.status, StatusCode::NO_CONTENT);
    bob.lacks(Method::DELETE, &format!("/servers/{id}"), None, missing("delete")).await;
}
