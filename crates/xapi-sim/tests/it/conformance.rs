//! The recorded traffic of a real XAPI, replayed.
//!
//! The pool is made of the recorded records, under their own references, so that recorded requests
//! fit. Compared are status line, headers, what becomes of the connection, the envelope, and of
//! errors code and parameters; of records the names of their fields. References that came to be
//! during the recording, uuids, times and addresses are masked. `differences.txt` lists the
//! exchanges that differ on purpose, each with its reason; one that no longer differs must leave it.

mod events;
mod mask;
mod trace;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use xapi_sim::{Sim, World, clock::Clock, profile};
use xapi_types::{Value, json};

use crate::client::{Raw, Reply};

use self::{mask::Names, trace::Trace};

/// Exchange that waited for the change of a VM, which another connection made.
const WOKEN: &str = "306_xml_event_next";

/// Folder of the recordings, beside the workspace.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/xapi/traces")
}

/// Exchanges that differ on purpose.
fn differences() -> BTreeMap<String, String> {
    let text = include_str!("conformance/differences.txt");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let (name, reason) = line.split_once(" | ").unwrap_or_else(|| panic!("`{line}` lacks a reason"));
            (name.trim().to_owned(), reason.trim().to_owned())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_exchanges_replay_alike() {
    let Some(traces) = trace::read(&folder()) else {
        eprintln!("SKIPPED: no recorded traffic in {}", folder().display());
        return;
    };
    // The recorded tasks and messages have ended a while ago; they are not to be collected.
    let (clock, recorded_at) = (Clock::default(), 1_795_291_600);
    clock.advance(recorded_at - clock.now().unix());
    let sim = Sim::builder()
        .fill(restore)
        .clock(clock)
        .profile(&profile::NEWEST)
        .password("xenroot")
        .pace(0.0)
        .start()
        .await
        .expect("the recorded pool starts");
    let (master, slave) = (sim.addresses(0)[0].http, sim.addresses(0)[1].http);
    let second = sim.with(|world| world.list("host").into_iter().find(|host| *host != world.master()));
    let second = second.expect("a second host");
    let expected = differences();
    let mut names = Names::default();
    let (mut alike, mut surprises) = (0, Vec::new());
    for trace in &traces {
        if trace.name.contains("_slave_down_") {
            sim.kill(second);
        } else if trace.name.contains("_slave_back_") {
            sim.revive(second);
        }
        let address = if trace.to_slave { slave } else { master };
        let mut raw = Raw::connect(address).await;
        if trace.name == WOKEN {
            sim.with(|world| {
                let vm = world.list("VM")[0];
                world.touch(vm);
            });
        }
        raw.send(&names.ours(&trace.request)).await;
        let limit = if trace.answered { Duration::from_secs(20) } else { Duration::from_millis(300) };
        let reply = raw.reply(limit).await;
        let closed = trace.answered && raw.closes(Duration::from_millis(if trace.closed { 2000 } else { 3 })).await;
        names.learn(&trace.reply.text(), &reply.text());
        let difference = compare(trace, &reply, closed, &names);
        match (difference, expected.get(&trace.name)) {
            (None, None) => alike += 1,
            (Some(_), Some(_)) => {}
            (None, Some(_)) => surprises.push(format!("{}: no longer differs; take it off the list", trace.name)),
            (Some(difference), None) => surprises.push(format!("{}: {difference}", trace.name)),
        }
    }
    eprintln!("{alike} of {} exchanges alike, {} differ on purpose", traces.len(), expected.len());
    assert!(surprises.is_empty(), "{} surprises:\n{}", surprises.len(), surprises.join("\n"));
}

/// Says how the replies differ, nothing if they do not.
fn compare(trace: &Trace, ours: &Reply, closed: bool, names: &Names) -> Option<String> {
    let theirs = &trace.reply;
    if theirs.status != ours.status {
        return Some(format!("status `{}`, recorded `{}`: {}", ours.status, theirs.status, mask::short(&ours.text())));
    }
    let headers = |reply: &Reply| {
        let masked = |(name, value): &(String, String)| match name.as_str() {
            "content-length" | "Content-Length" | "task-id" => name.clone(),
            _ => format!("{name}: {value}"),
        };
        reply.headers.iter().map(masked).collect::<Vec<_>>()
    };
    if headers(theirs) != headers(ours) {
        return Some(format!("headers {:?}, recorded {:?}", headers(ours), headers(theirs)));
    }
    if trace.answered && closed != trace.closed {
        return Some(format!("connection closed: {closed}, recorded {}", trace.closed));
    }
    if !trace.is_call() || theirs.body.is_empty() {
        return None;
    }
    let (ours, theirs) = (mask::shape(&ours.text(), names), mask::shape(&theirs.text(), names));
    (ours != theirs).then(|| format!("answer `{}`, recorded `{}`", mask::short(&ours), mask::short(&theirs)))
}

/// Makes the recorded pool: the records that `get_all_records` of each class answered.
fn restore(world: &mut World) {
    for trace in trace::read(&folder()).into_iter().flatten() {
        let Some(class) = trace.name.split_once("_json2_all_").map(|(_, class)| class.to_owned()) else { continue };
        let answer = json::parse(&trace.reply.body).unwrap_or(Value::Null);
        for (reference, record) in answer.get("result").and_then(Value::as_struct).unwrap_or_default() {
            world.restore(&class, reference, record);
        }
    }
}
