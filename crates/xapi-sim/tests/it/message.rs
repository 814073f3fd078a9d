//! Messages.

use serde_json::json;

use crate::lab::{Lab, failure};

#[tokio::test]
async fn a_vm_leaves_messages_of_its_life() {
    let lab = Lab::small().await;
    let vm = lab.vm("legacy-crm");
    lab.run("VM.start", [json!(vm), json!(false), json!(false)]).await.expect("started");
    lab.run("VM.hard_shutdown", [json!(vm)]).await.expect("stopped");
    let (uuid, host) = (lab.text("VM.get_uuid", [json!(vm)]).await, lab.named_object("host", "xcp-lab-1"));
    let host = lab.text("host.get_uuid", [json!(host)]).await;
    let all = lab.ok("message.get_all_records", []).await;
    let mut said: Vec<(&str, &str)> = all
        .as_object()
        .expect("records")
        .values()
        .map(|message| (message["name"].as_str().unwrap_or(""), message["body"].as_str().unwrap_or("")))
        .collect();
    said.sort_unstable();
    let vm = format!("VM 'legacy-crm' (uuid: {uuid})");
    assert_eq!(
        said,
        [
            ("VM_SHUTDOWN", format!("{vm} shutdown forcibly").as_str()),
            ("VM_STARTED", format!("{vm} started on host: xcp-lab-1 (uuid: {host})").as_str()),
        ]
    );
}

#[tokio::test]
async fn a_message_is_left_found_and_removed() {
    let lab = Lab::small().await;
    let uuid = lab.text("VM.get_uuid", [json!(lab.vm("web-1"))]).await;
    let create =
        |uuid: &str| lab.call("message.create", [json!("NOTE"), json!(3), json!("VM"), json!(uuid), json!("hello")]);
    assert_eq!(create("nobody").await, Err(failure("UUID_INVALID", ["VM", "nobody"])));
    let message = create(&uuid).await.expect("left");
    let found = lab.ok("message.get", [json!("VM"), json!(uuid), json!("19700101T00:00:00Z")]).await;
    assert_eq!(found[message.as_str().expect("a reference")]["body"], "hello");
    lab.ok("message.destroy", [message.clone()]).await;
    let message = message.as_str().expect("a reference");
    assert_eq!(
        lab.call("message.get_record", [json!(message)]).await,
        Err(failure("HANDLE_INVALID", ["message", message]))
    );
}
