//! The recorded events of operations: what a start, a migration, a clone and so on were seen to tell.
//!
//! Each operation is done on the pool as it was recorded just before, while `event.from` is followed
//! step by step. Of every object are compared the states that it went through, in their order: what
//! was recorded must all be told, and nothing else may be told of. How changes are gathered into one
//! answer hangs on the moment and is not compared: a state between two recorded ones may be told.
//! `events.txt` lists what differs on purpose, each with its reason.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::Duration,
};

use indexmap::IndexMap;
use serde_json::Value as Json;
use tokio::time::timeout;
use xapi_sim::{Object, Sim, World, profile};
use xapi_types::{Value, table, xml};

use crate::client::{Client, SOON};

use super::folder;

/// Fields that the recording kept of each record.
const BRIEF: &[&str] = &[
    "name_label",
    "power_state",
    "status",
    "progress",
    "resident_on",
    "current_operations",
    "currently_attached",
    "allowed_operations",
    "enabled",
    "live",
];

/// What an object went through: one text a state.
type Story = IndexMap<String, Vec<String>>;

/// An event, recorded or ours.
struct Told {
    class: String,
    operation: String,
    object: String,
    brief: BTreeMap<String, String>,
}

/// An operation of which the events were recorded.
struct Recording {
    name: &'static str,
    /// Puts the pool into the state before it.
    fill: fn(&mut World),
    /// Calls made one after the other; `$` stands for the result of the call before.
    calls: &'static [(&'static str, &'static [&'static str])],
}

const VM: &str = "OpaqueRef:9df8d079-61cd-434f-6816-01c180440d0c";
const FIRST_HOST: &str = "OpaqueRef:e8eefcff-0e43-337c-a547-c3500ee2c00c";
const SECOND_HOST: &str = "OpaqueRef:148008f8-53ea-8cbc-8f5e-6e4ade41deb4";
const TEMPLATE: &str = "OpaqueRef:15db380c-4684-bc15-5d76-6cfbb031adbf";
const SR: &str = "OpaqueRef:a316e3bc-c109-5aaf-63e3-9a480f4ee8e2";
const DISK: &str = "{vdi}";
const NETWORK: &str = "{network}";

/// The operations, each with the number of the recording of the state before it.
const RECORDINGS: &[Recording] = &[
    Recording {
        name: "522_events_during_VM_start",
        fill: before::<521>,
        calls: &[("VM.start_on", &[VM, FIRST_HOST, "false", "false"])],
    },
    Recording {
        name: "524_events_during_VM_pool_migrate",
        fill: before::<523>,
        calls: &[("Async.VM.pool_migrate", &[VM, SECOND_HOST, "{}"])],
    },
    Recording {
        name: "526_events_during_VM_clean_shutdown",
        fill: before::<525>,
        calls: &[("VM.clean_shutdown", &[VM])],
    },
    Recording {
        name: "528_events_during_VM_clone_and_destroy",
        fill: before::<527>,
        calls: &[("VM.clone", &[TEMPLATE, "c"]), ("VM.destroy", &["$"])],
    },
    Recording { name: "530_events_during_VDI_create", fill: before::<529>, calls: &[("VDI.create", &[DISK])] },
    Recording {
        name: "532_events_during_network_create",
        fill: before::<531>,
        calls: &[("network.create", &[NETWORK])],
    },
    Recording { name: "534_events_during_idle_30s_background", fill: before::<533>, calls: &[] },
];

#[tokio::test(flavor = "multi_thread")]
async fn operations_tell_what_was_recorded_of_them() {
    if !folder().join("522_events_during_VM_start.json").exists() {
        eprintln!("SKIPPED: no recorded traffic in {}", folder().display());
        return;
    }
    let expected: BTreeSet<(&str, &str)> = differences().collect();
    let mut met = BTreeSet::new();
    let mut surprises = Vec::new();
    for recording in RECORDINGS {
        let theirs = recorded(recording.name);
        let ours = timeout(SOON, perform(recording)).await.expect("the operation ends");
        for (object, difference) in compare(&theirs, &ours) {
            match expected.iter().find(|(name, known)| *name == recording.name && *known == object) {
                Some(known) => _ = met.insert(*known),
                None => surprises.push(format!("{} | {object} | {difference}", recording.name)),
            }
        }
    }
    let stale = expected.difference(&met);
    surprises
        .extend(stale.map(|(name, object)| format!("{name} | {object} | no longer differs; take it off the list")));
    assert!(surprises.is_empty(), "{} surprises:\n{}", surprises.len(), surprises.join("\n"));
}

/// Lists recording and object of what differs on purpose.
fn differences() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("events.txt").lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.map(|line| {
        let parts: Vec<&str> = line.split(" | ").collect();
        let [name, object, _reason] = parts[..] else { panic!("`{line}` is not `recording | object | reason`") };
        (name.trim(), object.trim())
    })
}

