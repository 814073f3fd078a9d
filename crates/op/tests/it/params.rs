//! What is said of bad parameters.

use serde_json::{Value, json};

use crate::toy::call;

/// Calls as an administrator and returns each error as `path keyword: message`.
async fn errors(name: &str, params: Value) -> Vec<String> {
    let answer = call(Some("admin"), name, params).await;
    let error: Value = serde_json::from_str(&answer).expect("an error is JSON");
    assert_eq!((&error["code"], &error["message"]), (&json!(10), &json!("invalid parameters")), "{answer}");
    let errors = error["data"]["errors"].as_array().expect("the errors are listed");
    let text = |error: &Value, key: &str| error[key].as_str().expect("a text").to_owned();
    errors
        .iter()
        .map(|e| format!("{} {}: {}", text(e, "instancePath"), text(e, "keyword"), text(e, "message")))
        .collect()
}

async fn refused_set(param: &str, value: Value) -> String {
    let errors = errors("vm.set", json!({ "id": "vm1", param: value })).await;
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.into_iter().next().expect("there is one")
}

#[tokio::test]
async fn every_missing_parameter_is_named() {
    let expected = r##"{"message":"invalid parameters","code":10,"data":{"errors":[{"instancePath":"","schemaPath":"#/required","keyword":"required","params":{"missingProperty":"password"},"message":"must have required property 'password'"}]}}"##;
    assert_eq!(call(Some("admin"), "user.create", json!({ "email": "a" })).await, expected);
    assert_eq!(errors("user.create", json!({})).await.len(), 2);
}

#[tokio::test]
async fn a_parameter_that_does_not_exist_is_named() {
    let expected = r##"{"message":"invalid parameters","code":10,"data":{"errors":[{"instancePath":"","schemaPath":"#/additionalProperties","keyword":"additionalProperties","params":{"additionalProperty":"nonsense"},"message":"must NOT have additional properties"}]}}"##;
    assert_eq!(call(Some("admin"), "vm.start", json!({ "id": "vm1", "nonsense": 1 })).await, expected);
}

#[tokio::test]
async fn a_wrong_type_is_told_with_the_path_of_the_value() {
    assert_eq!(refused_set("name_label", json!(5)).await, "/name_label type: must be string");
    assert_eq!(refused_set("name_label", Value::Null).await, "/name_label type: must be string");
    assert_eq!(refused_set("notes", json!(5)).await, "/notes type: must be string,null");
    assert_eq!(refused_set("memory", json!(true)).await, "/memory type: must be integer,string");
    assert_eq!(refused_set("tags", json!(["a", 5])).await, "/tags/1 type: must be string");
    assert_eq!(refused_set("creation", json!({ "user": 5 })).await, "/creation/user type: must be string");
    assert_eq!(refused_set("data", json!({ "a/b": 5 })).await, "/data/a~1b type: must be string,null");
}

#[tokio::test]
async fn several_errors_are_told_at_once() {
    let errors = errors("vm.set", json!({ "id": 5, "name_label": "", "nonsense": 1 })).await;
    assert_eq!(
        errors,
        [
            "/id type: must be string",
            "/name_label minLength: must NOT have fewer than 1 characters",
            " additionalProperties: must NOT have additional properties",
        ]
    );
}

#[tokio::test]
async fn a_million_errors_do_not_make_a_large_answer() {
    assert_eq!(errors("vm.set", json!({ "id": "vm1", "tags": vec![5; 1_000_000] })).await.len(), 32);
}

#[tokio::test]
async fn limits_are_kept() {
    assert_eq!(refused_set("mode", json!("soft")).await, "/mode enum: must be equal to one of the allowed values");
    assert_eq!(refused_set("cpus", json!(0)).await, "/cpus minimum: must be >= 1");
    assert_eq!(refused_set("cpus", json!(9)).await, "/cpus maximum: must be <= 8");
    assert_eq!(refused_set("cpus", json!(1.5)).await, "/cpus type: must be integer");
    let expected = "/color pattern: must match pattern \"^#?([0-9A-Fa-f]{6})$\"";
    assert_eq!(refused_set("color", json!("red")).await, expected);
    assert!(
        call(Some("admin"), "vm.set", json!({ "id": "vm1", "name_description": "", "color": "#ff0000" }))
            .await
            .contains("vm1")
    );
}

#[tokio::test]
async fn null_clears_what_can_be_cleared() {
    let set = |params| call(Some("admin"), "vm.set", params);
    assert_eq!(set(json!({ "id": "vm1" })).await, r#"{"id":"vm1","notes":null,"cpus":1}"#);
    assert_eq!(set(json!({ "id": "vm1", "notes": "x", "cpus": 2 })).await, r#"{"id":"vm1","notes":"x","cpus":2}"#);
    assert_eq!(set(json!({ "id": "vm1", "notes": null })).await, r#"{"id":"vm1","notes":null,"cpus":1}"#);
}

#[tokio::test]
async fn parameters_may_be_left_out_or_be_a_list() {
    assert_eq!(call(Some("admin"), "user.getAll", Value::Null).await, "[]");
    assert_eq!(call(Some("admin"), "user.getAll", json!(["a"])).await, "[]");
}

#[tokio::test]
async fn an_operation_without_parameters_ignores_what_it_is_given() {
    assert_eq!(call(Some("admin"), "user.getAll", json!({ "a": 1 })).await, "[]");
    assert_eq!(call(Some("admin"), "xo.getAllObjects", json!({ "a": 1 })).await, r#"{"a":1}"#);
}

#[tokio::test]
async fn an_operation_that_takes_anything_gets_everything() {
    assert_eq!(call(None, "session.signIn", json!({ "email": "a", "otp": "1" })).await, "2");
}

#[tokio::test]
async fn a_name_with_a_question_mark_is_ignored_when_unknown() {
    assert_eq!(call(Some("admin"), "vm.start", json!({ "id": "vm1", "nonsense?": 1, "force?": false })).await, "true");
    assert_eq!(
        errors("vm.start", json!({ "id": "vm1", "force": false, "force?": false })).await,
        [" additionalProperties: must NOT have both 'force' and 'force?'"]
    );
}

#[tokio::test]
async fn the_namespace_may_stand_for_id() {
    assert_eq!(call(Some("admin"), "vm.start", json!({ "vm": "vm1" })).await, "true");
    assert_eq!(
        errors("tag.add", json!({ "object": "vm1", "tag": "x" })).await,
        [" required: must have required property 'id'", " additionalProperties: must NOT have additional properties"]
    );
}

#[tokio::test]
async fn a_secret_does_not_show() {
    let params = json!({ "email": "a@b", "password": "hunter2" });
    assert_eq!(call(Some("admin"), "user.create", params).await, "\"a@b ***\"");
}
