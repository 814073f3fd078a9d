//! REST from outside: what the original answered when it was recorded, and what outlives a crash.

use std::collections::HashMap;
use std::path::Path;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::Client;
use crate::server::Server;
use crate::wait::{LIMIT, until};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/xo-api/traces");

/// What the original tells of errors of its own, and times.
const UNTOLD: [&str; 1] = ["stack"];

/// Somebody who asks again what was asked when it was recorded.
struct Replay {
    server: Server,
    http: reqwest::Client,
    token: String,
    /// What recorded names are called here.
    names: HashMap<String, String>,
}

impl Replay {
    async fn new() -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let server = Server::demo().await;
        let mut client = Client::signed_in(server.address).await;
        let token = client.ok("token.create", json!({})).await.as_str().unwrap().to_owned();
        let user = client.ok("session.getUser", json!({})).await["id"].as_str().unwrap().to_owned();
        let http = reqwest::Client::builder().no_proxy().timeout(LIMIT).build().unwrap();
        Self { server, http, token, names: HashMap::from([("1c95ec66-9cc4-4a30-b8b9-f3d1bf2db0c0".to_owned(), user)]) }
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("http://{}{path}", self.server.address);
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.http.request(method, url).header("cookie", format!("authenticationToken={}", self.token))
    }

    /// Replaces the recorded names in a text.
    fn renamed(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (recorded, ours)| text.replace(recorded, ours))
    }

    /// Asks again, and says what is different.
    async fn ask(&mut self, exchange: &Value) -> Vec<String> {
        let (request, expected) = (&exchange["request"], &exchange["response"]);
        let path = self.renamed(request["path"].as_str().unwrap());
        let mut asked = self.request(request["method"].as_str().unwrap(), &path);
        if let Some(body) = request["body"].as_str() {
            asked = asked.header("content-type", "application/json").body(body.to_owned());
        }
        let response = asked.send().await.unwrap();
        let mut different = Vec::new();
        if expected["status"] != response.status().as_u16() {
            different.push(format!("status {} instead of {}", response.status(), expected["status"]));
        }
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (content_type, location) = (header("content-type"), header("location"));
        if expected["headers"]["content-type"].as_str() != content_type.as_deref() {
            different.push(format!("content-type {content_type:?}"));
        }
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        self.same(&expected["body"], &body, "body", &mut different);
        if let Some(expected) = expected["headers"]["location"].as_str() {
            let expected = self.renamed(expected);
            if location.as_deref() != Some(&*expected) {
                different.push(format!("location {location:?} instead of {expected}"));
            }
        }
        let note = exchange["note"].as_str().unwrap();
        different.into_iter().map(|what| format!("{note}: {what}")).collect()
    }

    /// Compares two values, and learns what ids of tasks are called here.
    fn same(&mut self, expected: &Value, found: &Value, path: &str, different: &mut Vec<String>) {
        match (expected, found) {
            (Value::Object(expected), Value::Object(found)) => {
                for (key, expected) in expected.iter().filter(|(key, _)| !UNTOLD.contains(&key.as_str())) {
                    match found.get(key) {
                        Some(found) => self.same(expected, found, &format!("{path}.{key}"), different),
                        None => different.push(format!("{path}.{key} is missing")),
                    }
                }
                let more = found.keys().filter(|key| !expected.contains_key(*key));
                different.extend(more.map(|key| format!("{path}.{key} is too much: {}", found[key])));
            }
            (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
                for (at, (expected, found)) in expected.iter().zip(found).enumerate() {
                    self.same(expected, found, &format!("{path}.{at}"), different);
                }
            }
            (Value::Number(expected), Value::Number(found))
                if expected.as_f64() > Some(1e12) && found.as_f64() > Some(1e12) => {}
            (Value::String(expected), Value::String(found)) => {
                let id = |text: &str| text.trim_start_matches("/rest/v0/tasks/").to_owned();
                let (recorded, ours) = (id(expected), id(found));
                if is_task(&recorded) && is_task(&ours) && !self.names.contains_key(&recorded) {
                    self.names.insert(recorded, ours);
                }
                let expected = self.renamed(expected);
                if expected != *found {
                    different.push(format!("{path} is {found:?} instead of {expected:?}"));
                }
            }
            (expected, found) if expected == found => {}
            _ => different.push(format!("{path} is {found} instead of {expected}")),
        }
    }
}

fn is_task(text: &str) -> bool {
    text.split_once('-').is_some_and(|(time, random)| {
        let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        time.len() == 9 && random.len() >= 8 && is_plain(time) && is_plain(random)
    })
}

