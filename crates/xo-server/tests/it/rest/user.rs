//! Users, groups and tokens.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::lab::{Answer, Rest};

fn check(answer: &Answer, status: u16, body: &Value) {
    assert_eq!((answer.status.as_u16(), &answer.json()), (status, body));
}

fn no_such(kind: &str, id: &str) -> Value {
    json!({ "error": format!("no such {kind} {id}"), "data": { "id": id, "type": kind } })
}

fn wrong(place: &str, message: &str) -> Value {
    json!({ "error": { place: { "message": message } }, "data": {} })
}

#[tokio::test]
async fn a_user_is_created_told_of_changed_and_deleted() {
    let rest = Rest::new().await;
    let id = rest.created("/users", json!({ "name": "ru", "password": "pw" })).await;
    let told = json!({
        "id": id, "email": "ru", "name": "ru", "groups": [], "permission": "none", "preferences": {},
        "pw_hash": "***obfuscated***",
    });
    let path = format!("/users/{id}");
    assert_eq!(rest.json(&path).await, told);
    let listed = rest.json("/users?fields=name,permission&filter=name:ru").await;
    assert_eq!(listed, json!([{ "name": "ru", "permission": "none", "href": format!("/rest/v0{path}") }]));
    rest.changed(Method::PATCH, &path, Some(json!({ "name": "ru2", "preferences": { "lang": "en" } }))).await;
    let changed = rest.json(&path).await;
    assert_eq!((&changed["email"], &changed["preferences"]), (&json!("ru2"), &json!({ "lang": "en" })));

    let taken = rest.post("/users", json!({ "name": "RU2", "password": "pw" })).await;
    check(&taken, 409, &json!({ "error": "the user RU2 already exists" }));
    for (body, expected) in [
        (json!({ "name": "x" }), wrong("body.password", "'password' is required")),
        (
            json!({ "name": 5, "password": "x" }),
            json!({
                "error": { "body.name": { "message": "invalid string value", "value": 5 } }, "data": {},
            }),
        ),
        (
            json!({ "name": "y", "password": "x", "permission": "weird" }),
            json!({
                "error": {
                    "body.permission": { "message": "Value does not match any allowed schema", "value": "weird" },
                },
                "data": {},
            }),
        ),
        (
            json!({ "name": "y", "password": "x", "foo": 1 }),
            json!({
                "error": {
                    "body.foo": { "message": "\"foo\" is an excess property and therefore is not allowed", "value": 1 },
                },
                "data": {},
            }),
        ),
    ] {
        check(&rest.post("/users", body).await, 422, &expected);
    }
    rest.changed(Method::DELETE, &path, None).await;
    for method in [Method::GET, Method::DELETE] {
        check(&rest.send(method, &path, None).await, 404, &no_such("user", &id));
    }
    check(&rest.send(Method::PATCH, "/users/nope", Some(json!({ "name": "x" }))).await, 404, &no_such("user", "nope"));
}

