//! Records of the server over WebSocket: of which kinds some have changed, and who is told so.

use serde_json::{Value, json};

use crate::view::{Client, Served};

const ALL: [&str; 9] = ["server", "user", "group", "token", "acl", "aclRole", "alarm", "cloudConfig", "sharedFilter"];

/// Waits until the client has been told of all that is `wanted`; returns what it was told of.
async fn told(client: &mut Client, wanted: &[&str]) -> Vec<String> {
    let mut heard = Vec::new();
    while !wanted.iter().all(|wanted| heard.iter().any(|heard| heard == wanted)) {
        let told = client.next().await;
        assert_eq!(told["method"], "record", "{told}");
        assert_eq!(told["params"].as_object().map(serde_json::Map::len), Some(1), "only the kinds: {told}");
        heard.extend(told["params"]["kinds"].as_array().expect("kinds").iter().map(word));
    }
    heard
}

fn word(kind: &Value) -> String {
    kind.as_str().expect("a word").to_owned()
}

/// A user who is no administrator, and a token.
async fn user(lab: &Served, email: &str) -> (String, String) {
    let user = lab.test.create(email, None, "none").await;
    let token = lab.app().browser_token(&user, "test", false).await.expect("the database takes it").0;
    (user.id, token.expose().to_owned())
}

/// Makes a call whose answer is the next that comes.
async fn hears_nothing(client: &mut Client) {
    client.call("session.getUser", json!({})).await;
}

#[tokio::test]
async fn what_one_client_changes_another_is_told_of_until_it_wants_no_more() {
    let lab = Served::new().await;
    let (mut first, mut second) = (lab.client().await, lab.client().await);
    assert_eq!(first.call("api.subscribeRecords", json!({})).await, json!(ALL));
    let group = second.call("group.create", json!({ "name": "g" })).await;
    told(&mut first, &["group"]).await;
    let user = second.call("user.create", json!({ "email": "u", "password": "p" })).await;
    told(&mut first, &["user"]).await;
    second.call("group.addUser", json!({ "id": group, "userId": user })).await;
    told(&mut first, &["group"]).await;
    let rule = json!({ "subject": user, "object": "o", "action": "viewer" });
    second.call("acl.add", rule).await;
    told(&mut first, &["acl"]).await;
    second.call("token.create", json!({})).await;
    told(&mut first, &["token"]).await;
    let role = second.call("aclRole.create", json!({ "name": "r" })).await;
    assert!(role.is_string() || role.is_object(), "{role}");
    told(&mut first, &["aclRole"]).await;
    first.call("api.unsubscribeRecords", json!({})).await;
    second.call("group.delete", json!({ "id": group })).await;
    hears_nothing(&mut first).await;
}

#[tokio::test]
async fn how_it_stands_with_a_server_is_told() {
    let lab = Served::new().await;
    let (mut first, mut second) = (lab.client().await, lab.client().await);
    let server = second.call("server.getAll", json!({})).await[0]["id"].clone();
    first.call("api.subscribeRecords", json!({})).await;
    for host in lab.sim.with(|world| world.list("host")) {
        lab.sim.kill(host);
    }
    loop {
        told(&mut first, &["server"]).await;
        let shown = second.call("server.getAll", json!({})).await[0].clone();
        assert_eq!(shown["id"], server);
        if shown["status"] != "connected" {
            break;
        }
    }
}

#[tokio::test]
async fn others_are_told_of_what_is_their_own() {
    let lab = Served::new().await;
    let mut admin = lab.client().await;
    let (id, token) = user(&lab, "u@example.net").await;
    let mut client = lab.client_of(&token).await;
    assert_eq!(client.call("api.subscribeRecords", json!({})).await, json!([]));
    let group = admin.call("group.create", json!({ "name": "g" })).await;
    admin.call("group.addUser", json!({ "id": group, "userId": id })).await;
    admin.call("token.create", json!({})).await;
    admin.call("user.create", json!({ "email": "other", "password": "p" })).await;
    hears_nothing(&mut client).await;
    admin.call("user.set", json!({ "id": id, "preferences": { "lang": "fr" } })).await;
    assert_eq!(told(&mut client, &["user"]).await, ["user"]);
    client.call("token.create", json!({})).await;
    assert_eq!(told(&mut client, &["token"]).await, ["token"]);
}

