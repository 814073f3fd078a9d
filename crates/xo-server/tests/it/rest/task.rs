//! Tasks: what is known of them, waiting for them, ending and forgetting them.

use std::time::Duration;

use app::{Config, Timed, db::User};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use xapi_sim::Sim;

use super::lab::{Answer, Rest, sent};
use crate::{
    test_app::eventually,
    view::{LIMIT, Served},
};

/// Longer than any test.
const LONG: Duration = Duration::from_secs(3600);

/// Returns a lab whose pool does nothing by itself.
async fn explicit() -> Rest {
    Rest::on(Served::on(Sim::builder().world("small").explicit(), Config::default()).await)
}

async fn admin(rest: &Rest) -> User {
    rest.lab.app().db().users().by_email("admin@admin.net").await.expect("it reads").expect("it is there")
}

/// Opens a task of `user` that ends after `duration`.
fn open(rest: &Rest, user: &str, name: &str, object: Option<&str>, duration: Duration) -> String {
    let object = object.map(ToOwned::to_owned);
    let timed = Timed { name: name.to_owned(), object, result: Some(json!({ "a": 1 })), duration };
    rest.lab.app().open_timed(timed, user).expect("there is room")
}

async fn vm(rest: &Rest, state: &str) -> String {
    let found = rest.json(&format!("/vms?fields=id&limit=1&filter=power_state:{state}")).await;
    found[0]["id"].as_str().expect("there is one").to_owned()
}

/// Returns what is at `path` for the user of `token`.
async fn get(rest: &Rest, token: &str, path: &str) -> Answer {
    sent(rest.request_of(token, Method::GET, path)).await
}

/// Begins to start a VM on a host, which is a task there, too; returns the id of ours.
async fn start(rest: &Rest, vm: &str) -> String {
    let host = rest.json("/hosts?fields=id&limit=1").await[0]["id"].clone();
    begin(rest, &format!("/vms/{vm}/actions/start"), json!({ "hostId": host })).await
}

/// Begins an action and returns the id of its task.
async fn begin(rest: &Rest, path: &str, body: Value) -> String {
    let answer = rest.post(path, body).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    answer.json()["taskId"].as_str().expect("a task").to_owned()
}

