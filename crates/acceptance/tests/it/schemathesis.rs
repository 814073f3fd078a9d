//! Schemathesis, which makes requests out of the OpenAPI document, good and bad, and holds the answers to it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::http_client;
use crate::python;
use crate::server::Server;

/// More than the whole run takes on a busy machine.
const RUN: Duration = Duration::from_mins(15);

/// What is held against every answer. Not asked: whether every bad request is refused and every good one is not, since
/// the document does not say which objects exist; what happens without credentials, since who fails too often has to
/// wait, and an empty cookie is none; and that unknown methods are `405`, which the original answers by `404`.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
     response_schema_conformance";

/// Runs beside each other, by patterns of paths: most of the time they wait for hosts. Threads of one run would end in a
/// fault of Python's parser now and then.
const SHARES: [&str; 4] = ["^/[a-o]", "^/[pqrt]", "^/s", "^/[u-z]"];

/// The phases, and the document that each is of: only the examples are of objects that exist, or every variant of an
/// action would take the seconds that a host takes for it.
const PHASES: [(&str, &str); 2] = [("examples", "real.json"), ("coverage,fuzzing", "document.json")];

/// A client that is signed in.
struct Rest<'a> {
    server: &'a Server,
    token: String,
}

impl Rest<'_> {
    async fn get(&self, path: &str) -> Value {
        let url = format!("http://{}/rest/v0{path}", self.server.address);
        let answer = http_client().get(url).bearer_auth(&self.token).send().await.expect("the server answers");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        serde_json::from_str(&answer.text().await.expect("the answer ends")).expect("it is JSON")
    }

    /// Returns the first and the last object of each collection, by its name.
    async fn objects(&self, document: &Value) -> BTreeMap<String, [Value; 2]> {
        let mut objects = BTreeMap::new();
        for (path, methods) in document["paths"].as_object().expect("paths") {
            let name = path.trim_start_matches('/');
            let is_list =
                methods["get"]["parameters"].as_array().into_iter().flatten().any(|one| one["name"] == "fields");
            if name.contains('/') || !is_list {
                continue;
            }
            let list = self.get(&format!("/{name}?fields=id,type")).await;
            if let [first, .., last] = &list.as_array().expect("a list")[..] {
                objects.insert(name.to_owned(), [first.clone(), last.clone()]);
            }
        }
        objects
    }
}

/// Takes out what an answer without an end comes of.
fn without_endless(document: &mut Value) {
    for methods in document["paths"].as_object_mut().expect("paths").values_mut() {
        let methods = methods.as_object_mut().expect("methods");
        methods.retain(|_, route| route["x-endless"] != true);
        for parameters in methods.values_mut().filter_map(|route| route["parameters"].as_array_mut()) {
            parameters.retain(|parameter| parameter["x-endless"] != true);
        }
    }
}

/// Puts objects that exist in place of the examples; those that are deleted are others than all else is asked of.
fn with_real_objects(document: &mut Value, objects: &BTreeMap<String, [Value; 2]>) {
    let of_kind = |schema: &Value, which: usize| {
        let mut kinds = schema["x-object-types"].as_array().into_iter().flatten();
        kinds.find_map(|kind| objects.values().map(|both| &both[which]).find(|object| object["type"] == *kind))
    };
    for (path, methods) in document["paths"].as_object_mut().expect("paths") {
        let collection = path.split('/').nth(1).unwrap_or_default();
        for (verb, route) in methods.as_object_mut().expect("methods") {
            let which = usize::from(verb == "delete" || path.contains("delete"));
            for parameter in route["parameters"].as_array_mut().into_iter().flatten() {
                let own = objects.get(collection).filter(|_| parameter["in"] == "path" && parameter["name"] == "id");
                if let Some(object) = own.map(|both| &both[which]).or_else(|| of_kind(&parameter["schema"], which)) {
                    parameter["example"] = object["id"].clone();
                }
            }
            let Some(body) = route.pointer_mut("/requestBody/content/application~1json") else { continue };
            let mut example = body["example"].as_object().cloned().unwrap_or_default();
            for (name, schema) in body["schema"]["properties"].as_object_mut().into_iter().flatten() {
                let Some(object) = of_kind(schema, which) else { continue };
                schema["examples"] = json!([object["id"]]);
                if example.contains_key(name) {
                    example.insert(name.clone(), object["id"].clone());
                }
            }
            body["example"] = Value::Object(example);
        }
    }
}

#[tokio::test]
async fn no_answer_is_outside_the_document() {
    let server = Server::demo().await;
    let (mut client, _) = server.with_vms().await;
    let token = client.ok("token.create", json!({})).await;
    let rest = Rest { server: &server, token: token.as_str().expect("a token is text").to_owned() };
    let mut document = rest.get("/docs/swagger.json").await;
    without_endless(&mut document);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("document.json"), document.to_string()).unwrap();
    let objects = rest.objects(&document).await;
    assert!(objects.len() > 10, "{objects:?}");
    with_real_objects(&mut document, &objects);
    std::fs::write(folder.path().join("real.json"), document.to_string()).unwrap();
    let not_asked = include_str!("../../foreign/python/not-asked.txt").lines();
    let not_asked: Vec<_> = not_asked.filter(|line| !line.is_empty() && !line.starts_with('#')).collect();

    let programs = tokio::task::spawn_blocking(|| python::PROGRAMS.clone()).await.unwrap();
    for (phases, document) in PHASES {
        let runs = SHARES.map(|share| {
            let mut schemathesis = tokio::process::Command::new(programs.join("schemathesis"));
            schemathesis
                .args(["run", document, "--url", &format!("http://{}/rest/v0", server.address)])
                .args(["--header", &format!("Authorization: Bearer {}", rest.token)])
                .args(["--phases", phases, "--max-examples", "3", "--generation-deterministic"])
                .args(["--workers", "1", "--request-timeout", "300", "--no-shrink", "--no-color", "--checks", CHECKS])
                .args(["--suppress-health-check", "all", "--warnings", "off"])
                .args(["--include-path-regex", share, "--exclude-path-regex", &not_asked.join("|")])
                .current_dir(folder.path())
                .kill_on_drop(true);
            async move { tokio::time::timeout(RUN, schemathesis.output()).await.expect("it ends in time").unwrap() }
        });
        for (share, output) in SHARES.iter().zip(futures_util::future::join_all(runs).await) {
            let printed = String::from_utf8_lossy(&output.stdout);
            println!("{phases} of {share}: {}", printed.lines().last().unwrap_or_default());
            assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
        }
    }
    // What it was about is still there, and so is the session.
    for collection in ["vms", "hosts"] {
        let first = objects[collection][0]["id"].as_str().expect("an id");
        rest.get(&format!("/{collection}/{first}")).await;
    }
}