#[tokio::test]
async fn everybody_is_told_of_what_everybody_may_list() {
    let lab = Served::new().await;
    let mut admin = lab.client().await;
    let (_, token) = user(&lab, "u@example.net").await;
    let mut client = lab.client_of(&token).await;
    client.call("api.subscribeRecords", json!({})).await;
    let filter = admin.call("sharedFilter.create", json!({ "type": "VM", "name": "n", "filter": "tags:n" })).await;
    assert_eq!(told(&mut client, &["sharedFilter"]).await, ["sharedFilter"]);
    admin.call("sharedFilter.delete", json!({ "id": filter })).await;
    assert_eq!(told(&mut client, &["sharedFilter"]).await, ["sharedFilter"]);
    admin.call("cloudConfig.create", json!({ "name": "n", "template": "t" })).await;
    assert_eq!(told(&mut client, &["cloudConfig"]).await, ["cloudConfig"]);
    lab.app().db().acknowledgements().add("message", "pool", "admin", None).await.expect("it is written");
    assert_eq!(told(&mut client, &["alarm"]).await, ["alarm"]);
}

#[tokio::test]
async fn who_may_read_more_or_less_than_before_is_told_so() {
    let lab = Served::new().await;
    let mut admin = lab.client().await;
    let (id, token) = user(&lab, "u@example.net").await;
    let mut client = lab.client_of(&token).await;
    client.call("api.subscribeRecords", json!({})).await;
    let created = admin.call("aclRole.create", json!({ "name": "r" })).await;
    let role = created.as_str().map_or_else(|| created["id"].clone(), |id| json!(id));
    let privilege = json!({ "roleId": role, "resource": "group", "action": "read", "effect": "allow" });
    admin.call("aclPrivilege.create", privilege).await;
    hears_nothing(&mut client).await;
    admin.call("aclRole.addUser", json!({ "id": role, "userId": id })).await;
    assert_eq!(told(&mut client, &["group"]).await, ["group"]);
    admin.call("group.create", json!({ "name": "g" })).await;
    assert_eq!(told(&mut client, &["group"]).await, ["group"]);
    admin.call("aclRole.removeUser", json!({ "id": role, "userId": id })).await;
    assert_eq!(told(&mut client, &["group"]).await, ["group"]);
    let mut second = lab.client_of(&token).await;
    assert_eq!(second.call("api.subscribeRecords", json!({})).await, json!([]));
    // Who becomes an administrator may read everything.
    admin.call("user.set", json!({ "id": id, "permission": "admin" })).await;
    told(&mut client, &ALL).await;
}

#[tokio::test]
async fn any_number_of_changes_is_one_notification() {
    let lab = Served::new().await;
    let admin = lab.app().db().users().by_email("admin@admin.net").await.expect("it reads").expect("it is there");
    let client = lab.test.signed_in(&admin).await;
    client.call("api.subscribeRecords", json!({})).await;
    // More than a listener may be behind.
    for _ in 0..3000 {
        lab.app().db().changes().tell(app::db::RecordKind::Group);
    }
    let mut heard = Vec::new();
    crate::test_app::eventually(async || {
        while let Some(told) = client.session.notifications().take() {
            let told: Value = serde_json::from_slice(&told.params.concat()).expect("it is JSON");
            heard.extend(told["kinds"].as_array().expect("kinds").iter().map(word));
        }
        heard.iter().any(|kind| kind == "group").then_some(())
    })
    .await;
    assert!(heard.len() < 100, "{}", heard.len());
}

#[tokio::test]
async fn who_is_not_told_cannot_end_it() {
    let lab = Served::new().await;
    let admin = lab.app().db().users().by_email("admin@admin.net").await.expect("it reads").expect("it is there");
    let error = lab.test.signed_in(&admin).await.refused("api.unsubscribeRecords", json!({})).await;
    assert!(error["message"].as_str().is_some_and(|text| text.contains("api.subscribeRecords")), "{error}");
}
