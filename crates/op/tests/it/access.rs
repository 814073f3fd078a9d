//! Who may call what, and in which order that is found out.

use op::{Error, Missing};
use serde_json::{Value, json};

use crate::toy::{Cx, call, ops};

const UNSIGNED: &str = r#"{"message":"not enough permissions","code":2,"data":{"object":{}}}"#;
const NOT_ADMIN: &str = r#"{"message":"not enough permissions","code":2,"data":{"permission":"admin","object":{}}}"#;

#[tokio::test]
async fn an_unknown_method_is_named() {
    let expected = r#"{"code":-32601,"data":"__proto__","message":"method not found: __proto__"}"#;
    assert_eq!(call(None, "__proto__", json!({})).await, expected);
}

#[tokio::test]
async fn a_call_without_a_session_is_refused_before_its_parameters_are_read() {
    assert_eq!(call(None, "vm.start", json!({ "nonsense": 1 })).await, UNSIGNED);
    assert_eq!(call(None, "xo.getAllObjects", json!({})).await, UNSIGNED);
    assert_eq!(call(None, "user.create", json!({})).await, NOT_ADMIN);
}

#[tokio::test]
async fn a_user_who_is_no_administrator_cannot_call_what_is_theirs() {
    assert_eq!(call(Some("operator"), "user.getAll", json!({})).await, NOT_ADMIN);
    assert_eq!(call(Some("admin"), "user.getAll", json!({})).await, "[]");
}

#[tokio::test]
async fn the_right_that_is_missing_is_told_with_the_object() {
    let expected =
        r#"{"message":"not enough permissions","code":2,"data":{"permission":"operate","object":{"id":"vm1"}}}"#;
    assert_eq!(call(Some("nobody"), "vm.start", json!({ "id": "OpaqueRef:1" })).await, expected);
    assert_eq!(call(Some("operator"), "vm.start", json!({ "id": "vm1" })).await, "true");
    let expected =
        r#"{"message":"not enough permissions","code":2,"data":{"permission":"administrate","object":{"id":"vm1"}}}"#;
    assert_eq!(call(Some("operator"), "vm.set", json!({ "id": "vm1" })).await, expected);
}

#[tokio::test]
async fn an_id_must_name_an_object_of_the_right_kind() {
    let expected = r#"{"message":"no such VM nope","code":1,"data":{"id":"nope","type":"VM"}}"#;
    assert_eq!(call(Some("operator"), "vm.start", json!({ "id": "nope" })).await, expected);
    let expected = r#"{"message":"no such VM host1","code":1,"data":{"id":"host1","type":"VM"}}"#;
    assert_eq!(call(Some("admin"), "vm.start", json!({ "id": "host1" })).await, expected);
    let expected = r#"{"message":"no such host vm1","code":1,"data":{"id":"vm1","type":"host"}}"#;
    assert_eq!(call(Some("admin"), "vm.start", json!({ "id": "vm1", "host": "vm1" })).await, expected);
    let expected = r#"{"message":"no such VM,VM-snapshot x","code":1,"data":{"id":"x","type":["VM","VM-snapshot"]}}"#;
    assert_eq!(call(Some("admin"), "vm.set", json!({ "id": "x" })).await, expected);
    let expected = r#"{"message":"no such object nope","code":1,"data":{"id":"nope","type":null}}"#;
    assert_eq!(call(Some("admin"), "tag.add", json!({ "id": "nope", "tag": "x" })).await, expected);
}

#[tokio::test]
async fn a_reference_is_turned_into_the_id() {
    assert_eq!(call(Some("admin"), "tag.add", json!({ "id": "OpaqueRef:1", "tag": "x" })).await, "true");
}

#[tokio::test]
async fn only_administrators_may_ask_for_a_log_of_a_call() {
    assert_eq!(call(Some("operator"), "vm.start", json!({ "id": "vm1", "_log": true })).await, NOT_ADMIN);
    assert_eq!(call(Some("admin"), "vm.start", json!({ "id": "vm1", "_log": true })).await, "true");
}

