//! What it costs that VMs go through the server, against `curl` and the hosts alone.
//!
//! `cargo xtask bench streams` builds the binaries for release and runs this. Two simulated pools that speak TLS, as hosts do, a VM with a disk of 20 GiB of
//! which `HELD` MiB (256) hold something that no compression makes smaller; each figure is the best of `RUNS` (3), of the server
//! and of the baselines in turns. Host, server and client share the processors of one machine, so that an export through the
//! server is also held against one through a relay that does nothing else, and against the host alone where the client takes no
//! more than a line of 10 Gbit/s carries.

mod relay;

#[path = "../first_light/process.rs"]
#[allow(dead_code, reason = "each bench uses its part")]
mod process;
#[path = "../first_light/rpc.rs"]
#[allow(dead_code, reason = "each bench uses its part")]
mod rpc;
#[path = "../first_light/socket.rs"]
#[allow(dead_code, reason = "each bench uses its part")]
mod socket;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::{process::Process, socket::Socket};

/// Size of the disk, in bytes.
const SIZE: u64 = 20 << 30;
/// Rates as `curl` takes them, in bytes a second.
const NO_LIMIT: &str = "0";
const TEN_GIGABITS: &str = "1250000000";

#[tokio::main]
async fn main() -> Result<()> {
    let number = |name: &str, or: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(or);
    let (held, runs) = (number("HELD", 256), number("RUNS", 3));
    let site = Site::start(held << 20).await?;
    println!("a VM with a disk of 20 GiB, {held} MiB of it held; the best of {runs} runs each");
    site.server.forget_peak()?;
    let idle = site.server.resident()?;
    let relayed = site.archive(&relay::start(site.from.secure.clone()).await?);
    let direct = site.archive(&site.from.secure);
    for (what, baseline, limit) in [
        ("export, beside the host alone", &direct, NO_LIMIT),
        ("export, beside a relay", &relayed, NO_LIMIT),
        ("export at 10 Gbit/s, beside the host alone", &direct, TEN_GIGABITS),
    ] {
        let (mut alone, mut through) = (Duration::MAX, Duration::MAX);
        for _ in 0..runs {
            alone = alone.min(site.export(baseline, limit).await?);
            through = through.min(site.export(&site.rest(&format!("/vms/{}.xva", site.vm)), limit).await?);
        }
        tell(what, held, alone, through);
    }
    let (mut alone, mut through) = (Duration::MAX, Duration::MAX);
    for _ in 0..runs {
        alone = alone.min(site.copy_alone().await?);
        through = through.min(site.copy_through().await?);
    }
    tell("copy to the other pool", held, alone, through);
    println!(
        "memory of the server: {idle:.0} MiB idle, {:.0} MiB at most, {:.0} MiB more",
        site.server.peak()?,
        site.server.peak()? - idle
    );
    Ok(())
}

fn tell(what: &str, held: u64, alone: Duration, through: Duration) {
    let rate = |took: Duration| held as f64 / took.as_secs_f64();
    let share = alone.as_secs_f64() / through.as_secs_f64() * 100.0;
    println!(
        "{what}: curl {alone:.2?} ({:.0} MiB/s of what is held), server {through:.2?} ({:.0} MiB/s): {share:.0} %",
        rate(alone),
        rate(through)
    );
}

/// A pool: its addresses, its storage.
struct Pool {
    address: String,
    /// For HTTPS, which is what hosts speak.
    secure: String,
    session: String,
    /// Reference and id of its default storage.
    sr: (String, String),
}

/// Two pools, and a server that is connected to both.
struct Site {
    _sim: Process,
    server: Process,
    _folder: TempDir,
    token: String,
    from: Pool,
    to: Pool,
    /// Id of the VM.
    vm: String,
}

impl Pool {
    async fn at((address, secure): &(String, Option<String>)) -> Result<Self> {
        let session = rpc::log_in(address).await?;
        let pools = rpc::call(address, "pool.get_all_records", json!([session])).await?;
        let pool = pools.as_object().and_then(|pools| pools.values().next()).context("a pool")?;
        let sr = pool["default_SR"].as_str().context("a default storage")?.to_owned();
        let id = rpc::call(address, "SR.get_uuid", json!([session, sr])).await?;
        let id = id.as_str().context("an id")?.to_owned();
        let secure = secure.clone().context("an address for HTTPS")?;
        Ok(Self { address: address.clone(), secure, session, sr: (sr, id) })
    }

