//! The watch: whole lists, no gaps, and a state that says how it stands.

use std::{
    collections::BTreeSet,
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use xapi::{Change, Event, Limits, Pool, State, Value, Watch};

use crate::peer::{Call, Peer, Reply, SESSION, soon, state, until, usual};

/// Writes the answer of `event.from`; each event is class, operation, reference.
fn batch(events: &[(&str, &str, &str)], counts: &[(&str, u64)], token: &str) -> String {
    let mut text = String::from(r#"{"events":["#);
    for (at, (class, operation, reference)) in events.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let snapshot = match *operation {
            "del" => String::new(),
            _ => format!(r#","snapshot":{{"uuid":"uuid-of-{reference}","name_label":"{reference}"}}"#),
        };
        write!(
            text,
            r#"{comma}{{"id":"1","timestamp":"0.0","class":"{class}","operation":"{operation}","ref":"{reference}"{snapshot}}}"#
        )
        .unwrap();
    }
    let counts: Vec<_> = counts.iter().map(|(class, count)| format!(r#""{class}":{count}"#)).collect();
    write!(text, r#"],"valid_ref_counts":{{{}}},"token":"{token}"}}"#, counts.join(",")).unwrap();
    text
}

/// A host whose `event.from` answers one reply after the other, then nothing new.
async fn host(replies: Vec<Reply>) -> Peer {
    let replies = Mutex::new(replies.into_iter());
    Peer::start(move |call| {
        usual(call, |call| match call.method.as_str() {
            "event.from" => replies.lock().next().unwrap_or_else(|| quiet(call)),
            method => Reply::failure("MESSAGE_METHOD_UNKNOWN", &[method]),
        })
    })
    .await
}

/// Holds the poll for as long as it asks and answers that there is nothing.
fn quiet(call: &Call) -> Reply {
    let hold = call.params.get(3).and_then(Value::as_float).unwrap_or_default();
    let token = call.text(2);
    let nothing = format!(r#"{{"events":[],"valid_ref_counts":{{}},"token":"{token}"}}"#);
    Reply::After(Duration::from_secs_f64(hold), Box::new(Reply::Json(nothing)))
}

async fn watch(peer: &Peer) -> (Pool, Watch) {
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    let watch = pool.watch();
    (pool, watch)
}

/// Writes an event as one line.
fn line(event: Event) -> String {
    match event {
        Event::InitStart => "start".to_owned(),
        Event::InitApply(records) => {
            let refs: BTreeSet<_> = records.iter().map(|(reference, _)| reference.to_string()).collect();
            format!("list {}", refs.into_iter().collect::<Vec<_>>().join(" "))
        }
        Event::InitDone => "done".to_owned(),
        Event::Apply(changes) => changes.iter().map(change).collect::<Vec<_>>().join(" "),
    }
}

fn change(change: &Change) -> String {
    match change {
        Change::Put(reference, record) => format!("+{}:{reference}", record.kind().name()),
        Change::Removed(kind, reference) => format!("-{}:{reference}", kind.name()),
    }
}

async fn lines(watch: &mut Watch, count: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for _ in 0..count {
        lines.push(line(soon(watch.next()).await.expect("the watch goes on")));
    }
    lines
}

fn first_list() -> Reply {
    Reply::Json(batch(
        &[("vm", "add", "vm1"), ("task", "add", "t1"), ("newer", "add", "n")],
        &[("vm", 1), ("task", 1)],
        "1",
    ))
}

const LISTED: [&str; 3] = ["start", "list t1 vm1", "done"];

#[tokio::test]
async fn all_objects_are_listed_and_then_what_changes() {
    let changes = batch(&[("vbd", "add", "vbd1"), ("vm", "mod", "vm1"), ("task", "del", "t1")], &[("vm", 1)], "2");
    let peer = host(vec![first_list(), Reply::Json(changes)]).await;
    let (pool, mut watch) = watch(&peer).await;
    assert_eq!(lines(&mut watch, 4).await[..3], LISTED);
    until(|| peer.count("event.from") >= 3).await;
    let tokens: Vec<_> =
        peer.calls().iter().filter(|c| c.method == "event.from").map(|c| c.text(2).to_owned()).collect();
    assert_eq!(tokens[..3], ["", "1", "2"]);
    assert!(pool.state().borrow().is_live());
}

#[tokio::test]
async fn changes_of_one_answer_come_together() {
    let changes = batch(&[("vbd", "add", "vbd1"), ("vm", "mod", "vm1"), ("task", "del", "t1")], &[], "2");
    let peer = host(vec![first_list(), Reply::Json(changes)]).await;
    let (_pool, mut watch) = watch(&peer).await;
    assert_eq!(lines(&mut watch, 4).await[3], "+VBD:vbd1 +VM:vm1 -task:t1");
}

#[tokio::test]
async fn a_long_list_is_whole_whatever_its_events_hold() {
    // A class that nobody knows yet, with sets of records: they look as if an event could begin there.
    let parts: Vec<_> = (0..60_000).map(|n| format!(r#"{{"part":{n}}}"#)).collect();
    let odd = format!(
        r#"{{"id":"1","timestamp":"0.0","class":"newer","operation":"add","ref":"n","snapshot":{{"parts":[{}]}}}}"#,
        parts.join(",")
    );
    let known: Vec<_> = (0..3000).map(|n| format!("vm{n}")).collect();
    let events: Vec<_> = known.iter().map(|name| ("vm", "add", name.as_str())).collect();
    let plain = batch(&events, &[("vm", 3000)], "1");
    let with_odd = plain.replacen(r#"{"events":["#, &format!(r#"{{"events":[{odd},"#), 1);
    for (list, wanted) in [(plain, 1), (with_odd, 2)] {
        let peer = host(vec![Reply::Json(list.clone()), Reply::Json(list)]).await;
        let (_pool, mut watch) = watch(&peer).await;
        let (mut starts, mut listed) = (0, BTreeSet::new());
        loop {
            match soon(watch.next()).await.expect("the watch goes on") {
                Event::InitStart => {
                    starts += 1;
                    listed.clear();
                }
                Event::InitApply(records) => listed.extend(records.into_iter().map(|(name, _)| name.to_string())),
                Event::InitDone => break,
                Event::Apply(changes) => panic!("{changes:?}"),
            }
        }
        // What cannot be cut is read again, in one piece.
        assert_eq!((starts, listed.len()), (wanted, known.len()));
    }
}

#[tokio::test]
async fn the_watch_works_in_xml_rpc_too() {
    let peer = Peer::start(|call| {
        if call.json {
            return Reply::Http(500, "text/html", Vec::new());
        }
        usual(call, |call| match call.text(2) {
            "" => Reply::Result(
                xapi_types::json::parse(batch(&[("vm", "add", "vm1")], &[("vm", 1)], "1").as_bytes()).unwrap(),
            ),
            "1" => Reply::Result(
                xapi_types::json::parse(batch(&[("vm", "del", "vm1")], &[("vm", 0)], "2").as_bytes()).unwrap(),
            ),
            _ => Reply::Silence,
        })
    })
    .await;
    let (_pool, mut watch) = watch(&peer).await;
    assert_eq!(lines(&mut watch, 4).await, ["start", "list vm1", "done", "-VM:vm1"]);
}

#[tokio::test]
async fn lost_events_and_refused_tokens_lead_to_a_new_list() {
    for code in ["EVENTS_LOST", "EVENT_FROM_TOKEN_PARSE_FAILURE"] {
        let again = Reply::Json(batch(&[("vm", "add", "vm2")], &[], "9"));
        let peer = host(vec![first_list(), Reply::failure(code, &[]), again]).await;
        let (_pool, mut watch) = watch(&peer).await;
        assert_eq!(lines(&mut watch, 6).await[3..], ["start", "list vm2", "done"]);
    }
}

#[tokio::test]
async fn a_list_that_breaks_off_is_begun_again_and_never_done() {
    let many: Vec<_> = (0..9000).map(|at| format!("vm{at}")).collect();
    let events: Vec<_> = many.iter().map(|name| ("vm", "add", name.as_str())).collect();
    let long = batch(&events, &[("vm", 9000)], "1");
    let peer = host(vec![Reply::Cut(long.clone(), long.len() / 2), Reply::Json(long)]).await;
    let (_pool, mut watch) = watch(&peer).await;
    let mut starts = 0;
    let mut listed = BTreeSet::new();
    loop {
        match soon(watch.next()).await.unwrap() {
            Event::InitStart => {
                starts += 1;
                listed.clear();
            }
            Event::InitApply(records) => {
                assert!(records.len() <= 4000);
                listed.extend(records.into_iter().map(|(reference, _)| reference));
            }
            Event::InitDone => break,
            Event::Apply(_) => panic!("a change before the list is done"),
        }
    }
    assert_eq!((starts, listed.len()), (2, 9000));
}

#[tokio::test]
async fn an_ended_session_is_renewed() {
    let peer = host(vec![first_list(), Reply::failure("SESSION_INVALID", &[SESSION]), first_list()]).await;
    let (pool, mut watch) = watch(&peer).await;
    let mut state = pool.state();
    assert_eq!(lines(&mut watch, 3).await, LISTED);
    until(|| peer.count("session.login_with_password") == 2).await;
    soon(state.wait_for(State::is_live)).await.unwrap();
}

#[tokio::test]
async fn a_toolstack_that_restarts_is_listed_again() {
    let logins = AtomicUsize::new(0);
    let polls = AtomicUsize::new(0);
    let peer = Peer::start(move |call| match call.method.as_str() {
        "session.login_with_password" => {
            Reply::Result(format!("OpaqueRef:session-{}", logins.fetch_add(1, Ordering::SeqCst)).into())
        }
        "event.from" => match (polls.fetch_add(1, Ordering::SeqCst), call.text(0)) {
            (0, _) => first_list(),
            // Connections drop when the toolstack goes down, and its sessions are gone when it is back.
            (1, _) => Reply::Close,
            (_, "OpaqueRef:session-0") => Reply::failure("SESSION_INVALID", &[call.text(0)]),
            (_, _) if call.text(2).is_empty() => Reply::Json(batch(&[("vm", "add", "vm1")], &[], "5")),
            _ => quiet(call),
        },
        _ if call.text(0) == "OpaqueRef:session-0" && call.method == "pool.get_all" => {
            Reply::failure("SESSION_INVALID", &[call.text(0)])
        }
        _ => usual(call, |_| Reply::void()),
    })
    .await;
    let (_pool, mut watch) = watch(&peer).await;
    assert_eq!(lines(&mut watch, 6).await[3..], ["start", "list vm1", "done"]);
}

#[tokio::test]
async fn a_poll_that_breaks_goes_on_where_it_was_if_the_session_lives() {
    let change = Reply::Json(batch(&[("vm", "mod", "vm1")], &[("vm", 1), ("task", 1)], "2"));
    let peer = host(vec![first_list(), Reply::Close, change]).await;
    let (_pool, mut watch) = watch(&peer).await;
    assert_eq!(lines(&mut watch, 4).await[3], "+VM:vm1");
    assert_eq!(peer.count("session.login_with_password"), 1);
}

#[test]
fn a_half_open_connection_is_noticed_within_a_minute() {
    let limits = Limits::default();
    assert!(limits.poll + limits.grace + limits.connect <= Duration::from_secs(60));
}

#[tokio::test]
async fn a_host_that_falls_silent_makes_the_pool_stale_until_it_speaks_again() {
    let silent = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&silent);
    let peer = Peer::start(move |call| {
        if switch.load(Ordering::SeqCst) {
            return Reply::Silence;
        }
        usual(call, |call| if call.text(2).is_empty() { first_list() } else { quiet(call) })
    })
    .await;
    let mut options = peer.options();
    options.limits.grace = Duration::from_millis(300);
    let pool = soon(Pool::connect(options)).await.unwrap();
    let mut watch = pool.watch();
    assert_eq!(lines(&mut watch, 3).await, LISTED);
    state(&pool, State::is_live).await;
    silent.store(true, Ordering::SeqCst);
    let stale = state(&pool, |state| !state.is_live()).await;
    assert!(matches!(&stale, State::Stale { reason: xapi::Error::Timeout { .. }, .. }), "{stale:?}");
    silent.store(false, Ordering::SeqCst);
    state(&pool, State::is_live).await;
}

#[tokio::test]
async fn objects_that_vanish_without_an_event_are_found_out() {
    let forgotten = || Reply::Json(batch(&[], &[("vm", 1), ("task", 0)], "2"));
    let tasks = Reply::Json(batch(&[], &[("vm", 1), ("task", 0)], "3"));
    let peer = host(vec![first_list(), forgotten(), forgotten(), tasks]).await;
    let (_pool, mut watch) = watch(&peer).await;
    assert_eq!(lines(&mut watch, 4).await[3], "-task:t1");
    let asked: Vec<_> = peer.calls().into_iter().filter(|call| call.method == "event.from").collect();
    assert_eq!((asked[3].params[1].clone(), asked[3].text(2)), (vec!["task"].into(), ""));
}

#[tokio::test]
async fn a_host_that_counts_in_its_own_way_is_left_to_it() {
    // Messages are no rows of the database: hosts count none, whatever they list.
    let list = batch(&[("message", "add", "m1"), ("vm", "add", "vm1")], &[("message", 0), ("vm", 1)], "1");
    let odd = || Reply::Json(batch(&[], &[("message", 0), ("vm", 7)], "2"));
    let peer = host(vec![Reply::Json(list), odd(), odd(), odd(), odd(), odd()]).await;
    let (_pool, mut watch) = watch(&peer).await;
    assert_eq!(lines(&mut watch, 3).await, ["start", "list m1 vm1", "done"]);
    until(|| peer.count("event.from") >= 7).await;
    let relists = peer.calls().iter().filter(|call| call.method == "event.from" && call.text(2).is_empty()).count();
    assert_eq!(relists, 2);
}

#[tokio::test]
async fn a_new_coordinator_is_followed_and_listed() {
    let second = host(vec![Reply::Json(batch(&[("vm", "add", "vm2")], &[], "1"))]).await;
    let named = second.address.to_string();
    let first = host(vec![first_list(), Reply::failure("HOST_IS_SLAVE", &[&named])]).await;
    let (pool, mut watch) = watch(&first).await;
    let seen = lines(&mut watch, 4).await;
    assert_eq!(seen[..3], LISTED);
    assert_eq!(pool.coordinator().unwrap().port(), second.address.port());
}

#[tokio::test]
async fn hosts_without_event_from_are_watched_by_their_queue() {
    let next = AtomicUsize::new(0);
    let peer = Peer::start(move |call| {
        usual(call, |call| match call.method.as_str() {
            "event.register" | "event.unregister" => Reply::void(),
            "VM.get_all_records" => Reply::Json(r#"{"vm1":{"uuid":"u"},"vm2":{"uuid":"v"}}"#.to_owned()),
            "VMPP.get_all_records" => Reply::failure("MESSAGE_REMOVED", &[]),
            "event.next" => match next.fetch_add(1, Ordering::SeqCst) {
                0 => {
                    Reply::Json(r#"[{"class":"VM","operation":"mod","ref":"vm1","snapshot":{"uuid":"u"}}]"#.to_owned())
                }
                1 => Reply::failure("EVENTS_LOST", &[]),
                _ => Reply::Silence,
            },
            method => Reply::failure("MESSAGE_METHOD_UNKNOWN", &[method]),
        })
    })
    .await;
    let (_pool, mut watch) = watch(&peer).await;
    let seen = lines(&mut watch, 8).await;
    // The attempt to list by `event.from` has begun a list of its own.
    assert_eq!(seen, ["start", "start", "list vm1 vm2", "done", "+VM:vm1", "start", "list vm1 vm2", "done"]);
}

#[tokio::test]
async fn a_reader_that_falls_behind_holds_back_the_poll() {
    let peer = Peer::start(|call| {
        usual(call, |call| match call.text(2) {
            "" => first_list(),
            token => {
                let next = (token.parse::<u64>().unwrap() + 1).to_string();
                Reply::Json(batch(&[("vm", "mod", "vm1")], &[("vm", 1), ("task", 1)], &next))
            }
        })
    })
    .await;
    let (pool, mut watch) = watch(&peer).await;
    until(|| peer.count("event.from") >= 6).await;
    // Time for many more, if nothing held them back: a call goes to and fro for each.
    for _ in 0..50 {
        let _ = soon(pool.call("VM.get_uuid", vec!["x".into()])).await;
    }
    assert!(peer.count("event.from") <= 10, "{} polls", peer.count("event.from"));
    assert_eq!(lines(&mut watch, 30).await[29], "+VM:vm1");
}

#[tokio::test]
async fn a_watch_that_is_dropped_asks_no_more() {
    let peer = host(vec![first_list()]).await;
    let (pool, mut watch) = watch(&peer).await;
    assert_eq!(lines(&mut watch, 3).await, LISTED);
    drop(watch);
    state(&pool, State::is_live).await;
    soon(pool.close()).await;
}

#[tokio::test]
async fn a_watch_ends_when_the_pool_is_closed() {
    let peer = host(vec![first_list()]).await;
    let (pool, mut watch) = watch(&peer).await;
    assert_eq!(lines(&mut watch, 3).await, LISTED);
    soon(pool.close()).await;
    assert!(soon(watch.next()).await.is_none());
}

#[tokio::test]
async fn garbage_in_the_middle_of_a_watch_is_an_error_and_not_an_end() {
    let page = Reply::Http(200, "text/html", b"<html>maintenance</html>".to_vec());
    let change = Reply::Json(batch(&[("vm", "mod", "vm1")], &[("vm", 1), ("task", 1)], "2"));
    let peer = host(vec![first_list(), page, change]).await;
    let (_pool, mut watch) = watch(&peer).await;
    assert_eq!(lines(&mut watch, 4).await[3], "+VM:vm1");
}

#[tokio::test]
async fn a_watch_that_breaks_again_and_again_asks_less_and_less() {
    let peer = Peer::start(|call| {
        usual(call, |call| match call.method.as_str() {
            "event.from" => Reply::Http(200, "text/html", b"<html>maintenance</html>".to_vec()),
            _ => Reply::void(),
        })
    })
    .await;
    let (pool, mut watch) = watch(&peer).await;
    assert_eq!(lines(&mut watch, 2).await, ["start", "start"]);
    // Calls, each of which goes to and fro, work meanwhile.
    for _ in 0..50 {
        soon(pool.call("VM.get_uuid", vec!["x".into()])).await.unwrap();
    }
    assert!(peer.count("event.from") <= 3, "{} polls", peer.count("event.from"));
    let failed = state(&pool, |state| matches!(state, State::Failed { .. })).await;
    assert!(matches!(failed, State::Failed { reason: xapi::Error::Answer { .. } }), "{failed:?}");
}
