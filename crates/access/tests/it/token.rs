use app::CloseReason;
use serde_json::{Value, json};

use crate::{
    start,
    test_app::{Caller, eventually},
};

async fn tokens(caller: &Caller) -> Vec<Value> {
    caller.call("user.getAuthenticationTokens", json!({})).await.as_array().unwrap().clone()
}

async fn described(caller: &Caller, description: &str) -> Value {
    let found = tokens(caller).await.into_iter().find(|token| token["description"] == description);
    found.unwrap_or_else(|| panic!("a token described as {description}"))
}

async fn works(caller: &Caller, token: &Value) -> bool {
    let session = caller.app.session(caller.session.peer().clone());
    caller.app.call(&session, "session.signIn", json!({ "token": token })).await.is_ok()
}

#[tokio::test]
async fn a_token_is_shown_once_and_listed_without_its_secret() {
    let test = start().await;
    let bob = test.user("bob").await;
    let token = bob.call("token.create", json!({ "description": "mine", "expiresIn": 3_600_000 })).await;
    assert_eq!(token.as_str().unwrap().len(), 43);
    let listed = described(&bob, "mine").await;
    let members: Vec<_> = listed.as_object().unwrap().keys().collect();
    assert_eq!(members, ["created_at", "description", "user_id", "expiration", "id"]);
    assert_eq!(listed["expiration"].as_i64().unwrap() - listed["created_at"].as_i64().unwrap(), 3_600_000);
    assert!(!serde_json::to_string(&tokens(&bob).await).unwrap().contains(token.as_str().unwrap()));
}

#[tokio::test]
async fn administrators_list_the_tokens_of_all_without_their_secrets() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    let token = bob.call("token.create", json!({ "description": "mine" })).await;
    let all = admin.call("token.getAll", json!({})).await;
    let mine = all.as_array().unwrap().iter().find(|token| token["description"] == "mine").unwrap();
    assert_eq!(mine["user_id"], bob.id());
    assert!(!all.to_string().contains(token.as_str().unwrap()));
    bob.refused("token.getAll", json!({})).await;
}

#[tokio::test]
async fn without_a_duration_a_token_is_good_for_thirty_days() {
    let test = start().await;
    let bob = test.user("bob").await;
    bob.call("token.create", json!({ "description": "default" })).await;
    bob.call("token.create", json!({ "description": "two", "expiresIn": "2 days" })).await;
    for (name, days) in [("default", 30), ("two", 2)] {
        let token = described(&bob, name).await;
        assert_eq!(token["expiration"].as_i64().unwrap() - token["created_at"].as_i64().unwrap(), days * 86_400_000);
    }
}

#[tokio::test]
async fn durations_out_of_bounds_are_quoted() {
    let test = start().await;
    let bob = test.user("bob").await;
    for (expires_in, message) in [
        (json!(1000), "invalid expiresIn duration: 1000"),
        (json!(-5), "invalid expiresIn duration: -5"),
        (json!("2 years"), "too high expiresIn duration: 2 years"),
        (json!("qqq"), "not a valid duration: qqq"),
    ] {
        let error = bob.refused("token.create", json!({ "expiresIn": expires_in })).await;
        assert_eq!(error, json!({ "code": -32000, "message": message }));
    }
    let error = bob.refused("token.create", json!({ "expiresIn": true })).await;
    assert_eq!(error["data"]["errors"][0]["instancePath"], "/expiresIn");
}

#[tokio::test]
async fn a_client_that_asks_again_gets_the_same_token() {
    let test = start().await;
    let bob = test.user("bob").await;
    let first = bob.call("token.create", json!({ "description": "d", "client": { "id": "cl1" } })).await;
    let second = bob.call("token.create", json!({ "description": "d2", "client": { "id": "cl1" } })).await;
    assert_eq!(first, second);
    assert_eq!(described(&bob, "d2").await["client"], json!({ "id": "cl1" }));
    assert!(works(&bob, &first).await);
}

