use db::{Db, NewLog};
use serde_json::json;

use crate::Place;

fn log(namespace: &str, at: i64) -> NewLog {
    let (message, data) = (format!("it happened at {at}"), json!({ "at": at }));
    NewLog { namespace: namespace.to_owned(), at, level: "error", message, data }
}

async fn ids(db: &Db, namespace: &str) -> Vec<String> {
    db.logs().of(namespace).await.unwrap().into_iter().map(|log| log.id).collect()
}

#[tokio::test]
async fn a_log_has_its_entries_in_order_after_a_restart_until_they_are_deleted() {
    let place = Place::new();
    let db = place.open().await;
    db.logs().append(&[log("api", 5), log("api", 7), log("jobs", 6), log("api", 5)]).await.unwrap();
    drop(db);
    let db = place.open().await;
    assert_eq!(ids(&db, "api").await, ["5", "5:1", "7"]);
    let first = db.logs().of("api").await.unwrap().remove(0);
    assert_eq!((first.level.as_str(), first.message.as_str()), ("error", "it happened at 5"));
    assert_eq!((first.at, first.data), (5, json!({ "at": 5 })));
    assert!(!db.logs().delete("jobs", "5").await.unwrap());
    assert!(db.logs().delete("api", "5").await.unwrap());
    assert!(!db.logs().delete("api", "5").await.unwrap());
    assert_eq!((ids(&db, "api").await, ids(&db, "jobs").await), (vec!["5:1".into(), "7".into()], vec!["6".into()]));
}

#[tokio::test]
async fn the_oldest_entries_of_a_log_go_when_it_is_full() {
    let db = Db::in_memory().await.unwrap();
    db.logs().append(&[log("jobs", 1)]).await.unwrap();
    let many: Vec<_> = (0..1500).map(|at| log("api", at)).collect();
    for some in many.chunks(400) {
        db.logs().append(some).await.unwrap();
    }
    let left = ids(&db, "api").await;
    assert_eq!((left.len(), left[0].as_str(), left[999].as_str()), (1000, "500", "1499"));
    assert_eq!(ids(&db, "jobs").await, ["1"]);
}
