//! Load over WebSocket: answered first, then told while the client is there. What is told is tested with the operation.

use app::Config;
use serde_json::{Value, json};

use crate::{
    test_app::eventually,
    view::{Client, Served},
};

/// A server that asks hosts every few ms, and a host.
async fn served() -> (Served, xapi_sim::Object, String) {
    let mut config = Config::default();
    config.stats.load_period = app::Duration::from_millis(20);
    let lab = Served::with(config).await;
    let host = lab.sim.named("host", "xcp-lab-1").expect("a host");
    let id = lab.sim.with(|world| world.uuid(host).to_owned());
    (lab, host, id)
}

async fn look(client: &mut Client, id: &str) -> Value {
    client.call("stats.subscribeLoad", json!({ "ids": [id, "another"] })).await
}

#[tokio::test]
async fn a_client_is_answered_and_then_told() {
    let (lab, _, id) = served().await;
    let mut client = lab.client().await;
    client.call("session.setNotifications", json!({ "all": false })).await;
    let answer = look(&mut client, &id).await;
    assert_eq!(answer, json!({ "loads": { "another": [] } }), "the host has not been asked yet");
    let told = client.next().await;
    let load = told["params"]["loads"][&id].clone();
    assert_eq!(told, json!({ "jsonrpc": "2.0", "method": "load", "params": { "loads": { &id: load } } }));
    assert_eq!(load.as_array().map(Vec::len), Some(40), "ten minutes: {load}");
    // Another has at once what is known.
    let answer = look(&mut lab.client().await, &id).await;
    assert!(answer["loads"][&id].as_array().is_some_and(|load| load.len() > 1), "{answer}");
}

#[tokio::test]
async fn hosts_are_left_alone_once_the_client_has_gone() {
    let (lab, host, id) = served().await;
    let asked = || lab.sim.requests(host, "/rrd_updates");
    let mut client = lab.client().await;
    look(&mut client, &id).await;
    eventually(async || (asked() > 3).then_some(())).await;
    drop(client);
    // What is seen twice with a view opened and closed in between, which takes longer than a request, has ended.
    let mut other = lab.client().await;
    eventually(async || {
        let before = asked();
        for _ in 0..20 {
            other.call("session.getUser", json!({})).await;
        }
        (asked() == before).then_some(())
    })
    .await;
}