#[tokio::test]
async fn a_token_is_described_by_its_owner_under_its_id_or_itself() {
    let test = start().await;
    let bob = test.user("bob").await;
    let token = bob.call("token.create", json!({ "description": "old" })).await;
    let id = described(&bob, "old").await["id"].clone();
    assert_eq!(bob.call("token.set", json!({ "id": id, "description": "new" })).await, true);
    assert_eq!(described(&bob, "new").await["id"], id);
    bob.call("token.set", json!({ "id": token, "description": null })).await;
    assert!(tokens(&bob).await.iter().all(|token| token.get("description").is_none()));
    let carl = test.user("carl").await;
    let error = carl.refused("token.set", json!({ "id": id, "description": "his" })).await;
    let data = json!({ "id": id, "type": "authenticationToken" });
    let message = format!("no such authenticationToken {}", id.as_str().unwrap());
    assert_eq!(error, json!({ "message": message, "code": 1, "data": data }));
}

#[tokio::test]
async fn a_revoked_token_works_no_more_and_its_connections_end() {
    let test = start().await;
    let bob = test.user("bob").await;
    let token = bob.call("token.create", json!({})).await;
    let other = test.stranger();
    other.call("session.signIn", json!({ "token": token })).await;
    assert_eq!(bob.call("token.deleteOwn", json!({ "tokens": [token, "nope"] })).await, true);
    assert!(!works(&bob, &token).await);
    assert_eq!(other.session.closed().await, CloseReason::TokenRevoked);
    assert!(bob.session.ended().is_none());
}

#[tokio::test]
async fn tokens_are_revoked_by_example_within_reach() {
    let test = start().await;
    let (bob, carl, admin) = (test.user("bob").await, test.user("carl").await, test.admin().await);
    let client = json!({ "client": { "id": "cl1" } });
    let his = carl.call("token.create", client.clone()).await;
    let mine = bob.call("token.create", client.clone()).await;
    let plain = bob.call("token.create", json!({})).await;
    assert_eq!(bob.call("token.deleteOwn", json!({ "pattern": client })).await, true);
    assert!(!works(&bob, &mine).await);
    assert!(works(&bob, &plain).await && works(&bob, &his).await);
    bob.call("token.deleteOwn", json!({ "tokens": [his] })).await;
    assert!(works(&bob, &his).await);
    admin.call("token.delete", json!({ "pattern": client })).await;
    assert!(!works(&bob, &his).await);
    admin.call("token.delete", json!({ "tokens": [plain] })).await;
    assert!(!works(&bob, &plain).await);
}

#[tokio::test]
async fn a_pattern_of_tokens_may_combine() {
    let test = start().await;
    let bob = test.user("bob").await;
    let mut tokens = Vec::new();
    for name in ["a", "b", "c"] {
        tokens.push(bob.call("token.create", json!({ "description": name })).await);
    }
    let pattern = json!({ "description": { "__not": { "__or": ["a", "c"] } } });
    bob.call("token.deleteOwn", json!({ "pattern": pattern })).await;
    assert!(works(&bob, &tokens[0]).await && works(&bob, &tokens[2]).await);
    assert!(!works(&bob, &tokens[1]).await);
}

#[tokio::test]
async fn no_record_keeps_a_token_that_is_named_by_itself() {
    let test = start().await;
    let admin = test.admin().await;
    let token = admin.call("token.create", json!({ "description": "mine" })).await;
    let token = token.as_str().expect("a text");
    admin.call("token.set", json!({ "id": token, "description": "ours" })).await;
    admin.call("token.deleteOwn", json!({ "pattern": { "id": token } })).await;
    admin.call("token.delete", json!({ "pattern": { "id": token } })).await;
    let query = app::db::Query { user: Some(admin.id()), ..Default::default() };
    let four = async || {
        let found = admin.app.db().journal().query(&query).await.expect("the database answers").entries;
        (found.len() == 4).then_some(found)
    };
    for entry in eventually(four).await {
        assert!(!entry.event.changes.get().contains(token), "{}", entry.event.changes);
    }
}
