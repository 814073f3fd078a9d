//! The control API: faults and transitions over HTTP, for tests in other languages.
//!
//! It listens on a port of its own (`--control ADDR`), takes `POST` with a JSON object and answers
//! a JSON object; `GET /` lists the calls. A host is named by its name, uuid or reference, an
//! object by `{"class": …, "name": …}` or its reference.
//!
//! | path | body | does |
//! |---|---|---|
//! | `/fail` | `{"method": "VM.start", "code": "SR_FULL", "params": [], "times": 1}` | makes calls fail; `*` is any method |
//! | `/delay` | `{"method": "VM.start", "seconds": 2.5}` | makes calls wait; 0 ends it |
//! | `/spoil` | `{"how": "cut"\|"garbage"\|"html"\|"truncated", "times": 1}` | spoils answers; with `"path": "/rrd_updates"` the next one there: of statistics, `/system-status`, or what a host is told by another (`VM.import` …) |
//! | `/slow` | `{"rate": 1000}` | bytes a second; nothing is as fast as can be |
//! | `/drop-events` | `{"count": 3}` | leaves events out |
//! | `/overflow-events` | `{}` | forgets deletions, as after many |
//! | `/mute`, `/freeze`, `/kill`, `/revive`, `/cut` | `{"host": "xen1"}` | what the network sees of a host; `revive` also switches on one that a call shut down |
//! | `/expire-sessions`, `/restart-toolstack` | `{}` | as the name says |
//! | `/new-master`, `/fail-over` | `{"host": "xen2"}` | another master; the old one dies with the second |
//! | `/change-certificate` | `{"host": "xen1"}` | another self-signed certificate |
//! | `/pending` | `{}` | answers `{"pending": [{"object": …, "what": …}]}` |
//! | `/finish`, `/step` | `{"object": …}`, or nothing for all | finishes transitions |
//! | `/clear` | `{}` | ends all faults; a host that a call shut down stays down |

use std::{sync::Arc, time::Duration};

use bytes::BytesMut;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use xapi_types::Failure;

use crate::{
    Object, Sim,
    fault::Spoilt,
    wire::head::{self, Read},
};

/// Longest body, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Longest wait for a request.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers control calls until it is dropped.
pub async fn serve(listener: TcpListener, sim: Arc<Sim>) {
    while let Ok((stream, _)) = listener.accept().await {
        let sim = Arc::clone(&sim);
        tokio::spawn(async move {
            // A control client that stalls is cut.
            let _ = tokio::time::timeout(PATIENCE, answer(stream, &sim)).await;
        });
    }
}

/// Answers one request, and closes.
async fn answer(mut stream: TcpStream, sim: &Sim) -> std::io::Result<()> {
    let mut buffer = BytesMut::new();
    let Read::Head(head) = head::read(&mut stream, &mut buffer).await else { return Ok(()) };
    let length = head.content_length().unwrap_or(0).min(LONGEST);
    while (buffer.len() as u64) < length {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
    }
    let body = if buffer.is_empty() { Ok(json!({})) } else { serde_json::from_slice(&buffer) };
    let outcome = match body {
        Ok(body) if head.method == "POST" => apply(sim, head.path.trim_start_matches('/'), &body),
        Ok(_) => Ok(json!({ "calls": CALLS })),
        Err(error) => Err(format!("the body is not JSON: {error}")),
    };
    let (status, answer) = match outcome {
        Ok(answer) => ("200 OK", answer),
        Err(error) => ("400 Bad Request", json!({ "error": error })),
    };
    let text = answer.to_string();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n", text.len());
    stream.write_all(format!("{head}connection: close\r\n\r\n{text}").as_bytes()).await?;
    stream.shutdown().await
}

const CALLS: &[&str] = &[
    "fail",
    "delay",
    "spoil",
    "slow",
    "drop-events",
    "overflow-events",
    "mute",
    "freeze",
    "kill",
    "revive",
    "cut",
    "expire-sessions",
    "restart-toolstack",
    "new-master",
    "fail-over",
    "change-certificate",
    "pending",
    "finish",
    "step",
    "clear",
];

