use std::{net::SocketAddr, time::Duration};

use app::Config;
use serde_json::{Value, json};
use xapi_sim::Sim;

use crate::{
    start,
    test_app::{Caller, TestApp, eventually},
};

/// Nothing listens on port 1.
const NOBODY: &str = "127.0.0.1:1";

async fn sim() -> Sim {
    Sim::builder().world("small").start().await.expect("the simulated pool starts")
}

fn params(address: SocketAddr) -> Value {
    json!({ "host": format!("http://{address}"), "username": "root", "password": "password", "label": "lab" })
}

async fn listed(admin: &Caller, id: &Value) -> Value {
    let servers = admin.call("server.getAll", json!({})).await;
    let found = servers.as_array().unwrap().iter().find(|server| server["id"] == *id).cloned();
    found.expect("the server is listed")
}

async fn reaches(admin: &Caller, id: &Value, status: &str) -> Value {
    eventually(async || Some(listed(admin, id).await).filter(|server| server["status"] == status)).await
}

fn objects(admin: &Caller) -> usize {
    admin.app.store().snapshot().len()
}

#[tokio::test]
async fn an_added_server_is_connected_and_shows_its_pool() {
    let (test, sim) = (start().await, sim().await);
    let admin = test.admin().await;
    let id = admin.call("server.add", params(sim.http_addr())).await;
    let server = reaches(&admin, &id, "connected").await;
    let pool = admin.app.store().get(server["poolId"].as_str().unwrap()).expect("the pool is shown");
    assert_eq!(server["poolNameLabel"].as_str(), pool.text("name_label").as_deref());
    assert_eq!(server["master"].as_str(), pool.text("master").as_deref());
    let hosts = admin.app.store().snapshot().count(app::model::Kind::Host);
    assert_eq!(server["poolMembersAddresses"].as_array().unwrap().len(), hosts);
    assert_eq!(
        (&server["enabled"], &server["readOnly"], &server["label"]),
        (&json!(true), &json!(false), &json!("lab"))
    );
    assert!(server.get("error").is_none() && server.get("password").is_none());
}

#[tokio::test]
async fn the_password_is_never_sent_back() {
    let test = start().await;
    let admin = test.admin().await;
    let mut params = params(([127, 0, 0, 1], 1).into());
    params["password"] = "s3cret-password".into();
    let id = admin.call("server.add", params).await;
    reaches(&admin, &id, "disconnected").await;
    let all = admin.call("server.getAll", json!({})).await.to_string();
    assert!(!all.contains("s3cret-password"));
    let tasks: Vec<Value> = test.app.tasks().all().iter().map(Value::from).collect();
    assert!(!format!("{tasks:?}").contains("s3cret-password"));
}

#[tokio::test]
async fn without_auto_connect_a_server_waits_to_be_enabled() {
    let (test, sim) = (start().await, sim().await);
    let admin = test.admin().await;
    let mut params = params(sim.http_addr());
    params["autoConnect"] = false.into();
    let id = admin.call("server.add", params).await;
    let server = listed(&admin, &id).await;
    assert_eq!((&server["enabled"], &server["status"]), (&json!(true), &json!("disconnected")));
    assert_eq!(admin.call("server.enable", json!({ "id": id })).await, true);
    assert_eq!(listed(&admin, &id).await["status"], "connected");
    assert!(objects(&admin) > 0);
}

#[tokio::test]
async fn a_server_that_refuses_connections_says_so() {
    let test = start().await;
    let admin = test.admin().await;
    let params = json!({ "host": NOBODY, "username": "root", "password": "pw", "autoConnect": false });
    let id = admin.call("server.add", params).await;
    let error = admin.refused("server.enable", json!({ "id": id })).await;
    assert_eq!((&error["code"], &error["data"]["code"]), (&json!(-32000), &json!("ECONNREFUSED")));
    let server = listed(&admin, &id).await;
    assert_eq!((&server["status"], &server["error"]["code"]), (&json!("disconnected"), &json!("ECONNREFUSED")));
    assert!(server["error"]["message"].as_str().unwrap().contains("127.0.0.1:1"), "{server}");
}

