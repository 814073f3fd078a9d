//! Actions on many objects.

use app::{Status, acl::Rule};
use serde_json::{Value, json};

use crate::{Lab, test_app::eventually};

/// Returns the outcome of each object, by its name where that is told.
fn outcomes(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let objects = report["objects"].as_array().expect("a list");
    objects.iter().map(|object| (text(object.get("name").unwrap_or(&object["id"])), text(&object["outcome"]))).collect()
}

fn count(report: &Value, outcome: &str) -> u64 {
    report["counts"][outcome].as_u64().expect("a number")
}

/// Returns the ids of the VMs in that power state, in the order of the store.
fn vms(lab: &Lab, power_state: &str) -> Vec<String> {
    let vms = lab.test.app.store().snapshot().of_kind(app::model::Kind::Vm);
    vms.filter(|vm| vm.text("power_state").as_deref() == Some(power_state)).map(|vm| vm.id().to_owned()).collect()
}

#[tokio::test]
async fn the_vms_that_a_filter_finds_are_stopped_and_nothing_else() {
    let lab = Lab::new().await;
    let running = vms(&lab, "Running");
    let params = json!({ "selection": { "filter": "power_state:Running" }, "force": true, "concurrency": 3 });
    let report = lab.admin.call("vm.stop", params).await;
    let ids: Vec<_> = report["objects"].as_array().expect("a list").iter().map(|object| object["id"].clone()).collect();
    assert_eq!(ids, running);
    assert!(running.len() > 2 && count(&report, "done") == running.len() as u64, "{report}");
    assert_eq!(report["objects"][0]["type"], "VM");
    assert_eq!(report["objects"][0].get("result"), None);
    for id in running {
        lab.becomes(&id, |vm| vm["power_state"] == "Halted").await;
    }
}

#[tokio::test]
async fn each_object_has_its_own_result() {
    let lab = Lab::new().await;
    let ids = &vms(&lab, "Running")[..2];
    let report = lab.admin.call("vm.snapshot", json!({ "selection": { "ids": ids }, "name": "before" })).await;
    for object in report["objects"].as_array().expect("a list") {
        let snapshot = object["result"].as_str().expect("an id");
        let shown = lab.becomes(snapshot, |_| true).await;
        assert_eq!((&shown["name_label"], &shown["$snapshot_of"]), (&json!("before"), &object["id"]));
    }
}

#[tokio::test]
async fn what_does_not_exist_is_of_another_kind_or_in_another_state_fails_by_itself() {
    let lab = Lab::new().await;
    let (halted, running) = (lab.id(lab.vm("Halted")), lab.id(lab.vm("Running")));
    let host = lab.id(lab.named("host", "xcp-lab-1"));
    let ids = json!(["nope", host, running, halted, halted]);
    let report = lab.admin.call("vm.start", json!({ "selection": { "ids": ids } })).await;
    let words: Vec<_> = outcomes(&report).into_iter().map(|(_, outcome)| outcome).collect();
    assert_eq!(words, ["refused", "refused", "failed", "done"]);
    let objects = &report["objects"];
    assert_eq!(
        objects[0]["error"],
        json!({ "message": "no such VM nope", "code": 1, "data": { "id": "nope", "type": "VM" } })
    );
    assert_eq!((&objects[1]["type"], &objects[1]["error"]["code"]), (&json!("host"), &json!(1)));
    assert_eq!(objects[2]["error"]["code"], 13);
    assert_eq!(objects[2]["why"], "it is running and would have to be halted");
    assert_eq!(report["counts"], json!({ "done": 1, "failed": 1, "refused": 2, "would": 0, "skipped": 0 }));
}

