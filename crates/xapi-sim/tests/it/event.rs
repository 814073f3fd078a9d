//! `event.from` and its older relatives.

use std::time::Duration;

use tokio::time::{sleep, timeout};
use xapi_types::Value;

use crate::{
    client::{Client, SOON},
    rpc::{named, small, start},
};

#[tokio::test]
async fn the_first_answer_is_the_whole_pool_and_the_next_what_changed() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let all = client.events(&["*"], "", 5.0).await;
    assert_eq!(all.brief(), ["pool add", "vm add", "vm_metrics add", "host add", "host add"]);
    let vm = named(&sim, "VM", "web");
    client.ok("VM.set_name_description", &[vm.clone(), "one".into()]).await;
    client.ok("VM.set_name_description", &[vm.clone(), "two".into()]).await;
    let changed = client.events(&["vm"], all.token(), 5.0).await;
    assert_eq!(changed.brief(), ["vm mod"], "two changes of one object are one event");
    let snapshot = changed.list()[0].get("snapshot").unwrap();
    assert_eq!(snapshot.get("name_description").and_then(Value::as_str), Some("two"));
    let counts = changed.0.get("valid_ref_counts").unwrap();
    assert_eq!(counts.get("host"), Some(&Value::Int(2)));
}

#[tokio::test]
async fn setting_the_same_value_is_no_event() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let all = client.events(&["*"], "", 5.0).await;
    client.ok("VM.set_name_label", &[named(&sim, "VM", "web"), "web".into()]).await;
    let none = client.events(&["*"], all.token(), 0.2).await;
    assert_eq!((none.brief(), none.token()), (vec![], all.token()));
}

#[tokio::test]
async fn a_waiting_client_hears_of_a_change() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let all = client.events(&["*"], "", 5.0).await;
    let waiting = {
        let (client, token) = (client.clone(), all.token().to_owned());
        tokio::spawn(async move { client.events(&["vm"], &token, 60.0).await.brief() })
    };
    client.ok("VM.add_tags", &[named(&sim, "VM", "web"), "blue".into()]).await;
    assert_eq!(timeout(SOON, waiting).await.expect("it is woken").unwrap(), ["vm mod"]);
}

#[tokio::test]
async fn both_sides_of_a_relation_change() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let all = client.events(&["*"], "", 5.0).await;
    let vm = sim.named("VM", "web").unwrap();
    let vbd = sim.with(|world| world.create("VBD", [("VM", vm.into())]));
    let changed = client.events(&["*"], all.token(), 5.0).await;
    assert_eq!(changed.brief(), ["vbd add", "vm mod"]);
    sim.with(|world| world.destroy(vbd));
    let changed = client.events(&["*"], changed.token(), 5.0).await;
    assert_eq!(changed.brief(), ["vm mod", "vbd del"]);
    assert_eq!(sim.with(|world| world.objects(vm, "VBDs")), []);
}

#[tokio::test]
async fn what_lives_and_dies_between_two_calls_is_only_told_as_gone() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let all = client.events(&["*"], "", 5.0).await;
    sim.with(|world| {
        let network = world.create("network", []);
        world.destroy(network);
    });
    assert_eq!(client.events(&["*"], all.token(), 5.0).await.brief(), ["network del"]);
}

#[tokio::test]
async fn only_the_last_deletions_are_remembered() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let all = client.events(&["*"], "", 5.0).await;
    sim.with(|world| {
        for _ in 0..600 {
            let network = world.create("network", []);
            world.destroy(network);
        }
    });
    assert_eq!(client.events(&["*"], all.token(), 5.0).await.list().len(), 512);
}

#[tokio::test]
async fn a_message_comes_first_and_without_a_number() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let all = client.events(&["*"], "", 5.0).await;
    sim.with(|world| {
        let pool = world.pool();
        world.touch(pool);
        world.create("message", [("name", "HELLO".into())]);
    });
    let changed = client.events(&["*"], all.token(), 5.0).await;
    assert_eq!(changed.brief(), ["message add", "pool mod"]);
    assert_eq!(changed.list()[0].get("id").and_then(Value::as_str), Some("0"));
}

#[tokio::test]
async fn inject_answers_a_token_that_lies_before_the_object() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let token = client.ok("event.inject", &["VM".into(), named(&sim, "VM", "web")]).await;
    assert_eq!(client.events(&["vm"], token.as_str().unwrap(), 5.0).await.brief(), ["vm mod"]);
    assert_eq!(client.err("event.inject", &["vm".into(), named(&sim, "VM", "web")]).await[0], "HANDLE_INVALID");
}

#[tokio::test]
async fn logout_ends_the_wait() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let all = client.events(&["vm"], "", 5.0).await;
    let waiting = {
        let (client, token) = (client.clone(), Value::from(all.token()));
        let classes = Value::Array(vec!["vm".into()]);
        tokio::spawn(async move { client.err("event.from", &[classes, token, 60.0.into()]).await })
    };
    sleep(Duration::from_millis(100)).await;
    client.ok("session.logout", &[]).await;
    let failure = timeout(SOON, waiting).await.expect("the wait ends").unwrap();
    assert_eq!(failure, ["SESSION_INVALID", &client.session]);
}

#[tokio::test]
async fn a_token_that_is_none_is_refused() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let params = [Value::Array(vec!["*".into()]), "garbage".into(), 0.0.into()];
    assert_eq!(client.err("event.from", &params).await, ["EVENT_FROM_TOKEN_PARSE_FAILURE", "garbage"]);
}

#[tokio::test]
async fn the_old_way_needs_a_registration_and_tells_of_lost_events() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    assert_eq!(client.err("event.next", &[]).await[0], "SESSION_NOT_REGISTERED");
    client.ok("event.register", &[Value::Array(vec!["*".into()])]).await;
    client.ok("VM.add_tags", &[named(&sim, "VM", "web"), "blue".into()]).await;
    let events = client.ok("event.next", &[]).await;
    let told: Vec<_> = events.as_array().unwrap().iter().filter_map(|event| event.get("class")?.as_str()).collect();
    assert_eq!(told, ["vm"], "and not the end of the call that registered");
    sim.overflow_events();
    assert_eq!(client.err("event.next", &[]).await, ["EVENTS_LOST"]);
}
