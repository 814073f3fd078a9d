use std::time::{Duration, Instant};

use app::CloseReason;
use serde_json::{Value, json};

use crate::{start, test_app::TestApp};

const WRONG: &str = "invalid credentials";

async fn bob(test: &TestApp) -> Value {
    let bob = test.create("bob", Some("hunter2"), "none").await;
    json!({ "id": bob.id, "email": "bob", "groups": [], "permission": "none", "preferences": {} })
}

async fn invalid(caller: &crate::test_app::Caller, params: Value) {
    assert_eq!(caller.refused("session.signIn", params).await, json!({ "message": WRONG, "code": 3 }));
}

#[tokio::test]
async fn a_user_signs_in_with_a_password_under_either_name_of_the_parameter() {
    let test = start().await;
    let bob = bob(&test).await;
    for params in
        [json!({ "email": "bob", "password": "hunter2" }), json!({ "username": "BOB", "password": "hunter2" })]
    {
        let caller = test.stranger();
        assert_eq!(caller.call("session.signIn", params).await, bob);
        assert_eq!(caller.call("session.getUser", json!({})).await, bob);
    }
    let caller = test.stranger();
    let params = json!({ "email": "bob", "password": "hunter2" });
    assert_eq!(caller.call("session.signInWithPassword", params).await, bob);
}

#[tokio::test]
async fn a_user_signs_in_with_a_token_and_its_use_is_noted() {
    let test = start().await;
    let bob = test.user("bob").await;
    let token = bob.call("token.create", json!({ "expiresIn": "1 hour" })).await;
    for method in ["session.signIn", "session.signInWithToken"] {
        let caller = test.stranger_at([192, 0, 2, 77].into());
        assert_eq!(caller.call(method, json!({ "token": token })).await["id"], bob.id());
    }
    let tokens = bob.call("user.getAuthenticationTokens", json!({})).await;
    let uses: Vec<_> = tokens.as_array().unwrap().iter().map(|token| &token["last_uses"]["192.0.2.77"]).collect();
    assert!(uses.iter().any(|used| used["timestamp"].is_i64()), "{tokens}");
}

#[tokio::test]
async fn wrong_credentials_are_refused_all_with_the_same_words() {
    let test = start().await;
    bob(&test).await;
    invalid(&test.stranger(), json!({ "email": "bob", "password": "wrong" })).await;
    invalid(&test.stranger(), json!({ "email": "nobody", "password": "hunter2" })).await;
    invalid(&test.stranger(), json!({ "token": "nope" })).await;
    invalid(&test.stranger(), json!({ "email": "bob" })).await;
    invalid(&test.stranger(), json!({ "email": 1, "password": true })).await;
    invalid(&test.stranger(), json!({})).await;
}

#[tokio::test]
async fn an_empty_password_is_refused_before_anything_is_looked_up() {
    let test = start().await;
    let error = test.stranger().refused("session.signIn", json!({ "email": "bob", "password": "" })).await;
    assert_eq!(error, json!({ "code": -32000, "message": "empty password" }));
}

#[tokio::test]
async fn after_a_failure_even_the_right_password_is_too_fast_from_anywhere() {
    let mut config = app::Config::default();
    config.authentication.throttling_delay = app::Duration::from_days(1);
    let test = TestApp::with(config, access::ops).await;
    bob(&test).await;
    invalid(&test.stranger(), json!({ "email": "bob", "password": "wrong" })).await;
    for caller in [test.stranger(), test.stranger_at([192, 0, 2, 99].into())] {
        let error = caller.refused("session.signIn", json!({ "email": "bob", "password": "hunter2" })).await;
        assert_eq!(error, json!({ "code": -32000, "message": "too fast authentication tries" }));
    }
}

#[tokio::test]
async fn after_the_delay_the_right_password_works_again() {
    let test = start().await;
    bob(&test).await;
    invalid(&test.stranger(), json!({ "email": "bob", "password": "wrong" })).await;
    tokio::time::sleep(test.app.config().authentication.throttling_delay.0).await;
    test.stranger().call("session.signIn", json!({ "email": "bob", "password": "hunter2" })).await;
}

#[tokio::test]
async fn the_answer_to_a_wrong_password_is_held_back() {
    let test = start().await;
    let asked = Instant::now();
    invalid(&test.stranger(), json!({ "email": "nobody", "password": "wrong" })).await;
    assert!(asked.elapsed() >= test.app.config().authentication.throttling_delay.0 / 4);
}

