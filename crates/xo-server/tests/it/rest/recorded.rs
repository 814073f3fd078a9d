//! What the original answered over REST when it was recorded with a pool, asked of our server again: the same status, the same
//! form of `Location`, bodies with the same keys. What differs on purpose is listed with its reason.

use std::{collections::BTreeSet, fs, path::PathBuf};

use reqwest::Method;
use serde_json::Value;

use super::lab::{Answer, Rest};

/// Request, and why our answer is another.
const DIFFERENT: &[(&str, &str)] = &[
    ("POST /vms/d2da4118-440f-b91e-9e03-d64ec00abb7e/actions/start?sync=true", "what a pool refuses is a conflict"),
    ("POST /vms/d2da4118-440f-b91e-9e03-d64ec00abb7e/actions/clean_shutdown?sync=true", "as above"),
    ("PATCH /vms/d2da4118-440f-b91e-9e03-d64ec00abb7e {\"nope\":1}", "the value that is told is the value"),
    (
        "GET /vms/d2da4118-440f-b91e-9e03-d64ec00abb7e/tasks?fields=properties,status&limit=2",
        "actions were asked of this server, calls of that one",
    ),
    ("GET /pools/467f2d94-14b8-f772-6d33-66988ce10df9/dashboard", "the pool of the recording could not tell its time"),
];

/// Names that only some objects have: they depend on the world, not on the server.
const MAY_BE_MISSING: &[&str] = &["affinityHost", "coresPerSocket", "host", "mainIpAddress", "parent", "suspendSr"];

/// Properties that hold whatever somebody has put there.
const MAPS: &[&str] = &["bios_strings", "boot", "other", "otherConfig", "os_version", "other_config", "xenStoreData"];

/// Objects of the recording, each with the collection and a filter that finds the like of it here.
const OBJECTS: [(&str, &str, &str); 4] = [
    ("467f2d94-14b8-f772-6d33-66988ce10df9", "pools", ""),
    ("7b51f85e-3331-ca35-e776-1e42b10f1a81", "hosts", "name_label:xcp-lab-1"),
    ("b90fffa2-52a7-14f6-1697-f8708b5feb2b", "vms", "name_label:web-1"),
    ("d2da4118-440f-b91e-9e03-d64ec00abb7e", "vms", "name_label:legacy-crm"),
];

#[tokio::test]
async fn recorded_requests_are_answered_in_the_same_form() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/xo-api/traces/with-pool.json");
    let Ok(text) = fs::read_to_string(&file) else {
        eprintln!("SKIPPED: {} is not there", file.display());
        return;
    };
    let recorded: Vec<Value> = serde_json::from_str(&text).expect("the file is JSON");
    let rest = Rest::new().await;
    let mut names = Vec::new();
    for (theirs, collection, filter) in OBJECTS {
        names.push((theirs, rest.id(collection, filter).await));
    }
    let routes = serve::routes(&xo_server::ops());
    let (mut wrong, mut asked, mut task) = (Vec::new(), 0, None);
    for exchange in &recorded {
        let (request, expected) = (&exchange["request"], &exchange["response"]);
        let Some(path) = request["path"].as_str().and_then(|path| path.strip_prefix("/rest/v0")) else { continue };
        let method = Method::from_bytes(request["method"].as_str().unwrap_or_default().as_bytes()).expect("a method");
        if !routes.iter().any(|route| route.verb.name() == method.as_str() && is_at(path, &route.path)) {
            continue;
        }
        let mut own = path.to_owned();
        for (theirs, ours) in &names {
            own = own.replace(theirs, ours);
        }
        if let (Some(task), Some(at)) = (&task, own.find("/tasks/0")) {
            own = format!("{}{task}", &own[..at + "/tasks/".len()]);
        }
        let answer = rest.send(method.clone(), &own, request.get("body").cloned()).await;
        asked += 1;
        if answer.status == 202 {
            task = answer.json()["taskId"].as_str().map(ToOwned::to_owned);
            rest.ended(&answer).await;
        }
        let body = request.get("body").map_or_else(String::new, |body| format!(" {body}"));
        let what = format!("{method} {path}{body}");
        let difference = compare(expected, &answer);
        let reason = DIFFERENT.iter().find(|(known, _)| what == *known);
        match (difference, reason) {
            (None, None) | (Some(_), Some(_)) => {}
            (None, Some((known, reason))) => wrong.push(format!("{known} no longer differs ({reason})")),
            (Some(difference), None) => wrong.push(format!("{what}: {difference}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {asked} answers differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 25, "only {asked} requests were asked again");
}

/// Returns whether a path with its query is one of a route.
fn is_at(path: &str, route: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (mut parts, mut pattern) = (path.split('/'), route.split('/'));
    loop {
        match (parts.next(), pattern.next()) {
            (None, None) => return true,
            (Some(part), Some(wanted)) if part == wanted || wanted.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// Returns what is different in the form of an answer.
fn compare(expected: &Value, answer: &Answer) -> Option<String> {
    if expected["status"] != answer.status.as_u16() {
        return Some(format!("status {} instead of {}: {}", answer.status, expected["status"], answer.text));
    }
    let form = |location: &str| location.rsplit_once('/').map(|(collection, _)| collection.to_owned());
    let location = expected["location"].as_str().and_then(form);
    if location != answer.location.as_deref().and_then(form) {
        return Some(format!("location {:?} instead of {:?}", answer.location, expected["location"]));
    }
    match &expected["body"] {
        Value::String(text) if text.is_empty() => (!answer.text.is_empty()).then(|| format!("a body: {}", answer.text)),
        body => same_keys(body, &answer.json(), "body"),
    }
}

/// Returns where an answer has other keys. What a map holds by name depends on the world.
fn same_keys(expected: &Value, found: &Value, path: &str) -> Option<String> {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let is_map = path.rsplit('.').next().is_some_and(|name| MAPS.contains(&name));
            if is_map {
                return None;
            }
            let keys = |object: &serde_json::Map<String, Value>| object.keys().cloned().collect::<BTreeSet<_>>();
            let (theirs, ours) = (keys(expected), keys(found));
            let known = |key: &&String| !MAY_BE_MISSING.contains(&key.as_str());
            let missing: Vec<_> = theirs.difference(&ours).filter(known).collect();
            let more: Vec<_> = ours.difference(&theirs).filter(known).collect();
            if !missing.is_empty() || !more.is_empty() {
                return Some(format!("{path} lacks {missing:?}, has {more:?}"));
            }
            let mut both = expected.iter().filter_map(|(key, expected)| Some((key, expected, found.get(key)?)));
            both.find_map(|(key, expected, found)| same_keys(expected, found, &format!("{path}.{key}")))
        }
        (Value::Array(expected), Value::Array(found)) => {
            let (expected, found) = (expected.first()?, found.first()?);
            same_keys(expected, found, &format!("{path}[]"))
        }
        (Value::String(expected), Value::String(found)) if expected.starts_with("/rest/v0/") => {
            let form = |href: &str| href.rsplit_once('/').map(|(collection, _)| collection.to_owned());
            (form(expected) != form(found)).then(|| format!("{path} is {found} instead of {expected}"))
        }
        (Value::Null, _) | (_, Value::Null) => None,
        (expected, found) => {
            let same = std::mem::discriminant(expected) == std::mem::discriminant(found);
            (!same).then(|| format!("{path} is {found} instead of {expected}"))
        }
    }
}
