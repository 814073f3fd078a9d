//! Server-sent events.

use std::time::Duration;

use app::{Config, Timed};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use xapi_sim::{Object, Sim};

use super::lab::{Answer, Rest, sent};
use crate::{
    test_app::eventually,
    view::{LIMIT, Served},
};

/// A stream of events of the user of a token.
struct Events<'a> {
    rest: &'a Rest,
    token: String,
    id: String,
    response: Response,
    text: String,
}

impl<'a> Events<'a> {
    async fn open(rest: &'a Rest) -> Self {
        Self::open_as(rest, &rest.lab.token).await
    }

    async fn open_as(rest: &'a Rest, token: &str) -> Self {
        let response = rest.request_of(token, Method::GET, "/events").send().await.expect("the server answers");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-cache, no-transform");
        let mut events = Self { rest, token: token.to_owned(), id: String::new(), response, text: String::new() };
        let (name, data) = events.next().await.expect("it begins");
        assert_eq!(name, "init");
        let id = data["id"].as_str().expect("an id").to_owned();
        Self { id, ..events }
    }

    /// Returns the next event, its name and data; nothing at the end.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, _)) = self.text.split_once("\n\n") {
                let length = event.len() + 2;
                let (name, data) = event.split_once('\n').expect("two lines");
                let name = name.strip_prefix("event: ").expect("a name").to_owned();
                let data = data.strip_prefix("data: ").expect("data");
                let data = serde_json::from_str(data).expect("data is JSON");
                self.text.drain(..length);
                if name != "ping" {
                    return Some((name, data));
                }
                continue;
            }
            let chunk = tokio::time::timeout(LIMIT, self.response.chunk()).await.expect("something comes in time");
            let chunk = chunk.expect("the connection is open")?;
            self.text.push_str(std::str::from_utf8(&chunk).expect("it is text"));
        }
    }

    async fn is_told(&mut self, name: &str, data: Value) {
        assert_eq!(self.next().await, Some((name.to_owned(), data)));
    }

    async fn post(&self, body: Value) -> Answer {
        let path = format!("/events/{}/subscriptions", self.id);
        sent(self.rest.request_of(&self.token, Method::POST, &path).json(&body)).await
    }

    async fn subscribe(&self, body: Value) {
        let answer = self.post(body.clone()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        assert_eq!(answer.json(), json!({ "id": body["collection"] }));
    }

    async fn unsubscribe(&self, collection: &str) -> StatusCode {
        let path = format!("/events/{}/subscriptions/{collection}", self.id);
        sent(self.rest.request_of(&self.token, Method::DELETE, &path)).await.status
    }
}

/// Returns VMs of the pool, and their ids.
fn vms(rest: &Rest) -> Vec<(Object, String)> {
    rest.lab.sim.with(|world| {
        let vms = world.list("VM").into_iter();
        let vms = vms.filter(|vm| {
            !["is_a_template", "is_a_snapshot", "is_control_domain"].iter().any(|flag| world.flag(*vm, flag))
        });
        vms.map(|vm| (vm, world.uuid(vm).to_owned())).collect()
    })
}

fn set(rest: &Rest, vm: Object, property: &str, value: &str) {
    rest.lab.sim.with(|world| world.set(vm, property, value));
}

#[tokio::test]
async fn what_is_wanted_of_what_changes_is_told_and_nothing_else() {
    let rest = Rest::new().await;
    let (vm, id) = vms(&rest).remove(0);
    let mut events = Events::open(&rest).await;
    events.subscribe(json!({ "collection": "VM", "fields": ["id", "name_label"] })).await;
    set(&rest, vm, "name_label", "first");
    events.is_told("update", json!({ "$subscription": "VM", "id": id, "name_label": "first" })).await;
    // Of what is not wanted nothing is told.
    set(&rest, vm, "name_description", "unseen");
    let shown = async || (rest.json(&format!("/vms/{id}")).await["name_description"] == "unseen").then_some(());
    eventually(shown).await;
    set(&rest, vm, "name_label", "second");
    events.is_told("update", json!({ "$subscription": "VM", "id": id, "name_label": "second" })).await;
    // Another wish takes the place of the first.
    events.subscribe(json!({ "collection": "VM", "fields": "*" })).await;
    set(&rest, vm, "name_label", "third");
    let (name, data) = events.next().await.expect("it is told");
    let mut whole = rest.json(&format!("/vms/{id}")).await;
    whole["$subscription"] = "VM".into();
    assert_eq!((&*name, &data), ("update", &whole));
    assert_eq!(events.unsubscribe("VM").await, StatusCode::NO_CONTENT);
    assert_eq!(events.unsubscribe("host").await, StatusCode::NO_CONTENT);
    events.subscribe(json!({ "collection": "VM-snapshot", "fields": ["name_label", "$snapshot_of"] })).await;
    set(&rest, vm, "name_label", "fourth");
    let made = rest.post(&format!("/vms/{id}/actions/snapshot?sync=true"), json!({ "name_label": "kept" })).await;
    let made = made.json()["id"].as_str().expect("an id").to_owned();
    let told = json!({ "$subscription": "VM-snapshot", "name_label": "kept", "$snapshot_of": id });
    let (name, data) = events.next().await.expect("it is told");
    assert_eq!((&*name, &data["$subscription"]), ("add", &told["$subscription"]));
    rest.call("vm.delete", json!({ "id": made })).await;
    loop {
        let (name, data) = events.next().await.expect("it is told");
        assert_eq!(data["$subscription"], "VM-snapshot");
        if name == "remove" {
            assert_eq!(data, told, "as it was last");
            break;
        }
    }
}

