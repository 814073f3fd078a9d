use app::{
    Audience, Delta, Object,
    model::{Kind, PoolId},
    xapi_types::AnyRef,
};

use super::*;

/// Returns an object whose JSON is `size` bytes longer than that of one without properties.
fn object(id: &str, size: usize) -> Arc<Object> {
    let json = format!(r#"{{"id":"{id}"{}}}"#, " ".repeat(size));
    let object = Object::from_json(Kind::Vm, PoolId::new("p"), AnyRef::default(), json.into());
    Arc::new(object.expect("it begins with its id"))
}

fn notice(entered: &[(&str, usize)], left: &[&str]) -> Arc<Notice> {
    let entered = entered.iter().map(|(id, size)| object(id, *size)).collect();
    let left = left.iter().map(|id| object(id, 1)).collect();
    Notice::of(&Delta { pool: PoolId::new("p"), entered, left }, &Audience::Everything)
        .expect("there is something to tell")
}

fn next_notice(outbox: &Outbox) -> Vec<(String, usize)> {
    let told = |notice: &Notice| {
        let size = |object: &Object| object.json().len() - r#"{"id":""}"#.len() - object.id().len();
        let told =
            notice.objects().map(|(object, there)| (object.id().to_owned(), if there { size(object) } else { 0 }));
        told.collect()
    };
    match outbox.next() {
        Next::Item(Item::Notice(notice)) => told(&notice),
        Next::CatchUp(behind) => told(&behind.into_notice().expect("it is behind on something")),
        Next::Wait => Vec::new(),
        _ => panic!("no notification comes next"),
    }
}

#[test]
fn a_client_that_is_behind_gets_the_newest_state_only() {
    let outbox = Outbox::default();
    outbox.notice(&notice(&[("a", MOST_NOTICES)], &[]));
    for size in 1..100 {
        outbox.notice(&notice(&[("a", size), ("b", size)], &[]));
    }
    outbox.notice(&notice(&[], &["b"]));
    assert_eq!(next_notice(&outbox), [("a".to_owned(), MOST_NOTICES)]);
    let mut rest = next_notice(&outbox);
    rest.sort();
    assert_eq!(rest, [("a".to_owned(), 99), ("b".to_owned(), 0)]);
    assert_eq!(next_notice(&outbox), []);
}

#[test]
fn a_notification_waits_for_the_picture_that_is_being_made() {
    let outbox = Outbox::default();
    outbox.hold();
    outbox.notice(&notice(&[("a", 2)], &[]));
    assert_eq!(next_notice(&outbox), []);
    outbox.answer(Item::Frames(Bytes::from_static(b"picture")));
    outbox.release();
    assert!(matches!(outbox.next(), Next::Item(Item::Frames(_))));
    assert_eq!(next_notice(&outbox), [("a".to_owned(), 2)]);
}

#[test]
fn a_client_that_is_behind_without_end_is_cut_with_a_reason() {
    let outbox = Outbox::default();
    outbox.hold();
    let ids: Vec<_> = (0..=MOST_BEHIND).map(|n| n.to_string()).collect();
    let left: Vec<_> = ids.iter().map(String::as_str).collect();
    outbox.notice(&notice(&[], &left));
    let Next::Close(frame) = outbox.next() else { panic!("it is not cut") };
    assert!(frame.ends_with(b"too slow: too many changes wait to be read"));
    assert!(matches!(outbox.next(), Next::End));
}

#[test]
fn a_client_that_pings_and_does_not_read_gets_the_last_pong() {
    let outbox = Outbox::default();
    outbox.control(Bytes::from_static(b"first"));
    outbox.control(Bytes::from_static(b"second"));
    assert_eq!(outbox.next_control().as_deref(), Some(&b"second"[..]));
    assert_eq!(outbox.next_control(), None);
}

#[test]
fn a_client_that_uses_views_is_told_that_the_server_is_there_once_where_nothing_else_waits() {
    let outbox = Outbox::default();
    outbox.alive();
    assert!(matches!(outbox.next(), Next::Wait), "a client of objects knows of no such notification");
    outbox.notifications.want_objects(false);
    outbox.alive();
    outbox.alive();
    let Next::Item(Item::Frames(frame)) = outbox.next() else { panic!("there is nothing to write") };
    assert!(frame.ends_with(br#"{"jsonrpc":"2.0","method":"alive","params":{}}"#));
    assert!(matches!(outbox.next(), Next::Wait));
    outbox.answer(Item::Frames(Bytes::from_static(b"answer")));
    outbox.alive();
    assert!(matches!(outbox.next(), Next::Item(Item::Frames(answer)) if answer == "answer"));
    assert!(matches!(outbox.next(), Next::Wait));
}
