//! `xo.getAllObjects`: how fast the whole inventory reaches a client, and what fifty at once cost.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;
use tokio::{task::JoinSet, time::sleep};

use crate::{inventory::World, socket::Socket};

/// Clients that ask at once.
const CLIENTS: usize = 50;

/// Measures one client alone, then fifty together.
pub(crate) async fn measure(world: &World) -> Result<()> {
    let server = world.server().await?;
    let mut client = Socket::resume(&server.address, &world.token).await?;
    for _ in 0..5 {
        let started = Instant::now();
        client.request("xo.getAllObjects", json!({})).await?;
        let size = loop {
            // Notifications are small; the answer is not.
            match client.discard().await? {
                small if small < 1_000_000 => {}
                size => break size,
            }
        };
        let took = started.elapsed();
        println!(
            "objects: {:.1} MB in {took:.2?}: {:.0} MB/s",
            size as f64 / 1e6,
            size as f64 / 1e6 / took.as_secs_f64()
        );
    }
    let before = server.resident()?;
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (address, token) = (server.address.clone(), world.token.clone());
        clients.spawn(async move {
            let mut client = Socket::resume(&address, &token).await?;
            client.request("xo.getAllObjects", json!({})).await?;
            while client.discard().await? < 1_000_000 {}
            anyhow::Ok(())
        });
    }
    let mut highest = before;
    let started = Instant::now();
    while !clients.is_empty() {
        tokio::select! {
            Some(done) = clients.join_next() => done??,
            () = sleep(Duration::from_millis(20)) => highest = highest.max(server.resident()?),
        }
    }
    let took = started.elapsed();
    println!(
        "objects: {CLIENTS} clients at once took {took:.2?} and added {:.0} MiB to {before:.0} MiB",
        highest - before
    );
    server.stop().await
}