/// Says of which objects the stories differ, and how.
fn compare(theirs: &Story, ours: &Story) -> Vec<(String, String)> {
    let mut differences = Vec::new();
    for (object, states) in theirs {
        let Some(told) = ours.get(object) else {
            differences.push((object.clone(), format!("is not told of; recorded {states:?}")));
            continue;
        };
        let mut left = told.iter();
        let missing = states.iter().find(|state| !left.any(|ours| ours == *state));
        if let Some(missing) = missing {
            differences.push((object.clone(), format!("lacks {missing}; there is {told:#?}")));
        } else if told.last() != states.last() {
            differences.push((object.clone(), format!("ends with {:?}, recorded {:?}", told.last(), states.last())));
        }
    }
    for (object, states) in ours.iter().filter(|(object, _)| !theirs.contains_key(*object)) {
        differences.push((object.clone(), format!("was not recorded: {states:?}")));
    }
    differences
}

/// Makes stories of events; objects that were not there before are named by class and number.
fn story(events: Vec<Told>, known: &BTreeSet<String>) -> Story {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut story = Story::new();
    for event in events {
        let name = names.entry(event.object.clone()).or_insert_with(|| {
            if known.contains(&event.object) {
                return format!("{} {}", event.class, &event.object[event.object.len() - 6..]);
            }
            let count = counts.entry(event.class.clone()).or_default();
            *count += 1;
            format!("new {} {count}", event.class)
        });
        let masked = |(key, value): (&String, &String)| (key.clone(), mask(value, known));
        let mut brief: BTreeMap<String, String> = event.brief.iter().map(masked).collect();
        if brief.get("status").is_some_and(|status| status == "pending") {
            // How far a call has come by now hangs on the moment.
            brief.remove("progress");
        }
        let state = match event.operation.as_str() {
            "del" => "gone".to_owned(),
            _ => brief.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" "),
        };
        let states = story.entry(name.clone()).or_default();
        if states.last() != Some(&state) {
            states.push(state);
        }
    }
    story
}

/// Puts `new` in place of references that were not there before.
fn mask(text: &str, known: &BTreeSet<String>) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("OpaqueRef:") {
        let end = rest.len().min(at + 46);
        let whole = rest.get(at..end).unwrap_or("");
        if known.contains(whole) || rest[at..].starts_with("OpaqueRef:NULL") {
            masked.push_str(&rest[..at + 10]);
            rest = &rest[at + 10..];
        } else {
            masked.push_str(&rest[..at]);
            masked.push_str("new");
            rest = &rest[end..];
        }
    }
    masked + rest
}

// === what was recorded ===

/// Reads the events of a recording.
fn recorded(name: &str) -> Story {
    let text = fs::read(folder().join(format!("{name}.json"))).expect("the recording is there");
    let events: Vec<Json> = serde_json::from_slice(&text).expect("a recording is JSON");
    let text = |event: &Json, key: &str| event[key].as_str().unwrap_or_default().to_owned();
    let number: u32 = name[..3].parse().expect("a recording has a number");
    let known = known(number - 1);
    let first = events.first().map(|event| event["t"].clone()).unwrap_or_default();
    let made: BTreeSet<String> =
        events.iter().filter(|event| event["operation"] == "add").map(|event| text(event, "ref")).collect();
    // The first answer also tells what calls before left behind: their tasks are gone by now.
    let left = |event: &&Json| {
        let gone = event["operation"] == "del" && event["t"] == first;
        !gone || made.contains(&text(event, "ref")) || known.contains(&text(event, "ref"))
    };
    let told = events.iter().filter(left).map(|event| Told {
        class: text(event, "class"),
        operation: text(event, "operation"),
        object: text(event, "ref"),
        brief: event["brief"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, value)| (key.clone(), sorted(value.as_str().unwrap_or_default())))
            .collect(),
    });
    story(told.collect(), &known)
}

/// Sorts what is written as a list.
fn sorted(text: &str) -> String {
    match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(items) => {
            let mut items: Vec<&str> = items.split(", ").collect();
            items.sort_unstable();
            format!("[{}]", items.join(", "))
        }
        None => text.to_owned(),
    }
}

/// Returns the events that the recording of a state consists of: class, reference, record.
fn state(number: u32) -> Vec<(String, String, Value)> {
    let begin = format!("{number}_");
    let files = fs::read_dir(folder()).expect("the recordings are there").filter_map(|entry| Some(entry.ok()?.path()));
    let wanted = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with(&begin) && path.extension().is_some_and(|ending| ending == "body")
    };
    let body = files.into_iter().find(wanted).expect("a state was recorded before each operation");
    let answer = xml::parse_response(&fs::read(body).expect("the state is readable")).expect("an answer");
    let events = answer.get("Value").and_then(|value| value.get("events")).and_then(Value::as_array);
    let text = |event: &Value, key| event.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let of = |event: &Value| Some((text(event, "class"), text(event, "ref"), event.get("snapshot")?.clone()));
    events.unwrap_or_default().iter().filter_map(of).collect()
}

