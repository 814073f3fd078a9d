//! What clients who depend on rules are told, on connections that stay open.

use std::{sync::Arc, time::Duration};

use app::{
    Delta, Object,
    acl::Rule,
    db::{Holder, NewUser, Privilege, User},
    model::{Kind, PoolId},
    xapi_types::AnyRef,
};
use serde_json::{Value, json};

use crate::{
    client::Socket,
    server::{ADMIN, Server, USER},
};

/// Changes of rights arrive within this.
const SOON: Duration = Duration::from_secs(1);

fn object(kind: Kind, id: &str, properties: Value) -> Arc<Object> {
    let properties = properties.to_string();
    let json = format!(r#"{{"id":"{id}",{}"#, &properties[1..]);
    let object = Object::from_json(kind, PoolId::new("pool"), AnyRef::default(), json.into());
    Arc::new(object.expect("it begins with its id"))
}

fn vm(id: &str, host: &str) -> Arc<Object> {
    object(Kind::Vm, id, json!({ "$container": host }))
}

fn vif(id: &str, vm: &str) -> Arc<Object> {
    object(Kind::Vif, id, json!({ "$VM": vm }))
}

fn host(id: &str) -> Arc<Object> {
    object(Kind::Host, id, json!({ "$pool": "pool" }))
}

fn follow(server: &Server, entered: Vec<Arc<Object>>, left: Vec<Arc<Object>>) {
    server.app.permissions().follow(Delta { pool: PoolId::new("pool"), entered, left });
}

async fn user(server: &Server, email: &str) -> User {
    server.app.db().users().by_email(email).await.expect("the database answers").expect("the user exists")
}

async fn rule(server: &Server, object: &str) -> Rule {
    Rule::new(user(server, USER).await.id, object, "viewer")
}

/// Returns the next notification: its type, and the ids that it is about, sorted.
async fn told(socket: &mut Socket) -> (String, Vec<String>) {
    let text = tokio::time::timeout(SOON, socket.text()).await.expect("it comes soon");
    let message: Value = serde_json::from_str(&text).expect("notifications are JSON");
    assert_eq!(message["method"], "all", "{message}");
    let items = message["params"]["items"].as_object().expect("by id");
    let mut ids: Vec<_> = items.keys().cloned().collect();
    ids.sort();
    (message["params"]["type"].as_str().expect("a text").to_owned(), ids)
}

/// Checks that nothing is on its way to a client.
async fn nothing_more(socket: &mut Socket) {
    assert_eq!(socket.call("toy.echo", json!({ "text": "first" })).await, Ok(json!("first")));
}

fn enter(ids: &[&str]) -> (String, Vec<String>) {
    ("enter".to_owned(), ids.iter().map(ToString::to_string).collect())
}

fn exit(ids: &[&str]) -> (String, Vec<String>) {
    ("exit".to_owned(), ids.iter().map(ToString::to_string).collect())
}

async fn settled(server: &Server, email: &str) -> Socket {
    let mut socket = server.signed_in(email).await;
    nothing_more(&mut socket).await;
    socket
}

/// Starts with a rule, so that the objects are followed, and two hosts.
async fn start() -> Server {
    let server = Server::start().await;
    server.app.add_rule(rule(&server, "host1").await).await.expect("the database takes it");
    follow(&server, vec![host("host1"), host("host2"), vm("vm1", "host1"), vif("vif1", "vm1")], Vec::new());
    server
}

#[tokio::test]
async fn a_user_is_told_of_what_rules_allow_and_no_more() {
    let server = start().await;
    let (mut user, mut admin) = (settled(&server, USER).await, settled(&server, ADMIN).await);
    follow(&server, vec![vm("a", "host1"), vm("b", "host2")], Vec::new());
    assert_eq!(told(&mut user).await, enter(&["a"]));
    assert_eq!(told(&mut admin).await, enter(&["a", "b"]));
    follow(&server, Vec::new(), vec![vm("a", "host1"), vm("b", "host2")]);
    assert_eq!(told(&mut user).await, exit(&["a"]));
    assert_eq!(told(&mut admin).await, exit(&["a", "b"]));
    nothing_more(&mut user).await;
}

#[tokio::test]
async fn a_vm_that_moves_leaves_and_enters_with_what_hangs_on_it() {
    let server = start().await;
    let mut user = settled(&server, USER).await;
    follow(&server, vec![vm("vm1", "host2")], Vec::new());
    assert_eq!(told(&mut user).await, exit(&["vif1", "vm1"]));
    follow(&server, vec![vm("vm1", "host2")], Vec::new());
    nothing_more(&mut user).await;
    follow(&server, vec![vm("vm1", "host1")], Vec::new());
    assert_eq!(told(&mut user).await, enter(&["vif1"]));
    assert_eq!(told(&mut user).await, enter(&["vm1"]));
    nothing_more(&mut user).await;
}

#[tokio::test]
async fn a_rule_that_is_added_or_removed_shows_on_open_connections() {
    let server = start().await;
    let mut user = settled(&server, USER).await;
    follow(&server, vec![vm("b", "host2")], Vec::new());
    nothing_more(&mut user).await;
    server.app.add_rule(rule(&server, "host2").await).await.expect("the database takes it");
    assert_eq!(told(&mut user).await, enter(&["b", "host2"]));
    server.app.remove_rule(rule(&server, "host2").await).await.expect("the database takes it");
    assert_eq!(told(&mut user).await, exit(&["b", "host2"]));
    server.app.remove_rule(rule(&server, "host1").await).await.expect("the database takes it");
    assert_eq!(told(&mut user).await, exit(&["host1", "vif1", "vm1"]));
    follow(&server, vec![vm("vm1", "host1")], Vec::new());
    nothing_more(&mut user).await;
}

#[tokio::test]
async fn what_was_seen_through_two_rules_stays_while_one_is_left() {
    let server = start().await;
    let mut user = settled(&server, USER).await;
    server.app.add_rule(rule(&server, "vm1").await).await.expect("the database takes it");
    nothing_more(&mut user).await;
    server.app.remove_rule(rule(&server, "host1").await).await.expect("the database takes it");
    assert_eq!(told(&mut user).await, exit(&["host1"]));
    nothing_more(&mut user).await;
}

/// Users without rules of their own, told through the group that they are put into and taken out of.
#[tokio::test]
async fn a_group_shows_its_objects_to_all_of_its_connected_users_at_once() {
    let server = start().await;
    let groups = server.app.db().groups();
    let group = groups.create("ops").await.expect("the name is free");
    let mut sockets = Vec::new();
    let mut ids = Vec::new();
    for email in ["a@example.org", "b@example.org"] {
        let new = NewUser { email: email.to_owned(), password: None, permission: "none".to_owned() };
        ids.push(server.app.db().users().create(new).await.expect("the user is new").id);
        sockets.push(settled(&server, email).await);
    }
    // The server has seen by now what they may see: nothing.
    follow(&server, vec![vm("vm2", "host2")], Vec::new());
    server.app.set_group_users(&group, &ids).await.expect("the database takes it");
    server.app.add_rule(Rule::new(&group, "vm1", "viewer")).await.expect("the database takes it");
    // Objects come out of the store, which has none in these tests: what follows is told all the same.
    for socket in &mut sockets {
        nothing_more(socket).await;
    }
    follow(&server, vec![vm("vm1", "host1")], Vec::new());
    for socket in &mut sockets {
        assert_eq!(told(socket).await, enter(&["vm1"]));
    }
    server.app.remove_rule(Rule::new(&group, "vm1", "viewer")).await.expect("the database takes it");
    for socket in &mut sockets {
        assert_eq!(told(socket).await, exit(&["vif1", "vm1"]));
    }
    server.app.delete_group(&group).await.expect("the database takes it");
    follow(&server, vec![vm("vm1", "host1")], Vec::new());
    for socket in &mut sockets {
        nothing_more(socket).await;
    }
}

#[tokio::test]
async fn a_deleted_user_loses_connections_and_rules() {
    let server = start().await;
    let mut socket = settled(&server, USER).await;
    let id = user(&server, USER).await.id;
    assert!(server.app.delete_user(&id).await.expect("the database takes it"));
    let close = tokio::time::timeout(SOON, socket.closed()).await.expect("it comes soon");
    assert_eq!(close.reason, "the user has been deleted");
    assert!(server.app.db().acl_rules().all().await.expect("the database answers").is_empty());
    assert!(server.app.permissions().granted(&id).is_empty());
}

/// Gives the user a role with one privilege, which lets see VMs.
async fn role(server: &Server, selector: Option<&str>) -> String {
    let privilege = Privilege {
        resource: "vm".to_owned(),
        action: "read".to_owned(),
        selector: selector.map(ToOwned::to_owned),
        ..Privilege::default()
    };
    let id = user(server, USER).await.id;
    let turn = server.app.changing_roles().await;
    let roles = server.app.db().roles();
    let role = roles.create("r", None, &[privilege]).await.expect("the database takes it");
    roles.give(&role, Holder::User(&id)).await.expect("the database takes it");
    turn.done().await.expect("the database answers");
    role
}

fn tagged(id: &str, tags: &[&str]) -> Arc<Object> {
    object(Kind::Vm, id, json!({ "$container": "host2", "tags": tags }))
}

#[tokio::test]
async fn what_a_selector_chooses_enters_and_leaves_as_it_changes() {
    let server = Server::start().await;
    role(&server, Some("tags:mine")).await;
    let mut user = settled(&server, USER).await;
    follow(&server, vec![host("host2"), tagged("a", &["mine"]), tagged("b", &[])], Vec::new());
    assert_eq!(told(&mut user).await, enter(&["a"]));
    follow(&server, vec![tagged("a", &[]), tagged("b", &["mine"])], Vec::new());
    assert_eq!(told(&mut user).await, exit(&["a"]));
    assert_eq!(told(&mut user).await, enter(&["b"]));
    follow(&server, vec![tagged("a", &["other"])], Vec::new());
    nothing_more(&mut user).await;
    follow(&server, Vec::new(), vec![tagged("a", &["other"]), tagged("b", &["mine"])]);
    assert_eq!(told(&mut user).await, exit(&["b"]));
    nothing_more(&mut user).await;
}

#[tokio::test]
async fn a_vm_that_becomes_a_template_leaves_those_who_may_see_vms() {
    let server = Server::start().await;
    role(&server, None).await;
    let mut user = settled(&server, USER).await;
    follow(&server, vec![tagged("a", &[])], Vec::new());
    assert_eq!(told(&mut user).await, enter(&["a"]));
    follow(&server, vec![object(Kind::VmTemplate, "a", json!({ "$pool": "pool" }))], Vec::new());
    assert_eq!(told(&mut user).await, exit(&["a"]));
    nothing_more(&mut user).await;
}

#[tokio::test]
async fn what_a_rule_and_a_privilege_show_stays_while_one_is_left() {
    let server = start().await;
    role(&server, Some("tags:mine")).await;
    let mut user = settled(&server, USER).await;
    let vm = |host: &str, tags: &[&str]| object(Kind::Vm, "vm1", json!({ "$container": host, "tags": tags }));
    follow(&server, vec![vm("host1", &["mine"])], Vec::new());
    assert_eq!(told(&mut user).await, enter(&["vm1"]));
    follow(&server, vec![vm("host2", &["mine"])], Vec::new());
    assert_eq!(told(&mut user).await, exit(&["vif1"]));
    assert_eq!(told(&mut user).await, enter(&["vm1"]));
    follow(&server, vec![vm("host2", &[])], Vec::new());
    assert_eq!(told(&mut user).await, exit(&["vm1"]));
    follow(&server, vec![vm("host1", &[])], Vec::new());
    assert_eq!(told(&mut user).await, enter(&["vif1"]));
    assert_eq!(told(&mut user).await, enter(&["vm1"]));
    nothing_more(&mut user).await;
}
