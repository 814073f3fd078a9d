use serde_json::{Value, json};

use crate::{start, test_app::Caller};

async fn groups(admin: &Caller) -> Value {
    admin.call("group.getAll", json!({})).await
}

async fn no_such(admin: &Caller, method: &str, params: Value, kind: &str) {
    let expected =
        json!({ "message": format!("no such {kind} nope"), "code": 1, "data": { "id": "nope", "type": kind } });
    assert_eq!(admin.refused(method, params).await, expected, "{method}");
}

#[tokio::test]
async fn a_group_is_created_renamed_filled_and_deleted() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    assert_eq!(groups(&admin).await, json!([]));
    let id = admin.call("group.create", json!({ "name": "ops" })).await;
    assert_eq!(admin.call("group.set", json!({ "id": id, "name": "operators" })).await, true);
    for _ in 0..2 {
        assert_eq!(admin.call("group.addUser", json!({ "id": id, "userId": bob.id() })).await, true);
    }
    let listed = json!([{ "name": "operators", "aclRoleIds": [], "users": [bob.id()], "id": id }]);
    assert_eq!(groups(&admin).await, listed);
    let users = admin.call("user.getAll", json!({})).await;
    let groups_of: Vec<_> = users.as_array().unwrap().iter().map(|user| user["groups"].clone()).collect();
    assert_eq!(groups_of, [json!([]), json!([id])]);
    admin.call("group.removeUser", json!({ "id": id, "userId": bob.id() })).await;
    assert_eq!(groups(&admin).await[0]["users"], json!([]));
    admin.call("group.setUsers", json!({ "id": id, "userIds": [bob.id(), admin.id()] })).await;
    assert_eq!(groups(&admin).await[0]["users"].as_array().unwrap().len(), 2);
    admin.call("user.delete", json!({ "id": bob.id() })).await;
    assert_eq!(groups(&admin).await[0]["users"], json!([admin.id()]));
    assert_eq!(admin.call("group.delete", json!({ "id": id })).await, true);
    assert_eq!(groups(&admin).await, json!([]));
    assert_eq!(admin.call("session.getUser", json!({})).await["groups"], json!([]));
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_with_the_group_that_has_it() {
    let test = start().await;
    let admin = test.admin().await;
    let ops = admin.call("group.create", json!({ "name": "ops" })).await;
    let other = admin.call("group.create", json!({ "name": "others" })).await;
    let expected = json!({
        "message": "group already exists",
        "code": 16,
        "data": { "objectId": ops, "objectType": "group" },
    });
    assert_eq!(admin.refused("group.create", json!({ "name": "ops" })).await, expected);
    assert_eq!(admin.refused("group.set", json!({ "id": other, "name": "ops" })).await, expected);
}

#[tokio::test]
async fn unknown_groups_and_users_are_named() {
    let test = start().await;
    let admin = test.admin().await;
    let id = admin.call("group.create", json!({ "name": "ops" })).await;
    no_such(&admin, "group.set", json!({ "id": "nope", "name": "q" }), "group").await;
    no_such(&admin, "group.set", json!({ "id": "nope" }), "group").await;
    no_such(&admin, "group.delete", json!({ "id": "nope" }), "group").await;
    no_such(&admin, "group.setUsers", json!({ "id": "nope", "userIds": [] }), "group").await;
    no_such(&admin, "group.addUser", json!({ "id": id, "userId": "nope" }), "user").await;
    no_such(&admin, "group.setUsers", json!({ "id": id, "userIds": ["nope"] }), "user").await;
}
