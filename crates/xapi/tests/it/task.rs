//! Tasks: followed by events, cancelled, lost.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use xapi::{Error, Pool, TaskState, Value, params};

use crate::peer::{Call, Peer, Reply, soon, until, usual};

/// The tasks of a played host, which changes them as the test says.
#[derive(Default)]
struct Tasks {
    generation: u64,
    /// Reference, record, generation of the last change; nothing for a record that is gone.
    rows: Vec<(String, Option<String>, u64)>,
    forgetful: bool,
}

impl Tasks {
    fn set(&mut self, reference: &str, record: Option<&str>) {
        self.generation += 1;
        self.rows.retain(|(known, ..)| known != reference);
        self.rows.push((reference.to_owned(), record.map(str::to_owned), self.generation));
    }

    /// Answers `event.from`, or nothing if there is nothing to tell yet.
    fn tell(&self, token: &str) -> Option<Reply> {
        let since: u64 = token.parse().unwrap_or_default();
        let news = self.rows.iter().filter(|(_, record, at)| *at > since && !(self.forgetful && record.is_none()));
        let event = |(reference, record, _): &(String, Option<String>, u64)| match record {
            Some(record) => format!(r#"{{"class":"task","operation":"mod","ref":"{reference}","snapshot":{record}}}"#),
            None => format!(r#"{{"class":"task","operation":"del","ref":"{reference}"}}"#),
        };
        let news: Vec<_> = news.map(event).collect();
        let count = self.rows.iter().filter(|(_, record, _)| record.is_some()).count();
        (!news.is_empty() || token.is_empty()).then(|| {
            let generation = self.generation;
            let news = news.join(",");
            Reply::Json(format!(
                r#"{{"events":[{news}],"valid_ref_counts":{{"task":{count}}},"token":"{generation}"}}"#
            ))
        })
    }
}

type Shared = Arc<Mutex<Tasks>>;

fn answer(call: &Call, tasks: &Shared) -> Reply {
    usual(call, |call| match call.method.as_str() {
        "Async.VM.start" => Reply::Result("OpaqueRef:t".into()),
        "task.destroy" | "task.cancel" => Reply::void(),
        "task.get_record" => Reply::failure("HANDLE_INVALID", &["task", call.text(1)]),
        "event.from" => {
            let told = tasks.lock().tell(call.text(2));
            told.unwrap_or_else(|| nothing_yet(call, tasks))
        }
        method => Reply::failure("MESSAGE_METHOD_UNKNOWN", &[method]),
    })
}

/// Holds a poll for a short turn, so that what the test changes is seen soon.
fn nothing_yet(call: &Call, tasks: &Shared) -> Reply {
    let count = tasks.lock().rows.iter().filter(|(_, record, _)| record.is_some()).count();
    let token = call.text(2);
    let nothing = format!(r#"{{"events":[],"valid_ref_counts":{{"task":{count}}},"token":"{token}"}}"#);
    Reply::After(Duration::from_millis(10), Box::new(Reply::Json(nothing)))
}

async fn host() -> (Peer, Shared, Pool) {
    let tasks = Shared::default();
    let shared = Arc::clone(&tasks);
    let peer = Peer::start(move |call| answer(call, &shared)).await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    (peer, tasks, pool)
}

const HALF: &str = r#"{"uuid":"u","status":"pending","progress":0.5,"name_label":"Async.VM.start"}"#;
const DONE: &str = r#"{"status":"success","progress":1.0,"result":"<value>OpaqueRef:vm</value>"}"#;

#[tokio::test]
async fn a_task_is_followed_to_its_result_and_destroyed() {
    let (peer, tasks, pool) = host().await;
    tasks.lock().set("OpaqueRef:t", Some(HALF));
    let mut task = soon(pool.call_async("VM.start", params!["x", false, true])).await.unwrap();
    let mut state = task.state();
    let half = |state: &TaskState| matches!(state, TaskState::Running { progress } if (*progress - 0.5).abs() < 0.01);
    soon(state.wait_for(half)).await.unwrap();
    tasks.lock().set("OpaqueRef:t", Some(DONE));
    assert_eq!(soon(task.result()).await.unwrap(), Value::from("OpaqueRef:vm"));
    until(|| peer.count("task.destroy") == 1).await;
}

#[tokio::test]
async fn a_task_that_was_done_before_it_was_followed_is_seen() {
    let (_peer, tasks, pool) = host().await;
    tasks.lock().set("OpaqueRef:t", Some(r#"{"status":"success","result":""}"#));
    let mut task = soon(pool.call_async("VM.start", params!["x"])).await.unwrap();
    assert_eq!(soon(task.result()).await.unwrap(), Value::void());
    // The second one is followed by the poll that is already there.
    let mut task = soon(pool.call_async("VM.start", params!["x"])).await.unwrap();
    assert_eq!(soon(task.result()).await.unwrap(), Value::void());
}

#[tokio::test]
async fn a_task_that_fails_says_with_what() {
    let (_peer, tasks, pool) = host().await;
    let failed = r#"{"status":"failure","error_info":["VM_BAD_POWER_STATE","x","halted","running"]}"#;
    tasks.lock().set("OpaqueRef:t", Some(failed));
    let mut task = soon(pool.call_async("VM.start", params!["x"])).await.unwrap();
    let error = soon(task.result()).await.unwrap_err();
    assert_eq!(error.failure().unwrap().params, ["x", "halted", "running"]);
}

#[tokio::test]
async fn a_task_can_be_cancelled() {
    let (peer, tasks, pool) = host().await;
    tasks.lock().set("OpaqueRef:t", Some(HALF));
    let mut task = soon(pool.call_async("VM.start", params!["x"])).await.unwrap();
    soon(task.cancel()).await.unwrap();
    assert_eq!(peer.calls().iter().rfind(|call| call.method == "task.cancel").unwrap().text(1), "OpaqueRef:t");
    tasks.lock().set("OpaqueRef:t", Some(r#"{"status":"cancelled","error_info":["TASK_CANCELLED","OpaqueRef:t"]}"#));
    assert!(soon(task.result()).await.unwrap_err().is("TASK_CANCELLED"));
}

#[tokio::test]
async fn a_task_that_is_destroyed_before_its_end_is_lost() {
    let (_peer, tasks, pool) = host().await;
    tasks.lock().set("OpaqueRef:t", Some(HALF));
    let mut task = soon(pool.call_async("VM.start", params!["x"])).await.unwrap();
    soon(task.state().wait_for(|state| matches!(state, TaskState::Running { progress } if *progress > 0.0)))
        .await
        .unwrap();
    tasks.lock().set("OpaqueRef:t", None);
    let error = soon(task.result()).await.unwrap_err();
    assert!(matches!(&error, Error::TaskLost { method, .. } if method == "VM.start"), "{error}");
}

#[tokio::test]
async fn a_task_that_a_restart_forgets_without_an_event_is_lost() {
    let (_peer, tasks, pool) = host().await;
    tasks.lock().set("OpaqueRef:t", Some(HALF));
    let mut task = soon(pool.call_async("VM.start", params!["x"])).await.unwrap();
    soon(task.state().wait_for(|state| matches!(state, TaskState::Running { progress } if *progress > 0.0)))
        .await
        .unwrap();
    tasks.lock().forgetful = true;
    tasks.lock().set("OpaqueRef:t", None);
    assert!(matches!(soon(task.result()).await.unwrap_err(), Error::TaskLost { .. }));
}

#[tokio::test]
async fn a_task_survives_a_connection_that_breaks() {
    let tasks = Shared::default();
    let (shared, polls) = (Arc::clone(&tasks), Mutex::new(0));
    let peer = Peer::start(move |call| {
        if call.method == "event.from" {
            *polls.lock() += 1;
            if *polls.lock() == 2 {
                return Reply::Close;
            }
        }
        answer(call, &shared)
    })
    .await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    tasks.lock().set("OpaqueRef:t", Some(HALF));
    let mut task = soon(pool.call_async("VM.start", params!["x"])).await.unwrap();
    until(|| peer.count("event.from") >= 3).await;
    tasks.lock().set("OpaqueRef:t", Some(DONE));
    soon(task.result()).await.unwrap();
}

#[tokio::test]
async fn a_task_does_not_wait_beyond_its_limit() {
    let (_peer, tasks, pool) = host().await;
    tasks.lock().set("OpaqueRef:t", Some(HALF));
    let mut task = soon(pool.call_async("VM.start", params!["x"])).await.unwrap();
    let error = soon(task.result_within(Duration::from_millis(50))).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { what: "complete the task", .. }), "{error}");
    soon(pool.close()).await;
    assert!(matches!(soon(task.result()).await.unwrap_err(), Error::Closed));
}

#[tokio::test]
async fn a_dropped_handle_still_gets_its_task_destroyed() {
    let (peer, tasks, pool) = host().await;
    tasks.lock().set("OpaqueRef:t", Some(HALF));
    drop(soon(pool.call_async("VM.start", params!["x"])).await.unwrap());
    tasks.lock().set("OpaqueRef:t", Some(DONE));
    until(|| peer.count("task.destroy") == 1).await;
}
