//! VMs: lists, objects, actions.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::lab::{Rest, sent};

#[tokio::test]
async fn lists_have_the_fields_filter_limit_and_format_that_are_asked_for() {
    let rest = Rest::new().await;
    let all = rest.json("/vms").await;
    let all = all.as_array().expect("a list");
    assert!(
        all.len() > 3 && all.iter().all(|href| href.as_str().is_some_and(|href| href.starts_with("/rest/v0/vms/")))
    );
    let one = all[0].as_str().expect("an href").trim_start_matches("/rest/v0").to_owned();
    let object = rest.json(&one).await;
    assert_eq!(object["type"], "VM");
    let whole = rest.json("/vms?fields=*").await;
    let mut same = whole
        .as_array()
        .expect("a list")
        .iter()
        .find(|other| other["id"] == object["id"])
        .cloned()
        .expect("it is listed");
    assert_eq!(same.as_object_mut().expect("an object").shift_remove("href"), Some(all[0].clone()));
    assert_eq!(same, object);
    let some = rest.json("/vms?fields=name_label,power_state,nope&filter=power_state:running&limit=2").await;
    assert_eq!(some.as_array().expect("a list").len(), 2);
    assert_eq!(some[0]["power_state"], "Running");
    assert_eq!(some[0].as_object().expect("an object").len(), 3, "{}", some[0]);
    assert_eq!(rest.json("/vms?limit=0").await, json!([]));
    assert_eq!(rest.json("/vms?limit=-1").await.as_array().map(Vec::len), Some(all.len()));
    let lines = rest.get("/vms?ndjson=true&fields=id").await;
    assert_eq!(lines.content_type, "application/x-ndjson");
    assert_eq!(lines.text.lines().count(), all.len());
    let table = rest.get("/vms?markdown=true&fields=power_state,id&limit=1").await;
    assert_eq!(table.content_type, "text/markdown; charset=utf-8");
    assert!(table.text.starts_with("| power_state | id |\n| --- | --- |\n| "), "{}", table.text);
    assert_eq!(rest.get("/vms?markdown=true&limit=0").await.text, "No results.");
}

#[tokio::test]
async fn bad_queries_are_told_where_they_are_wrong() {
    let rest = Rest::new().await;
    for (query, status, error) in [
        ("limit=abc", 422, json!({ "limit": { "message": "invalid float number", "value": "abc" } })),
        ("ndjson", 422, json!({ "ndjson": { "message": "invalid boolean value", "value": "" } })),
        ("fields=a&fields=b", 422, json!({ "fields": { "message": "invalid string value", "value": ["a", "b"] } })),
        ("filter=a:(", 400, json!("parse error: expected end of input at position 1")),
        ("markdown=true&ndjson=true", 422, json!("Cannot use both ndjson and markdown output formats simultaneously")),
    ] {
        let answer = rest.get(&format!("/vms?{query}")).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (status, &error), "{query}");
    }
    let missing = rest.get("/vms/nope").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(missing.json(), json!({ "error": "no such VM nope", "data": { "id": "nope", "type": "VM" } }));
    let host = rest.json("/hosts?fields=id").await[0]["id"].clone();
    let other = rest.get(&format!("/vms/{}", host.as_str().expect("an id"))).await;
    assert_eq!((other.status.as_u16(), &other.json()["data"]["type"]), (404, &json!("VM")));
}

