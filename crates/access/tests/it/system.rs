use serde_json::json;

use crate::start;

#[tokio::test]
async fn a_stranger_learns_the_versions_and_the_operations() {
    let test = start().await;
    let stranger = test.stranger();
    assert_eq!(stranger.call("system.getServerVersion", json!({})).await, "5.207.2");
    assert_eq!(stranger.call("system.getVersion", json!({})).await, "0.1");
    let names = stranger.call("system.listMethods", json!({})).await;
    let infos = stranger.call("system.getMethodsInfo", json!({})).await;
    assert_eq!(names.as_array().unwrap().len(), infos.as_object().unwrap().len());
    let params = &infos["user.create"]["params"];
    assert_eq!(params["email"]["type"], "string");
    assert_eq!((&params["permission"]["optional"], &params["email"]["optional"]), (&json!(true), &json!(null)));
}

#[tokio::test]
async fn one_operation_is_described_by_name() {
    let test = start().await;
    let stranger = test.stranger();
    let signature = stranger.call("system.methodSignature", json!({ "method": "token.set" })).await;
    assert_eq!(signature[0]["name"], "token.set");
    assert_eq!(signature[0]["params"]["id"]["type"], "string");
    let error = stranger.refused("system.methodSignature", json!({ "method": "nope" })).await;
    assert_eq!(error["code"], 1);
    assert_eq!(error["message"], "no such method nope");
}

#[tokio::test]
async fn an_unknown_operation_is_named() {
    let error = start().await.stranger().refused("foo.bar", json!({})).await;
    assert_eq!(error, json!({ "code": -32601, "data": "foo.bar", "message": "method not found: foo.bar" }));
}

#[tokio::test]
async fn a_signed_in_user_learns_the_time_zone() {
    let test = start().await;
    let zone = test.user("bob").await.call("system.getServerTimezone", json!({})).await;
    assert!(jiff::tz::TimeZone::get(zone.as_str().unwrap()).is_ok(), "{zone}");
}