#[tokio::test]
async fn tasks_are_listed_waited_for_and_forgotten() {
    let rest = Rest::new().await;
    let admin = admin(&rest).await.id;
    let id = open(&rest, &admin, "my task", Some("obj1"), Duration::from_millis(300));
    let pending = rest.json("/tasks?fields=*&filter=status:pending").await;
    let properties = json!({ "progress": 0, "name": "my task", "objectId": "obj1", "userId": admin });
    assert_eq!((&pending[0]["properties"], pending.as_array().map(Vec::len)), (&properties, Some(1)));
    assert_eq!(pending[0]["href"], json!(format!("/rest/v0/tasks/{id}")));
    let early = rest.send(Method::DELETE, &format!("/tasks/{id}"), None).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.text);
    let done = rest.json(&format!("/tasks/{id}?wait=true")).await;
    assert_eq!((&done["status"], &done["result"]), (&json!("success"), &json!({ "a": 1 })));
    assert_eq!(done["updatedAt"], done["end"]);
    for wait in ["", "?wait", "?wait=result", "?wait=update", "?wait=false"] {
        assert_eq!(rest.json(&format!("/tasks/{id}{wait}")).await, done, "{wait}");
    }
    let bad = rest.get(&format!("/tasks/{id}?wait=nope")).await;
    assert_eq!((bad.status.as_u16(), bad.json()["error"]["wait"]["value"].as_str()), (422, Some("nope")));
    assert!(rest.get("/tasks?markdown=true&fields=status").await.text.contains("| success |"));

    let running = open(&rest, &admin, "long", None, LONG);
    let other = open(&rest, &admin, "short", None, Duration::ZERO);
    rest.json(&format!("/tasks/{other}?wait=result")).await;
    assert_eq!(rest.send(Method::DELETE, &format!("/tasks/{id}"), None).await.status, StatusCode::NO_CONTENT);
    let gone = rest.get(&format!("/tasks/{id}")).await;
    let error = json!({ "error": format!("no such task {id}"), "data": { "id": id, "type": "task" } });
    assert_eq!((gone.status, gone.json()), (StatusCode::NOT_FOUND, error));
    assert_eq!(rest.send(Method::DELETE, "/tasks", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(rest.json("/tasks").await, json!([format!("/rest/v0/tasks/{running}")]));
}

#[tokio::test]
async fn waiting_for_a_change_ends_with_the_next_one() {
    let rest = Rest::new().await;
    let id = open(&rest, &admin(&rest).await.id, "long", None, LONG);
    let wait = format!("/tasks/{id}?wait");
    let abort = format!("/tasks/{id}/actions/abort?sync=true");
    let (updated, aborted) = tokio::join!(rest.json(&wait), rest.send(Method::POST, &abort, None));
    assert_eq!(aborted.status, StatusCode::NO_CONTENT, "{}", aborted.text);
    assert!(updated["abortionRequestedAt"].is_i64(), "{updated}");
}

#[tokio::test]
async fn an_action_shows_what_its_pool_does_and_is_aborted_there() {
    let rest = explicit().await;
    let vm = vm(&rest, "halted").await;
    let id = start(&rest, &vm).await;
    let linked = async || {
        let task = rest.json(&format!("/tasks/{id}")).await;
        task["tasks"][0]["properties"]["name"].is_string().then_some(task)
    };
    let task = eventually(linked).await;
    assert_eq!(task["tasks"][0]["properties"]["name"], "VM.start_on");
    assert_eq!((&task["tasks"][0]["status"], &task["properties"]["progress"]), (&json!("pending"), &json!(0)));
    let aborted = rest.send(Method::POST, &format!("/tasks/{id}/actions/abort?sync=true"), None).await;
    assert_eq!((aborted.status, &*aborted.text), (StatusCode::NO_CONTENT, ""));
    let task = rest.json(&format!("/tasks/{id}?wait=result")).await;
    assert_eq!((&task["status"], &task["result"]["name"]), (&json!("failure"), &json!("AbortError")), "{task}");
    assert!(task["abortionRequestedAt"].is_i64());
    assert!(rest.lab.sim.calls().contains_key("task.cancel"));
    assert_eq!(rest.json(&format!("/vms/{vm}")).await["power_state"], "Halted");
    let again = rest.send(Method::POST, &format!("/tasks/{id}/actions/abort?sync=true"), None).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    // Without `sync` that is told by a task of its own.
    let abort = begin(&rest, &format!("/tasks/{id}/actions/abort"), json!({})).await;
    let failed = rest.json(&format!("/tasks/{abort}?wait=result")).await;
    assert_eq!((&failed["status"], &failed["properties"]["name"]), (&json!("failure"), &json!("REST API: abort task")));
}

#[tokio::test]
async fn an_action_is_as_far_as_its_pool() {
    let rest = explicit().await;
    let vm = vm(&rest, "halted").await;
    let id = start(&rest, &vm).await;
    let reference = async || {
        let task = rest.json(&format!("/tasks/{id}")).await;
        task["tasks"][0]["id"].as_str().map(ToOwned::to_owned)
    };
    let reference = eventually(reference).await;
    rest.lab.sim.with(|world| {
        let task = world.list("task").into_iter().find(|task| task.to_string() == reference).expect("it is there");
        world.set(task, "progress", 0.42);
    });
    let far = async || (rest.json(&format!("/tasks/{id}")).await["properties"]["progress"] == 42).then_some(());
    eventually(far).await;
    rest.lab.sim.finish_all();
    let done = async || {
        rest.lab.sim.finish_all();
        let task = rest.json(&format!("/tasks/{id}")).await;
        (task["status"] != "pending").then_some(task)
    };
    let task = eventually(done).await;
    assert_eq!((&task["status"], &task["properties"]["progress"]), (&json!("success"), &json!(100)), "{task}");
    assert_eq!(task["tasks"][0]["status"], "success");
}

#[tokio::test]
async fn one_sees_ones_own_tasks_and_those_about_what_one_may_see() {
    let rest = Rest::new().await;
    let admin = admin(&rest).await.id;
    let (bob, token) = rest.user("bob").await;
    let (seen, unseen) = (vm(&rest, "running").await, vm(&rest, "halted").await);
    rest.call("acl.add", json!({ "subject": bob, "object": seen, "action": "viewer" })).await;
    let own = open(&rest, &bob, "own", None, LONG);
    let about = open(&rest, &admin, "about", Some(&seen), LONG);
    let other = open(&rest, &admin, "other", Some(&unseen), LONG);
    let href = |id: &str| json!(format!("/rest/v0/tasks/{id}"));
    let list = get(&rest, &token, "/tasks").await.json();
    assert_eq!(list, json!([href(&own), href(&about)]));
    assert_eq!(rest.json("/tasks").await.as_array().map(Vec::len), Some(3));
    for (id, method, path, status) in [
        (&about, Method::GET, "", 200),
        (&about, Method::DELETE, "", 403),
        (&about, Method::POST, "/actions/abort?sync=true", 403),
        (&other, Method::GET, "", 404),
        (&other, Method::GET, "?wait=true", 404),
        (&other, Method::DELETE, "", 404),
        (&other, Method::POST, "/actions/abort?sync=true", 404),
        (&own, Method::POST, "/actions/abort?sync=true", 204),
    ] {
        let path = format!("/tasks/{id}{path}");
        let answer = sent(rest.request_of(&token, method.clone(), &path)).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {}", answer.text);
    }
    let own_task = get(&rest, &token, &format!("/tasks/{own}?wait=true")).await.json();
    assert_eq!(own_task["status"], "failure");
    assert_eq!(get(&rest, &token, &format!("/vms/{seen}/tasks")).await.json(), json!([href(&about)]));
    assert_eq!(get(&rest, &token, &format!("/vms/{unseen}/tasks")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(get(&rest, &token, "/vms/nope/tasks").await.status, StatusCode::NOT_FOUND);
    // What was refused has left its record.
    let named = format!("/users/{bob}/tasks?filter=properties:name:own");
    assert_eq!(get(&rest, &token, &named).await.json(), json!([href(&own)]));
    assert_eq!(get(&rest, &token, "/users/me/tasks").await.status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(get(&rest, &token, &format!("/users/{admin}/tasks")).await.status, StatusCode::NOT_FOUND);
    let whole =
        rest.json(&format!("/users/{bob}/tasks?fields=status&filter=status:failure%20properties:name:own")).await;
    assert_eq!(whole, json!([{ "status": "failure", "href": href(&own) }]));
    let server = rest.lab.app().db().servers().all().await.expect("it reads")[0].id.clone();
    assert_eq!(rest.json(&format!("/servers/{server}/tasks")).await, json!([]));
    assert_eq!(rest.get("/groups/nope/tasks").await.status, StatusCode::NOT_FOUND);
    // What is forgotten are one's own, and only what has ended.
    assert_eq!(sent(rest.request_of(&token, Method::DELETE, "/tasks")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(rest.json("/tasks?filter=status:pending").await, json!([href(&about), href(&other)]));
    assert_eq!(rest.json(&format!("/users/{bob}/tasks")).await, json!([]));
    assert_eq!(sent(rest.bare(Method::GET, "/tasks")).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_failed_at_a_host_is_told_to_administrators_only() {
    let rest = Rest::new().await;
    let (bob, token) = rest.user("bob").await;
    let vm = vm(&rest, "halted").await;
    rest.call("acl.add", json!({ "subject": bob, "object": vm, "action": "operator" })).await;
    rest.lab.sim.fail_next("VM.start", "INTERNAL_ERROR", ["disk on fire"]);
    let answer = sent(rest.request_of(&token, Method::POST, &format!("/vms/{vm}/actions/start"))).await;
    let id = answer.json()["taskId"].as_str().expect("a task").to_owned();
    let told = get(&rest, &token, &format!("/tasks/{id}?wait=result")).await.json();
    assert_eq!(
        (&told["status"], &told["result"]["message"]),
        (&json!("failure"), &json!("unknown error from the peer"))
    );
    assert!(!told.to_string().contains("disk on fire"), "{told}");
    assert!(rest.json(&format!("/tasks/{id}")).await.to_string().contains("disk on fire"));
}

#[tokio::test]
async fn what_went_wrong_without_being_a_reason_to_fail_is_a_warning() {
    let rest = Rest::new().await;
    let vm = vm(&rest, "halted").await;
    rest.lab.sim.fail_next("VDI.destroy", "INTERNAL_ERROR", ["disk on fire"]);
    let id = begin(&rest, "/vms/actions/delete", json!({ "ids": [vm], "force": true })).await;
    let task = rest.json(&format!("/tasks/{id}?wait=result")).await;
    assert_eq!(task["status"], "success", "{task}");
    assert_eq!(task["warnings"][0]["message"], "a disk of the VM cannot be deleted", "{task}");
}

/// The lines of a list that is watched.
struct Lines {
    response: Response,
    text: String,
}

impl Lines {
    async fn open(rest: &Rest, path: &str) -> Self {
        let response = rest.request(Method::GET, path).send().await.expect("the server answers");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "application/x-ndjson");
        Self { response, text: String::new() }
    }

    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((line, _)) = self.text.split_once('\n') {
                let length = line.len() + 1;
                let line = serde_json::from_str(line).expect("lines are JSON");
                self.text.drain(..length);
                return Some(line);
            }
            let chunk = tokio::time::timeout(LIMIT, self.response.chunk()).await.expect("something comes in time");
            let chunk = chunk.expect("the connection is open")?;
            self.text.push_str(std::str::from_utf8(&chunk).expect("it is text"));
        }
    }
}

#[tokio::test]
async fn a_watched_list_tells_of_each_change_from_its_beginning() {
    let rest = Rest::new().await;
    let admin = admin(&rest).await.id;
    let refused = rest.get("/tasks?watch=true").await;
    let error = json!({ "error": "watch=true requires ndjson=true" });
    assert_eq!((refused.status, refused.json()), (StatusCode::BAD_REQUEST, error));
    open(&rest, &admin, "before", None, LONG);
    let mut lines = Lines::open(&rest, "/tasks?ndjson=true&watch=true&fields=id,status").await;
    let mut pending = Lines::open(&rest, "/tasks?ndjson=true&watch=true&filter=status:pending").await;
    let id = open(&rest, &admin, "watched", None, Duration::from_millis(20));
    let href = format!("/rest/v0/tasks/{id}");
    for status in ["pending", "success"] {
        let told = json!(["update", { "id": id, "status": status, "href": href }]);
        assert_eq!(lines.next().await, Some(told));
    }
    assert_eq!(pending.next().await, Some(json!(["update", href])));
    assert_eq!(pending.next().await, Some(json!(["remove", href])), "it is no more what is asked for");
    assert_eq!(rest.send(Method::DELETE, &format!("/tasks/{id}"), None).await.status, StatusCode::NO_CONTENT);
    // The deletion is a call, and a task while it runs.
    let removed = loop {
        let line = lines.next().await.expect("it goes on");
        if line[0] == "remove" && line[1]["id"] == json!(id) {
            break line;
        }
    };
    assert_eq!(removed[1]["status"], "success");
}

#[tokio::test]
async fn who_watches_is_told_nothing_more_once_the_token_is_revoked() {
    let rest = Rest::new().await;
    let (_, token) = rest.user("bob").await;
    let path = "/tasks?ndjson=true&watch=true";
    let response = rest.request_of(&token, Method::GET, path).send().await.expect("the server answers");
    let mut lines = Lines { response, text: String::new() };
    assert_eq!(sent(rest.request_of(&token, Method::GET, "/tasks")).await.status, StatusCode::OK);
    rest.call("token.delete", json!({ "tokens": [token] })).await;
    assert_eq!(lines.next().await, None);
}
