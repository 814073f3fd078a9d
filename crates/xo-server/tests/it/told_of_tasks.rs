//! Tasks over WebSocket: a list, and what changes from then on.

use std::{collections::HashSet, time::Duration};

use app::{Timed, Until};
use serde_json::{Value, json};

use crate::{
    test_app::eventually,
    view::{Client, Served},
};

/// Longer than any test.
const LONG: Duration = Duration::from_secs(3600);

async fn admin(lab: &Served) -> String {
    lab.app().db().users().by_email("admin@admin.net").await.expect("it reads").expect("it is there").id
}

fn open(lab: &Served, user: &str, name: &str, duration: Duration) -> String {
    let timed = Timed { name: name.to_owned(), object: None, result: None, duration };
    lab.app().open_timed(timed, user).expect("there is room")
}

/// Waits until the client is told of a task what is `wanted`; returns the parameters.
async fn told(client: &mut Client, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let told = client.next().await;
        assert_eq!(told["method"], "task", "{told}");
        if wanted(&told["params"]) {
            return told["params"].clone();
        }
    }
}

fn updated<'a>(told: &'a Value, id: &str) -> Option<&'a Value> {
    told["updated"].as_array().and_then(|tasks| tasks.iter().find(|task| task["id"] == id))
}

#[tokio::test]
async fn what_changes_is_told_until_the_client_wants_no_more() {
    let lab = Served::new().await;
    let admin = admin(&lab).await;
    let before = open(&lab, &admin, "before", LONG);
    let mut client = lab.client().await;
    let listed = client.call("api.subscribeTasks", json!({})).await;
    assert_eq!(
        listed.as_array().map(|tasks| tasks.iter().map(|task| &task["id"]).collect()),
        Some(vec![&json!(before)])
    );
    let short = open(&lab, &admin, "short", Duration::from_millis(50));
    let done = told(&mut client, |told| updated(told, &short).is_some_and(|task| task["status"] == "success")).await;
    assert_eq!(updated(&done, &short).expect("it is told")["properties"]["name"], "short");
    assert!(lab.app().tasks().forget(&short));
    let gone = told(&mut client, |told| told["removed"] != json!([])).await;
    assert_eq!(gone, json!({ "updated": [], "removed": [short] }));
    client.call("api.unsubscribeTasks", json!({})).await;
    open(&lab, &admin, "unseen", LONG);
    // An answer is the next that comes.
    client.call("session.getUser", json!({})).await;
}

#[tokio::test]
async fn others_are_told_of_their_own_tasks_only() {
    let lab = Served::new().await;
    let admin = admin(&lab).await;
    let user = lab.test.create("u@example.net", None, "none").await;
    let token = lab.app().browser_token(&user, "test", false).await.expect("the database takes it").0;
    let mut client = lab.client_of(token.expose()).await;
    open(&lab, &admin, "of another", LONG);
    assert_eq!(client.call("api.subscribeTasks", json!({})).await, json!([]));
    open(&lab, &admin, "of another", Duration::ZERO);
    let own = open(&lab, &user.id, "own", LONG);
    let first = told(&mut client, |_| true).await;
    assert_eq!(updated(&first, &own).map(|task| &task["properties"]["name"]), Some(&json!("own")), "{first}");
    assert_eq!(first["updated"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn many_changes_come_in_parts_of_a_bounded_size() {
    let lab = Served::new().await;
    let admin = admin(&lab).await;
    let user = lab.app().db().users().get(&admin).await.expect("it reads").expect("it is there");
    let client = lab.test.signed_in(&user).await;
    client.call("api.subscribeTasks", json!({})).await;
    let mut left = HashSet::new();
    for n in 0..250 {
        let id = open(&lab, &admin, &format!("task {n}"), Duration::ZERO);
        lab.app().tasks().wait(&id, Until::Ended).await.expect("it is there");
        left.insert(id);
    }
    let mut sizes = Vec::new();
    eventually(async || {
        while let Some(told) = client.session.notifications().take() {
            let told: Value = serde_json::from_slice(&told.params.concat()).expect("it is JSON");
            let tasks = told["updated"].as_array().expect("tasks");
            sizes.push(tasks.len());
            for task in tasks {
                left.remove(task["id"].as_str().expect("an id"));
            }
        }
        left.is_empty().then_some(())
    })
    .await;
    assert!(sizes.iter().all(|size| *size <= 100) && sizes.contains(&100), "{sizes:?}");
}
