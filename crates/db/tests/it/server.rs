use db::{Db, Error, NewServer};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::Place;

fn lab() -> NewServer {
    NewServer {
        host: "192.0.2.1".to_owned(),
        username: "root".to_owned(),
        password: "s3cret-password".into(),
        label: Some("lab".to_owned()),
        allow_unauthorized: true,
        enabled: true,
        http_proxy: Some("http://me:pr0xy-password@proxy".to_owned()),
    }
}

#[tokio::test]
async fn a_server_and_its_password_survive_a_restart_and_are_sealed_on_the_disk() {
    let place = Place::new();
    let db = place.open().await;
    let server = db.servers().add(lab()).await.unwrap();
    assert!(place.holds("192.0.2.1"));
    assert!(!place.holds("s3cret-password") && !place.holds("pr0xy-password"));
    drop(db);
    let db = place.open().await;
    assert_eq!(db.servers().all().await.unwrap(), std::slice::from_ref(&server));
    let password = db.servers().password(&server.id).await.unwrap().unwrap();
    assert_eq!(password.expose_secret(), "s3cret-password");
}

#[tokio::test]
async fn a_server_is_changed_with_or_without_its_password() {
    let db = Db::in_memory().await.unwrap();
    let id = db.servers().add(lab()).await.unwrap().id;
    let error = json!({"code": "ECONNREFUSED"});
    let changed = db.servers().update(&id, None, |server| server.error = Some(error.clone())).await.unwrap().unwrap();
    assert_eq!(db.servers().get(&id).await.unwrap(), Some(changed));
    let password = async || db.servers().password(&id).await.unwrap().unwrap().expose_secret().to_owned();
    assert_eq!(password().await, "s3cret-password");
    db.servers().update(&id, Some(&"other".into()), |server| server.error = None).await.unwrap();
    assert_eq!(password().await, "other");
    assert_eq!(db.servers().get(&id).await.unwrap().unwrap().error, None);
}

#[tokio::test]
async fn an_address_that_is_taken_is_refused() {
    let db = Db::in_memory().await.unwrap();
    db.servers().add(lab()).await.unwrap();
    assert_eq!(db.servers().add(lab()).await.unwrap_err().to_string(), "server `192.0.2.1` already exists");
    let other = db.servers().add(NewServer { host: "192.0.2.2".to_owned(), ..lab() }).await.unwrap();
    let moved = db.servers().update(&other.id, None, |server| server.host = "192.0.2.1".to_owned()).await;
    assert!(matches!(moved, Err(Error::ServerExists { .. })));
}

#[tokio::test]
async fn a_removed_server_is_gone() {
    let db = Db::in_memory().await.unwrap();
    let id = db.servers().add(lab()).await.unwrap().id;
    assert!(db.servers().remove(&id).await.unwrap());
    assert!(!db.servers().remove(&id).await.unwrap());
    assert!(db.servers().password(&id).await.unwrap().is_none());
    assert_eq!(db.servers().update(&id, None, |_| ()).await.unwrap(), None);
}

#[tokio::test]
async fn a_password_does_not_open_with_another_key_file() {
    let place = Place::new();
    let db = place.open().await;
    let id = db.servers().add(NewServer { http_proxy: None, ..lab() }).await.unwrap().id;
    drop(db);
    let other = Place::new();
    drop(other.open().await);
    std::fs::copy(other.key(), place.key()).unwrap();
    let error = place.open().await.servers().password(&id).await.unwrap_err().to_string();
    assert!(error.contains(&id) && error.contains("key file"), "{error}");
}
