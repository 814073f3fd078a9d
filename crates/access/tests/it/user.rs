use app::CloseReason;
use serde_json::{Value, json};

use crate::{
    start,
    test_app::{Caller, TestApp, without},
};

async fn listed(admin: &Caller, email: &str) -> Value {
    let users = admin.call("user.getAll", json!({})).await;
    let found = users.as_array().unwrap().iter().find(|user| user["email"] == email).cloned();
    found.unwrap_or_else(|| panic!("a user {email}"))
}

async fn no_such(caller: &Caller, method: &str, params: Value, id: &str) {
    let expected = json!({ "message": format!("no such user {id}"), "code": 1, "data": { "id": id, "type": "user" } });
    assert_eq!(caller.refused(method, params).await, expected);
}

async fn can_sign_in(test: &TestApp, email: &str, password: &str) -> bool {
    let stranger = test.stranger();
    test.app.call(&stranger.session, "session.signIn", json!({ "email": email, "password": password })).await.is_ok()
}

#[tokio::test]
async fn a_created_user_is_listed_and_signs_in() {
    let test = start().await;
    let admin = test.admin().await;
    let id = admin.call("user.create", json!({ "email": "bob", "password": "bobpw" })).await;
    let expected = json!({ "id": id, "email": "bob", "groups": [], "permission": "none", "preferences": {} });
    assert_eq!(listed(&admin, "bob").await, expected);
    assert!(can_sign_in(&test, "bob", "bobpw").await);
    admin.call("user.create", json!({ "email": "alice", "password": "x", "permission": "admin", "foo?": 1 })).await;
    assert_eq!(listed(&admin, "alice").await["permission"], "admin");
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused() {
    let test = start().await;
    let admin = test.admin().await;
    admin.call("user.create", json!({ "email": "bob", "password": "x" })).await;
    let error = admin.refused("user.create", json!({ "email": "bob", "password": "y" })).await;
    assert_eq!(error, json!({ "code": -32000, "message": "the user bob already exists" }));
    test.create("carl", None, "none").await;
    let carl = listed(&admin, "carl").await["id"].clone();
    let error = admin.refused("user.set", json!({ "id": carl, "email": "bob" })).await;
    assert_eq!(error["message"], "the user bob already exists");
}

#[tokio::test]
async fn bad_parameters_are_named_by_their_path() {
    let test = start().await;
    let admin = test.admin().await;
    for (params, path, keyword, message) in [
        (json!({ "email": "dave" }), "", "required", "must have required property 'password'"),
        (json!({ "email": 5, "password": "x" }), "/email", "type", "must be string"),
        (json!({ "email": "", "password": "x" }), "/email", "minLength", "must NOT have fewer than 1 characters"),
        (json!({ "email": "z", "password": "" }), "/password", "minLength", "must NOT have fewer than 1 characters"),
        (
            json!({ "email": "z", "password": "x", "foo": 1 }),
            "",
            "additionalProperties",
            "must NOT have additional properties",
        ),
    ] {
        let error = admin.refused("user.create", params).await;
        let first = &error["data"]["errors"][0];
        assert_eq!((&error["code"], &error["message"]), (&json!(10), &json!("invalid parameters")));
        assert_eq!(
            (&first["instancePath"], &first["keyword"], &first["message"]),
            (&json!(path), &json!(keyword), &json!(message))
        );
    }
}

#[tokio::test]
async fn an_administrator_changes_users_and_their_connections_know_at_once() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    admin.call("user.set", json!({ "user": bob.id(), "email": "bobby", "permission": "admin" })).await;
    assert_eq!(bob.call("session.getUser", json!({})).await["email"], "bobby");
    bob.call("user.getAll", json!({})).await;
    admin.call("user.set", json!({ "id": bob.id(), "permission": "none" })).await;
    assert_eq!(bob.refused("user.getAll", json!({})).await["code"], 2);
    admin.call("user.set", json!({ "id": bob.id(), "password": "changed" })).await;
    assert!(can_sign_in(&test, "bobby", "changed").await);
}

