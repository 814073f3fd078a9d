//! Runs the binary with a configuration folder of its own.

use std::process::{Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// Time that any run may take.
pub(crate) const LIMIT: Duration = Duration::from_mins(3);

/// A user's home.
pub(crate) struct Home {
    pub(crate) folder: TempDir,
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// Makes a home where `url` is registered with `token`.
    pub(crate) fn registered(url: &str, token: &str) -> Self {
        let home = Self::new();
        std::fs::create_dir(home.folder.path().join("xo-cli")).unwrap();
        std::fs::write(home.config(), serde_json::json!({ "server": url, "token": token }).to_string()).unwrap();
        home
    }

    pub(crate) fn config(&self) -> std::path::PathBuf {
        self.folder.path().join("xo-cli/config.json")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xo-cli"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path())
            .env_remove("SSL_CERT_FILE")
            .env_remove("SSL_CERT_DIR")
            .env("NO_PROXY", "*")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Run {
        finish(self.command(arguments).spawn().unwrap()).await
    }

    pub(crate) async fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that does not read it to the end may close it.
        let _ = stdin.write_all(input).await;
        drop(stdin);
        finish(child).await
    }
}

pub(crate) async fn finish(child: Child) -> Run {
    let output = tokio::time::timeout(LIMIT, child.wait_with_output()).await.expect("the run ends in time").unwrap();
    Run::from(output)
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Run {
    /// Asserts success and returns what was printed.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// Asserts that the run failed with `code`, printed nothing to standard output, and returns the complaint.
    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (Some(code), ""), "{self:?}");
        self.stderr
    }

    #[track_caller]
    pub(crate) fn json(self) -> serde_json::Value {
        let text = self.ok();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}