    async fn call(&self, method: &str, params: &[Value]) -> Result<Value> {
        let params: Vec<Value> = [self.session.as_str().into()].into_iter().chain(params.iter().cloned()).collect();
        rpc::call(&self.address, method, params.into()).await
    }
}

impl Site {
    async fn start(held: u64) -> Result<Self> {
        let texts = |args: &[&str]| args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
        let (mut args, mut hosts) = (texts(&["--world", "two-pools", "--pace", "0.01"]), Vec::new());
        args.extend(texts(&["--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0"]));
        let sim = Process::start("xapi-sim", &args).await?;
        hosts.push((sim.address.clone(), sim.secure.clone()));
        hosts.extend(sim.others.iter().cloned());
        let folder = tempfile::tempdir()?;
        let config = folder.path().join("config.toml");
        std::fs::write(&config, "")?;
        let (config, data) = (config.display().to_string(), folder.path().join("data").display().to_string());
        let server =
            Process::start("xo-server", &texts(&["--config", &config, "--data", &data, "--listen", "127.0.0.1:0"]))
                .await?;
        let password = server.password.clone().context("a first start tells a password")?;
        let mut client = Socket::sign_in(&server.address, &password).await?;
        let token = client.call("token.create", json!({})).await?.as_str().context("a token")?.to_owned();
        let (from, to) = match &hosts[..] {
            [from, to, ..] => (Pool::at(from).await?, Pool::at(to).await?),
            _ => bail!("the simulator tells of one pool only"),
        };
        for pool in [&from, &to] {
            let server = json!({ "host": format!("https://{}", pool.secure), "username": "root", "password": "password", "allowUnauthorized": true });
            client.call("server.add", server).await?;
        }
        let vm = make(&from, folder.path(), held).await?;
        let site = Self { _sim: sim, server, _folder: folder, token, from, to, vm };
        site.seen().await?;
        Ok(site)
    }

