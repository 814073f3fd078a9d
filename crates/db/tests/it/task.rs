use db::{Db, KeptTask};

use crate::Place;

fn task(start: i64, end: Option<i64>) -> KeptTask {
    KeptTask { start, end, record: format!("{{\"start\":{start}}}") }
}

async fn ids(db: &Db, most: usize) -> Vec<String> {
    db.tasks().newest(most).await.unwrap().into_iter().map(|(id, _)| id).collect()
}

#[tokio::test]
async fn tasks_are_there_after_a_restart_as_they_were_last() {
    let place = Place::new();
    let db = place.open().await;
    let rows = [("b", 2, None), ("a", 1, None), ("c", 3, Some(4))];
    let rows = rows.map(|(id, start, end)| (id.to_owned(), Some(task(start, end))));
    db.tasks().write(&rows).await.unwrap();
    let changed = KeptTask { record: "{}".to_owned(), ..task(1, Some(5)) };
    db.tasks().write(&[("a".into(), Some(changed)), ("c".into(), None), ("nope".into(), None)]).await.unwrap();
    drop(db);
    let db = place.open().await;
    let kept = db.tasks().newest(10).await.unwrap();
    let expected = [("a", "{}"), ("b", "{\"start\":2}")].map(|(id, record)| (id.to_owned(), record.to_owned()));
    assert_eq!(kept, expected);
}

#[tokio::test]
async fn the_oldest_that_have_ended_are_forgotten_and_what_runs_is_not() {
    let db = Db::in_memory().await.unwrap();
    let mut rows: Vec<_> = (1..=20).map(|start| (format!("{start:0>2}"), Some(task(start, Some(start))))).collect();
    rows.push(("00".to_owned(), Some(task(0, None))));
    db.tasks().write(&rows).await.unwrap();
    assert_eq!(ids(&db, 3).await, ["00", "18", "19", "20"]);
    assert_eq!(ids(&db, 100).await.len(), 4);
}
