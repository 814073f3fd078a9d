//! The figures of the whole product: real binaries, loopback, one machine.
//!
//! `cargo xtask bench` builds the binaries for release and runs this; words after `--` choose sections
//! (`inventory`, `objects`, `rest`, `latency`, `start`). Sizes: `VMS` (10 000) and `HOSTS` (64) of the
//! environment. Every figure that depends on the machine stands beside a baseline of the same run.

mod idle;
mod inventory;
mod latency;
mod objects;
mod process;
mod rest;
mod rpc;
mod socket;

use anyhow::Result;

#[tokio::main]
async fn main() -> Result<()> {
    // `cargo bench` adds words of its own.
    let chosen: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let wanted = |section: &str| chosen.is_empty() || chosen.iter().any(|word| word == section);
    let size = Size::from_environment();
    println!("world of {} VMs and {} hosts", size.vms, size.hosts);
    let world = inventory::World::start(size).await?;
    if wanted("inventory") {
        world.measure().await?;
    }
    if wanted("objects") {
        objects::measure(&world).await?;
    }
    if wanted("rest") {
        rest::measure(&world).await?;
    }
    if wanted("latency") {
        latency::measure(&world).await?;
    }
    if wanted("start") {
        idle::measure(&world).await?;
    }
    Ok(())
}

/// How large the simulated pool is.
#[derive(Clone, Copy)]
struct Size {
    vms: usize,
    hosts: usize,
}

impl Size {
    fn from_environment() -> Self {
        let number = |name: &str, or| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(or);
        Self { vms: number("VMS", 10_000), hosts: number("HOSTS", 64) }
    }
}
