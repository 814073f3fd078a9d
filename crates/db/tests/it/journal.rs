use std::time::Duration;

use db::{Db, NewEntry, Operation, Order, Query, Retention};
use serde_json::value::RawValue;

use crate::Place;

fn entry(at: i64, class: &str, n: i32) -> NewEntry {
    NewEntry {
        at,
        pool: "pool".to_owned(),
        class: class.to_owned(),
        reference: format!("OpaqueRef:{class}-{n}"),
        uuid: Some(format!("{class}-{n}")),
        operation: Operation::Mod,
        changes: RawValue::from_string(format!(r#"{{"n":[null,{n}]}}"#)).unwrap(),
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

async fn uuids(db: &Db, query: Query) -> Vec<String> {
    db.journal().query(&query).await.unwrap().into_iter().filter_map(|entry| entry.event.uuid).collect()
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
    let found = db.journal().query(&by_ref).await.unwrap();
    assert_eq!((found[0].event.at, found[0].event.changes.get()), (1005, r#"{"n":[null,5]}"#));
    let by_kind = Query { class: Some("VM".to_owned()), until: Some(1006), ..Query::default() };
    assert_eq!(uuids(&db, by_kind).await, ["VM-4", "VM-2", "VM-0"]);
    let by_time = Query { since: Some(1010), limit: Some(2), order: Order::OldestFirst, ..Query::default() };
    assert_eq!(uuids(&db, by_time).await, ["VM-10", "VDI-11"]);
    assert_eq!(uuids(&db, Query { pool: Some("other".to_owned()), ..Query::default() }).await, [""; 0]);
}

#[tokio::test]
async fn a_reader_goes_on_where_it_stopped() {
    let db = Db::in_memory().await.unwrap();
    // The clock stands still, then goes back: the order of arrival stays.
    for n in 0..10 {
        db.journal().append(&[entry(if n < 5 { 500 } else { 100 }, "VM", n)]).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let query = Query { after, limit: Some(3), order: Order::OldestFirst, ..Query::default() };
        let page = db.journal().query(&query).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.into_iter().filter_map(|entry| entry.event.uuid));
    }
    assert_eq!(seen, (0..10).map(|n| format!("VM-{n}")).collect::<Vec<_>>());
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
