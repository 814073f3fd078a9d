//! The least client of a host: calls over one plain connection each, answers counted or kept.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

async fn send(address: &str, method: &str, params: Value) -> Result<TcpStream> {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    let mut stream = TcpStream::connect(address).await.context("cannot reach the simulator")?;
    let head = format!(
        "POST /jsonrpc HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    Ok(stream)
}

/// Calls a method and returns its result.
pub(crate) async fn call(address: &str, method: &str, params: Value) -> Result<Value> {
    let mut answer = Vec::new();
    send(address, method, params).await?.read_to_end(&mut answer).await?;
    let start = answer.windows(4).position(|four| four == b"\r\n\r\n").context("no body")? + 4;
    let mut answer: Value = serde_json::from_slice(&answer[start..]).context("the answer is not JSON")?;
    answer.get_mut("result").map(Value::take).with_context(|| format!("`{method}` failed: {answer}"))
}

/// Calls a method and throws its answer away; returns its size in bytes and the time it took.
pub(crate) async fn discard(address: &str, method: &str, params: Value) -> Result<(usize, Duration)> {
    let started = Instant::now();
    let mut stream = send(address, method, params).await?;
    let mut buffer = vec![0; 256 * 1024];
    let mut size = 0;
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok((size, started.elapsed())),
            read => size += read,
        }
    }
}

/// Signs in as root.
pub(crate) async fn log_in(address: &str) -> Result<String> {
    let session = call(address, "session.login_with_password", json!(["root", "password"])).await?;
    Ok(session.as_str().context("a session is text")?.to_owned())
}
