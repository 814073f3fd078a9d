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