#[tokio::test]
async fn a_failed_sign_in_leaves_the_user_signed_in_and_a_right_one_replaces_it() {
    let test = start().await;
    bob(&test).await;
    let caller = test.user("carl").await;
    invalid(&caller, json!({ "email": "bob", "password": "wrong" })).await;
    assert_eq!(caller.call("session.getUser", json!({})).await["email"], "carl");
    tokio::time::sleep(test.app.config().authentication.throttling_delay.0).await;
    caller.call("session.signIn", json!({ "email": "bob", "password": "hunter2" })).await;
    assert_eq!(caller.call("session.getUser", json!({})).await["email"], "bob");
}

#[tokio::test]
async fn nobody_is_signed_in_before_and_after() {
    let test = start().await;
    let masked = json!({ "code": -32000, "message": "unknown error from the peer" });
    assert_eq!(test.stranger().refused("session.getUser", json!({})).await, masked);
    let bob = test.user("bob").await;
    assert_eq!(bob.call("session.signOut", json!({})).await, true);
    assert_eq!(bob.refused("session.getUser", json!({})).await, masked);
    assert_eq!(bob.refused("session.signOut", json!({})).await["code"], 2);
}

#[tokio::test]
async fn missing_parameters_are_named() {
    let error = start().await.stranger().refused("session.signInWithPassword", json!({ "email": "bob" })).await;
    assert_eq!(error["code"], 10);
    assert_eq!(error["data"]["errors"][0]["params"], json!({ "missingProperty": "password" }));
}

#[tokio::test]
async fn a_connection_ends_when_its_token_expires() {
    let test = start().await;
    let bob = test.create("bob", None, "none").await;
    let validity = Duration::from_millis(300);
    let new = app::db::NewToken { user_id: bob.id, client: None, description: None, validity };
    let (token, _) = test.app.db().tokens().create(new).await.unwrap();
    let caller = test.stranger();
    caller.call("session.signIn", json!({ "token": secrecy::ExposeSecret::expose_secret(&token) })).await;
    let closed = tokio::time::timeout(Duration::from_secs(20), caller.session.closed()).await;
    assert_eq!(closed.expect("the session ends"), CloseReason::TokenExpired);
    assert!(caller.session.user().is_none());
    assert_eq!(caller.refused("system.getServerVersion", json!({})).await["code"], 2);
}

#[tokio::test]
async fn a_user_with_one_time_passwords_needs_one_beside_the_password_but_not_beside_a_token() {
    let test = start().await;
    let admin = test.admin().await;
    let bob = test.create("bob", Some("hunter2"), "none").await;
    let preferences = json!({ "otp": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" });
    admin.call("user.set", json!({ "id": bob.id, "preferences": preferences })).await;
    invalid(&test.stranger(), json!({ "email": "bob", "password": "hunter2" })).await;
    assert_eq!(test.signed_in(&bob).await.id(), bob.id);
}

#[tokio::test]
async fn a_stopping_server_ends_every_connection() {
    let test = start().await;
    let (stranger, bob) = (test.stranger(), test.user("bob").await);
    test.app.shutdown().await;
    assert_eq!(stranger.session.closed().await, CloseReason::Shutdown);
    assert_eq!(bob.session.closed().await, CloseReason::Shutdown);
}

#[tokio::test]
async fn what_rights_forbid_is_told_before_it_is_tried() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    let ask = json!({ "ids": ["o1"], "methods": ["server.getAll", "session.getUser", "user.create"] });
    assert_eq!(admin.call("session.getForbidden", ask.clone()).await, json!({}));
    let forbidden = json!({ "server.getAll": ["o1"], "user.create": ["o1"] });
    assert_eq!(bob.call("session.getForbidden", ask).await, forbidden);
    let many: Vec<_> = (0..201).map(|number| number.to_string()).collect();
    assert_eq!(bob.refused("session.getForbidden", json!({ "ids": many, "methods": [] })).await["code"], 10);
    let unknown = bob.refused("session.getForbidden", json!({ "ids": [], "methods": ["vm.fly"] })).await;
    assert!(unknown.to_string().contains("vm.fly"), "{unknown}");
}
