//! Our own command line client, against the server.

use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::binary;
use crate::client::{ADMIN, PASSWORD};
use crate::server::{Server, vm_in_state};
use crate::wait::{LIMIT, until};

/// A user's home with the client in it.
pub(crate) struct Cli {
    home: TempDir,
}

#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Cli {
    pub(crate) fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    pub(crate) async fn registered(server: &Server) -> Self {
        let cli = Self::new();
        let run = cli.run(&["register", &server.url(), ADMIN, PASSWORD]).await;
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), "Successfully logged with admin@admin.net\n"), "{run:?}");
        cli
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(binary::path("xo-cli"));
        command.args(arguments).current_dir(self.home.path()).env("XDG_CONFIG_HOME", self.home.path());
        command.env("NO_PROXY", "*").stdin(Stdio::null()).kill_on_drop(true);
        let output = tokio::time::timeout(LIMIT, command.output()).await.expect("the run ends in time").unwrap();
        Run {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Returns the path of a file of the home.
    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.home.path().join(name)
    }

    pub(crate) async fn ok(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments).await;
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}: {run:?}");
        run.stdout
    }

    pub(crate) async fn json(&self, arguments: &[&str]) -> Value {
        let text = self.ok(arguments).await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"))
    }

    pub(crate) async fn failed(&self, code: i32, arguments: &[&str]) -> String {
        let run = self.run(arguments).await;
        assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{arguments:?}: {run:?}");
        run.stderr
    }
}

#[tokio::test]
async fn virtual_machines_are_listed_changed_and_switched() {
    let server = Server::demo().await;
    let (_client, vms) = server.with_vms().await;
    let cli = Cli::registered(&server).await;
    let listed = cli.json(&["list-objects", "type=VM"]).await;
    assert_eq!(listed.as_array().unwrap().len(), vms.len());

    let id = vm_in_state(&vms, "Halted");
    let state = async |wanted: &str| {
        until("the power state changes", async || {
            let vm = cli.json(&["list-objects", "--power_state", "--name_label", &format!("id={id}")]).await;
            (vm[0]["power_state"] == wanted).then(|| vm[0].clone())
        })
        .await
    };
    assert_eq!(cli.ok(&["vm.start", &format!("id={id}")]).await, "true\n");
    state("Running").await;
    // `vm` is the name of the namespace, and means the id.
    cli.ok(&["vm.stop", &format!("vm={id}"), "force=true"]).await;
    state("Halted").await;
    cli.ok(&["vm.set", &format!("id={id}"), "name_label=a=b \"c\"", "name_description="]).await;
    until("the name changes", async || (state("Halted").await["name_label"] == "a=b \"c\"").then_some(())).await;
    cli.ok(&["tag.add", &format!("id={id}"), "tag=by the client"]).await;
    until("the tag is there", async || {
        let tagged = cli.json(&["list-objects", "--id", "type=VM", "tags=json:[\"by the client\"]"]).await;
        (tagged == json!([{ "id": id }])).then_some(())
    })
    .await;
}

#[tokio::test]
async fn virtual_machines_are_stopped_all_at_once_after_a_look_at_what_would_happen() {
    let server = Server::demo().await;
    let (_client, _) = server.with_vms().await;
    let cli = Cli::registered(&server).await;
    let running = async || cli.json(&["list-objects", "--id", "type=VM", "power_state=Running"]).await;
    let before = running().await;
    let count = before.as_array().unwrap().len();
    let selection = "selection=json:{\"filter\":\"power_state:Running\"}";
    let told = cli.json(&["vm.stop", selection, "force=true", "dryRun=true"]).await;
    assert_eq!((&told["counts"]["would"], told["objects"].as_array().unwrap().len()), (&json!(count), count));
    let would = told["objects"][0]["would"].as_str().unwrap();
    assert!(would.ends_with(" is Running: it would be switched off hard, without its guest being asked"), "{would}");
    assert_eq!(running().await, before);
    let done = cli.json(&["vm.stop", selection, "force=true"]).await;
    assert_eq!(done["counts"]["done"], count);
    until("all are off", async || (running().await == json!([])).then_some(())).await;
    let help = cli.ok(&["help", "vm.stop"]).await;
    assert!(help.contains("In place of id"), "{help}");
}

#[tokio::test]
async fn commands_are_those_that_the_server_has() {
    let server = Server::demo().await;
    let cli = Cli::registered(&server).await;
    let all = cli.json(&["list-commands", "--json"]).await;
    for method in ["vm.start", "vm.set", "tag.add", "server.add", "user.create", "token.create", "xo.getAllObjects"] {
        assert!(all.get(method).is_some(), "no `{method}`");
    }
    let some = cli.ok(&["list-commands", "{user,token}.*", "!user.*"]).await;
    assert!(some.lines().all(|line| line.starts_with("token.") || line.starts_with("    ")), "{some}");
    let start = cli.ok(&["list-commands", "vm.start"]).await;
    assert!(start.starts_with("vm.start ") && start.contains(" id=<string>"), "{start}");
}

#[tokio::test]
async fn wrong_parameters_are_told_by_their_path() {
    let server = Server::demo().await;
    let cli = Cli::registered(&server).await;
    let text = cli.failed(1, &["vm.start"]).await;
    assert!(text.starts_with("error: invalid parameters\n  @.id: must have required property 'id'"), "{text}");
    let text = cli.failed(1, &["vm.start", "id=x", "x=y"]).await;
    assert!(text.contains("\n  @.x: must NOT have additional properties"), "{text}");
    let text = cli.failed(1, &["vm.start", "id=x", "force=yes"]).await;
    assert!(text.contains("\n  @.force: must be boolean"), "{text}");
    let text = cli.failed(1, &["vm.start", "id=nope"]).await;
    assert_eq!(text, "error: no such VM nope\n");
    let text = cli.failed(1, &["vm.strat", "id=x"]).await;
    assert!(text.starts_with("error: method not found: vm.strat"), "{text}");
}

