use db::{Db, Error, NewUser};
use serde_json::json;

use crate::{Place, user};

fn bob() -> NewUser {
    NewUser { email: "Bob".to_owned(), password: Some("hunter2".into()), permission: "none".to_owned() }
}

#[tokio::test]
async fn a_user_signs_in_with_its_password_whatever_the_case_of_its_name() {
    let db = Db::in_memory().await.unwrap();
    let bob = db.users().create(bob()).await.unwrap();
    assert_eq!(db.users().verify("bOB", &"hunter2".into()).await.unwrap(), Some(bob));
    assert_eq!(db.users().verify("Bob", &"Hunter2".into()).await.unwrap(), None);
    assert_eq!(db.users().verify("nobody", &"hunter2".into()).await.unwrap(), None);
}

#[tokio::test]
async fn a_user_without_password_never_signs_in_with_one() {
    let db = Db::in_memory().await.unwrap();
    user(&db, "ldap").await;
    assert_eq!(db.users().verify("ldap", &"".into()).await.unwrap(), None);
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_in_any_case() {
    let db = Db::in_memory().await.unwrap();
    db.users().create(bob()).await.unwrap();
    let again = db.users().create(NewUser { email: "bob".to_owned(), ..bob() }).await;
    assert_eq!(again.unwrap_err().to_string(), "the user bob already exists");
    let carl = user(&db, "carl").await;
    let renamed = db.users().update(&carl.id, |user| user.email = "BOB".to_owned()).await;
    assert!(matches!(renamed, Err(Error::UserExists { .. })));
}

#[tokio::test]
async fn users_and_their_changes_survive_a_restart_and_no_password_is_on_the_disk() {
    let place = Place::new();
    let db = place.open().await;
    let id = db.users().create(bob()).await.unwrap().id;
    let preferences = json!({"lang": "fr"}).as_object().unwrap().clone();
    let change = |user: &mut db::User| {
        user.permission = "admin".to_owned();
        user.preferences = preferences.clone();
    };
    db.users().update(&id, change).await.unwrap();
    assert!(db.users().set_password(&id, &"correct horse".into()).await.unwrap());
    assert!(!place.holds("hunter2") && !place.holds("correct horse"));
    db.close().await;
    drop(db);

    let db = place.open().await;
    let bob = db.users().verify("Bob", &"correct horse".into()).await.unwrap().expect("the new password is right");
    assert_eq!((bob.permission.as_str(), &bob.preferences), ("admin", &preferences));
    assert_eq!(db.users().all().await.unwrap(), [bob]);
}

#[tokio::test]
async fn an_unknown_user_is_neither_changed_nor_deleted() {
    let db = Db::in_memory().await.unwrap();
    assert_eq!(db.users().update("nope", |_| ()).await.unwrap(), None);
    assert!(!db.users().set_password("nope", &"x".into()).await.unwrap());
    assert!(!db.users().delete("nope").await.unwrap());
    assert!(!db.users().exist().await.unwrap());
}

#[tokio::test]
async fn hashes_have_the_cost_of_the_original_and_its_own_are_accepted() {
    let place = Place::new();
    let db = place.open().await;
    db.users().create(bob()).await.unwrap();
    assert!(place.holds("$argon2id$v=19$m=65536,t=3,p=4$"));
}
