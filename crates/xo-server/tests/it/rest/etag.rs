//! What one object was when somebody looked, and changes that depend on it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::lab::{Answer, Rest, sent};

/// Sends with a condition.
async fn on(rest: &Rest, method: Method, path: &str, condition: (&str, &str), body: Option<Value>) -> Answer {
    let request = rest.request(method, path).header(condition.0, condition.1);
    sent(match body {
        Some(body) => request.json(&body),
        None => request,
    })
    .await
}

async fn tag(rest: &Rest, path: &str) -> String {
    rest.get(path).await.header("etag").expect("an object has a tag").to_owned()
}

async fn halted(rest: &Rest) -> String {
    let found = rest.json("/vms?fields=id,blockedOperations&filter=power_state:halted").await;
    let free = found.as_array().expect("a list").iter().find(|vm| vm["blockedOperations"].get("start").is_none());
    format!("/vms/{}", free.expect("there is one")["id"].as_str().expect("an id"))
}

/// Renames the VM and waits until the server has seen that.
async fn renamed(rest: &Rest, vm: &str, name: &str) {
    let set = rest.send(Method::PATCH, vm, Some(json!({ "name_label": name }))).await;
    assert_eq!(set.status, StatusCode::NO_CONTENT, "{}", set.text);
    rest.seen(vm, |vm| vm["name_label"] == name).await;
}

#[tokio::test]
async fn an_object_that_has_not_changed_is_not_sent_again() {
    let rest = Rest::new().await;
    let vm = halted(&rest).await;
    let first = tag(&rest, &vm).await;
    for known in [first.clone(), format!("W/{first}"), format!("\"x\", {first}"), "*".to_owned()] {
        let same = on(&rest, Method::GET, &vm, ("if-none-match", &known), None).await;
        assert_eq!((same.status, &*same.text), (StatusCode::NOT_MODIFIED, ""), "{known}");
        assert_eq!(same.header("etag"), Some(&*first));
    }
    renamed(&rest, &vm, "another").await;
    let changed = on(&rest, Method::GET, &vm, ("if-none-match", &first), None).await;
    assert_eq!((changed.status, &changed.json()["name_label"]), (StatusCode::OK, &json!("another")));
    assert_ne!(changed.header("etag"), Some(&*first));
    assert_eq!(rest.get("/vms").await.header("etag"), None);
    assert_eq!(rest.get("/vms/nope").await.header("etag"), None);
}

#[tokio::test]
async fn a_change_of_what_has_changed_meanwhile_is_refused() {
    let rest = Rest::new().await;
    let vm = halted(&rest).await;
    let first = tag(&rest, &vm).await;
    renamed(&rest, &vm, "of somebody else").await;
    let now = tag(&rest, &vm).await;
    let name = Some(json!({ "name_label": "mine" }));
    let start = format!("{vm}/actions/start?sync=true");
    let to_tag = format!("{vm}/tags/a");
    for (method, path, body) in [
        (Method::PATCH, &vm, name.clone()),
        (Method::POST, &start, None),
        (Method::PUT, &to_tag, None),
        (Method::DELETE, &vm, None),
    ] {
        let refused = on(&rest, method.clone(), path, ("if-match", &first), body).await;
        assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED, "{method} {path}: {}", refused.text);
        let said = format!("`If-Match` does not hold: the object has the ETag {now}");
        assert_eq!(refused.json(), json!({ "error": said, "data": { "etag": now } }));
    }
    let unwanted = on(&rest, Method::PATCH, &vm, ("if-none-match", "*"), name.clone()).await;
    assert_eq!(unwanted.status, StatusCode::PRECONDITION_FAILED);
    let there = rest.json(&vm).await;
    assert_eq!((&there["name_label"], &there["power_state"]), (&json!("of somebody else"), &json!("Halted")));
    let set = on(&rest, Method::PATCH, &vm, ("if-match", &now), name).await;
    assert_eq!(set.status, StatusCode::NO_CONTENT, "{}", set.text);
    rest.seen(&vm, |vm| vm["name_label"] == "mine").await;
    let started = on(&rest, Method::POST, &start, ("if-match", "*"), None).await;
    assert_eq!(started.status, StatusCode::NO_CONTENT, "{}", started.text);
}

#[tokio::test]
async fn a_condition_that_cannot_hold_or_be_read_is_told() {
    let rest = Rest::new().await;
    let vm = halted(&rest).await;
    let malformed = on(&rest, Method::DELETE, &vm, ("if-match", "abc"), None).await;
    assert_eq!(malformed.status, StatusCode::BAD_REQUEST);
    assert!(malformed.text.contains("`if-match`"), "{}", malformed.text);
    // A selection has no state of its own, and what is not there is not there.
    let many =
        on(&rest, Method::POST, "/vms/actions/start", ("if-match", "\"x\""), Some(json!({ "filter": "" }))).await;
    assert_eq!((many.status, &many.json()["data"]), (StatusCode::PRECONDITION_FAILED, &json!({ "etag": null })));
    let missing = on(&rest, Method::DELETE, "/vms/nope", ("if-match", "*"), None).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(rest.get(&vm).await.status.is_success());
}