#[tokio::test]
async fn a_wrong_password_says_so_and_a_right_one_helps() {
    let (test, sim) = (start().await, sim().await);
    let admin = test.admin().await;
    let mut params = params(sim.http_addr());
    params["password"] = "wrong".into();
    let id = admin.call("server.add", params).await;
    let server = reaches(&admin, &id, "disconnected").await;
    assert_eq!(server["error"]["code"], "SESSION_AUTHENTICATION_FAILED");
    let error = admin.refused("server.enable", json!({ "id": id })).await;
    assert_eq!(error["code"], 8, "{error}");
    admin.call("server.set", json!({ "id": id, "password": "password" })).await;
    reaches(&admin, &id, "connected").await;
}

#[tokio::test]
async fn an_untrusted_certificate_is_refused_unless_allowed() {
    let (test, sim) = (start().await, sim().await);
    let admin = test.admin().await;
    let mut params = params(sim.http_addr());
    params["host"] = sim.https_addr().to_string().into();
    let id = admin.call("server.add", params).await;
    let server = reaches(&admin, &id, "disconnected").await;
    assert!(server["error"]["message"].as_str().unwrap().contains("certificate"), "{server}");
    assert_eq!(server["error"]["code"], "DEPTH_ZERO_SELF_SIGNED_CERT");
    // What a person has to compare before accepting it, also for who asks for the connection.
    let refused = admin.refused("server.enable", json!({ "id": id })).await;
    for certificate in [&server["error"]["certificate"], &refused["data"]["certificate"]] {
        assert_eq!(certificate["fingerprint"].as_str().map(str::len), Some(95), "{certificate}");
        assert_eq!(certificate["address"], sim.https_addr().to_string());
        assert!(certificate["subject"].as_str().is_some_and(|subject| subject.contains("CN=")), "{certificate}");
        assert_eq!(certificate["subject"], certificate["issuer"]);
        let (from, until) = (certificate["validFrom"].as_i64().unwrap(), certificate["validUntil"].as_i64().unwrap());
        assert!(from < until, "{certificate}");
    }
    admin.call("server.set", json!({ "id": id, "allowUnauthorized": true })).await;
    reaches(&admin, &id, "connected").await;
}

#[tokio::test]
async fn the_same_pool_twice_is_refused_and_names_the_first() {
    let (test, sim) = (start().await, sim().await);
    let admin = test.admin().await;
    let first = admin.call("server.add", params(sim.http_addr())).await;
    reaches(&admin, &first, "connected").await;
    let mut second = params(sim.https_addr());
    second["host"] = sim.https_addr().to_string().into();
    second["allowUnauthorized"] = true.into();
    second["autoConnect"] = false.into();
    let second = admin.call("server.add", second).await;
    let error = admin.refused("server.enable", json!({ "id": second })).await;
    assert_eq!(error["message"], "pool already connected");
    assert_eq!(error["data"]["connectedServerId"], first);
    let server = listed(&admin, &second).await;
    assert_eq!(
        (&server["status"], &server["error"]["message"]),
        (&json!("disconnected"), &json!("pool already connected"))
    );
    assert_eq!(listed(&admin, &first).await["status"], "connected");
    admin.call("server.remove", json!({ "id": first })).await;
    admin.call("server.enable", json!({ "id": second })).await;
}

#[tokio::test]
async fn the_address_of_a_member_leads_to_its_master() {
    let (test, sim) = (start().await, sim().await);
    let admin = test.admin().await;
    let member = sim.addresses(0)[1].http;
    let id = admin.call("server.add", params(member)).await;
    let server = reaches(&admin, &id, "connected").await;
    assert!(server["master"].is_string());
}

