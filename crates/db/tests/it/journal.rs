use std::time::Duration;

use db::{Db, NewEntry, Only, Operation, Order, Query, Retention};
use serde_json::value::RawValue;

use crate::Place;

fn entry(at: i64, class: &str, n: i32) -> NewEntry {
    NewEntry {
        at,
        pool: "pool".to_owned(),
        class: class.to_owned(),
        reference: format!("OpaqueRef:{class}-{n}"),
        uuid: Some(format!("{class}-{n}")),
        user: None,
        objects: Vec::new(),
        operation: Operation::Mod,
        changes: RawValue::from_string(format!(r#"{{"n":[null,{n}]}}"#)).unwrap(),
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

async fn uuids(db: &Db, query: Query) -> Vec<String> {
    db.journal().query(&query).await.unwrap().entries.into_iter().filter_map(|entry| entry.event.uuid).collect()
}

#[tokio::test]
async fn events_are_found_by_object_kind_and_time_after_a_restart() {
    let place = Place::new();
    let db = place.open().await;
    let entries: Vec<_> =
        (0..1000).map(|n| entry(1000 + i64::from(n), if n % 2 == 0 { "VM" } else { "VDI" }, n)).collect();
    for batch in entries.chunks(300) {
        db.journal().append(batch).await.unwrap();
    }
    drop(db);
    let db = place.open().await;
    assert_eq!(db.journal().totals().await.unwrap().entries, 1000);
    let by_uuid = Query { object: Some("VM-4".to_owned()), ..Query::default() };
    assert_eq!(uuids(&db, by_uuid).await, ["VM-4"]);
    let by_ref = Query { object: Some("OpaqueRef:VDI-5".to_owned()), ..Query::default() };
    let found = db.journal().query(&by_ref).await.unwrap().entries;
    assert_eq!((found[0].event.at, found[0].event.changes.get()), (1005, r#"{"n":[null,5]}"#));
    let by_kind = Query { class: Some("VM".to_owned()), until: Some(1006), ..Query::default() };
    assert_eq!(uuids(&db, by_kind).await, ["VM-4", "VM-2", "VM-0"]);
    let by_time = Query { since: Some(1010), limit: Some(2), order: Order::OldestFirst, ..Query::default() };
    assert_eq!(uuids(&db, by_time).await, ["VM-10", "VDI-11"]);
}

#[tokio::test]
async fn a_reader_goes_on_where_it_stopped() {
    let db = Db::in_memory().await.unwrap();
    // The clock stands still, then goes back: entries are in the order of their time, then of their arrival.
    for n in 0..10 {
        db.journal().append(&[entry(if n < 5 { 500 } else { 100 }, "VM", n)]).await.unwrap();
    }
    let read = async |order, query: &Query| {
        let (mut seen, mut from) = (Vec::new(), None);
        loop {
            let query = Query { from, limit: Some(3), order, ..query.clone() };
            let page = db.journal().query(&query).await.unwrap();
            seen.extend(page.entries.into_iter().filter_map(|entry| entry.event.uuid));
            from = page.next;
            if from.is_none() {
                return seen;
            }
        }
    };
    let mut expected: Vec<_> = [5, 6, 7, 8, 9, 0, 1, 2, 3, 4].map(|n| format!("VM-{n}")).into();
    for query in [Query::default(), Query { class: Some("VM".to_owned()), ..Query::default() }] {
        assert_eq!(read(Order::OldestFirst, &query).await, expected);
        expected.reverse();
        assert_eq!(read(Order::NewestFirst, &query).await, expected);
        expected.reverse();
    }
}

fn call(at: i64, user: &str, objects: &[&str]) -> NewEntry {
    NewEntry {
        reference: String::new(),
        uuid: None,
        user: Some(user.to_owned()),
        objects: objects.iter().map(|object| (*object).to_owned()).collect(),
        operation: Operation::Done,
        changes: RawValue::from_string(format!(r#"{{"method":"m{at}"}}"#)).unwrap(),
        ..entry(at, "VM", 0)
    }
}

#[tokio::test]
async fn calls_are_found_by_user_and_by_each_of_their_objects_among_the_events() {
    let db = Db::in_memory().await.unwrap();
    let entries = [
        entry(1, "VM", 7),
        call(2, "ann", &["VM-7", "host-1"]),
        entry(3, "VM", 7),
        call(4, "bob", &["VM-7"]),
        call(5, "ann", &[]),
        entry(6, "VM", 8),
    ];
    db.journal().append(&entries).await.unwrap();
    let found = async |query: Query| {
        let entries = db.journal().query(&query).await.unwrap().entries;
        entries.into_iter().map(|entry| entry.event.at).collect::<Vec<_>>()
    };
    let about = |object: &str| Query { object: Some(object.to_owned()), ..Query::default() };
    let by = |user: &str| Query { user: Some(user.to_owned()), ..Query::default() };
    assert_eq!(found(about("VM-7")).await, [4, 3, 2, 1]);
    assert_eq!(found(about("host-1")).await, [2]);
    assert_eq!(found(by("ann")).await, [5, 2]);
    assert_eq!(found(Query { user: Some("ann".to_owned()), ..about("VM-7") }).await, [2]);
    assert_eq!(found(Query { since: Some(2), until: Some(4), ..about("VM-7") }).await, [3, 2]);
    let only = |only: Only, query: Query| Query { only: Some(only), ..query };
    assert_eq!(found(only(Only::Calls, Query::default())).await, [5, 4, 2]);
    assert_eq!(found(only(Only::Events, Query::default())).await, [6, 3, 1]);
    assert_eq!(found(only(Only::Calls, about("VM-7"))).await, [4, 2]);
    assert_eq!(found(only(Only::Events, about("VM-7"))).await, [3, 1]);
    assert_eq!(found(only(Only::Events, by("ann"))).await, [0; 0]);
    assert_eq!(found(only(Only::Calls, Query { class: Some("VM".to_owned()), ..Query::default() })).await, [5, 4, 2]);
    assert_eq!(found(Query { class: Some("VDI".to_owned()), ..about("VM-7") }).await, [0; 0]);
    let page = db.journal().query(&Query { limit: Some(2), ..about("VM-7") }).await.unwrap();
    let rest = Query { from: page.next, ..about("VM-7") };
    assert_eq!(found(rest).await, [2, 1]);
    let mut first = db.journal().query(&about("host-1")).await.unwrap().entries.remove(0).event;
    first.objects.sort();
    assert_eq!((first.user.as_deref(), first.operation), (Some("ann"), Operation::Done));
    assert_eq!(first.objects, ["VM-7", "host-1"]);

    let none = Retention { max_age: None, max_bytes: Some(0) };
    assert_eq!(db.journal().prune(&none).await.unwrap(), 6);
    assert_eq!(db.journal().totals().await.unwrap().bytes, 0);
    db.journal().append(&[call(9, "ann", &["VM-7"])]).await.unwrap();
    assert_eq!(found(about("VM-7")).await, [9], "what was pruned left nothing behind");
}

#[tokio::test]
async fn a_query_looks_at_so_many_entries_whatever_it_finds() {
    let db = Db::in_memory().await.unwrap();
    let mut entries: Vec<_> = (0..40).map(|at| entry(at, "VM", 7)).collect();
    entries.extend((40..80).map(|at| call(at, "ann", &["VM-7"])));
    db.journal().append(&entries).await.unwrap();
    let about = Query { object: Some("VM-7".to_owned()), limit: Some(10), ..Query::default() };
    let (user, class) = (Some("bob".to_owned()), Some("SR".to_owned()));
    let calls = Query { only: Some(Only::Calls), limit: Some(10), ..Query::default() };
    let found = db.journal().query(&Query { order: Order::OldestFirst, ..calls }).await.unwrap().entries;
    assert_eq!(found.len(), 10, "events before the first call are not looked at");
    for (query, walked) in [
        (Query { class: class.clone(), ..about.clone() }, 80),
        // Events have no user.
        (Query { user: user.clone(), ..about.clone() }, 40),
        (Query { user, class: class.clone(), ..about }, 40),
        (Query { user: Some("ann".to_owned()), class, limit: Some(10), ..Query::default() }, 40),
    ] {
        for order in [Order::NewestFirst, Order::OldestFirst] {
            let (mut from, mut pages) = (None, 0);
            loop {
                let page = db.journal().query(&Query { from, order, ..query.clone() }).await.unwrap();
                assert!(page.entries.is_empty(), "{query:?}");
                from = page.next;
                pages += 1;
                if from.is_none() {
                    break;
                }
            }
            // The last page has found that there is no more.
            assert_eq!(pages, walked / 10 + 1, "{query:?}");
        }
    }
}

#[tokio::test]
async fn entries_past_the_age_go_and_the_others_stay() {
    let db = Db::in_memory().await.unwrap();
    let old: Vec<_> = (0..2500).map(|n| entry(now() - 7_200_000, "VM", n)).collect();
    db.journal().append(&old).await.unwrap();
    db.journal().append(&[entry(now(), "VM", 9999)]).await.unwrap();
    let retention = Retention { max_age: Some(Duration::from_hours(1)), max_bytes: None };
    assert_eq!(db.journal().prune(&retention).await.unwrap(), 2500);
    assert_eq!(uuids(&db, Query::default()).await, ["VM-9999"]);
    assert_eq!(db.journal().totals().await.unwrap().entries, 1);
    assert_eq!(db.journal().prune(&retention).await.unwrap(), 0);
}

#[tokio::test]
async fn the_oldest_entries_go_until_the_size_holds() {
    let db = Db::in_memory().await.unwrap();
    let entries: Vec<_> = (0..100).map(|n| entry(now(), "VM", n)).collect();
    db.journal().append(&entries).await.unwrap();
    let half = db.journal().totals().await.unwrap().bytes / 2;
    let retention = Retention { max_age: None, max_bytes: Some(half) };
    let pruned = db.journal().prune(&retention).await.unwrap();
    let left = db.journal().totals().await.unwrap();
    assert!(left.bytes <= half && left.entries + pruned == 100 && left.entries >= 48, "{left:?}");
    assert_eq!(uuids(&db, Query { limit: Some(1), ..Query::default() }).await, ["VM-99"]);
    let none = Retention { max_age: None, max_bytes: Some(0) };
    db.journal().prune(&none).await.unwrap();
    let left = db.journal().totals().await.unwrap();
    assert_eq!((left.entries, left.bytes), (0, 0));
}

#[tokio::test]
async fn no_limit_keeps_everything() {
    let db = Db::in_memory().await.unwrap();
    db.journal().append(&[entry(0, "VM", 1)]).await.unwrap();
    assert_eq!(db.journal().prune(&Retention::default()).await.unwrap(), 0);
}
