//! `xo-cli rest` against the server: every example of its help, lists, errors.

use serde_json::{Value, json};

use crate::our_cli::Cli;
use crate::server::{Server, vm_in_state};
use crate::wait::until;

/// Returns the examples of the help, as they stand there; those `about_tasks`, or the others.
pub(crate) async fn examples(cli: &Cli, about_tasks: bool) -> Vec<String> {
    let help = cli.ok(&["help", "rest"]).await;
    // What explains a command stands further in than its synopsis.
    let examples =
        help.lines().filter_map(|line| line.strip_prefix("      ")).filter(|line| line.starts_with("xo-cli "));
    examples.filter(|line| line.contains("tasks") == about_tasks).map(str::to_owned).collect()
}

/// Reads an example as a shell does, with `value` for what is in angle brackets.
pub(crate) fn words(example: &str, value: impl Fn(&str) -> String) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut letters = example.chars().peekable();
    let mut quoted = false;
    while let Some(letter) = letters.next() {
        let word = words.last_mut().expect("there is always one");
        match letter {
            '\'' => quoted = !quoted,
            '<' => word.push_str(&value(&letters.by_ref().take_while(|letter| *letter != '>').collect::<String>())),
            ' ' if !quoted => words.push(String::new()),
            letter => word.push(letter),
        }
    }
    words.remove(0);
    words
}

impl Cli {
    /// Runs an example and returns what it prints.
    pub(crate) async fn example(&self, example: &str, value: impl Fn(&str) -> String) -> String {
        let words = words(example, value);
        self.ok(&words.iter().map(String::as_str).collect::<Vec<_>>()).await
    }

    async fn object(&self, path: &str) -> Value {
        self.json(&["rest", "get", path]).await
    }
}

