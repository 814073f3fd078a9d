//! What is asked again under its key is done once.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::lab::{Answer, Rest, sent};

const REPLAYED: &str = "idempotency-replayed";

/// A pool with a VM that is snapshotted.
struct Lab {
    rest: Rest,
    /// Path of the action on the VM.
    snapshot: String,
}

impl Lab {
    async fn new() -> Self {
        let rest = Rest::new().await;
        let found = rest.json("/vms?fields=id&limit=1&filter=power_state:halted").await;
        let snapshot = format!("/vms/{}/actions/snapshot", found[0]["id"].as_str().expect("there is one"));
        Self { rest, snapshot }
    }

    fn request(&self, query: &str, key: &str, body: &Value) -> RequestBuilder {
        let path = format!("{}{query}", self.snapshot);
        self.rest.request(Method::POST, &path).header("idempotency-key", key).json(body)
    }

    async fn snapshot(&self, query: &str, key: &str, name: &str) -> Answer {
        sent(self.request(query, key, &json!({ "name_label": name }))).await
    }

    /// Returns how many snapshots of this name there are at the hosts.
    fn made(&self, name: &str) -> usize {
        self.rest.lab.sim.with(|world| {
            let all = world.list("VM").into_iter();
            all.filter(|vm| world.flag(*vm, "is_a_snapshot") && world.text(*vm, "name_label") == name).count()
        })
    }
}

#[tokio::test]
async fn the_same_request_gets_the_first_answer_again() {
    let lab = Lab::new().await;
    let first = lab.snapshot("?sync=true", "k", "s").await;
    assert_eq!((first.status, first.header(REPLAYED)), (StatusCode::CREATED, None), "{}", first.text);
    // With quotes, as the draft writes a key, it is the same one.
    for key in ["k", "\"k\""] {
        let again = lab.snapshot("?sync=true", key, "s").await;
        assert_eq!((again.status, &again.text, &again.location), (first.status, &first.text, &first.location));
        assert_eq!((again.header(REPLAYED), &*again.content_type), (Some("true"), &*first.content_type));
    }
    assert_eq!(lab.made("s"), 1);
    let other = lab.snapshot("?sync=true", "another", "s").await;
    assert_eq!((other.status, lab.made("s")), (StatusCode::CREATED, 2));
    let begun = lab.snapshot("", "task", "t").await;
    let again = lab.snapshot("", "task", "t").await;
    assert_eq!((begun.status, &begun.text), (StatusCode::ACCEPTED, &again.text));
}

#[tokio::test]
async fn requests_at_the_same_time_are_one() {
    let lab = Lab::new().await;
    let one = || lab.snapshot("?sync=true", "k", "s");
    let (first, second, third) = tokio::join!(one(), one(), one());
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    assert_eq!((&first.text, &first.text), (&second.text, &third.text));
    assert_eq!(lab.made("s"), 1);
}

#[tokio::test]
async fn another_request_under_the_key_is_refused() {
    let lab = Lab::new().await;
    lab.snapshot("?sync=true", "k", "s").await;
    let others = [lab.snapshot("?sync=true", "k", "other").await, lab.snapshot("", "k", "s").await];
    for other in others {
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
        let wrong = json!({ "message": "it was used with another request", "value": "k" });
        assert_eq!(other.json()["error"], json!({ "Idempotency-Key": wrong }));
    }
    assert_eq!((lab.made("s"), lab.made("other")), (1, 0));
}

#[tokio::test]
async fn keys_of_another_user_are_others() {
    let lab = Lab::new().await;
    lab.snapshot("?sync=true", "k", "s").await;
    let token = lab.rest.token_of("other@example.org", "admin").await;
    let request = lab.rest.bare(Method::POST, &format!("{}?sync=true", lab.snapshot)).bearer_auth(token);
    let other = sent(request.header("idempotency-key", "k").json(&json!({ "name_label": "other" }))).await;
    assert_eq!((other.status, other.header(REPLAYED)), (StatusCode::CREATED, None), "{}", other.text);
    let nobody = lab.rest.bare(Method::POST, &lab.snapshot).header("idempotency-key", "k");
    assert_eq!(sent(nobody).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_refusal_is_kept_unless_nothing_was_begun() {
    let lab = Lab::new().await;
    let wrong = || lab.request("", "wrong", &json!({ "nope": 1 }));
    let (first, again) = (sent(wrong()).await, sent(wrong()).await);
    assert_eq!((first.status, &first.text), (StatusCode::UNPROCESSABLE_ENTITY, &again.text));
    let changed = || lab.request("", "changed", &json!({})).header("if-match", "\"x\"");
    assert_eq!(sent(changed()).await.status, StatusCode::PRECONDITION_FAILED);
    let free = lab.snapshot("?sync=true", "changed", "s").await;
    assert_eq!(free.status, StatusCode::CREATED, "{}", free.text);
}

#[tokio::test]
async fn a_key_has_1_to_255_characters() {
    let lab = Lab::new().await;
    for key in [&*"k".repeat(256), "", "\"\""] {
        let refused = lab.snapshot("", key, "s").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{key}");
        assert_eq!(refused.json()["error"], json!({ "Idempotency-Key": { "message": "it has 1 to 255 characters" } }));
    }
    let twice = lab.request("", "k", &json!({})).header("idempotency-key", "l");
    assert_eq!(sent(twice).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let long = lab.snapshot("?sync=true", &"k".repeat(255), "s").await;
    assert_eq!((long.status, lab.made("s")), (StatusCode::CREATED, 1));
}
