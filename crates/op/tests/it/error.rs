//! Errors on the wire.

use op::Error;
use serde_json::{Map, json};

#[test]
fn what_failed_behind_an_operation_is_told_to_administrators_only() {
    let mut data = Map::new();
    data.insert("code".to_owned(), "SR_FULL".into());
    let error = Error::Failed { message: "SR_FULL(1, 2)".to_owned(), name: "XapiError", data };
    assert_eq!(
        error.to_json(true).to_string(),
        r#"{"code":-32000,"data":{"code":"SR_FULL","message":"SR_FULL(1, 2)","name":"XapiError"},"message":"SR_FULL(1, 2)"}"#
    );
    assert_eq!(error.to_json(false).to_string(), r#"{"code":-32000,"message":"unknown error from the peer"}"#);
}

#[test]
fn an_error_without_data_has_none() {
    assert_eq!(Error::InvalidCredentials.to_json(false).to_string(), r#"{"message":"invalid credentials","code":3}"#);
    assert_eq!(Error::refused("too fast").to_json(false).to_string(), r#"{"code":-32000,"message":"too fast"}"#);
}

#[test]
fn the_data_of_an_error_has_the_names_of_the_field() {
    let object = || "vm1".to_owned();
    for (error, code, status, data) in [
        (
            Error::VmBadPowerState { object: object(), expected: "halted".to_owned(), actual: "running".to_owned() },
            13,
            409,
            json!({ "objectId": "vm1", "expected": "halted", "actual": "running" }),
        ),
        (Error::VmMissingPvDrivers { object: object() }, 11, 409, json!({ "objectId": "vm1" })),
        (Error::invalid("a user cannot delete itself"), 10, 422, json!({})),
        (Error::ObjectAlreadyExists { object: None, kind: Some("server") }, 16, 409, json!({ "objectType": "server" })),
        (
            Error::incorrect_state("s", "status", "disconnected", json!(["connected", "connecting"])),
            25,
            409,
            json!({ "actual": "disconnected", "expected": ["connected", "connecting"], "object": "s", "property": "status" }),
        ),
        (Error::no_such("user", "x"), 1, 404, json!({ "id": "x", "type": "user" })),
    ] {
        assert_eq!((error.code(), error.status()), (code, status), "{error}");
        assert_eq!(error.to_json(false)["data"], data, "{error}");
    }
}