#[tokio::test]
async fn a_filter_finds_what_the_caller_sees_and_rights_are_asked_of_each() {
    let lab = Lab::new().await;
    let bob = lab.test.user("bob").await;
    let halted = vms(&lab, "Halted");
    let (own, seen) =
        (lab.id(lab.vm("Halted")), halted.iter().find(|id| **id != lab.id(lab.vm("Halted"))).expect("two"));
    for (object, role) in [(own.as_str(), "operator"), (seen, "viewer")] {
        lab.test.app.add_rule(Rule::new(bob.id(), object, role)).await.expect("the rule is good");
    }
    let report = bob.call("vm.start", json!({ "selection": { "filter": "" }, "dryRun": true })).await;
    let mut told: Vec<_> = report["objects"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|object| (object["id"].clone(), object["outcome"].clone()))
        .collect();
    told.sort_by_key(|(_, outcome)| outcome.to_string());
    assert_eq!(told, [(json!(seen), json!("refused")), (json!(own), json!("would"))]);
    let hidden = vms(&lab, "Running")[0].clone();
    let report = bob.call("vm.start", json!({ "selection": { "ids": [hidden] } })).await;
    let object = &report["objects"][0];
    assert_eq!((&object["outcome"], object.get("name"), object.get("type")), (&json!("refused"), None, None));
    assert_eq!(object["why"], "the right to operate is missing");
}

#[tokio::test]
async fn a_peer_that_fails_for_one_does_not_keep_the_others() {
    let lab = Lab::new().await;
    let ids = vms(&lab, "Running");
    lab.sim.fail_next("VM.hard_shutdown", "INTERNAL_ERROR", ["disk on fire"]);
    let report = lab.admin.call("vm.stop", json!({ "selection": { "ids": ids }, "force": true })).await;
    assert_eq!((count(&report, "failed"), count(&report, "done")), (1, ids.len() as u64 - 1));
    let tasks = lab.test.app.tasks().all();
    assert!(tasks.is_empty(), "what came of each is in the answer: {tasks:?}");
}

#[tokio::test]
async fn no_further_object_is_begun_after_an_error_where_that_is_wanted() {
    let lab = Lab::new().await;
    let ids = vms(&lab, "Running");
    lab.sim.fail_next("VM.hard_shutdown", "INTERNAL_ERROR", ["disk on fire"]);
    let params = json!({ "selection": { "ids": ids }, "force": true, "concurrency": 1, "stopOnError": true });
    let report = lab.admin.call("vm.stop", params).await;
    assert_eq!((count(&report, "failed"), count(&report, "skipped")), (1, ids.len() as u64 - 1));
    assert_eq!(vms(&lab, "Running"), ids);
}

#[tokio::test]
async fn a_cancelled_task_begins_no_further_object() {
    let lab = Lab::slow().await;
    let ids = vms(&lab, "Running");
    let stop = lab.admin.call("vm.stop", json!({ "selection": { "ids": ids }, "force": true, "concurrency": 1 }));
    let cancel = async {
        let tasks = lab.test.app.tasks();
        let step = eventually(async || {
            let task = tasks.all().pop()?;
            let waits = !lab.sim.pending().is_empty() && !task.steps.is_empty();
            waits.then(|| (task.id.clone(), task.progress.expect("it is counted"), task.steps[0].clone()))
        });
        let (task, progress, step) = step.await;
        assert_eq!((progress.done, progress.total, &step.object), (0, ids.len(), &ids[0]));
        assert_eq!(step.status, Status::Pending);
        assert!(tasks.cancel(&task));
        lab.sim.finish_all();
    };
    let (report, ()) = tokio::join!(stop, cancel);
    assert_eq!((count(&report, "done"), count(&report, "skipped")), (1, ids.len() as u64 - 1));
}

#[tokio::test]
async fn a_bad_selection_is_refused_as_a_whole() {
    let lab = Lab::new().await;
    for (selection, code, says) in [
        (json!({ "filter": "name_label:(" }), 10, "`selection.filter`: "),
        (json!({ "view": "abc" }), 1, "no such selection abc"),
        (json!({ "filter": "", "type": "host" }), 10, "invalid parameters"),
    ] {
        let error = lab.admin.refused("vm.start", json!({ "selection": selection })).await;
        assert_eq!(error["code"], code, "{error}");
        assert!(error["message"].as_str().expect("text").starts_with(says), "{error}");
    }
    let error =
        lab.admin.refused("tag.add", json!({ "selection": { "filter": "", "type": "nope" }, "tag": "x" })).await;
    assert_eq!(error["message"], "`selection.type`: no kind `nope`");
    let stranger = lab.test.stranger();
    assert_eq!(stranger.refused("vm.start", json!({ "selection": { "ids": [] } })).await["code"], 2);
}