/// Does what a control call says.
///
/// # Errors
///
/// Says which call or which part of the body is wrong.
pub fn apply(sim: &Sim, call: &str, body: &Value) -> Result<Value, String> {
    let text = |key: &str| body[key].as_str().ok_or_else(|| format!("`{call}` needs the text `{key}`"));
    let count = |key: &str| body[key].as_u64().unwrap_or(1);
    let host = || find(sim, "host", text("host")?);
    match call {
        "fail" => {
            let params = body["params"].as_array().cloned().unwrap_or_default();
            let params = params.iter().map(|param| param.as_str().map_or_else(|| param.to_string(), str::to_owned));
            let failure = Failure::new(text("code")?, params);
            sim.fail(text("method")?, u32::try_from(count("times")).unwrap_or(u32::MAX), &failure);
        }
        "delay" => {
            let seconds = body["seconds"].as_f64().ok_or("`delay` needs the number `seconds`")?;
            let delay = Duration::try_from_secs_f64(seconds).map_err(|error| format!("`seconds`: {error}"))?;
            sim.delay(text("method")?, delay);
        }
        "spoil" => {
            let how = match text("how")? {
                "cut" => Spoilt::Cut,
                "garbage" => Spoilt::Garbage,
                "html" => Spoilt::Html,
                "truncated" => Spoilt::Truncated,
                other => return Err(format!("an answer cannot be spoilt by `{other}`")),
            };
            if let Some(path) = body["path"].as_str() {
                sim.spoil_at(path, how);
                return Ok(json!({}));
            }
            sim.spoil(how, usize::try_from(count("times")).unwrap_or(usize::MAX).min(1_000_000));
        }
        "slow" => sim.slow_answers(body["rate"].as_u64()),
        "drop-events" => sim.drop_events(usize::try_from(count("count")).unwrap_or(usize::MAX)),
        "overflow-events" => sim.overflow_events(),
        "mute" => sim.mute(host()?),
        "freeze" => sim.freeze(host()?),
        "kill" => sim.kill(host()?),
        "revive" => sim.revive(host()?),
        "cut" => sim.cut(host()?),
        "expire-sessions" => sim.expire_sessions(),
        "restart-toolstack" => sim.restart_toolstack(),
        "new-master" => sim.new_master(host()?),
        "fail-over" => sim.fail_over(host()?),
        "change-certificate" => sim.change_certificate(host()?).map_err(|error| error.to_string())?,
        "pending" => {
            let list = sim.pending().into_iter();
            let list: Vec<Value> =
                list.map(|(object, what)| json!({ "object": object.to_string(), "what": what })).collect();
            return Ok(json!({ "pending": list }));
        }
        "finish" | "step" if body["object"].is_null() => return Ok(json!({ "finished": sim.finish_all() })),
        "finish" => return Ok(json!({ "finished": sim.finish(named(sim, &body["object"])?) })),
        "step" => return Ok(json!({ "finished": sim.step(named(sim, &body["object"])?) })),
        "clear" => sim.clear_faults(),
        other => return Err(format!("there is no control call `{other}`; there are {CALLS:?}")),
    }
    Ok(json!({}))
}

/// Finds the object that a body names.
fn named(sim: &Sim, object: &Value) -> Result<Object, String> {
    if let Some(object) = object.as_str().and_then(Object::parse) {
        return Ok(object);
    }
    let part = |key: &str| object[key].as_str().ok_or_else(|| format!("an object needs the text `{key}`"));
    find(sim, part("class")?, part("name")?)
}

/// Finds an object by its name, uuid or reference.
fn find(sim: &Sim, class: &str, name: &str) -> Result<Object, String> {
    if xapi_types::table::class(class).is_none() {
        return Err(format!("there is no class `{class}`"));
    }
    let by_ref = || Object::parse(name).filter(|object| !object.is_null());
    sim.named(class, name)
        .or_else(|| sim.by_uuid(class, name))
        .or_else(by_ref)
        .ok_or_else(|| format!("no `{class}` is called `{name}`"))
}