#[tokio::test]
async fn an_address_that_is_taken_is_refused() {
    let test = start().await;
    let admin = test.admin().await;
    let params = json!({ "host": NOBODY, "username": "root", "password": "pw", "autoConnect": false });
    admin.call("server.add", params.clone()).await;
    let error = admin.refused("server.add", params).await;
    assert_eq!(error, json!({ "message": "server already exists", "code": 16, "data": { "objectType": "server" } }));
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_before_it_is_kept() {
    let test = start().await;
    let admin = test.admin().await;
    for (host, proxy) in [("ftp://x", None), ("host:port", None), ("192.0.2.1", Some("socks5://proxy"))] {
        let mut params = json!({ "host": host, "username": "root", "password": "pw" });
        if let Some(proxy) = proxy {
            params["httpProxy"] = proxy.into();
        }
        assert_eq!(admin.refused("server.add", params).await["code"], 10, "{host}");
    }
    assert_eq!(admin.call("server.getAll", json!({})).await, json!([]));
}

#[tokio::test]
async fn a_disabled_server_takes_its_objects_with_it_and_cannot_be_disabled_twice() {
    let (test, sim) = (start().await, sim().await);
    let admin = test.admin().await;
    let id = admin.call("server.add", params(sim.http_addr())).await;
    reaches(&admin, &id, "connected").await;
    let mut feed = test.app.feed().subscribe();
    assert_eq!(admin.call("server.disable", json!({ "id": id })).await, true);
    assert_eq!(objects(&admin), 0);
    let app::News::Delta(delta) = feed.next().await else { panic!("the feed goes on") };
    assert!(delta.entered.is_empty() && !delta.left.is_empty());
    let server = listed(&admin, &id).await;
    assert_eq!((&server["enabled"], &server["status"]), (&json!(false), &json!("disconnected")));
    let error = admin.refused("server.disable", json!({ "id": id })).await;
    let data = json!({ "actual": "disconnected", "expected": ["connected", "connecting"], "object": id, "property": "status" });
    assert_eq!(error, json!({ "message": "incorrect state", "code": 25, "data": data }));
}

#[tokio::test]
async fn properties_are_changed_and_unknown_servers_named() {
    let test = start().await;
    let admin = test.admin().await;
    let params = json!({ "host": NOBODY, "username": "root", "password": "pw", "label": "lab", "autoConnect": false });
    let id = admin.call("server.add", params).await;
    let change = json!({
        "id": id, "label": null, "host": "127.0.0.1:2", "username": "root2", "readOnly": true,
        "allowUnauthorized": true, "httpProxy": "http://proxy:3128",
    });
    assert_eq!(admin.call("server.set", change).await, true);
    let expected = json!({
        "id": id, "host": "127.0.0.1:2", "username": "root2", "readOnly": true, "allowUnauthorized": true,
        "enabled": true, "status": "disconnected", "httpProxy": "http://proxy:3128",
    });
    assert_eq!(listed(&admin, &id).await, expected);
    admin.call("server.set", json!({ "id": id, "httpProxy": null })).await;
    assert!(listed(&admin, &id).await.get("httpProxy").is_none());
    for method in ["server.enable", "server.disable", "server.remove", "server.set"] {
        let error = admin.refused(method, json!({ "id": "nope" })).await;
        let data = json!({ "id": "nope", "type": "xenServer" });
        assert_eq!(error, json!({ "message": "no such xenServer nope", "code": 1, "data": data }), "{method}");
    }
    assert_eq!(admin.call("server.remove", json!({ "id": id })).await, true);
    assert_eq!(admin.call("server.getAll", json!({})).await, json!([]));
}

#[tokio::test]
async fn objects_of_a_lost_pool_stay_for_a_while_then_leave_and_come_back() {
    let mut config = Config::default();
    config.xapi_mark_disconnected_delay = app::Duration::from_millis(1500);
    let test = TestApp::with(config, access::ops).await;
    let sim = sim().await;
    let admin = test.admin().await;
    let id = admin.call("server.add", params(sim.http_addr())).await;
    reaches(&admin, &id, "connected").await;
    let shown = objects(&admin);
    let hosts = sim.with(|world| world.list("host"));
    for host in &hosts {
        sim.kill(*host);
    }
    let stale =
        eventually(async || Some(listed(&admin, &id).await).filter(|server| server["staleSince"].is_i64())).await;
    assert_ne!(stale["status"], "connected");
    assert!(stale["error"]["message"].is_string());
    assert_eq!(objects(&admin), shown);
    eventually(async || (objects(&admin) == 0).then_some(())).await;
    for host in &hosts {
        sim.revive(*host);
    }
    reaches(&admin, &id, "connected").await;
    assert_eq!(objects(&admin), shown);
}

#[tokio::test]
async fn enabled_servers_are_connected_again_after_a_restart_and_events_are_in_the_journal() {
    let (folder, sim) = (tempfile::tempdir().unwrap(), sim().await);
    let mut config = Config::default();
    config.datadir = folder.path().to_owned();
    let begin = async || {
        let mut ops = op::Ops::new();
        access::ops(&mut ops);
        app::App::start(config.clone(), ops).await.expect("the application starts")
    };
    let first = TestApp { app: begin().await };
    let admin = first.admin().await;
    let id = admin.call("server.add", params(sim.http_addr())).await;
    let pool = reaches(&admin, &id, "connected").await["poolId"].clone();
    sim.with(|world| {
        let pool = world.pool();
        world.set(pool, "name_label", "renamed");
    });
    let renamed = async || {
        let name = admin.app.store().get(pool.as_str().unwrap())?.text("name_label")?;
        (name == "renamed").then_some(())
    };
    eventually(renamed).await;
    first.app.shutdown().await;

    let second = TestApp { app: begin().await };
    let user = second.app.db().users().by_email("admin@admin.net").await.unwrap().unwrap();
    let admin = second.signed_in(&user).await;
    reaches(&admin, &id, "connected").await;
    let query = app::db::Query { object: pool.as_str().map(ToOwned::to_owned), ..Default::default() };
    let entries = second.app.db().journal().query(&query).await.unwrap().entries;
    let changes: Vec<_> = entries.iter().map(|entry| entry.event.changes.get()).collect();
    assert!(changes.iter().any(|changes| changes.contains(r#","renamed"]"#)), "{changes:?}");
    tokio::time::timeout(Duration::from_secs(10), second.app.shutdown()).await.expect("it stops");
}

#[tokio::test]
async fn a_connected_server_goes_to_another_address_of_its_pool_or_stays() {
    const CHANGE: &str = "test.changeConnectedXapiHostname";
    let (test, sim) = (start().await, sim().await);
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    let id = admin.call("server.add", params(sim.http_addr())).await;
    let old = reaches(&admin, &id, "connected").await;
    let host = old["master"].as_str().unwrap();
    let change = |hostname: &str, new: &str| json!({ "hostname": hostname, "oldObject": host, "newObject": new });
    let member = format!("http://{}", sim.addresses(0)[1].http);
    assert_eq!(bob.refused(CHANGE, change(&member, host)).await["data"]["permission"], "admin");
    assert_eq!(admin.refused(CHANGE, change("ftp://x", host)).await["code"], 10);
    let unknown = json!({ "hostname": member, "oldObject": "nope", "newObject": host });
    assert_eq!(admin.refused(CHANGE, unknown).await["data"], json!({ "id": "nope", "type": "object" }));
    for (address, new, code) in [(NOBODY, host, -32000), (&*member, "nope", 1)] {
        assert_eq!(admin.refused(CHANGE, change(address, new)).await["code"], code, "{address}");
        let back = reaches(&admin, &id, "connected").await;
        assert_eq!(back["host"], old["host"], "{address}");
    }
    assert_eq!(admin.call(CHANGE, change(&member, host)).await, true);
    let new = listed(&admin, &id).await;
    assert_eq!((&new["host"], &new["status"], &new["poolId"]), (&json!(member), &json!("connected"), &old["poolId"]));
}
