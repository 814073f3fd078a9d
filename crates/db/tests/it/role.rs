use db::{Db, Holder, NewUser, Privilege, Role, Template};

use crate::Place;

async fn user(db: &Db, email: &str) -> String {
    let new = NewUser { email: email.to_owned(), password: None, permission: "none".to_owned() };
    db.users().create(new).await.unwrap().id
}

fn privilege(resource: &str, action: &str) -> Privilege {
    Privilege { resource: resource.to_owned(), action: action.to_owned(), ..Privilege::default() }
}

fn template(number: i64, allows: &[(&str, &str)]) -> Template {
    let allows = allows.iter().map(|(resource, action)| ((*resource).to_owned(), (*action).to_owned())).collect();
    Template { number, name: format!("t{number}"), description: "d".to_owned(), allows }
}

fn said(role: &Role) -> Vec<(&str, &str)> {
    role.privileges.iter().map(|privilege| (privilege.resource.as_str(), privilege.action.as_str())).collect()
}

#[tokio::test]
async fn a_role_has_its_privileges_and_holders_until_either_goes() {
    let db = Db::in_memory().await.unwrap();
    let (bob, group) = (user(&db, "bob").await, db.groups().create("ops").await.unwrap());
    let id = db.roles().create("r", Some("d"), &[privilege("vm", "start")]).await.unwrap();
    let mut denied = Privilege { role: id.clone(), deny: true, ..privilege("vm", "delete") };
    denied.selector = Some("tags:prod".to_owned());
    denied.id = db.privileges().create(&denied).await.unwrap();
    for holder in [Holder::User(&bob), Holder::User(&bob), Holder::Group(&group)] {
        db.roles().give(&id, holder).await.unwrap();
    }
    let role = db.roles().get(&id).await.unwrap().unwrap();
    assert_eq!((&*role.name, role.description.as_deref(), role.template), ("r", Some("d"), None));
    assert_eq!(said(&role), [("vm", "delete"), ("vm", "start")]);
    assert_eq!(role.privileges[0], denied);
    assert_eq!((&*role.users, &*role.groups), (&[bob.clone()][..], &[group.clone()][..]));

    denied.action = "update".to_owned();
    denied.selector = None;
    assert!(db.privileges().update(&denied).await.unwrap());
    assert_eq!(db.privileges().get(&denied.id).await.unwrap(), Some(denied.clone()));
    assert!(db.roles().update(&id, Some("s"), None).await.unwrap());
    assert!(db.privileges().delete(&denied.id).await.unwrap() && !db.privileges().delete(&denied.id).await.unwrap());
    assert!(!db.privileges().update(&denied).await.unwrap());
    assert!(db.roles().take(&id, Holder::Group(&group)).await.unwrap());
    assert!(!db.roles().take(&id, Holder::Group(&group)).await.unwrap());
    db.users().delete(&bob).await.unwrap();
    let role = db.roles().get(&id).await.unwrap().unwrap();
    assert_eq!((&*role.name, role.users.len(), role.groups.len()), ("s", 0, 0));
    assert!(db.roles().delete(&id).await.unwrap() && !db.roles().delete(&id).await.unwrap());
    assert_eq!(db.privileges().all().await.unwrap(), []);
}

#[tokio::test]
async fn roles_that_come_with_the_server_follow_its_list_and_keep_their_ids() {
    let place = Place::new();
    let db = place.open().await;
    let first = [template(1, &[("vm", "read"), ("host", "read")]), template(2, &[("vm", "start")])];
    db.roles().synchronise(&first).await.unwrap();
    let own = db.roles().create("own", None, &[privilege("vm", "*")]).await.unwrap();
    let before = db.roles().all().await.unwrap();
    assert_eq!(before.iter().map(|role| role.template).collect::<Vec<_>>(), [Some(1), Some(2), None]);
    db.roles().synchronise(&first).await.unwrap();
    assert_eq!(db.roles().all().await.unwrap(), before);
    db.close().await;
    drop(db);

    let db = place.open().await;
    db.roles().synchronise(&[template(1, &[("vm", "read"), ("sr", "read")]), template(3, &[])]).await.unwrap();
    let after = db.roles().all().await.unwrap();
    assert_eq!(after.iter().map(|role| role.template).collect::<Vec<_>>(), [Some(1), Some(3), None]);
    assert_eq!((&after[0].id, said(&after[0])), (&before[0].id, vec![("sr", "read"), ("vm", "read")]));
    assert_eq!(after[0].privileges[1].id, before[0].privileges[1].id);
    assert_eq!(after[2].id, own);
}