fn recorded(name: &str) -> Option<Vec<Value>> {
    let path = format!("{FOLDER}/{name}.json");
    if !Path::new(&path).exists() {
        eprintln!("skipped: nothing recorded at {path}");
        return None;
    }
    Some(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
}

#[tokio::test]
async fn recorded_requests_about_tasks_are_answered_as_the_original_did() {
    let Some(recorded) = recorded("rest-tasks") else { return };
    let mut replay = Replay::new().await;
    let mut different = Vec::new();
    let mut calls = Client::signed_in(replay.server.address).await;
    for exchange in &recorded {
        match exchange["note"].as_str().unwrap() {
            // What the calls were is not recorded; what came of them tells.
            "list" => {
                let task = json!({ "name": "my task", "objectId": "obj1", "result": { "a": 1 }, "duration": 1500 });
                calls.ok("test.createTask", task).await;
            }
            "ids" => {
                calls.ok("test.createTask", json!({ "name": "abort me", "duration": 60_000 })).await;
            }
            // An action is a task of its own, which the original does not wait for either.
            "aborted" => {
                let path = replay.renamed(exchange["request"]["path"].as_str().unwrap());
                let path = format!("{path}?wait=true");
                assert_eq!(replay.request("GET", &path).send().await.unwrap().status(), StatusCode::OK);
            }
            _ => {}
        }
        if exchange["response"]["status"].is_u64() && exchange["response"].get("body").is_some() {
            // The last list was too long to be kept.
            if !exchange["response"]["body"].as_str().is_some_and(|body| body.starts_with("<large")) {
                different.extend(replay.ask(exchange).await);
            }
        } else if let Some(chunks) = exchange["response"]["chunks"].as_array() {
            let path = exchange["request"]["path"].as_str().unwrap();
            let mut stream = replay.request("GET", path).send().await.unwrap();
            calls.ok("test.createTask", json!({ "name": "watched", "duration": 200 })).await;
            let (mut text, mut found) = (String::new(), Vec::new());
            while found.len() < chunks.len() {
                let chunk = tokio::time::timeout(LIMIT, stream.chunk()).await.unwrap().unwrap().unwrap();
                text.push_str(std::str::from_utf8(&chunk).unwrap());
                while let Some((line, rest)) = text.split_once('\n') {
                    let line: Value = serde_json::from_str(line).unwrap();
                    // The call that creates it is a task, too.
                    if line[1]["properties"]["name"] == "watched" {
                        found.push(line);
                    }
                    text = rest.into();
                }
            }
            for (chunk, found) in chunks.iter().zip(&found) {
                let expected = serde_json::from_str(chunk.as_str().unwrap()).unwrap();
                replay.same(&expected, found, "line", &mut different);
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[tokio::test]
async fn recorded_requests_about_events_are_answered_as_the_original_did() {
    let Some(recorded) = recorded("rest-sse") else { return };
    let mut replay = Replay::new().await;
    let mut calls = Client::signed_in(replay.server.address).await;
    let mut stream = replay.request("GET", "/rest/v0/events").send().await.unwrap();
    let of_stream = recorded.iter().find(|exchange| exchange["note"] == "SSE stream").unwrap();
    for name in ["cache-control", "content-type"] {
        let found = stream.headers()[name].to_str().unwrap();
        assert_eq!(of_stream["response"]["headers"][name], found, "{name}");
    }
    let mut text = String::new();
    let first = next(&mut stream, &mut text).await;
    let id = first.1["id"].as_str().unwrap().to_owned();
    assert_eq!((&*first.0, id.len()), ("init", 36));
    replay.names.insert("5d070561-375f-4a8b-b5fd-9304f27ae7e0".to_owned(), id);

    let mut different = Vec::new();
    for exchange in recorded.iter().filter(|exchange| exchange["note"] != "SSE stream") {
        // While there is a subscription, a task is told of.
        if exchange["note"] == "unsubscribe" {
            calls.ok("test.createTask", json!({ "name": "sse", "duration": 300 })).await;
            let events = of_stream["response"]["chunks"].as_array().unwrap().iter();
            let events = events.map(|chunk| chunk["data"].as_str().unwrap());
            for expected in events.filter(|event| event.starts_with("event: update")) {
                let found = loop {
                    let event = next(&mut stream, &mut text).await;
                    if event.1["properties"]["name"] == "sse" {
                        break event;
                    }
                };
                let (name, data) = expected.trim_end().split_once('\n').unwrap();
                assert_eq!(name, format!("event: {}", found.0));
                let data = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
                replay.same(&data, &found.1, "data", &mut different);
            }
        }
        different.extend(replay.ask(exchange).await);
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// Reads the next event, its name and data.
async fn next(stream: &mut reqwest::Response, text: &mut String) -> (String, Value) {
    loop {
        if let Some((event, rest)) = text.split_once("\n\n") {
            let (name, data) = event.split_once('\n').unwrap();
            let name = name.strip_prefix("event: ").unwrap().to_owned();
            let data = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            *text = rest.into();
            return (name, data);
        }
        let chunk = tokio::time::timeout(LIMIT, stream.chunk()).await.unwrap().unwrap().unwrap();
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
}

#[tokio::test]
async fn a_task_that_ran_when_the_server_was_killed_is_interrupted_and_one_that_had_ended_is_as_it_was() {
    let Replay { mut server, http, token, .. } = Replay::new().await;
    let mut client = Client::signed_in(server.address).await;
    let result = json!({ "name": "ended", "result": { "a": 1 }, "duration": 0 });
    let ended = client.ok("test.createTask", result).await.as_str().unwrap().to_owned();
    let get = async |server: &Server, id: &str| {
        let url = format!("http://{}/rest/v0/tasks/{id}", server.address);
        let request = http.get(url).header("cookie", format!("authenticationToken={token}"));
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    until("it has ended", async || (get(&server, &ended).await["status"] == "success").then_some(())).await;
    // Whoever is told that an action goes on finds it, whatever happens to the server right then.
    let (_, vms) = server.with_vms().await;
    let vm = crate::server::vm_in_state(&vms, "Running");
    let url = format!("http://{}/rest/v0/vms/{vm}/actions/clean_shutdown", server.address);
    let begun = http.post(url).header("cookie", format!("authenticationToken={token}")).send().await.unwrap();
    assert_eq!(begun.status(), StatusCode::ACCEPTED);
    let begun = begun.json::<Value>().await.unwrap()["taskId"].as_str().unwrap().to_owned();
    server.kill().await;
    let server = server.again().await;
    let task = get(&server, &begun).await;
    assert_eq!((&task["status"], &task["properties"]["objectId"]), (&json!("interrupted"), &json!(vm)), "{task}");
    assert!(task["end"].is_i64());
    let task = get(&server, &ended).await;
    assert_eq!((&task["status"], &task["result"]), (&json!("success"), &json!({ "a": 1 })), "{task}");
}