#[tokio::test]
async fn tasks_are_told_of() {
    let rest = Rest::new().await;
    let mut events = Events::open(&rest).await;
    events.subscribe(json!({ "collection": "task", "fields": ["id", "status", "properties"] })).await;
    let timed = Timed { name: "sse".to_owned(), object: None, result: None, duration: Duration::from_millis(50) };
    let id = rest.lab.app().open_timed(timed, "somebody").expect("there is room");
    let properties = json!({ "progress": 0, "name": "sse", "userId": "somebody" });
    for status in ["pending", "success"] {
        let told = json!({ "$subscription": "task", "id": id, "status": status, "properties": properties });
        events.is_told("update", told).await;
    }
    assert!(rest.lab.app().tasks().forget(&id));
    let told = json!({ "$subscription": "task", "id": id, "status": "success", "properties": properties });
    events.is_told("remove", told).await;
    // Somebody else is not told of it.
    let (bob, token) = rest.user("bob").await;
    let mut events = Events::open_as(&rest, &token).await;
    events.subscribe(json!({ "collection": "task", "fields": ["properties"] })).await;
    let open = |user: &str| {
        let timed = Timed { name: user.to_owned(), object: None, result: None, duration: Duration::ZERO };
        rest.lab.app().open_timed(timed, user).expect("there is room");
    };
    open("somebody");
    open(&bob);
    let (_, data) = events.next().await.expect("it is told");
    assert_eq!(data["properties"]["userId"], json!(bob));
}

#[tokio::test]
async fn one_is_told_of_what_one_may_see_for_as_long_as_that_is() {
    let rest = Rest::new().await;
    let (bob, token) = rest.user("bob").await;
    let all = vms(&rest);
    let ((one, one_id), (two, two_id)) = (&all[0], &all[1]);
    let mut events = Events::open_as(&rest, &token).await;
    events.subscribe(json!({ "collection": "VM", "fields": ["id", "name_label"] })).await;
    set(&rest, *one, "name_label", "unseen");
    set(&rest, *two, "name_label", "two");
    let rule = json!({ "subject": bob, "object": two_id, "action": "viewer" });
    rest.call("acl.add", rule.clone()).await;
    let (name, data) = events.next().await.expect("it is told");
    assert_eq!((&*name, &data["id"]), ("add", &json!(two_id)));
    set(&rest, *one, "name_label", "unseen again");
    set(&rest, *two, "name_label", "two again");
    loop {
        let (name, data) = events.next().await.expect("it is told");
        assert_eq!((&*name, &data["id"]), ("update", &json!(two_id)));
        if data["name_label"] == "two again" {
            break;
        }
    }
    rest.call("acl.remove", rule).await;
    events.is_told("remove", json!({ "$subscription": "VM", "id": two_id, "name_label": "two again" })).await;
    set(&rest, *two, "name_label", "lost");
    rest.call("acl.add", json!({ "subject": bob, "object": one_id, "action": "viewer" })).await;
    let (name, data) = events.next().await.expect("it is told");
    assert_eq!((&*name, &data["id"]), ("add", &json!(one_id)), "{data}");
}

