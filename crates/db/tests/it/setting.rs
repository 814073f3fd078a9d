use db::Db;

#[tokio::test]
async fn a_setting_is_set_replaced_and_removed() {
    let db = Db::in_memory().await.unwrap();
    let get = async || db.settings().get::<Vec<u32>>("ports").await.unwrap();
    assert_eq!(get().await, None);
    db.settings().set("ports", &[80]).await.unwrap();
    db.settings().set("ports", &[80, 443]).await.unwrap();
    assert_eq!(get().await, Some(vec![80, 443]));
    assert!(db.settings().remove("ports").await.unwrap());
    assert!(!db.settings().remove("ports").await.unwrap());
    assert_eq!(get().await, None);
}

#[tokio::test]
async fn a_setting_of_another_shape_is_named() {
    let db = Db::in_memory().await.unwrap();
    db.settings().set("ports", &"eighty").await.unwrap();
    let error = db.settings().get::<u32>("ports").await.unwrap_err();
    assert_eq!(error.to_string(), "setting `ports` in the database is damaged");
}

#[tokio::test]
async fn who_must_not_write_reads_and_is_refused_the_rest() {
    let db = Db::in_memory().await.unwrap();
    db.settings().set("ports", &[80]).await.unwrap();
    let read_only = db.read_only();
    assert_eq!(read_only.settings().get::<Vec<u32>>("ports").await.unwrap(), Some(vec![80]));
    assert!(!read_only.has_refused());
    let error = read_only.settings().set("ports", &[443]).await.unwrap_err();
    assert_eq!(error.to_string(), "database: writing a setting is not for whoever only reads");
    assert!(read_only.settings().remove("ports").await.is_err());
    assert!(read_only.has_refused() && !db.has_refused());
    assert_eq!(db.settings().get::<Vec<u32>>("ports").await.unwrap(), Some(vec![80]));
    db.settings().set("ports", &[443]).await.unwrap();
}