#[tokio::test]
async fn a_large_result_comes_in_parts_that_make_one_value() {
    assert_eq!(call(Some("nobody"), "xo.getAllObjects", json!({})).await, r#"{"a":1}"#);
}

/// Returns the privilege that the holder of a few lacks for a call, if it lacks one.
fn lacks(name: &str, params: Value) -> Option<Missing> {
    match ops().admit(name, params, &Cx { user: Some("holder") }) {
        Err(Error::Unauthorized { missing, .. }) => missing,
        Err(error) => panic!("{name}: {error}"),
        Ok(_) => None,
    }
}

fn on_vm(action: &str) -> Missing {
    Missing { resource: "vm".to_owned(), action: action.to_owned(), object: Some("vm1".to_owned()) }
}

#[test]
fn each_parameter_that_is_given_needs_a_finer_right_of_its_own() {
    assert_eq!(lacks("vm.set", json!({ "id": "vm1", "cpus": 2 })), None);
    assert_eq!(lacks("vm.set", json!({ "id": "vm1", "cpus": 2, "notes": null })), Some(on_vm("update:notes")));
    assert_eq!(lacks("vm.set", json!({ "id": "vm1" })), Some(on_vm("update")));
}

#[test]
fn the_finer_right_may_depend_on_a_parameter() {
    for params in [json!({ "id": "vm1" }), json!({ "id": "vm1", "force": false })] {
        assert_eq!(lacks("vm.start", params), None);
    }
    assert_eq!(lacks("vm.start", json!({ "id": "vm1", "force": true })), Some(on_vm("start:hard")));
}

#[test]
fn a_privilege_is_enough_for_what_else_only_administrators_may() {
    let user = json!({ "email": "e", "password": "p" });
    assert_eq!(lacks("user.create", user.clone()), None);
    let error = ops().admit("user.create", user, &Cx { user: Some("operator") }).expect_err("it is not held");
    assert_eq!(error.to_json(false).to_string(), NOT_ADMIN);
    let Error::Unauthorized { missing: Some(missing), .. } = error else { panic!("{error}") };
    assert_eq!(missing.to_json(), json!({ "action": "create", "resource": "user" }));
}

#[test]
fn what_rights_forbid_is_told_beforehand() {
    let forbidden = |user: Option<&'static str>, name: &str| {
        let ids: Vec<_> = ["vm1", "OpaqueRef:1", "host1", "nope"].map(str::to_owned).into();
        let told = ops().forbidden(name, &ids, &Cx { user }).expect("there is such an operation");
        told.into_iter().map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(forbidden(Some("operator"), "vm.start"), "host1 nope");
    assert_eq!(forbidden(Some("operator"), "vm.set"), "vm1 OpaqueRef:1 host1 nope");
    // One of the finer rights is enough for some call.
    assert_eq!(forbidden(Some("holder"), "vm.set"), "host1 nope");
    assert_eq!(forbidden(Some("holder"), "vm.start"), "host1 nope");
    assert_eq!(forbidden(Some("nobody"), "vm.start"), "vm1 OpaqueRef:1 host1 nope");
    assert_eq!(forbidden(None, "vm.start"), "vm1 OpaqueRef:1 host1 nope");
    // What is about no object is forbidden on all or none.
    assert_eq!(forbidden(Some("holder"), "user.getAll"), "vm1 OpaqueRef:1 host1 nope");
    assert_eq!(forbidden(Some("nobody"), "xo.getAllObjects"), "");
    assert_eq!(forbidden(Some("admin"), "vm.start"), "");
    let error = ops().forbidden("vm.fly", &[], &Cx { user: Some("admin") }).unwrap_err();
    assert!(error.to_string().contains("vm.fly"), "{error}");
}
