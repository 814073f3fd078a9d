//! A running daemon.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

/// Neither start nor stop takes so long, on any machine.
const LIMIT: Duration = Duration::from_secs(60);

pub(crate) struct Daemon {
    child: Child,
    lines: Receiver<String>,
}

/// The daemon with its data in `folder`, and nothing from the user's surroundings.
pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xo-server"));
    command.args(args).arg("--data").arg(folder.join("data"));
    command.env_remove("RUST_LOG").env_remove("DEBUG").env("XDG_CONFIG_HOME", folder).env("HOME", folder);
    command
}

/// Runs the daemon where it is expected to end by itself.
pub(crate) fn refused(folder: &Path, args: &[&str]) -> String {
    let mut child = command(folder, args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let ended = wait(&mut child);
    let Output { stdout, stderr, .. } = child.wait_with_output().expect("it has ended");
    assert!(!ended.success(), "it runs: {}", String::from_utf8_lossy(&stdout));
    String::from_utf8(stderr).expect("messages are text")
}

#[allow(clippy::disallowed_methods, reason = "this thread does nothing but wait for another process")]
fn wait(child: &mut Child) -> std::process::ExitStatus {
    let start = std::time::Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("it is our child") {
            return status;
        }
        if start.elapsed() > LIMIT {
            let _ = child.kill();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Daemon {
    pub(crate) fn start(folder: &Path, args: &[&str]) -> Self {
        let mut child =
            command(folder, args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let (send, lines) = channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self { child, lines }
    }

    /// Returns the next line of the standard output.
    pub(crate) fn line(&mut self) -> String {
        let line = self.lines.recv_timeout(LIMIT);
        line.unwrap_or_else(|error| panic!("it says nothing more ({error}): {}", self.end().1))
    }

    /// Returns the address that it says it listens on.
    pub(crate) fn address(&mut self) -> String {
        loop {
            let line = self.line();
            if let Some(address) = line.strip_prefix("listening on ") {
                return address.to_owned();
            }
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().expect("kill is there").success());
    }

    /// Waits for the end; returns the exit code and the log.
    pub(crate) fn end(&mut self) -> (Option<i32>, String) {
        let status = wait(&mut self.child);
        let mut log = String::new();
        let _ = self.child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut log));
        (status.code(), log)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