#[tokio::test]
async fn nobody_deletes_themselves_or_changes_their_own_permission() {
    let rest = Rest::new().await;
    let own = rest.json("/users?fields=id&filter=permission:admin").await[0]["id"].as_str().expect("an id").to_owned();
    let changed = rest.send(Method::PATCH, &format!("/users/{own}"), Some(json!({ "permission": "none" }))).await;
    let data = &changed.json()["data"];
    assert_eq!((changed.status, &data["operation"]), (StatusCode::FORBIDDEN, &json!("update user")));
    let deleted = rest.send(Method::DELETE, &format!("/users/{own}"), None).await;
    assert_eq!(
        (deleted.status, deleted.json()["error"].clone()),
        (StatusCode::FORBIDDEN, json!("forbidden operation: delete user"),)
    );
    let me = rest.get("/users/me/groups?fields=name").await;
    assert_eq!(me.status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(me.location, Some(format!("/rest/v0/users/{own}/groups?fields=name")));
}

#[tokio::test]
async fn everybody_has_tokens_of_their_own_and_sees_no_others() {
    let rest = Rest::new().await;
    let bob = rest.other("bob").await;
    let path = format!("/users/{}/authentication_tokens", bob.id);
    let body = json!({ "description": "d", "expiresIn": "1 day", "client": { "id": "c1" } });
    let made = bob.send(Method::POST, &path, Some(body)).await;
    let token = made.json()["token"].clone();
    assert_eq!((made.status, &token["client"]), (StatusCode::CREATED, &json!({ "id": "c1" })));
    assert_eq!((&token["description"], &token["user_id"]), (&json!("d"), &json!(bob.id)));
    let secret = token["id"].as_str().expect("a token");
    let used = super::lab::sent(rest.bare(Method::GET, &format!("/users/{}", bob.id)).bearer_auth(secret)).await;
    assert_eq!((used.status, &used.json()["email"]), (StatusCode::OK, &json!("bob")));
    let again = bob.send(Method::POST, "/users/authentication_tokens", Some(json!({}))).await;
    assert_eq!(again.status, StatusCode::CREATED);
    let listed = bob.json(&format!("{path}?filter=description:d&limit=2")).await;
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(listed[0]["description"], "d");
    assert!(!listed.to_string().contains(secret), "a token is shown once");

    let bad = bob.send(Method::POST, &path, Some(json!({ "expiresIn": "zzz" }))).await;
    assert_eq!((bad.status, &bad.json()["error"]), (StatusCode::CONFLICT, &json!("not a valid duration: zzz")));
    let other = rest.get(&path).await;
    check(
        &other,
        403,
        &json!({
            "error": "forbidden operation: get authentication tokens",
            "data": { "operation": "get authentication tokens", "reason": "can only see own authentication tokens" },
        }),
    );
    assert_eq!(rest.post(&path, json!({})).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_group_is_created_filled_emptied_and_deleted() {
    let rest = Rest::new().await;
    let bob = rest.other("bob").await;
    let id = rest.created("/groups", json!({ "name": "rg" })).await;
    let taken = rest.post("/groups", json!({ "name": "rg" })).await;
    check(
        &taken,
        409,
        &json!({
            "error": "group already exists", "data": { "objectId": id, "objectType": "group" },
        }),
    );
    let path = format!("/groups/{id}");
    let told = json!({ "name": "rg", "aclRoleIds": [], "users": [], "id": id });
    assert_eq!(rest.json(&path).await, told);
    let member = format!("{path}/users/{}", bob.id);
    rest.changed(Method::PUT, &member, None).await;
    assert_eq!(rest.json(&format!("{path}/users")).await, json!([format!("/rest/v0/users/{}", bob.id)]));
    let groups = rest.json(&format!("/users/{}/groups?fields=name", bob.id)).await;
    assert_eq!(groups, json!([{ "name": "rg", "href": format!("/rest/v0{path}") }]));
    rest.changed(Method::PATCH, &path, Some(json!({ "name": "rg2" }))).await;
    rest.changed(Method::DELETE, &member, None).await;
    assert_eq!(rest.json(&format!("{path}/users")).await, json!([]));
    for (method, path, body) in [
        (Method::PUT, format!("{path}/users/nope"), None),
        (Method::GET, "/groups/nope".to_owned(), None),
        (Method::GET, "/groups/nope/users".to_owned(), None),
        (Method::GET, "/groups/nope/acl-roles".to_owned(), None),
        (Method::GET, "/users/nope/groups".to_owned(), None),
        (Method::PATCH, "/groups/nope".to_owned(), Some(json!({ "name": "x" }))),
        (Method::DELETE, "/groups/nope".to_owned(), None),
    ] {
        let answer = rest.send(method, &path, body).await;
        assert_eq!((answer.status, &answer.json()["data"]["id"]), (StatusCode::NOT_FOUND, &json!("nope")), "{path}");
    }
    check(&rest.post("/groups", json!({})).await, 422, &wrong("body.name", "'name' is required"));
    rest.changed(Method::DELETE, &path, None).await;
    assert_eq!(rest.json("/groups").await, json!([]));
}
