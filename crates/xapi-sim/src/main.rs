//! Simulated pool that speaks XAPI on real ports.

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context as _, anyhow};
use clap::Parser;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use xapi_sim::{Sim, control, profile::Profile};

/// Simulated pools that speak XAPI on real ports; user `root`, password `password`.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// World to simulate: `small`, `two-pools` or `large`.
    #[arg(long, default_value = "small")]
    world: String,
    /// Address of the first host, without TLS; port 0 has one picked.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Address of the first host, with TLS; port 0 has one picked.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen_tls: SocketAddr,
    /// Product: `xcpng-8.3`, `xenserver-8` or `xenserver-7.1`.
    #[arg(long, default_value = "xcpng-8.3", value_parser = profile)]
    profile: &'static Profile,
    /// VMs of the world `large`.
    #[arg(long, default_value_t = 10_000)]
    vms: usize,
    /// Hosts of the world `large`.
    #[arg(long, default_value_t = 64)]
    hosts: usize,
    /// Seed of references, uuids and addresses.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Let transitions wait to be told by the control API.
    #[arg(long)]
    explicit: bool,
    /// How long transitions take, as a multiple of real time.
    #[arg(long, default_value_t = 1.0)]
    pace: f64,
    /// Fault from the start: a call of the control API with its body, such as
    /// `fail={"method":"VM.start","code":"NO_HOSTS_AVAILABLE"}` or `mute={"host":"xen2"}`; may be repeated.
    #[arg(long, value_name = "CALL[=BODY]")]
    fault: Vec<String>,
    /// Address of the control API; it has none unless this is given.
    #[arg(long, value_name = "ADDR")]
    control: Option<SocketAddr>,
}

fn profile(name: &str) -> Result<&'static Profile, String> {
    Profile::named(name).ok_or_else(|| format!("no product is called `{name}`"))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut builder = Sim::builder()
        .world(&arguments.world)
        .listen(arguments.listen)
        .listen_tls(arguments.listen_tls)
        .profile(arguments.profile)
        .size(arguments.vms, arguments.hosts)
        .seed(arguments.seed)
        .pace(arguments.pace);
    if arguments.explicit {
        builder = builder.explicit();
    }
    let sim = Arc::new(builder.start().await?);
    for fault in &arguments.fault {
        let (call, body) = fault.split_once('=').unwrap_or((fault, "{}"));
        let body = serde_json::from_str(body).with_context(|| format!("the body of `--fault {call}` is not JSON"))?;
        control::apply(&sim, call, &body).map_err(|error| anyhow!("`--fault {call}`: {error}"))?;
    }
    if let Some(address) = arguments.control {
        let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on `{address}`"))?;
        println!("control on http://{}", listener.local_addr()?);
        tokio::spawn(control::serve(listener, Arc::clone(&sim)));
    }
    // Whoever reads the line may end it at once.
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    for pool in 1..sim.pools() {
        let addresses = sim.addresses(pool);
        let first = addresses.first().expect("a pool has a host");
        println!("another pool on http://{} and https://{}", first.http, first.https);
    }
    println!("listening on http://{} and https://{}", sim.http_addr(), sim.https_addr());
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot wait for signals")?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