#[tokio::test]
async fn what_is_wrong_with_a_wish_is_told() {
    let rest = Rest::new().await;
    let events = Events::open(&rest).await;
    let any = "Value does not match any allowed schema";
    for (body, place, message) in [
        (json!({ "collection": "nope" }), "body.collection", any),
        (json!({ "collection": 5 }), "body.collection", any),
        (json!({}), "body.collection", "'collection' is required"),
        (json!({ "collection": "VM", "fields": "id" }), "body.fields", any),
        (json!({ "collection": "VM", "fields": [1] }), "body.fields", any),
        (json!({ "collection": "VM", "fields": vec!["x"; 257] }), "body.fields", "more than 256 fields"),
        (
            json!({ "collection": "VM", "nope": 1 }),
            "body.nope",
            "\"nope\" is an excess property and therefore is not allowed",
        ),
    ] {
        let answer = events.post(body.clone()).await;
        let error = &answer.json()["error"][place]["message"];
        assert_eq!((answer.status.as_u16(), error), (422, &json!(message)), "{body}: {}", answer.text);
    }
    assert_eq!(events.unsubscribe("nope").await, StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = rest.post("/events/nope/subscriptions", json!({ "collection": "VM" })).await;
    let error = json!({ "error": "no such event nope", "data": { "id": "nope", "type": "event" } });
    assert_eq!((unknown.status.as_u16(), unknown.json()), (404, error));
    // Nobody else's stream is there.
    let (_, token) = rest.user("bob").await;
    let path = format!("/events/{}/subscriptions", events.id);
    let foreign = sent(rest.request_of(&token, Method::POST, &path).json(&json!({ "collection": "VM" }))).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    assert_eq!(sent(rest.bare(Method::GET, "/events")).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_stream_ends_with_its_token_and_says_so() {
    let rest = Rest::new().await;
    let (_, token) = rest.user("bob").await;
    let mut events = Events::open_as(&rest, &token).await;
    rest.call("token.delete", json!({ "tokens": [token] })).await;
    let last = json!({ "code": "tokenRevoked", "message": "the token has been revoked" });
    events.is_told("close", last).await;
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn who_reads_too_slowly_is_cut_off_and_told_so() {
    let mut config = Config::default();
    config.rest_api.max_ram_allocated_per_sse_client = 4096;
    let rest = Rest::on(Served::on(Sim::builder().world("small").pace(0.005), config).await);
    let (vm, id) = vms(&rest).remove(0);
    let (mut small, mut large) = (Events::open(&rest).await, Events::open(&rest).await);
    small.subscribe(json!({ "collection": "VM", "fields": ["id", "name_label"] })).await;
    large.subscribe(json!({ "collection": "VM", "fields": ["name_description"] })).await;
    // More than may wait, in one go.
    set(&rest, vm, "name_description", &"x".repeat(10_000));
    let (name, data) = large.next().await.expect("it is told");
    assert_eq!((&*name, &data["code"]), ("close", &json!("tooSlow")), "{data}");
    assert_eq!(large.next().await, None);
    // Others are not.
    set(&rest, vm, "name_label", "renamed");
    small.is_told("update", json!({ "$subscription": "VM", "id": id, "name_label": "renamed" })).await;
}

#[tokio::test]
async fn who_has_stopped_reading_is_cut_off_at_a_bound_and_finds_out_why() {
    let mut config = Config::default();
    config.rest_api.max_ram_allocated_per_sse_client = 2 << 20;
    let rest = Rest::on(Served::on(Sim::builder().world("small").pace(0.005), config).await);
    let (vm, _) = vms(&rest).remove(0);
    let mut stalled = Events::open(&rest).await;
    stalled.subscribe(json!({ "collection": "VM", "fields": ["name_description"] })).await;
    let mut witness = Events::open(&rest).await;
    witness.subscribe(json!({ "collection": "VM", "fields": ["name_label"] })).await;
    // More than the sockets between both take, which is some megabytes.
    let mut sent = 0;
    while stalled.post(json!({ "collection": "host", "fields": ["id"] })).await.status == StatusCode::CREATED {
        sent += 1;
        assert!(sent < 100, "nothing is ever cut");
        set(&rest, vm, "name_description", &format!("{sent}{}", "x".repeat(1_000_000)));
        set(&rest, vm, "name_label", &format!("name {sent}"));
        // The server has heard of it.
        while witness.next().await.expect("it is told").1["name_label"] != format!("name {sent}") {}
    }
    let mut last = None;
    while let Some(event) = stalled.next().await {
        last = Some(event);
    }
    let (name, data) = last.expect("something was told");
    assert_eq!((&*name, &data["code"]), ("close", &json!("tooSlow")), "{data}");
}

#[tokio::test]
async fn a_connection_that_is_dropped_leaves_nothing_behind() {
    let rest = Rest::new().await;
    let before = rest.lab.app().sessions().len();
    let events = Events::open(&rest).await;
    events.subscribe(json!({ "collection": "VM" })).await;
    let id = events.id.clone();
    assert!(rest.lab.app().sessions().len() > before);
    drop(events);
    let gone = async || {
        let answer = rest.post(&format!("/events/{id}/subscriptions"), json!({ "collection": "VM" })).await;
        (answer.status == StatusCode::NOT_FOUND).then_some(())
    };
    eventually(gone).await;
    let released = async || (rest.lab.app().sessions().len() <= before).then_some(());
    eventually(released).await;
}
