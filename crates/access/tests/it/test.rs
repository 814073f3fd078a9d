use std::time::Duration;

use app::CloseReason;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    start,
    test_app::{Caller, TestApp, eventually},
};

/// Returns the record of a task.
fn task(test: &TestApp, id: &str) -> Option<Value> {
    test.app.tasks().all().iter().find(|task| task.id == id).map(Value::from)
}

/// Waits until a task has ended, and returns its record.
async fn ended(test: &TestApp, id: &str) -> Value {
    eventually(async || task(test, id).filter(|task| task["end"].is_i64())).await
}

async fn create(caller: &Caller, params: Value) -> String {
    caller.call("test.createTask", params).await.as_str().expect("an id").to_owned()
}

/// Waits until the call of the operation `method` is under way, and returns its id.
async fn under_way(caller: &Caller, method: &str) -> Value {
    let look = async || {
        let calls = caller.call("api.getCalls", json!({})).await;
        calls.as_array()?.iter().find(|call| call["method"] == method).map(|call| call["id"].clone())
    };
    eventually(look).await
}

#[tokio::test]
async fn waiting_is_for_everybody_and_no_time_where_the_text_is_no_duration() {
    let test = start().await;
    let bob = test.user("bob").await;
    for duration in ["10ms", "garbage", "-1 s"] {
        assert_eq!(bob.call("test.wait", json!({ "duration": duration })).await, true, "{duration}");
    }
    for params in [json!({}), json!({ "duration": 5 }), json!({ "duration": "25 hours" })] {
        assert_eq!(bob.refused("test.wait", params.clone()).await["code"], 10, "{params}");
    }
    assert_eq!(test.stranger().refused("test.wait", json!({ "duration": "1ms" })).await["code"], 2);
}

#[tokio::test]
async fn a_wait_ends_when_it_is_cancelled_or_nobody_waits_for_it() {
    let test = start().await;
    let (bob, eve) = (test.user("bob").await, test.user("eve").await);
    let wait = || bob.app.call(&bob.session, "test.wait", json!({ "duration": "1 day" }));
    let cancel = async {
        let id = under_way(&bob, "test.wait").await;
        assert_eq!(eve.refused("api.cancelCall", json!({ "id": id })).await["code"], 1);
        // It can be cancelled once it waits.
        let cancel = async || bob.app.call(&bob.session, "api.cancelCall", json!({ "id": id })).await.ok();
        eventually(cancel).await;
    };
    let (answer, ()) = tokio::join!(wait(), cancel);
    assert_eq!(answer.expect_err("it is cancelled").to_string(), "the call has been cancelled");

    let gone = async {
        tokio::select! {
            _ = wait() => panic!("a day is long"),
            _ = under_way(&bob, "test.wait") => {}
        }
    };
    gone.await;
    let none = async || (bob.call("api.getCalls", json!({})).await == json!([])).then_some(());
    eventually(none).await;
}

#[tokio::test]
async fn a_user_has_sixteen_waits_at_a_time_and_keeps_nobody_else_from_waiting() {
    let test = start().await;
    let (bob, eve) = (test.user("bob").await, test.user("eve").await);
    let mut waits = JoinSet::new();
    for _ in 0..17 {
        let (app, session) = (bob.app.clone(), bob.session.clone());
        waits.spawn(async move { app.call(&session, "test.wait", json!({ "duration": "1 day" })).await.map(drop) });
    }
    let mut first = async || {
        let ended = waits.join_next().await.expect("there are some").expect("it does not panic");
        ended.expect_err("a day is long").to_string()
    };
    assert_eq!(first().await, "16 calls of this user wait already; `api.cancelCall` ends one");
    assert_eq!(eve.call("test.wait", json!({ "duration": "1ms" })).await, true);
    let id = bob.call("api.getCalls", json!({})).await[0]["id"].clone();
    assert_eq!(bob.call("api.cancelCall", json!({ "id": id })).await, true);
    assert_eq!(first().await, "the call has been cancelled");
    assert_eq!(bob.call("test.wait", json!({ "duration": "1ms" })).await, true);
}

#[tokio::test]
async fn a_task_ends_after_its_time_with_its_result() {
    let test = start().await;
    let admin = test.admin().await;
    let result = json!({ "a": 1, "password": "hunter2" });
    let params = json!({ "name": "my task", "objectId": "obj1", "result": result, "duration": 1 });
    let id = create(&admin, params).await;
    let done = ended(&test, &id).await;
    let properties = json!({ "progress": 0, "name": "my task", "objectId": "obj1", "userId": admin.id() });
    assert_eq!((&done["properties"], &done["status"]), (&properties, &json!("success")));
    assert_eq!(done["result"], json!({ "a": 1, "password": "* obfuscated *" }));
    let id = create(&admin, json!({ "duration": 0 })).await;
    let done = ended(&test, &id).await;
    assert_eq!((&done["status"], done.get("result")), (&json!("success"), None));
}

#[tokio::test]
async fn a_task_is_listed_and_cancelled() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    let id = create(&admin, json!({})).await;
    let pending = task(&test, &id).expect("it runs");
    assert_eq!((&pending["status"], &pending["properties"]["name"]), (&json!("pending"), &json!("xo task")));
    let listed = admin.call("api.getCalls", json!({})).await;
    assert_eq!(
        (&listed[0]["id"], &listed[0]["name"], &listed[0]["method"]),
        (&json!(id), &json!("xo task"), &json!(null))
    );
    assert_eq!(bob.refused("api.cancelCall", json!({ "id": id })).await["code"], 1);
    assert_eq!(admin.call("api.cancelCall", json!({ "id": id })).await, true);
    let done = ended(&test, &id).await;
    assert_eq!((&done["status"], &done["result"]["name"]), (&json!("failure"), &json!("AbortError")));
    assert!(done["abortionRequestedAt"].is_i64(), "{done}");
    assert_eq!(admin.refused("api.cancelCall", json!({ "id": id })).await["code"], 1);
}

#[tokio::test]
async fn tasks_are_for_administrators_within_a_day_and_a_hundred_at_a_time() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    assert_eq!(bob.refused("test.createTask", json!({})).await["data"]["permission"], "admin");
    for duration in [json!(-1), json!(86_400_001), json!(1e300), json!("soon")] {
        let error = admin.refused("test.createTask", json!({ "duration": duration })).await;
        assert_eq!(error["code"], 10, "{duration}: {error}");
    }
    for _ in 0..100 {
        create(&admin, json!({})).await;
    }
    let error = admin.refused("test.createTask", json!({})).await;
    assert!(error["message"].as_str().expect("a text").contains("100 tasks"), "{error}");
}

#[tokio::test]
async fn waits_and_tasks_end_when_the_server_stops() {
    let test = start().await;
    let admin = test.admin().await;
    let id = create(&admin, json!({})).await;
    let stop = async {
        under_way(&admin, "test.wait").await;
        tokio::time::timeout(Duration::from_secs(10), test.app.shutdown()).await.expect("it stops");
    };
    let wait = admin.app.call(&admin.session, "test.wait", json!({ "duration": "1 hour" }));
    let (answer, ()) = tokio::join!(wait, stop);
    assert!(answer.is_err());
    assert_eq!(admin.session.closed().await, CloseReason::Shutdown);
    assert_eq!(ended(&test, &id).await["status"], "failure");
}
