//! The `xo-server` binary as a child process, on a port and in a folder of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};

use crate::binary;
use crate::client::Client;
use crate::wait::{LIMIT, until};

pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    data: Arc<TempDir>,
    arguments: Vec<String>,
    output: Output,
}

/// What the process printed so far, on standard output and error.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<String>>>);

impl Output {
    fn collect(&self, stream: impl AsyncRead + Unpin + Send + 'static) {
        let lines = Arc::clone(&self.0);
        tokio::spawn(async move {
            let mut stream = BufReader::new(stream).lines();
            while let Ok(Some(line)) = stream.next_line().await {
                lines.lock().push(line);
            }
        });
    }

    fn text(&self) -> String {
        self.0.lock().join("\n")
    }
}

/// Starts the binary; nothing is awaited.
pub(crate) fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary::path("xo-server"));
    command
        .args(["--listen", "127.0.0.1:0"])
        .arg("--data")
        .arg(data)
        .args(arguments)
        .current_dir(data)
        .env("XDG_CONFIG_HOME", data)
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

impl Server {
    /// Starts the demo: one simulated pool, the administrator with the known password.
    pub(crate) async fn demo() -> Self {
        Self::start(&["--demo"]).await
    }

    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let data = Arc::new(tempfile::tempdir().unwrap());
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Self::start_in(data, arguments).await
    }

    /// Starts the demo with a configuration.
    pub(crate) async fn configured(toml: &str) -> Self {
        let data = Arc::new(tempfile::tempdir().unwrap());
        let file = data.path().join("config.toml");
        std::fs::write(&file, toml).unwrap();
        Self::start_in(data, vec!["--demo".into(), "--config".into(), file.to_str().unwrap().into()]).await
    }

    /// Starts without the demo, in an empty folder; returns the password that was made up for the administrator.
    pub(crate) async fn first_start() -> (Self, String) {
        let server = Self::start(&[]).await;
        let password = until("the password is printed", async || made_up_password(&server.printed())).await;
        (server, password)
    }

    async fn start_in(data: Arc<TempDir>, arguments: Vec<String>) -> Self {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        // The first run builds the binary, which takes as long as it takes.
        let path = data.path().to_owned();
        let mut command = command(&path, &words);
        let mut child = command.spawn().unwrap();
        let output = Output::default();
        output.collect(child.stdout.take().unwrap());
        output.collect(child.stderr.take().unwrap());
        let address = until("the server listens", async || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!("the server ended with {status}:\n{}", output.text());
            }
            let lines = output.0.lock();
            lines.iter().find_map(|line| line.split("listening on http://").nth(1)?.trim().parse().ok())
        });
        let address = address.await;
        Self { child, address, data, arguments, output }
    }

    /// Starts again with the data of `self`, which must have ended.
    pub(crate) async fn again(self) -> Self {
        let Self { mut child, data, arguments, .. } = self;
        assert!(child.try_wait().unwrap().is_some(), "the first one still runs");
        Self::start_in(data, arguments).await
    }

    pub(crate) fn data_folder(&self) -> std::path::PathBuf {
        self.data.path().to_owned()
    }

    /// Returns the file of the database, which the log names.
    pub(crate) fn database(&self) -> std::path::PathBuf {
        let printed = self.printed();
        let line =
            printed.lines().find(|line| line.contains("opened database file")).expect("the log names the database");
        line.split('`').nth(1).expect("in quotes").into()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Returns what the server printed so far.
    pub(crate) fn printed(&self) -> String {
        self.output.text()
    }

    /// Returns the memory that the process has resident, in KiB.
    pub(crate) fn memory(&self) -> usize {
        self.status("VmRSS:")
    }

    /// Returns how many threads the process has.
    pub(crate) fn threads(&self) -> usize {
        self.status("Threads:")
    }

    fn status(&self, name: &str) -> usize {
        let status = std::fs::read_to_string(self.proc().join("status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("it is told");
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Returns how many files and sockets the process has open.
    pub(crate) fn open_files(&self) -> usize {
        std::fs::read_dir(self.proc().join("fd")).unwrap().count()
    }

    fn proc(&self) -> std::path::PathBuf {
        Path::new("/proc").join(self.child.id().expect("it runs").to_string())
    }

    /// Ends the process as a power cut would.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks the process to end and returns its exit code.
    pub(crate) async fn terminate(&mut self) -> Option<i32> {
        let id = self.child.id().expect("it runs").to_string();
        assert!(std::process::Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success());
        tokio::time::timeout(LIMIT, self.child.wait()).await.expect("the server ends in time").unwrap().code()
    }

    /// Signs in and waits for the virtual machines of the simulated pool; returns them by id.
    pub(crate) async fn with_vms(&self) -> (Client, serde_json::Map<String, Value>) {
        let mut client = Client::signed_in(self.address).await;
        let vms = until("the virtual machines are there", async || {
            match client.ok("xo.getAllObjects", json!({ "filter": { "type": "VM" } })).await {
                Value::Object(vms) if !vms.is_empty() => Some(vms),
                _ => None,
            }
        });
        let vms = vms.await;
        (client, vms)
    }
}

/// Returns the id of a VM in `state` of which no operation is blocked.
pub(crate) fn vm_in_state(vms: &serde_json::Map<String, Value>, state: &str) -> String {
    let found = vms.iter().find(|(_, vm)| vm["power_state"] == state && vm["blockedOperations"] == json!({}));
    found.unwrap_or_else(|| panic!("no VM is {state}")).0.clone()
}

/// Finds the password that the first start printed.
fn made_up_password(printed: &str) -> Option<String> {
    let line = printed.lines().find(|line| line.contains("password") && line.contains("admin@admin.net"))?;
    let (_, rest) = line.split_once("password")?;
    let mut words = rest.split(['`', ' ', ':', '\'', '"']).filter(|word| word.len() >= 12 && !word.contains('@'));
    words.next().map(str::to_owned)
}
