use serde_json::json;

use super::*;
use crate::TaskNews;

#[test]
fn a_call_that_succeeds_leaves_no_record_and_one_that_fails_leaves_its_error() {
    let tasks = Tasks::default();
    let open = tasks.open("vm.start", &json!({ "id": "x" }), Some("u")).expect("it may run");
    assert_eq!(tasks.all()[0].status, Status::Pending);
    drop(open);
    assert!(tasks.all().is_empty());
    tasks.open("vm.start", &json!({ "id": "x" }), Some("u")).expect("it may run").failed(&Error::no_such("VM", "x"));
    let record = Value::from(&tasks.all()[0]);
    assert_eq!(record["status"], "failure");
    assert_eq!(record["result"]["code"], 1);
    assert_eq!(record["properties"]["name"], "API call: vm.start");
}

#[test]
fn an_action_stays_however_it_ends() {
    let tasks = Tasks::default();
    let begin = || tasks.begin(Map::new(), "u", &CancellationToken::new()).expect("there is room");
    begin().ended(&Ok(Answer::Bytes("{\"a\":1}".into())));
    begin().failed(&Error::NoHostsAvailable);
    drop(begin());
    let statuses: Vec<_> = tasks.all().iter().map(|task| task.status.name()).collect();
    assert_eq!(statuses, ["success", "failure", "failure"]);
    assert_eq!(Value::from(&tasks.all()[0])["result"], json!({ "a": 1 }));
}

#[test]
fn what_failed_at_a_peer_is_told_to_administrators_only() {
    let tasks = Tasks::default();
    tasks.open("vm.start", &json!({}), Some("u")).expect("it may run").failed(&Error::failed("disk on fire"));
    let task = &tasks.all()[0];
    assert_eq!(task.to_json(true)["result"]["message"], "disk on fire");
    assert_eq!(task.to_json(false)["result"]["message"], "unknown error from the peer");
}

#[test]
fn records_are_bounded_and_the_oldest_finished_goes_first() {
    let tasks = Tasks::default();
    let running = tasks.open("vm.start", &json!({}), None).expect("it may run");
    for _ in 0..KEPT + 5 {
        tasks
            .open("vm.stop", &json!({ "text": "x".repeat(10_000) }), None)
            .expect("it may run")
            .failed(&Error::NoHostsAvailable);
    }
    let all = tasks.all();
    assert_eq!((all.len(), &all[0].id), (KEPT + 1, &running.id));
    assert!(Value::from(&all[1]).to_string().len() < 2 * 1024);
    // Calls that run go out of sight among themselves.
    let calls: Vec<_> = (0..CALLS + 5).map(|_| tasks.open("vm.stop", &json!({}), None).expect("it may run")).collect();
    assert_eq!(tasks.all().iter().filter(|task| !task.has_ended()).count(), CALLS);
    assert!(tasks.get(&running.id).is_none());
    drop(calls);
    assert_eq!(tasks.all().len(), KEPT);
}

#[test]
fn actions_that_run_are_bounded_by_refusing_more() {
    let tasks = Tasks::default();
    let begin = |user| tasks.begin(Map::new(), user, &CancellationToken::new());
    let mut begun: Vec<_> = (0..OF_USER).map(|_| begin("u").expect("there is room")).collect();
    assert!(begin("u").is_err(), "of this user");
    begun.extend((OF_USER..ACTIONS).map(|_| begin("v").expect("there is room")));
    assert!(begin("w").is_err(), "of all");
    begun.pop().expect("one").ended(&Ok(Answer::Bytes("true".into())));
    assert!(begin("w").is_ok());
}

#[tokio::test]
async fn every_change_is_told_in_its_order() {
    let tasks = Tasks::default();
    let mut news = tasks.subscribe();
    let open = tasks.open("vm.start", &json!({}), None).expect("it may run");
    let id = open.id().to_owned();
    tasks.note(&id, true, "odd", &json!({ "password": "x" }));
    open.failed(&Error::NoHostsAvailable);
    assert!(tasks.forget(&id) && !tasks.forget(&id));
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(match news.next().await {
            TaskNews::Updated(task) => (task.status.name(), task.warnings.len()),
            TaskNews::Removed(task) => ("gone", task.warnings.len()),
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(told, [("pending", 0), ("pending", 1), ("failure", 1), ("gone", 1)]);
}
