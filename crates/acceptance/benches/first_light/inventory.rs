//! How long a large pool takes to be seen whole, and what it takes in memory.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::{Size, process::Process, rpc, socket::Socket};

/// Measurements of which the median counts.
const RUNS: usize = 7;

/// The simulated pool, and the data folder of the server.
pub(crate) struct World {
    /// The simulator.
    pub(crate) sim: Process,
    data: TempDir,
    /// Token of the administrator.
    pub(crate) token: String,
}

impl World {
    /// Starts the simulator with a pool of that size.
    pub(crate) async fn start(size: Size) -> Result<Self> {
        let args = ["--world", "large", "--vms", &size.vms.to_string(), "--hosts", &size.hosts.to_string()]
            .map(str::to_owned)
            .into_iter()
            .chain([
                "--listen".to_owned(),
                "127.0.0.1:0".to_owned(),
                "--listen-tls".to_owned(),
                "127.0.0.1:0".to_owned(),
            ]);
        let sim = Process::start("xapi-sim", &args.collect::<Vec<_>>()).await?;
        let mut world = Self { sim, data: tempfile::tempdir()?, token: String::new() };
        let server = world.empty_server().await?;
        let password = server.password.clone().context("a first start tells a password")?;
        let token = Socket::sign_in(&server.address, &password).await?.call("token.create", json!({})).await?;
        token.as_str().context("a token is text")?.clone_into(&mut world.token);
        server.stop().await?;
        Ok(world)
    }

    /// Starts a server on the data folder, which is made at the first start.
    pub(crate) async fn empty_server(&self) -> Result<Process> {
        let config = self.data.path().join("config.toml");
        std::fs::write(&config, "")?;
        let args = [
            "--config".to_owned(),
            config.display().to_string(),
            "--data".to_owned(),
            self.data.path().join("data").display().to_string(),
            "--listen".to_owned(),
            "127.0.0.1:0".to_owned(),
        ];
        Process::start("xo-server", &args).await
    }

    /// Starts a server that is connected to the pool and has seen all of it.
    pub(crate) async fn server(&self) -> Result<Process> {
        self.server_at(&self.sim.address).await.map(|(server, _)| server)
    }

    /// Starts a server that is connected to the pool at `address`; returns how long the pool took.
    pub(crate) async fn server_at(&self, address: &str) -> Result<(Process, Duration)> {
        let mut server = self.empty_server().await?;
        let mut client = Socket::resume(&server.address, &self.token).await?;
        for known in client.call("server.getAll", json!({})).await?.as_array().context("a list of servers")? {
            client.call("server.remove", json!({"id": known["id"]})).await?;
        }
        let host = format!("http://{address}");
        let add = json!({"host": host, "username": "root", "password": "password", "allowUnauthorized": true, "autoConnect": false});
        let id = client.call("server.add", add).await?;
        let started = Instant::now();
        client.request("server.enable", json!({"id": id})).await?;
        // The log says it, since the answer comes behind the news of 90 000 objects that this client is told as well.
        let took = server.sees_pool().await? - started;
        Ok((server, took))
    }

    /// Measures line 6.1 of the plan: inventory time against a client that only downloads.
    pub(crate) async fn measure(&self) -> Result<()> {
        let session = rpc::log_in(&self.sim.address).await?;
        // The first server gets memory that the machine has to find first; it is not counted.
        let (server, first) = self.server_at(&self.sim.address).await?;
        println!("inventory: warming up, server {first:.2?}");
        server.stop().await?;
        let mut ratios = Vec::new();
        for _ in 0..RUNS {
            let params = json!([session, ["*"], "", 60.0]);
            let (bytes, null) = rpc::discard(&self.sim.address, "event.from", params).await?;
            let (server, whole) = self.server_at(&self.sim.address).await?;
            // What a peak leaves behind is given back by the allocator after a moment.
            sleep(Duration::from_secs(3)).await;
            let (resident, peak) = (server.resident()?, server.peak()?);
            server.stop().await?;
            let ratio = whole.as_secs_f64() / null.as_secs_f64();
            println!(
                "inventory: {:.1} MB, null client {null:.2?}, server {whole:.2?}, ratio {ratio:.2}; resident {resident:.0} MiB, peak {peak:.0} MiB",
                bytes as f64 / 1e6
            );
            ratios.push(ratio);
        }
        ratios.sort_by(f64::total_cmp);
        println!("inventory: median ratio {:.2}", ratios[RUNS / 2]);
        Ok(())
    }
}
