//! Starting the binaries, and what the kernel tells of them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::mpsc,
    time::timeout,
};

/// A binary that runs, and ends when this is dropped.
pub(crate) struct Process {
    child: Child,
    /// Address that it listens on for plain HTTP.
    pub(crate) address: String,
    /// Address of a simulator for HTTPS.
    #[allow(dead_code, reason = "only one bench asks over TLS")]
    pub(crate) secure: Option<String>,
    /// Addresses of the other pools of a simulator, plain and for HTTPS.
    #[allow(dead_code, reason = "only one bench has several")]
    pub(crate) others: Vec<(String, Option<String>)>,
    /// Password of the administrator, if this was the first start.
    pub(crate) password: Option<String>,
    /// From its start to the line that says that it listens.
    pub(crate) ready_after: Duration,
    /// When it said in its log that it sees all of a pool.
    pools: mpsc::Receiver<Instant>,
}

/// Reads `127.0.0.1:80 and https://127.0.0.1:443`, the second of which a server does not tell.
fn addresses(text: &str) -> (String, Option<String>) {
    let mut words = text.split_whitespace().map(|word| word.trim_start_matches("https://").trim_end_matches('/'));
    let plain = words.next().unwrap_or_default().to_owned();
    (plain, words.nth(1).map(ToOwned::to_owned))
}

/// Returns the path of a binary built as this bench is: it stands in the folder above.
fn binary(name: &str) -> Result<PathBuf> {
    let bench = std::env::current_exe()?;
    let folder = bench.parent().and_then(Path::parent).context("the bench is in a target folder")?;
    let path = folder.join(name);
    if !path.is_file() {
        bail!("no `{}`: run `cargo xtask bench`", path.display());
    }
    Ok(path)
}

impl Process {
    /// Starts the binary and waits until it prints `listening on http://…`.
    pub(crate) async fn start(name: &str, args: &[String]) -> Result<Self> {
        let started = Instant::now();
        let mut child = Command::new(binary(name)?)
            .args(args)
            .env("RUST_LOG", "info")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start `{name}`"))?;
        let (connected, pools) = mpsc::channel(16);
        let mut log = BufReader::new(child.stderr.take().context("no log")?).lines();
        tokio::spawn(async move {
            while let Ok(Some(line)) = log.next_line().await {
                if line.contains(": connected to ") {
                    let _ = connected.try_send(Instant::now());
                } else if line.contains(" WARN ") || line.contains("ERROR ") {
                    eprintln!("{line}");
                }
            }
        });
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let (mut password, mut others) = (None, Vec::new());
        let (address, secure) = timeout(Duration::from_secs(120), async {
            while let Some(line) = lines.next_line().await? {
                if let Some((_, rest)) = line.split_once("with the password `") {
                    password = rest.split_once('`').map(|(word, _)| word.to_owned());
                }
                if let Some(rest) = line.strip_prefix("another pool on http://") {
                    others.push(addresses(rest));
                }
                // The simulator names its address for HTTPS on the same line.
                if let Some(rest) = line.strip_prefix("listening on http://") {
                    return Ok(addresses(rest));
                }
            }
            bail!("`{name}` ended before it listened")
        })
        .await
        .with_context(|| format!("`{name}` did not listen within two minutes"))??;
        let ready_after = started.elapsed();
        // Whatever it prints later must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, address, secure, others, password, ready_after, pools })
    }

    /// Waits until it says that it sees all of the next pool; returns when that was.
    pub(crate) async fn sees_pool(&mut self) -> Result<Instant> {
        let seen = timeout(Duration::from_mins(5), self.pools.recv()).await;
        seen.context("the pool was not connected within five minutes")?.context("the server has ended")
    }

    /// Ends it as an administrator would, and waits.
    pub(crate) async fn stop(mut self) -> Result<()> {
        Command::new("kill").arg(self.pid()?.to_string()).status().await?;
        timeout(Duration::from_secs(30), self.child.wait()).await.context("it did not end on SIGTERM")??;
        Ok(())
    }

    fn pid(&self) -> Result<u32> {
        self.child.id().context("the process has ended")
    }

    /// Returns a line of `/proc/…/status` in MiB.
    fn status(&self, key: &str) -> Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.pid()?))?;
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        let kib: f64 = line.context("no such line")?.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }

    /// Returns the memory that is resident now, in MiB.
    pub(crate) fn resident(&self) -> Result<f64> {
        self.status("VmRSS")
    }

    /// Lets `peak` begin anew with what the process has now.
    #[allow(dead_code, reason = "only one bench asks for the peak of a part")]
    pub(crate) fn forget_peak(&self) -> Result<()> {
        std::fs::write(format!("/proc/{}/clear_refs", self.pid()?), "5").context("clear_refs")
    }

    /// Returns the most memory that was ever resident, in MiB.
    pub(crate) fn peak(&self) -> Result<f64> {
        self.status("VmHWM")
    }

    /// Returns the processor time used so far.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.pid()?))?;
        let (_, after_name) = text.rsplit_once(')').context("no name in stat")?;
        // Fields 14 and 15 of the line, in ticks of 1/100 s.
        let ticks: u64 = after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
        Ok(Duration::from_millis(ticks * 10))
    }
}
