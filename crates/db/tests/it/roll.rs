use db::Db;

#[tokio::test]
async fn how_far_a_pool_has_come_is_kept_replaced_and_forgotten() {
    let db = Db::in_memory().await.unwrap();
    let get = async |pool| db.rolls().get::<Vec<u32>>(pool).await.unwrap();
    assert_eq!(get("p").await, None);
    db.rolls().set("p", &[1]).await.unwrap();
    db.rolls().set("q", &[7]).await.unwrap();
    db.rolls().set("p", &[1, 2]).await.unwrap();
    assert_eq!((get("p").await, get("q").await), (Some(vec![1, 2]), Some(vec![7])));
    assert_eq!(db.rolls().pools().await.unwrap().len(), 2);
    assert!(db.rolls().remove("p").await.unwrap());
    assert!(!db.rolls().remove("p").await.unwrap());
    assert_eq!((get("p").await, db.rolls().pools().await.unwrap()), (None, vec!["q".to_owned()]));
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let db = Db::in_memory().await.unwrap();
    db.rolls().set("p", &"far").await.unwrap();
    let error = db.rolls().get::<u32>("p").await.unwrap_err();
    let what = "how far the restarts of the hosts of pool `p` have come in the database is damaged";
    assert_eq!(error.to_string(), what);
}
