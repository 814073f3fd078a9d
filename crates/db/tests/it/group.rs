use db::{AclRule, Db, Error, NewUser};

async fn user(db: &Db, email: &str) -> String {
    let new = NewUser { email: email.to_owned(), password: None, permission: "none".to_owned() };
    db.users().create(new).await.unwrap().id
}

fn rule(subject: &str, action: &str) -> AclRule {
    AclRule { subject: subject.to_owned(), object: "o".to_owned(), action: action.to_owned() }
}

#[tokio::test]
async fn a_group_has_its_users_until_they_leave_or_are_deleted() {
    let db = Db::in_memory().await.unwrap();
    let (bob, eve) = (user(&db, "bob").await, user(&db, "eve").await);
    let id = db.groups().create("ops").await.unwrap();
    db.groups().add_user(&id, &bob).await.unwrap();
    db.groups().add_user(&id, &bob).await.unwrap();
    assert_eq!(db.groups().get(&id).await.unwrap().unwrap().users, std::slice::from_ref(&bob));
    db.groups().set_users(&id, std::slice::from_ref(&eve)).await.unwrap();
    assert_eq!(db.groups().all().await.unwrap()[0].users, std::slice::from_ref(&eve));
    db.users().delete(&eve).await.unwrap();
    assert_eq!(db.groups().all().await.unwrap()[0].users, [""; 0]);
    assert!(db.groups().delete(&id).await.unwrap());
    assert!(!db.groups().delete(&id).await.unwrap());
}

#[tokio::test]
async fn two_groups_never_have_the_same_name() {
    let db = Db::in_memory().await.unwrap();
    let id = db.groups().create("ops").await.unwrap();
    let other = db.groups().create("others").await.unwrap();
    for error in [db.groups().create("ops").await.unwrap_err(), db.groups().rename(&other, "ops").await.unwrap_err()] {
        assert!(matches!(&error, Error::GroupExists { id: taken } if *taken == id), "{error}");
    }
    assert!(db.groups().rename(&other, "more").await.unwrap());
    assert!(!db.groups().rename("nope", "less").await.unwrap());
}

#[tokio::test]
async fn rules_are_kept_once_and_go_with_their_subject() {
    let db = Db::in_memory().await.unwrap();
    let (bob, group) = (user(&db, "bob").await, db.groups().create("ops").await.unwrap());
    for rule in [rule(&bob, "viewer"), rule(&bob, "viewer"), rule(&group, "admin"), rule("nope", "admin")] {
        db.acl_rules().add(&rule).await.unwrap();
    }
    assert_eq!(db.acl_rules().all().await.unwrap().len(), 3);
    assert!(db.acl_rules().remove(&rule("nope", "admin")).await.unwrap());
    assert!(!db.acl_rules().remove(&rule("nope", "admin")).await.unwrap());
    db.users().delete(&bob).await.unwrap();
    assert_eq!(db.acl_rules().all().await.unwrap(), [rule(&group, "admin")]);
    db.groups().delete(&group).await.unwrap();
    assert_eq!(db.acl_rules().all().await.unwrap(), []);
}