#[tokio::test]
async fn an_action_is_a_task_or_is_waited_for() {
    let rest = Rest::new().await;
    let id = rest.vm("running").await;
    let stopped = rest.send(Method::POST, &format!("/vms/{id}/actions/hard_shutdown?sync=true"), None).await;
    assert_eq!((stopped.status, &*stopped.text), (StatusCode::NO_CONTENT, ""));
    let started = rest.send(Method::POST, &format!("/vms/{id}/actions/start"), None).await;
    let task = rest.ended(&started).await;
    assert_eq!(task["status"], "success", "{task}");
    let properties = &task["properties"];
    assert_eq!(
        (&properties["name"], &properties["type"]),
        (&json!("REST API: start VM"), &json!("xo:rest-api:action"))
    );
    assert_eq!((&properties["objectId"], &properties["objectType"]), (&json!(id), &json!("VM")));
    let again = rest.post(&format!("/vms/{id}/actions/start?sync=true"), json!({})).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(again.json()["data"]["actual"], "running");
    let snapshot = rest.post(&format!("/vms/{id}/actions/snapshot?sync=true"), json!({ "name_label": "s" })).await;
    assert_eq!(snapshot.status, StatusCode::CREATED);
    let made = snapshot.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(snapshot.location, Some(format!("/rest/v0/vm-snapshots/{made}")));
    let excess = rest.post(&format!("/vms/{id}/actions/snapshot"), json!({ "name": "s", "nope": 1 })).await;
    assert_eq!(excess.status, StatusCode::UNPROCESSABLE_ENTITY);
    let message = "\"nope\" is an excess property and therefore is not allowed";
    assert_eq!(excess.json()["error"], json!({ "body.nope": { "message": message, "value": 1 } }));
    let tag = rest.send(Method::PUT, &format!("/vms/{id}/tags/a%20b"), None).await;
    assert_eq!(tag.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn many_are_asked_at_once_and_a_dry_run_does_nothing() {
    let rest = Rest::new().await;
    let told = rest.post("/vms/actions/start", json!({ "filter": "power_state:halted", "dryRun": true })).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text);
    assert!(told.text.contains("would"), "{}", told.text);
    let before = rest.json("/vms?filter=power_state:halted").await;
    assert!(!before.as_array().expect("a list").is_empty());
    let done = rest.post("/vms/actions/start", json!({ "filter": "power_state:halted" })).await;
    let task = rest.ended(&done).await;
    assert_eq!(task["status"], "success", "{task}");
    let unsaid = rest.post("/vms/actions/start", json!({})).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn only_those_who_are_signed_in_are_answered() {
    let rest = Rest::new().await;
    let nobody = sent(rest.bare(Method::GET, "/vms")).await;
    assert_eq!((nobody.status.as_u16(), nobody.json()), (401, json!({ "error": "invalid credentials" })));
    let wrong = sent(rest.bare(Method::GET, "/vms").header("cookie", "authenticationToken=wrong")).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    let bearer = sent(rest.bare(Method::GET, "/vms").bearer_auth(&rest.lab.token)).await;
    assert_eq!(bearer.status, StatusCode::OK);
    let both = sent(rest.request(Method::GET, "/vms").bearer_auth("x")).await;
    assert_eq!(both.status, StatusCode::BAD_REQUEST);
    let malformed = sent(rest.bare(Method::GET, "/vms").header("authorization", "Foo")).await;
    assert_eq!(
        (malformed.status.as_u16(), malformed.json()),
        (400, json!({ "error": "Malformed Authorization header" }))
    );
    let id = rest.vm("halted").await;
    let start = rest.request(Method::POST, &format!("/vms/{id}/actions/start"));
    let foreign = sent(start.header("origin", "http://evil.example")).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let unknown = sent(rest.bare(Method::GET, "/nope")).await;
    assert_eq!((unknown.status.as_u16(), &*unknown.content_type), (404, "text/html; charset=utf-8"));
}

#[tokio::test]
async fn a_vm_is_changed_by_the_names_of_rest_and_those_of_objects() {
    let rest = Rest::new().await;
    let id = rest.vm("halted").await;
    let at = format!("/vms/{id}");
    let body = json!({
        "nameLabel": "renamed", "nameDescription": "", "tags": ["a"], "cpusStaticMax": 4, "cpus": 3, "startDelay": 5,
        "blockedOperations": { "destroy": "keep" }, "xenStoreData": { "vm-data/x": "1" }, "autoPoweron": true,
    });
    let changed = rest.patch(&at, body).await;
    assert_eq!((changed.status, &*changed.text), (StatusCode::NO_CONTENT, ""));
    let vm = rest.until(&at, |vm| vm["auto_poweron"] == true && vm["xenStoreData"]["vm-data/x"] == "1").await;
    assert_eq!((&vm["name_label"], &vm["CPUs"]), (&json!("renamed"), &json!({ "max": 4, "number": 3 })));
    assert_eq!(vm["blockedOperations"]["destroy"], "keep");
    let both = rest.patch(&at, json!({ "name_label": "x", "nameLabel": "y" })).await;
    assert_eq!(both.status, StatusCode::UNPROCESSABLE_ENTITY);
    let kept = rest.delete(&at).await;
    assert_eq!(kept.status, StatusCode::FORBIDDEN, "{}", kept.text);
    assert_eq!(rest.patch(&at, json!({ "blockedOperations": { "destroy": false } })).await.status, 204);
    assert_eq!(rest.delete(&at).await.status, StatusCode::NO_CONTENT);
    rest.until_gone(&at).await;
}

#[tokio::test]
async fn a_vm_is_held_and_goes_on() {
    let rest = Rest::new().await;
    let id = rest.id("vms", "name_label:web-1").await;
    let at = format!("/vms/{id}");
    for (action, state) in [
        ("pause", "Paused"),
        ("unpause", "Running"),
        ("suspend", "Suspended"),
        ("resume", "Running"),
        ("clean_shutdown", "Halted"),
        ("start", "Running"),
        ("hard_reboot", "Running"),
        ("clean_reboot", "Running"),
        ("hard_shutdown", "Halted"),
    ] {
        let path = format!("{at}/actions/{action}");
        let mut answer = rest.act(&path, json!({})).await;
        // A guest that has just started does not listen yet.
        while answer.json_or_null()["data"]["feature"] == action {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            answer = rest.act(&path, json!({})).await;
        }
        assert_eq!((answer.status, &*answer.text), (StatusCode::NO_CONTENT, ""), "{action}");
        rest.until(&at, |vm| vm["power_state"] == state).await;
    }
    let again = rest.act(&format!("{at}/actions/pause"), json!({})).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    let host = rest.id("hosts", "").await;
    rest.done(&format!("{at}/actions/start"), json!({ "hostId": host })).await;
    rest.until(&at, |vm| vm["$container"] == json!(host)).await;
    let stats = rest.json(&format!("{at}/stats?granularity=seconds")).await;
    assert!(stats["stats"]["cpus"]["0"].is_array(), "{stats}");
    let path = format!("{at}/stats/data_source/cpu0");
    assert_eq!(rest.send(Method::PUT, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(rest.delete(&path).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn another_vm_like_one_is_made() {
    let rest = Rest::new().await;
    let id = rest.id("vms", "power_state:halted $VBDs:length:>0").await;
    let path = format!("/vms/{id}/actions/clone");
    let name = rest.json(&format!("/vms/{id}")).await["name_label"].clone();
    let fast = rest.made(&path, "vms", json!({})).await;
    assert_eq!(rest.until(&format!("/vms/{fast}"), |_| true).await["name_label"], name);
    let full = rest.made(&path, "vms", json!({ "fast": false, "name_label": "full" })).await;
    assert_eq!(rest.until(&format!("/vms/{full}"), |_| true).await["name_label"], "full");
    let sr = rest.id("srs", "SR_type:nfs").await;
    let copy = rest.made(&path, "vms", json!({ "srId": sr, "compress": "zstd" })).await;
    rest.until(&format!("/vms/{copy}"), |_| true).await;
    let disks = rest.json(&format!("/vms/{copy}/vdis?fields=$SR")).await;
    assert!(disks.as_array().is_some_and(|disks| disks.iter().all(|disk| disk["$SR"] == json!(sr))), "{disks}");
    let both = rest.act(&path, json!({ "fast": true, "srId": sr })).await;
    assert_eq!(both.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", both.text);
}

#[tokio::test]
async fn a_vm_moves_and_goes_back_to_a_snapshot() {
    let rest = Rest::new().await;
    let id = rest.id("vms", "name_label:web-1").await;
    let at = format!("/vms/{id}");
    let host = rest.json(&at).await["$container"].as_str().expect("a host").to_owned();
    let other = rest.id("hosts", &format!("!id:{host}")).await;
    rest.done(&format!("{at}/actions/migrate"), json!({ "hostId": other })).await;
    rest.until(&at, |vm| vm["$container"] == json!(other)).await;
    let snapshot = rest.made(&format!("{at}/actions/snapshot"), "vm-snapshots", json!({ "name_label": "s" })).await;
    rest.until(&format!("/vm-snapshots/{snapshot}"), |_| true).await;
    let before = rest.json(&at).await["snapshots"].as_array().map_or(0, Vec::len);
    let path = format!("{at}/actions/revert_snapshot");
    rest.done(&path, json!({ "snapshotId": snapshot, "snapshotBefore": true })).await;
    rest.until(&at, |vm| vm["snapshots"].as_array().is_some_and(|all| all.len() == before + 1)).await;
    let foreign = rest.id("vm-snapshots", &format!("!$snapshot_of:{id}")).await;
    let refused = rest.act(&path, json!({ "snapshotId": foreign })).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    let unknown = rest.act(&path, json!({ "snapshotId": "nope" })).await;
    assert_eq!(unknown.json()["data"], json!({ "id": "nope", "type": "VM-snapshot" }));
}
