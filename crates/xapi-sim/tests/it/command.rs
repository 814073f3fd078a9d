//! The program, as it is started from a shell.

use std::{net::SocketAddr, process::Stdio};

use serde_json::{Value as Json, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    net::TcpListener,
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::client::{Client, SOON, exchange, post, until_open};

/// The program while it runs.
struct Program {
    child: Child,
    http: SocketAddr,
    https: SocketAddr,
    control: Option<SocketAddr>,
    others: Vec<SocketAddr>,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xapi-sim"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

async fn line(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    let line = timeout(SOON, lines.next_line()).await.expect("it says where it listens").expect("text");
    line.expect("it goes on until it has said so")
}

/// Starts the program, and reads where it listens.
async fn start(arguments: &[&str]) -> Program {
    let mut child = command(arguments).spawn().expect("the program is built");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let (mut control, mut said) = (None, line(&mut lines).await);
    if let Some(address) = said.strip_prefix("control on http://") {
        control = Some(address.parse().expect("an address"));
        said = line(&mut lines).await;
    }
    let mut others = Vec::new();
    while let Some(rest) = said.strip_prefix("another pool on http://") {
        let (http, _) = rest.split_once(" and https://").expect("both addresses");
        others.push(http.parse().expect("an address"));
        said = line(&mut lines).await;
    }
    let addresses = said.strip_prefix("listening on http://").and_then(|rest| rest.split_once(" and https://"));
    let (http, https) = addresses.unwrap_or_else(|| panic!("`{said}` says not where"));
    Program {
        child,
        http: http.parse().expect("an address"),
        https: https.parse().expect("an address"),
        control,
        others,
    }
}

/// Starts the program with arguments that it must refuse, and returns why.
async fn refused(arguments: &[&str]) -> String {
    let output = timeout(SOON, command(arguments).output()).await.expect("it ends").expect("the program is built");
    assert!(!output.status.success(), "{arguments:?} should be refused");
    assert!(output.stdout.is_empty(), "it says nothing of listening");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn it_says_where_it_listens_and_ends_when_it_is_told_to() {
    let mut program = start(&["--world", "small", "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0"]).await;
    assert!(program.http.port() != 0 && program.https.port() != 0 && program.http.port() != program.https.port());
    Client::login(program.http).await.ok("VM.get_all", &[]).await;
    let id = program.child.id().expect("it runs").to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.expect("`kill` is there").success());
    let status = timeout(SOON, program.child.wait()).await.expect("it ends").expect("a status");
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn it_makes_the_world_that_is_asked_for() {
    let large = start(&["--world", "large", "--vms", "20", "--hosts", "3", "--profile", "xenserver-8"]).await;
    let client = Client::login(large.http).await;
    let hosts = client.ok("host.get_all_records", &[]).await;
    let hosts = hosts.as_struct().expect("records");
    assert_eq!(hosts.len(), 3);
    let brand = hosts[0].1.get("software_version").and_then(|version| version.get("product_brand"));
    assert_eq!(brand, Some(&"XenServer".into()));
    let two = start(&["--world", "two-pools", "--seed", "7"]).await;
    assert_eq!(two.others.len(), 1);
    for pool in [two.http, two.others[0]] {
        Client::login(pool).await.ok("pool.get_all", &[]).await;
    }
}

#[tokio::test]
async fn faults_are_there_from_the_start() {
    let fail = format!("fail={}", json!({"method": "pool.get_all", "code": "SR_FULL", "params": ["1"]}));
    let mute = format!("mute={}", json!({"host": "xcp-lab-2"}));
    let program = start(&["--explicit", "--control", "127.0.0.1:0", "--fault", &fail, "--fault", &mute]).await;
    let client = Client::login(program.http).await;
    assert_eq!(client.err("pool.get_all", &[]).await, ["SR_FULL", "1"]);
    client.ok("pool.get_all", &[]).await;
    let vms = client.ok("VM.get_by_name_label", &["sandbox".into()]).await;
    let vm = vms.as_array().expect("a set")[0].clone();
    client.ok("Async.VM.start", &[vm.clone(), false.into(), false.into()]).await;
    let control = program.control.expect("it was asked for one");
    assert_eq!(exchange(control, &post("/finish", b"{}")).await.text(), r#"{"finished":1}"#);
    assert_eq!(client.ok("VM.get_power_state", &[vm]).await.as_str(), Some("Running"));
}

/// Bodies that fit the calls of the control API that need one.
fn body(call: &str) -> Json {
    match call {
        "fail" => json!({"method": "VM.start", "code": "SR_FULL"}),
        "delay" => json!({"method": "VM.start", "seconds": 1}),
        "spoil" => json!({"how": "html", "times": 1}),
        "slow" => json!({"rate": 1_000_000}),
        "drop-events" => json!({"count": 1}),
        "mute" | "freeze" | "kill" | "revive" | "cut" | "new-master" | "fail-over" | "change-certificate" => {
            json!({"host": "xcp-lab-1"})
        }
        _ => json!({}),
    }
}

#[tokio::test]
async fn every_call_of_the_control_api_is_a_fault_too() {
    let program = start(&["--control", "127.0.0.1:0"]).await;
    let control = program.control.expect("it was asked for one");
    let list = exchange(control, b"GET / HTTP/1.1\r\n\r\n").await.text();
    let list: Json = serde_json::from_str(&list).expect("JSON");
    let calls = list["calls"].as_array().expect("a list").iter().map(|call| call.as_str().expect("a name").to_owned());
    let mut arguments = Vec::new();
    for call in calls {
        arguments.extend(["--fault".to_owned(), format!("{call}={}", body(&call))]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let program = start(&arguments).await;
    // The last of them, `clear`, ends the others; ports that `kill` closed open again.
    until_open(program.http).await;
    Client::login(program.http).await.ok("VM.get_all", &[]).await;
}

#[tokio::test]
async fn what_it_cannot_do_it_says() {
    assert!(refused(&["--world", "moon"]).await.contains("no world is called `moon`; there are `small`"));
    assert!(refused(&["--profile", "esx"]).await.contains("no product is called `esx`"));
    assert!(refused(&["--fault", "fly"]).await.contains("there is no control call `fly`"));
    assert!(refused(&["--fault", "mute={"]).await.contains("the body of `--fault mute` is not JSON"));
    let nobody = refused(&["--fault", r#"mute={"host":"nobody"}"#]).await;
    assert!(nobody.contains("no `host` is called `nobody`"), "{nobody}");
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    assert!(refused(&["--listen", &address]).await.contains(&format!("cannot listen on `{address}`")));
}