#[tokio::test]
async fn preferences_are_merged_and_null_removes_one() {
    let test = start().await;
    let admin = test.admin().await;
    let bob = test.user("bob").await;
    let set =
        async |preferences: Value| bob.call("user.set", json!({ "id": bob.id(), "preferences": preferences })).await;
    assert_eq!(set(json!({ "lang": "fr", "filters": { "VM": { "a": "b" } } })).await, true);
    set(json!({ "lang": null, "theme": "dark" })).await;
    let expected = json!({ "filters": { "VM": { "a": "b" } }, "theme": "dark" });
    assert_eq!(listed(&admin, "bob").await["preferences"], expected);
}

#[tokio::test]
async fn nobody_changes_their_own_permission_and_users_only_their_preferences() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    let error = admin.refused("user.set", json!({ "id": admin.id(), "permission": "none" })).await;
    assert_eq!(error, json!({ "message": "a user cannot change its own permission", "code": 10, "data": {} }));
    for (name, value) in [("email", "low2"), ("password", "new"), ("permission", "admin")] {
        let error = bob.refused("user.set", json!({ "id": bob.id(), name: value })).await;
        let message = "this properties can only changed by an administrator";
        assert_eq!(error, json!({ "message": message, "code": 10, "data": {} }));
    }
    let id = admin.id();
    no_such(&bob, "user.set", json!({ "id": id, "preferences": { "a": 1 } }), &id).await;
    assert_eq!(
        without(&listed(&admin, "bob").await, "id"),
        json!({ "email": "bob", "groups": [], "permission": "none", "preferences": {} })
    );
}

#[tokio::test]
async fn unknown_users_are_named() {
    let test = start().await;
    let admin = test.admin().await;
    no_such(&admin, "user.set", json!({ "id": "nope", "email": "q" }), "nope").await;
    no_such(&admin, "user.delete", json!({ "id": "nope" }), "nope").await;
    no_such(&admin, "user.removeAuthProvider", json!({ "id": "nope", "authProvider": "ldap" }), "nope").await;
}

#[tokio::test]
async fn a_deleted_user_loses_connections_and_tokens_and_nobody_deletes_themselves() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    let token = bob.call("token.create", json!({})).await;
    let id = bob.id();
    assert_eq!(admin.call("user.delete", json!({ "id": id })).await, true);
    assert_eq!(bob.session.closed().await, CloseReason::UserDeleted);
    assert_eq!(test.stranger().refused("session.signIn", json!({ "token": token })).await["code"], 3);
    no_such(&admin, "user.delete", json!({ "id": id }), &id).await;
    let error = admin.refused("user.delete", json!({ "id": admin.id() })).await;
    assert_eq!(error, json!({ "message": "a user cannot delete itself", "code": 10, "data": {} }));
}

#[tokio::test]
async fn a_user_changes_the_own_password_knowing_the_old_one() {
    let test = start().await;
    let bob = test.create("bob", Some("old"), "none").await;
    let bob = test.signed_in(&bob).await;
    assert_eq!(bob.call("user.changePassword", json!({ "oldPassword": "old", "newPassword": "new" })).await, true);
    assert!(can_sign_in(&test, "bob", "new").await);
    let error = bob.refused("user.changePassword", json!({ "oldPassword": "old", "newPassword": "x" })).await;
    assert_eq!(error, json!({ "message": "invalid credentials", "code": 3 }));
}

#[tokio::test]
async fn an_auth_provider_is_taken_from_a_user() {
    let test = start().await;
    let admin = test.admin().await;
    let bob = test.create("bob", None, "none").await;
    let provider = json!({ "ldap": { "id": "cn=bob" } });
    let set = |user: &mut app::db::User| user.auth_providers = provider.as_object().unwrap().clone();
    test.app.db().users().update(&bob.id, set).await.unwrap();
    assert_eq!(listed(&admin, "bob").await["authProviders"], provider);
    admin.call("user.removeAuthProvider", json!({ "id": bob.id, "authProvider": "ldap" })).await;
    assert_eq!(listed(&admin, "bob").await.get("authProviders"), None);
}
