//! Tasks.

use xapi_types::Value;

use crate::{
    client::Client,
    rpc::{named, small, start},
};

#[tokio::test]
async fn an_async_call_answers_a_task_that_ends_with_the_result_as_xml() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let record = Value::structure([
        ("name_label", Value::from("n")),
        ("name_description", "".into()),
        ("other_config", Value::Struct(vec![])),
    ]);
    let task = client.ok("Async.network.create", &[record]).await;
    let record = client.ok("task.get_record", &[task]).await;
    let network = named(&sim, "network", "n");
    let text = |key| record.get(key).and_then(Value::as_str);
    assert_eq!(text("name_label"), Some("Async.network.create"));
    assert_eq!(text("status"), Some("success"));
    assert_eq!(text("result"), Some(format!("<value>{}</value>", network.as_str().unwrap()).as_str()));
    assert_eq!(record.get("progress"), Some(&Value::Float(1.0)));
}

#[tokio::test]
async fn a_task_of_a_bad_handle_fails_and_one_of_a_getter_does_not_exist() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let nobody = Value::from("OpaqueRef:00000000-0000-0000-0000-000000000001");
    let task = client.ok("Async.VM.hard_shutdown", &[nobody]).await;
    let info = client.ok("task.get_error_info", &[task]).await.to_string();
    assert!(info.starts_with(r#"["HANDLE_INVALID","VM","#), "{info}");
    let failure = client.err("Async.VM.get_all", &[]).await;
    assert_eq!(failure, ["Fault", "No async mode for this operation (rpc: VM.get_all)"]);
}

#[tokio::test]
async fn a_sync_call_makes_a_task_that_is_gone_when_it_answers() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let all = client.events(&["*"], "", 5.0).await;
    let record = Value::structure([("name_label", Value::from("n")), ("other_config", Value::Struct(vec![]))]);
    client.ok("network.create", &[record]).await;
    let changed = client.events(&["*"], all.token(), 5.0).await;
    assert_eq!(changed.brief(), ["network add", "task del"]);
}

#[tokio::test]
async fn a_task_of_a_client_goes_through_the_states_that_it_sets() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let task = client.ok("task.create", &["mine".into(), "descr".into()]).await;
    client.ok("task.set_progress", &[task.clone(), 0.5.into()]).await;
    client.ok("task.cancel", std::slice::from_ref(&task)).await;
    let record = client.ok("task.get_record", std::slice::from_ref(&task)).await;
    assert_eq!(record.get("status").and_then(Value::as_str), Some("pending"));
    let wishes = record.get("current_operations").and_then(Value::as_struct).unwrap();
    assert_eq!(wishes[0].1.as_str(), Some("cancel"));
    client.ok("task.set_status", &[task.clone(), "success".into()]).await;
    assert_eq!(client.ok("task.get_progress", std::slice::from_ref(&task)).await, Value::Float(1.0));
    client.ok("task.destroy", std::slice::from_ref(&task)).await;
    assert_eq!(client.err("task.get_record", &[task]).await[..2], ["HANDLE_INVALID", "task"]);
}