    /// Waits until the server sees the VM and the storage of the other pool.
    async fn seen(&self) -> Result<()> {
        for path in [format!("/vms/{}", self.vm), format!("/srs/{}", self.to.sr.1)] {
            let began = Instant::now();
            while self.curl(&["-sf", "-o", "/dev/null", &self.rest(&path)]).await.is_err() {
                if began.elapsed() > Duration::from_secs(60) {
                    bail!("the server does not see `{path}`");
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        Ok(())
    }

    fn rest(&self, path: &str) -> String {
        format!("http://{}/rest/v0{path}", self.server.address)
    }

    async fn curl(&self, args: &[&str]) -> Result<Duration> {
        let began = Instant::now();
        let cookie = format!("authenticationToken={}", self.token);
        let status = Command::new("curl")
            .args(["-k", "--noproxy", "*", "-b", &cookie])
            .args(args)
            .stdout(Stdio::null())
            .status();
        if !status.await.context("curl is not installed")?.success() {
            bail!("curl {args:?} failed");
        }
        Ok(began.elapsed())
    }

    /// What the host, or what stands before it at this address, is asked for its archive at.
    fn archive(&self, address: &str) -> String {
        format!("https://{address}/export?uuid={}&session_id={}", self.vm, self.from.session)
    }

    async fn export(&self, url: &str, limit: &str) -> Result<Duration> {
        self.curl(&["-sf", "-o", "/dev/null", "--limit-rate", limit, url]).await
    }

    async fn copy_alone(&self) -> Result<Duration> {
        let import = format!("https://{}/import?sr_id={}&session_id={}", self.to.secure, self.to.sr.0, self.to.session);
        // Nobody knows how long the archive is; hosts take this for that.
        let length = "Content-Length: 1125899906842624";
        let script = r#"curl -skf --noproxy '*' "$0" | curl -sk --noproxy '*' -o /dev/null -X PUT -H "$2" -H 'Transfer-Encoding:' -H 'Expect:' -T - "$1"; true"#;
        let began = Instant::now();
        Command::new("sh").args(["-c", script, &self.archive(&self.from.secure), &import, length]).status().await?;
        let took = began.elapsed();
        self.remove_copy().await?;
        Ok(took)
    }

    async fn copy_through(&self) -> Result<Duration> {
        let body = json!({ "srId": self.to.sr.1, "name_label": "streamed" }).to_string();
        let url = self.rest(&format!("/vms/{}/actions/clone?sync=true", self.vm));
        let took = self
            .curl(&["-sf", "-o", "/dev/null", "-X", "POST", "-H", "content-type: application/json", "-d", &body, &url])
            .await?;
        self.remove_copy().await?;
        Ok(took)
    }

    /// Removes what was copied, which has to be there.
    async fn remove_copy(&self) -> Result<()> {
        let copies = self.to.call("VM.get_by_name_label", &["streamed".into()]).await?;
        let copy = copies.as_array().and_then(|copies| copies.first()).context("there is no copy")?.clone();
        for vbd in self.to.call("VM.get_VBDs", std::slice::from_ref(&copy)).await?.as_array().context("a list")? {
            let vdi = self.to.call("VBD.get_VDI", std::slice::from_ref(vbd)).await?;
            self.to.call("VBD.destroy", std::slice::from_ref(vbd)).await?;
            self.to.call("VDI.destroy", &[vdi]).await?;
        }
        self.to.call("VM.destroy", &[copy]).await.map(drop)
    }
}

/// Makes the VM in a pool, and returns its id.
async fn make(pool: &Pool, folder: &Path, held: u64) -> Result<String> {
    let none = json!({});
    let vm = json!({
        "name_label": "streamed", "name_description": "", "user_version": 1, "is_a_template": false, "affinity": "OpaqueRef:NULL",
        "memory_static_max": 1_u64 << 30, "memory_dynamic_max": 1_u64 << 30, "memory_dynamic_min": 1_u64 << 30,
        "memory_static_min": 128_u64 << 20, "VCPUs_params": none, "VCPUs_max": 1, "VCPUs_at_startup": 1,
        "actions_after_shutdown": "destroy", "actions_after_reboot": "restart", "actions_after_crash": "restart",
        "PV_bootloader": "", "PV_kernel": "", "PV_ramdisk": "", "PV_args": "", "PV_bootloader_args": "", "PV_legacy_args": "",
        "HVM_boot_policy": "BIOS order", "HVM_boot_params": none, "platform": none, "PCI_bus": "", "other_config": none,
        "recommendations": "",
    });
    let vm = pool.call("VM.create", &[vm]).await?;
    let disk = json!({
        "name_label": "disk", "SR": pool.sr.0, "virtual_size": SIZE, "type": "user", "sharable": false, "read_only": false,
        "other_config": none,
    });
    let disk = pool.call("VDI.create", &[disk]).await?;
    let vbd = json!({
        "VM": vm, "VDI": disk, "userdevice": "0", "bootable": true, "mode": "RW", "type": "Disk", "empty": false,
        "other_config": none, "qos_algorithm_type": "", "qos_algorithm_params": none,
    });
    pool.call("VBD.create", &[vbd]).await?;
    let content = fill(folder, held)?;
    let reference = disk.as_str().context("a reference")?;
    let url =
        format!("http://{}/import_raw_vdi?vdi={reference}&session_id={}&chunked=true", pool.address, pool.session);
    let status =
        Command::new("curl").args(["-s", "--noproxy", "*", "-o", "/dev/null", "-T"]).arg(&content).arg(&url).status();
    if !status.await?.success() {
        bail!("the disk cannot be filled");
    }
    std::fs::remove_file(content)?;
    Ok(pool.call("VM.get_uuid", &[vm]).await?.as_str().context("an id")?.to_owned())
}

/// Writes what hosts take as pieces of a disk: 2 MiB each, ten times as far apart.
fn fill(folder: &Path, held: u64) -> Result<PathBuf> {
    const PIECE: u64 = 2 << 20;
    let path = folder.join("pieces");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for piece in 0..held / PIECE {
        file.write_all(&(piece * PIECE * 10).to_le_bytes())?;
        file.write_all(&u32::try_from(PIECE)?.to_le_bytes())?;
        for _ in 0..PIECE / 8 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            file.write_all(&state.to_le_bytes())?;
        }
    }
    file.write_all(&[0; 12])?;
    file.flush()?;
    Ok(path)
}
