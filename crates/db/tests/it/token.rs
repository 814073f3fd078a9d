use std::time::Duration;

use db::{Client, Db, NewToken};
use secrecy::ExposeSecret;

use crate::{Place, user};

const HOUR: Duration = Duration::from_hours(1);

fn new(user: &db::User, client: Option<&str>) -> NewToken {
    let client = client.map(|id| Client { id: id.to_owned(), rest: serde_json::Map::new() });
    NewToken { user_id: user.id.clone(), client, description: None, validity: HOUR }
}

#[tokio::test]
async fn a_token_is_found_by_its_secret_and_named_by_its_id() {
    let db = Db::in_memory().await.unwrap();
    let bob = user(&db, "bob").await;
    let (secret, token) = db.tokens().create(new(&bob, None)).await.unwrap();
    assert_eq!(secret.expose_secret().len(), 43);
    assert_eq!(db.tokens().find(&secret).await.unwrap(), Some(token.clone()));
    assert_eq!(db.tokens().find(&token.id.as_str().into()).await.unwrap(), None);
    assert_eq!(db.tokens().named(&token.id).await.unwrap(), Some(token.clone()));
    assert_eq!(db.tokens().named(secret.expose_secret()).await.unwrap(), Some(token));
}

#[tokio::test]
async fn only_the_hash_of_a_token_is_on_the_disk() {
    let place = Place::new();
    let db = place.open().await;
    let bob = user(&db, "bob").await;
    for client in [None, Some("cli")] {
        let (secret, _) = db.tokens().create(new(&bob, client)).await.unwrap();
        assert!(!place.holds(secret.expose_secret()));
    }
}

#[tokio::test]
async fn a_client_that_asks_again_gets_the_same_token_renewed_even_after_a_restart() {
    let place = Place::new();
    let db = place.open().await;
    let bob = user(&db, "bob").await;
    let (secret, token) = db.tokens().create(new(&bob, Some("cli"))).await.unwrap();
    drop(db);
    let db = place.open().await;
    let again = NewToken { description: Some("again".to_owned()), validity: 2 * HOUR, ..new(&bob, Some("cli")) };
    let (same, renewed) = db.tokens().create(again).await.unwrap();
    assert_eq!(same.expose_secret(), secret.expose_secret());
    assert_eq!((&renewed.id, renewed.description.as_deref()), (&token.id, Some("again")));
    assert!(renewed.expiration >= token.expiration + 3_600_000);
    assert_eq!(db.tokens().list(None).await.unwrap(), [renewed]);
}

#[tokio::test]
async fn a_client_of_another_user_gets_another_token() {
    let db = Db::in_memory().await.unwrap();
    let (bob, carl) = (user(&db, "bob").await, user(&db, "carl").await);
    let (first, _) = db.tokens().create(new(&bob, Some("cli"))).await.unwrap();
    let (second, _) = db.tokens().create(new(&carl, Some("cli"))).await.unwrap();
    assert_ne!(first.expose_secret(), second.expose_secret());
}

#[tokio::test]
async fn an_expired_token_signs_in_no_more_and_its_client_gets_a_new_one() {
    let db = Db::in_memory().await.unwrap();
    let bob = user(&db, "bob").await;
    let expired = NewToken { validity: Duration::ZERO, ..new(&bob, Some("cli")) };
    let (old, _) = db.tokens().create(expired.clone()).await.unwrap();
    assert_eq!(db.tokens().find(&old).await.unwrap(), None);
    assert!(db.tokens().list(Some(&bob.id)).await.unwrap().is_empty());
    let (fresh, _) = db.tokens().create(new(&bob, Some("cli"))).await.unwrap();
    assert_ne!(old.expose_secret(), fresh.expose_secret());
    db.tokens().create(NewToken { client: None, ..expired }).await.unwrap();
    assert_eq!(db.tokens().delete_expired().await.unwrap(), 1);
    assert!(db.tokens().find(&fresh).await.unwrap().is_some());
}

#[tokio::test]
async fn a_revoked_token_and_those_of_a_deleted_user_are_gone() {
    let db = Db::in_memory().await.unwrap();
    let bob = user(&db, "bob").await;
    let (first, token) = db.tokens().create(new(&bob, None)).await.unwrap();
    let (second, _) = db.tokens().create(new(&bob, None)).await.unwrap();
    assert!(db.tokens().delete(&token.id).await.unwrap());
    assert!(!db.tokens().delete(&token.id).await.unwrap());
    assert_eq!(db.tokens().find(&first).await.unwrap(), None);
    assert!(db.users().delete(&bob.id).await.unwrap());
    assert_eq!(db.tokens().find(&second).await.unwrap(), None);
}

#[tokio::test]
async fn the_ten_latest_addresses_of_a_token_are_remembered() {
    let db = Db::in_memory().await.unwrap();
    let bob = user(&db, "bob").await;
    let (secret, token) = db.tokens().create(new(&bob, None)).await.unwrap();
    for host in 1..=12 {
        db.tokens().used(&token.id, &format!("192.0.2.{host}")).await.unwrap();
    }
    let uses = db.tokens().find(&secret).await.unwrap().unwrap().last_uses;
    assert_eq!(uses.len(), 10);
    assert!(uses.contains_key("192.0.2.12"));
}

#[tokio::test]
async fn a_description_is_set_and_removed() {
    let db = Db::in_memory().await.unwrap();
    let bob = user(&db, "bob").await;
    let (secret, token) = db.tokens().create(new(&bob, None)).await.unwrap();
    let described = async || db.tokens().find(&secret).await.unwrap().unwrap().description;
    assert!(db.tokens().describe(&token.id, Some("for terraform")).await.unwrap());
    assert_eq!(described().await.as_deref(), Some("for terraform"));
    assert!(db.tokens().describe(&token.id, None).await.unwrap());
    assert_eq!(described().await, None);
    assert!(!db.tokens().describe("nope", None).await.unwrap());
}
