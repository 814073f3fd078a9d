use serde_json::{Value, json};

use crate::{start, test_app::Caller};

async fn add(admin: &Caller, subject: &str, object: &str, action: &str) {
    let params = json!({ "subject": subject, "object": object, "action": action });
    assert_eq!(admin.call("acl.add", params).await, true);
}

async fn rules(admin: &Caller) -> Value {
    admin.call("acl.get", json!({})).await
}

#[tokio::test]
async fn rules_are_listed_once_whatever_they_name() {
    let test = start().await;
    let admin = test.admin().await;
    assert_eq!(rules(&admin).await, json!([]));
    add(&admin, "nope", "o", "admin").await;
    add(&admin, "nope", "o", "admin").await;
    add(&admin, "nope", "o", "weird").await;
    let listed = rules(&admin).await;
    let names: Vec<_> = listed.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap().to_owned()).collect();
    assert!(names.iter().all(|name| name.len() == 6) && names[0] != names[1], "{names:?}");
    assert_eq!(listed[0], json!({ "subject": "nope", "object": "o", "action": "admin", "id": names[0] }));
    for _ in 0..2 {
        admin.call("acl.remove", json!({ "subject": "nope", "object": "o", "action": "admin" })).await;
    }
    assert_eq!(rules(&admin).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_user_is_told_what_its_rules_and_those_of_its_groups_give() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    let group = admin.call("group.create", json!({ "name": "ops" })).await;
    admin.call("group.addUser", json!({ "id": group, "userId": bob.id() })).await;
    assert_eq!(bob.call("acl.getCurrentPermissions", json!({})).await, json!({}));
    add(&admin, &bob.id(), "o1", "viewer").await;
    add(&admin, group.as_str().unwrap(), "o1", "operator").await;
    add(&admin, &bob.id(), "o2", "weird").await;
    let expected = json!({ "o1": { "operate": 1, "view": 1 }, "o2": { "weird": 1 } });
    assert_eq!(bob.call("acl.getCurrentPermissions", json!({})).await, expected);
    assert_eq!(admin.call("test.getPermissionsForUser", json!({ "userId": bob.id() })).await, expected);
}

#[tokio::test]
async fn rules_and_groups_outlive_a_restart() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    let group = admin.call("group.create", json!({ "name": "ops" })).await;
    admin.call("group.setUsers", json!({ "id": group, "userIds": [bob.id()] })).await;
    add(&admin, group.as_str().unwrap(), "o", "viewer").await;
    let db = test.app.db().clone();
    let again = app::App::start_with(app::Config::default(), op::Ops::new(), db).await.unwrap();
    assert_eq!(again.permissions().granted(&bob.id())["o"], ["view"]);
}

#[tokio::test]
async fn rules_go_with_their_user_or_group() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    let group = admin.call("group.create", json!({ "name": "ops" })).await;
    admin.call("group.addUser", json!({ "id": group, "userId": bob.id() })).await;
    add(&admin, &bob.id(), "o1", "viewer").await;
    add(&admin, group.as_str().unwrap(), "o2", "viewer").await;
    admin.call("group.delete", json!({ "id": group })).await;
    assert_eq!(bob.call("acl.getCurrentPermissions", json!({})).await, json!({ "o1": { "view": 1 } }));
    admin.call("user.delete", json!({ "id": bob.id() })).await;
    assert_eq!(rules(&admin).await, json!([]));
}

#[tokio::test]
async fn roles_are_listed_for_everybody() {
    let test = start().await;
    let bob = test.user("bob").await;
    let expected = json!([
        { "id": "viewer", "name": "Viewer", "permissions": ["view"] },
        { "id": "operator", "name": "Operator", "permissions": ["view", "operate"] },
        { "id": "admin", "name": "Admin", "permissions": ["view", "operate", "administrate"] },
    ]);
    assert_eq!(bob.call("role.getAll", json!({})).await, expected);
}

#[tokio::test]
async fn an_administrator_may_do_anything_and_nobody_else_to_what_is_not_there() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    add(&admin, &bob.id(), "gone", "admin").await;
    let may = async |user: &str| {
        let params = json!({ "userId": user, "objectId": "gone", "permission": "view" });
        admin.call("test.hasPermission", params).await
    };
    assert_eq!((may(&admin.id()).await, may(&bob.id()).await), (json!(true), json!(false)));
    let params = json!({ "userId": "nope", "objectId": "gone", "permission": "view" });
    let error = admin.refused("test.hasPermission", params).await;
    assert_eq!(error["data"], json!({ "id": "nope", "type": "user" }));
}