#[tokio::test]
async fn an_added_server_is_answered_by_its_id() {
    let server = Server::demo().await;
    let cli = Cli::registered(&server).await;
    let words =
        ["server.add", "host=my.server.invalid", "username=root", "password=secret-password", "autoConnect=false"];
    let id = cli.ok(&words).await;
    let servers = cli.json(&["server.getAll"]).await;
    let added = servers.as_array().unwrap().iter().find(|server| server["id"] == id.trim_end()).expect("it is listed");
    assert_eq!(added["host"], "my.server.invalid");
    assert!(added.get("password").is_none());
    assert!(!server.printed().contains("secret-password"));
}

#[tokio::test]
async fn a_token_works_until_it_is_revoked() {
    let server = Server::demo().await;
    let cli = Cli::registered(&server).await;
    let run = cli.run(&["create-token", "--expiresIn", "1 hour", &server.url(), ADMIN, PASSWORD]).await;
    let token = run.stdout.trim_end();
    assert_eq!(token.len(), 43, "{run:?}");
    let url = server.url().replace("://", &format!("://{token}@"));
    let guest = Cli::new();
    assert!(guest.json(&["--url", &url, "user.getAll"]).await.as_array().is_some());

    let saved = std::fs::read_to_string(cli.home.path().join("xo-cli/config.json")).unwrap();
    assert!(!saved.contains(token), "making a token does not change the registered one");
    assert_eq!(cli.ok(&["unregister", "--revoke"]).await, "");
    std::fs::write(cli.home.path().join("xo-cli/config.json"), saved).unwrap();
    let text = cli.failed(3, &["user.getAll"]).await;
    assert!(text.contains("refuses the token"), "{text}");
    guest.ok(&["--url", &url, "user.getAll"]).await;
    assert!(!server.printed().contains(token), "no secret reaches the log");
}

#[tokio::test]
async fn a_user_without_rights_sees_and_does_nothing() {
    let server = Server::demo().await;
    let (_client, vms) = server.with_vms().await;
    let admin = Cli::registered(&server).await;
    admin.ok(&["user.create", "email=low", "password=humble"]).await;
    let low = Cli::new();
    let run = low.run(&["register", &server.url(), "low", "humble"]).await;
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(low.json(&["list-objects"]).await, json!([]));
    let text = low.failed(1, &["vm.start", &format!("id={}", vm_in_state(&vms, "Halted"))]).await;
    assert!(text.starts_with("error: "), "{text}");
    let text = low.failed(1, &["user.getAll"]).await;
    assert_eq!(text, "error: not enough permissions\n");
}

#[tokio::test]
async fn a_certificate_of_the_server_itself_is_accepted_on_demand() {
    let server = Server::start(&["--demo", "--listen", "https://127.0.0.1:0"]).await;
    let url = until("the server listens with TLS", async || {
        let printed = server.printed();
        let address = printed.lines().find_map(|line| line.strip_prefix("listening on https://"));
        address.map(|address| format!("https://{address}"))
    })
    .await;
    let cli = Cli::new();
    let text = cli.failed(3, &["register", &url, ADMIN, PASSWORD]).await;
    assert!(text.contains("`--allowUnauthorized` (`--au`) accepts it anyway") && text.lines().count() == 1, "{text}");
    let run = cli.run(&["register", "--au", &url, ADMIN, PASSWORD]).await;
    assert_eq!(run.code, Some(0), "{run:?}");
    cli.json(&["user.getAll"]).await;
}

#[tokio::test]
async fn a_supplemental_pack_is_sent_from_a_file() {
    let server = Server::demo().await;
    let (_client, _) = server.with_vms().await;
    let cli = Cli::registered(&server).await;
    let hosts = cli.json(&["list-objects", "--id", "type=host"]).await;
    let host = format!("host={}", hosts[0]["id"].as_str().expect("an id"));
    let mut image = vec![0; 3 << 20];
    for (at, bytes) in [(0, &b"\x01CD001"[..]), (40, b"drivers "), (318, b"vendor ")] {
        image[16 * 2048 + at..][..bytes.len()].copy_from_slice(bytes);
    }
    std::fs::write(cli.home.path().join("pack.iso"), &image).unwrap();
    std::fs::write(cli.home.path().join("no.iso"), vec![0; 3 << 20]).unwrap();
    let disks = async || cli.json(&["list-objects", "--id", "type=VDI"]).await;
    let before = disks().await;
    assert_eq!(cli.ok(&["host.installSupplementalPack", &host, "@=pack.iso"]).await, "true\n");
    let error = cli.failed(1, &["host.installSupplementalPack", &host, "@=pack.iso"]).await;
    assert!(error.contains("UPDATE_ALREADY_APPLIED: vendor:drivers"), "{error}");
    let error = cli.failed(1, &["host.installSupplementalPack", &host, "@=no.iso"]).await;
    assert_eq!(error, "error: what was sent is no ISO image; supplemental packs are\n");
    let error = cli.failed(2, &["host.installSupplementalPack", &host]).await;
    assert!(error.contains("takes a file"), "{error}");
    until("its disks are gone", async || (disks().await == before).then_some(())).await;
}
