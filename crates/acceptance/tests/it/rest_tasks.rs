//! `xo-cli rest` with tasks: the examples of its help that are about them, and waiting.

use serde_json::{Value, json};

use crate::our_cli::Cli;
use crate::our_cli_rest::examples;
use crate::server::{Server, vm_in_state};

/// Opens a task that takes so many milliseconds, and returns its id.
async fn task(cli: &Cli, duration: u32) -> String {
    cli.ok(&["test.createTask", "name=long", &format!("duration=json:{duration}")]).await.trim_end().to_owned()
}

/// Longer than any test.
const LONG: u32 = 3_600_000;

#[tokio::test]
async fn every_example_of_the_help_does_what_it_says() {
    let server = Server::demo().await;
    let cli = Cli::registered(&server).await;
    let examples = examples(&cli, true).await;
    assert_eq!(examples.len(), 4, "{examples:?}");
    for example in examples {
        let id = task(&cli, if example.contains("wait=result") { 100 } else { LONG }).await;
        let path = format!("tasks/{id}");
        if example == "xo-cli rest del tasks/<task id>" {
            cli.ok(&["rest", "post", &format!("{path}/actions/abort"), "sync=true"]).await;
            cli.json(&["rest", "get", &path, "wait=result"]).await;
        }
        let printed = cli.example(&example, |_| id.clone()).await;
        let json = || serde_json::from_str::<Value>(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"));
        match example.as_str() {
            "xo-cli rest del tasks/<task id>" => {
                let text = cli.failed(1, &["rest", "get", &path]).await;
                assert_eq!(text, format!("error: no such task {id}\n"));
            }
            "xo-cli rest get tasks filter='status:pending'" => {
                assert!(json().as_array().unwrap().contains(&json!(path)), "{printed}");
            }
            // The path of the help is that of no task; it is the task that is waited for.
            "xo-cli rest get tasks/<task id>/actions wait=result" => {
                assert_eq!((&json()["id"], &json()["status"]), (&json!(id), &json!("success")));
            }
            "xo-cli rest post tasks/<task id>/actions/abort" => {
                let ended = cli.json(&["rest", "get", &path, "wait=result"]).await;
                assert_ne!(ended["status"], "pending", "{ended}");
            }
            other => panic!("nothing is known of the example `{other}`"),
        }
    }
}

#[tokio::test]
async fn the_task_of_an_action_is_waited_for() {
    let server = Server::demo().await;
    let (_client, vms) = server.with_vms().await;
    let cli = Cli::registered(&server).await;
    let action = format!("vms/{}/actions/snapshot", vm_in_state(&vms, "Running"));
    let begun = cli.json(&["rest", "post", &action, "name_label=s"]).await;
    let path = format!("tasks/{}", begun["taskId"].as_str().unwrap());
    let ended = cli.json(&["rest", "get", &path, "wait=result"]).await;
    assert_eq!(ended["status"], "success", "{ended}");
    // What has ended is told at once.
    assert_eq!(cli.json(&["rest", "get", &path, "wait"]).await, ended);
    let actions = cli.json(&["rest", "get", &format!("{path}/actions")]).await;
    assert_eq!(actions, json!([format!("{path}/actions/abort")]));
    let collections = cli.json(&["rest", "get"]).await;
    assert!(collections.as_array().unwrap().contains(&json!("tasks")), "{collections}");
}

#[tokio::test]
async fn a_change_of_a_task_is_waited_for() {
    let server = Server::demo().await;
    let cli = Cli::registered(&server).await;
    let path = format!("tasks/{}", task(&cli, LONG).await);
    let words = ["rest", "get", &path, "wait"];
    let waiting = cli.json(&words);
    let aborting = async {
        cli.ok(&["rest", "post", &format!("{path}/actions/abort"), "sync=true"]).await;
    };
    let (changed, ()) = tokio::join!(waiting, aborting);
    assert!(changed["abortionRequestedAt"].is_number(), "{changed}");
}
