//! From the arrival of an `event.from` answer at the server to the frame at the clients.
//!
//! The server reaches the simulator through a relay of this process, which notes when it has passed
//! on an answer that carries the mark of a change.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use parking_lot::Mutex;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{inventory::World, rpc, socket::Socket};

const CLIENTS: usize = 200;
const CHANGES: usize = 100;
/// Begins the text of a change, so that it is found in a stream of bytes; a number of four digits follows.
const MARK: &str = "latency-mark-";

/// When an answer with a mark was passed on, by mark.
type Passed = Arc<Mutex<HashMap<usize, Instant>>>;

/// Measures with 200 clients and 100 changes.
pub(crate) async fn measure(world: &World) -> Result<()> {
    let passed = Passed::default();
    let relay = relay(world.sim.address.clone(), Arc::clone(&passed)).await?;
    let (server, _) = world.server_at(&relay).await?;
    let (seen, mut frames) = mpsc::channel(CLIENTS * CHANGES);
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let mut client = Socket::resume(&server.address, &world.token).await?;
        let seen = seen.clone();
        clients.spawn(async move {
            while let Ok(message) = client.message().await {
                let at = Instant::now();
                for mark in marks(&message) {
                    let _ = seen.send((mark, at)).await;
                }
            }
        });
    }
    let session = rpc::log_in(&world.sim.address).await?;
    let vms = rpc::call(&world.sim.address, "VM.get_all", json!([session])).await?;
    let vms = vms.as_array().context("a list of VMs")?;
    for change in 0..CHANGES {
        let vm = &vms[change * 7 % vms.len()];
        let text = format!("{MARK}{change:04}");
        rpc::call(&world.sim.address, "VM.set_name_description", json!([session, vm, text])).await?;
        sleep(Duration::from_millis(100)).await;
    }
    let mut taken = Vec::new();
    while taken.len() < CLIENTS * CHANGES {
        let frame = timeout(Duration::from_secs(10), frames.recv()).await;
        let Ok(Some((mark, at))) = frame else { break };
        let passed = passed.lock().get(&mark).copied();
        taken.push(at.saturating_duration_since(passed.context("a frame came before its answer")?));
    }
    taken.sort();
    let at = |percent: usize| taken[(taken.len() - 1) * percent / 100];
    println!(
        "latency: {} frames of {} at {CLIENTS} clients: p50 {:.2?}, p99 {:.2?}, worst {:.2?}",
        taken.len(),
        CLIENTS * CHANGES,
        at(50),
        at(99),
        at(100)
    );
    server.stop().await
}

fn marks(message: &[u8]) -> Vec<usize> {
    let text = String::from_utf8_lossy(message);
    text.match_indices(MARK)
        .filter_map(|(at, _)| text.get(at + MARK.len()..at + MARK.len() + 4)?.parse().ok())
        .collect()
}

/// Relays connections to `to`; returns the address to connect to.
async fn relay(to: String, passed: Passed) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (to, passed) = (to.clone(), Arc::clone(&passed));
            tokio::spawn(async move {
                let Ok(host) = TcpStream::connect(&to).await else { return };
                let _ = (client.set_nodelay(true), host.set_nodelay(true));
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_host, mut to_host) = host.into_split();
                tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_host).await });
                let mut buffer = vec![0; 256 * 1024];
                // The end of the last piece, in case a mark lies across two.
                let mut tail: Vec<u8> = Vec::new();
                while let Ok(read @ 1..) = from_host.read(&mut buffer).await {
                    tail.extend_from_slice(&buffer[..read]);
                    let found = if read < 100_000 { marks(&tail) } else { Vec::new() };
                    tail.drain(..tail.len().saturating_sub(MARK.len() + 4));
                    if to_client.write_all(&buffer[..read]).await.is_err() {
                        return;
                    }
                    let now = Instant::now();
                    let mut passed = passed.lock();
                    for mark in found {
                        passed.entry(mark).or_insert(now);
                    }
                }
            });
        }
    });
    Ok(address)
}