fn known(number: u32) -> BTreeSet<String> {
    state(number).into_iter().map(|(_, reference, _)| reference).collect()
}

/// Makes the pool as it was before an operation.
fn before<const NUMBER: u32>(world: &mut World) {
    for (class, reference, record) in state(NUMBER) {
        let class = table::classes().iter().find(|known| known.name.eq_ignore_ascii_case(&class));
        world.restore(class.expect("the class is known").name, &reference, &record);
    }
    // The VM's guest answered at once; here one with a system does.
    let vm = Object::parse(VM).expect("a reference");
    world.set(vm, "reference_label", "debian-12");
}

// === what we tell ===

/// Does the operation, step by step, and gathers what is told of it.
async fn perform(recording: &Recording) -> Story {
    let sim = Sim::builder().fill(recording.fill).profile(&profile::NEWEST).explicit().start().await;
    let sim = sim.expect("the recorded pool starts");
    let client = Client::login(sim.http_addr()).await;
    let (mut told, mut result) = (Vec::new(), String::new());
    let mut token = client.events(&["*"], "", 0.0).await.token().to_owned();
    let number: u32 = recording.name[..3].parse().expect("a recording has a number");
    for (method, args) in recording.calls {
        let args: Vec<Value> = args.iter().map(|text| argument(text, &result)).collect();
        let caller = client.clone();
        let call = tokio::spawn(async move { caller.ok(method, &args).await });
        let name = method.rsplit_once('.').expect("a method has a class").1;
        loop {
            let goes_on = || sim.pending().into_iter().find(|(_, what)| what == name).map(|(object, _)| object);
            // An asynchronous call answers at once, and goes on.
            while !call.is_finished() && goes_on().is_none() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            follow(&client, &mut token, &mut told).await;
            match goes_on() {
                Some(object) => _ = sim.step(object),
                None if call.is_finished() => break,
                None => {}
            }
        }
        call.await.expect("the call ends").as_str().unwrap_or_default().clone_into(&mut result);
        while let Some((object, _)) = sim.pending().into_iter().find(|(_, what)| what == "guest agent") {
            sim.step(object);
        }
        follow(&client, &mut token, &mut told).await;
    }
    story(told, &known(number - 1))
}

fn argument(text: &str, result: &str) -> Value {
    match text {
        "$" => result.into(),
        "true" | "false" => (text == "true").into(),
        "{}" => Value::Struct(vec![]),
        DISK => Value::structure([
            ("name_label", Value::from("x")),
            ("name_description", "".into()),
            ("SR", SR.into()),
            ("virtual_size", Value::Int(1 << 30)),
            ("type", "user".into()),
            ("sharable", false.into()),
            ("read_only", false.into()),
            ("other_config", Value::Struct(vec![])),
        ]),
        NETWORK => Value::structure([
            ("name_label", Value::from("n")),
            ("name_description", "".into()),
            ("other_config", Value::Struct(vec![])),
        ]),
        text => text.into(),
    }
}

async fn follow(client: &Client, token: &mut String, told: &mut Vec<Told>) {
    let events = client.events(&["*"], token, 0.0).await;
    events.token().clone_into(token);
    let text = |event: &Value, key| event.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    // As in each recorded answer: messages, what is new, what changed, what is gone.
    let rank = |event: &Value| {
        (
            text(event, "class") != "message",
            ["add", "mod", "del"].iter().position(|operation| text(event, "operation") == *operation),
        )
    };
    assert!(events.list().is_sorted_by_key(rank), "{:?}", events.brief());
    told.extend(events.list().iter().map(|event| Told {
        class: text(event, "class"),
        operation: text(event, "operation"),
        object: text(event, "ref"),
        brief: event.get("snapshot").map(brief).unwrap_or_default(),
    }));
}

/// Writes of a record what the recording kept, as it did.
fn brief(record: &Value) -> BTreeMap<String, String> {
    let written = |value: &Value| match value {
        Value::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
        Value::Float(value) => format!("{value:?}"),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| format!("'{}'", item.as_str().unwrap_or(""))).collect();
            sorted(&format!("[{}]", items.join(", ")))
        }
        Value::Struct(entries) => {
            let entry = |(key, value): &(compact_str::CompactString, Value)| {
                format!("'{key}': '{}'", value.as_str().unwrap_or(""))
            };
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    let kept = BRIEF.iter().filter_map(|key| Some(((*key).to_owned(), written(record.get(key)?))));
    kept.collect()
}