#[tokio::test]
async fn every_example_of_the_help_does_what_it_says() {
    let server = Server::demo().await;
    let (_client, vms) = server.with_vms().await;
    let cli = Cli::registered(&server).await;
    let id = vm_in_state(&vms, "Running");
    let vm = format!("vms/{id}");
    let value = |name: &str| match name {
        "VM UUID" | "vm id" => id.clone(),
        "tag" => "by%2Fhelp".to_owned(),
        other => panic!("what is <{other}>?"),
    };
    let tagged = async |wanted: bool| {
        until("the tag comes or goes", async || {
            let tags = cli.object(&vm).await["tags"].clone();
            (tags.as_array().unwrap().contains(&json!("by/help")) == wanted).then_some(())
        })
        .await;
    };
    let examples = examples(&cli, false).await;
    assert_eq!(examples.len(), 7, "{examples:?}");
    for example in examples {
        if example == "xo-cli rest del vms/<vm id>/tags/<tag>" {
            cli.ok(&["rest", "put", &format!("{vm}/tags/by%2Fhelp")]).await;
            tagged(true).await;
        }
        let printed = cli.example(&example, value).await;
        let json = || serde_json::from_str::<Value>(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"));
        match example.as_str() {
            "xo-cli rest del vms/<vm id>/tags/<tag>" => tagged(false).await,
            "xo-cli rest put vms/<vm id>/tags/<tag>" => tagged(true).await,
            "xo-cli rest get" => {
                let collections = json();
                for collection in ["hosts", "pools", "srs", "vms"] {
                    assert!(collections.as_array().unwrap().contains(&json!(collection)), "{collection}");
                }
            }
            "xo-cli rest get vms fields=name_label,power_state" => {
                let listed = json();
                assert_eq!(listed.as_array().unwrap().len(), vms.len());
                for vm in listed.as_array().unwrap() {
                    let id = vm["href"].as_str().unwrap().strip_prefix("vms/").unwrap();
                    assert_eq!((&vm["name_label"], vm.as_object().unwrap().len()), (&vms[id]["name_label"], 3));
                }
            }
            "xo-cli rest get vms/<VM UUID>" => assert_eq!((&json()["id"], &json()["type"]), (&json!(id), &json!("VM"))),
            // The quote is missing in the help.
            "xo-cli rest patch vms/<VM UUID> name_label='My VM' name_description='Its description" => {
                until("the names change", async || {
                    let vm = cli.object(&vm).await;
                    (vm["name_label"] == "My VM" && vm["name_description"] == "Its description").then_some(())
                })
                .await;
            }
            "xo-cli rest post vms/<VM UUID>/actions/snapshot name_label='My snapshot'" => {
                assert!(json()["taskId"].is_string(), "{printed}");
                let filter = ["rest", "get", "vm-snapshots", "filter=name_label:\"My snapshot\""];
                until("the snapshot is there", async || {
                    (cli.json(&filter).await.as_array().unwrap().len() == 1).then_some(())
                })
                .await;
            }
            other => panic!("nothing is known of the example `{other}`"),
        }
    }
}

#[tokio::test]
async fn lists_are_filtered_and_limited() {
    let server = Server::demo().await;
    let (_client, vms) = server.with_vms().await;
    let cli = Cli::registered(&server).await;
    let paths = cli.json(&["rest", "get", "vms"]).await;
    let paths: Vec<_> = paths.as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
    assert!(paths.len() == vms.len() && paths.iter().all(|path| path.starts_with("vms/")), "{paths:?}");
    let two = cli.json(&["rest", "get", "vms", "limit=2"]).await;
    let two = two.as_array().unwrap();
    // A list that is cut comes in the order of ids.
    assert!(two.len() == 2 && two.iter().all(|path| paths.contains(&path.as_str().unwrap())), "{two:?}");
    let running = cli.json(&["rest", "get", "vms", "filter=power_state:Running", "fields=id"]).await;
    let expected = vms.values().filter(|vm| vm["power_state"] == "Running").count();
    assert_eq!(running.as_array().unwrap().len(), expected);
    // What hrefs of the server are can be typed, too.
    let object = cli.object(&format!("/rest/v0/{}", paths[0])).await;
    assert_eq!(object["id"], paths[0][4..]);
    let lines = cli.ok(&["rest", "get", "vms", "ndjson=true", "fields=*"]).await;
    assert_eq!(lines.lines().count(), vms.len());
    assert!(cli.ok(&["rest", "get", "vms", "markdown=true", "fields=id"]).await.starts_with("| id |\n"));
    assert_eq!(cli.json(&["rest", "get", "vms", "filter=name_label:nope"]).await, json!([]));
    let actions = cli.json(&["rest", "get", &format!("{}/actions", paths[0])]).await;
    assert!(actions.as_array().unwrap().contains(&json!(format!("{}/actions/start", paths[0]))), "{actions}");
}

#[tokio::test]
async fn parameters_have_the_types_that_the_server_wants() {
    let server = Server::demo().await;
    let (_client, vms) = server.with_vms().await;
    let cli = Cli::registered(&server).await;
    let id = vm_in_state(&vms, "Halted");
    let vm = format!("vms/{id}");
    cli.ok(&["rest", "patch", &vm, "name_label=12", "autoPoweron=true", "cpuWeight=512", "tags=[\"a\"]"]).await;
    until("all has changed", async || {
        let vm = cli.object(&vm).await;
        let same = (&vm["name_label"], &vm["auto_poweron"], &vm["cpuWeight"], &vm["tags"])
            == (&json!("12"), &json!(true), &json!(512), &json!(["a"]));
        same.then_some(())
    })
    .await;
    cli.ok(&["rest", "post", &format!("{vm}/actions/start"), "sync=true"]).await;
    until("it runs", async || (cli.object(&vm).await["power_state"] == "Running").then_some(())).await;
    let told =
        cli.json(&["rest", "post", "vms/actions/hard_shutdown", &format!("filter=id:{id}"), "dryRun=true"]).await;
    assert_eq!(told["counts"]["would"], 1, "{told}");
    assert_eq!(cli.object(&vm).await["power_state"], "Running");
}

#[tokio::test]
async fn refusals_say_what_is_wrong_and_where() {
    let server = Server::demo().await;
    let (_client, vms) = server.with_vms().await;
    let cli = Cli::registered(&server).await;
    let vm = format!("vms/{}", vm_in_state(&vms, "Running"));
    for (words, text) in [
        (&["get", "vms/nope"][..], "no such VM nope"),
        (&["get", "nope"], "the server has no `GET nope`; `xo-cli rest get` lists its collections"),
        (&["put", "vms"], "the server has no `PUT vms`; `xo-cli rest get` lists its collections"),
        (&["get", "vms", "limit=abc"], "limit: invalid float number, found `\"abc\"`"),
        (&["get", "vms", "filter=a:("], "parse error: expected end of input at position 1"),
        (
            &["patch", &vm, "nope=1"],
            "body.nope: \"nope\" is an excess property and therefore is not allowed, found `\"1\"`",
        ),
        (&["patch", &vm, "auto_poweron=maybe"], "body.auto_poweron: invalid boolean value, found `\"maybe\"`"),
    ] {
        let words: Vec<_> = ["rest"].iter().chain(words).copied().collect();
        assert_eq!(cli.failed(1, &words).await, format!("error: {text}\n"));
    }
    let text = cli.failed(1, &["rest", "post", &format!("{vm}/actions/start"), "sync=true"]).await;
    assert!(text.starts_with("error: ") && text.lines().count() == 1, "{text}");
    cli.ok(&["unregister", "--revoke"]).await;
    let url = server.url().replace("://", "://revoked@");
    let text = cli.failed(3, &["--url", &url, "rest", "get", "vms"]).await;
    assert!(text.contains("refuses the token") && text.contains("`xo-cli register "), "{text}");
}

#[tokio::test]
async fn answers_are_saved_under_the_last_part_of_their_path() {
    let server = Server::demo().await;
    let (_client, vms) = server.with_vms().await;
    let cli = Cli::registered(&server).await;
    let id = vms.keys().next().unwrap();
    cli.ok(&["rest", "get", "--output", "./", &format!("vms/{id}")]).await;
    cli.ok(&["rest", "get", "--output", "list.json", "vms", "fields=*"]).await;
    let saved = |name: &str| -> Value { serde_json::from_slice(&std::fs::read(cli.path(name)).unwrap()).unwrap() };
    assert_eq!(saved(id)["id"], *id);
    assert_eq!(saved("list.json").as_array().unwrap().len(), vms.len());
    let text = cli.failed(1, &["rest", "get", "--output", "./", "vms/nope"]).await;
    assert_eq!(text, "error: no such VM nope\n");
    assert!(!cli.path("nope").exists());
}

#[tokio::test]
async fn ten_thousand_virtual_machines_are_listed() {
    const MANY: usize = 10_000;
    let server = Server::start(&["--demo=large:10000"]).await;
    let cli = Cli::registered(&server).await;
    until("all are there", async || {
        let listed = cli.json(&["rest", "get", "vms"]).await;
        (listed.as_array().unwrap().len() >= MANY).then_some(())
    })
    .await;
    let listed = cli.json(&["rest", "get", "vms", "fields=*"]).await;
    assert!(listed.as_array().unwrap().iter().all(|vm| vm["type"] == "VM" && vm["href"].is_string()));
}

#[test]
fn examples_are_read_as_a_shell_does() {
    let value = |name: &str| name.to_uppercase();
    let read = words("xo-cli rest patch vms/<vm id> name_label='My VM' x='a b", value);
    assert_eq!(read, ["rest", "patch", "vms/VM ID", "name_label=My VM", "x=a b"]);
}
