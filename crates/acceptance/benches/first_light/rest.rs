//! `GET /rest/v0/vms`: how fast all VMs reach a client, against a server that sends the same bytes from memory, and how
//! long a filter takes that keeps few.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::inventory::World;

/// Measurements of which the median counts.
const RUNS: usize = 9;
/// Requests with a filter.
const FILTERED: usize = 200;

/// Measures both.
pub(crate) async fn measure(world: &World) -> Result<()> {
    let server = world.server().await?;
    let (address, token) = (&server.address, &world.token);
    let (all, _) = get(address, token, "fields=*").await?;
    let null = null_server(all).await?;
    let before = server.resident()?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(discard(address, token).await?);
        theirs.push(discard(&null, token).await?);
    }
    let after = server.resident()?;
    let (ours, theirs) = (median(ours), median(theirs));
    println!("rest: all VMs, {ours:.0} MB/s; a null server of the same bytes, {theirs:.0} MB/s");
    println!("rest: resident {before:.0} MiB before, {after:.0} MiB after; peak {:.0} MiB", server.peak()?);
    let (ids, _) = get(address, token, "fields=id&limit=10").await?;
    let ids: Vec<serde_json::Value> = serde_json::from_slice(body(&ids)?)?;
    let ids: Vec<_> = ids.iter().filter_map(|object| object["id"].as_str()).collect();
    let query = format!("fields=*&filter=id:%7C({})", ids.join("%20"));
    let mut took = Vec::new();
    for _ in 0..FILTERED {
        let (text, time) = get(address, token, &query).await?;
        let kept: Vec<serde_json::Value> = serde_json::from_slice(body(&text)?)?;
        ensure!(kept.len() == 10, "the filter kept {}", kept.len());
        took.push(time);
    }
    took.sort();
    let (middle, worst) = (took[FILTERED / 2], took[FILTERED - 1]);
    println!("rest: a filter that keeps 10, {middle:.2?} in the middle, {worst:.2?} at worst");
    server.stop().await
}

/// Asks for VMs; returns the whole answer and how long it took.
async fn get(address: &str, token: &str, query: &str) -> Result<(Vec<u8>, Duration)> {
    let mut stream = TcpStream::connect(address).await?;
    let started = Instant::now();
    stream.write_all(request(token, query).as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let took = started.elapsed();
    ensure!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..answer.len().min(200)]));
    Ok((answer, took))
}

/// Asks for all VMs and throws the answer away; returns MB/s.
async fn discard(address: &str, token: &str) -> Result<f64> {
    let mut stream = TcpStream::connect(address).await?;
    let started = Instant::now();
    stream.write_all(request(token, "fields=*").as_bytes()).await?;
    let (mut buffer, mut size) = (vec![0; 256 * 1024], 0);
    loop {
        match stream.read(&mut buffer).await? {
            0 => break,
            read => size += read,
        }
    }
    ensure!(size > 1_000_000, "only {size} bytes came");
    Ok(size as f64 / 1e6 / started.elapsed().as_secs_f64())
}

fn request(token: &str, query: &str) -> String {
    format!(
        "GET /rest/v0/vms?{query} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    )
}

/// The body of an answer, which is one chunk or has a length.
fn body(answer: &[u8]) -> Result<&[u8]> {
    let start = answer.iter().position(|byte| *byte == b'[');
    let end = answer.iter().rposition(|byte| *byte == b']');
    start.zip(end).map(|(start, end)| &answer[start..=end]).context("no list")
}

/// Sends these bytes to whoever asks.
async fn null_server(answer: Vec<u8>) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(&answer).await;
            });
        }
    });
    Ok(address)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
