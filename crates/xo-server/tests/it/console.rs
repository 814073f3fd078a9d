//! Consoles through the server: a WebSocket in front, a simulated pool behind.

mod client;
mod end;
mod follow;
mod refused;

use app::{Config, model::Kind};
use serde_json::json;
use tokio::time::timeout;

use crate::view::{LIMIT, Served};
use client::Attempt;

/// A server with a pool, and the ids of what consoles are asked for.
pub(crate) struct Lab {
    pub(crate) served: Served,
    pub(crate) vm: String,
    pub(crate) halted: String,
}

impl Lab {
    async fn new() -> Self {
        Self::with(Config::default()).await
    }

    async fn with(config: Config) -> Self {
        let served = Served::with(config).await;
        let id = |name: &str| {
            let vm = served.sim.named("VM", name).unwrap_or_else(|| panic!("there is `{name}`"));
            served.sim.with(|world| world.uuid(vm).to_owned())
        };
        let (vm, halted) = (id("web-1"), id("legacy-crm"));
        Self { served, vm, halted }
    }

    /// Asks for a console as the administrator.
    fn console(&self, id: &str) -> Attempt {
        Attempt::new(self.served.address, id).cookie(&self.served.token)
    }

    /// Calls an operation as the administrator.
    async fn call(&self, method: &str, params: serde_json::Value) -> serde_json::Value {
        self.served.client().await.call(method, params).await
    }

    /// Returns the id of an object of a kind with this name.
    fn id(&self, kind: Kind, name: &str) -> String {
        let snapshot = self.served.app().store().snapshot();
        let found = snapshot.of_kind(kind).find(|object| object.text("name_label").as_deref() == Some(name));
        found.unwrap_or_else(|| panic!("there is a {kind} `{name}`")).id().to_owned()
    }

    /// Returns a token of a new user who has a role on an object.
    async fn user(&self, name: &str, role: Option<(&str, &str)>) -> (String, String) {
        let user = self.served.test.create(name, None, "none").await;
        if let Some((role, object)) = role {
            self.call("acl.add", json!({ "subject": user.id, "object": object, "action": role })).await;
        }
        let token = self.served.app().browser_token(&user, "test", false).await.expect("the database takes it").0;
        (user.id, token.expose().to_owned())
    }

    /// Returns what the journal has of consoles, the newest last, once there are `count`.
    async fn journal(&self, count: usize) -> Vec<serde_json::Value> {
        let look = async {
            loop {
                let mut found = Vec::new();
                let query = app::db::Query { object: Some(self.vm.clone()), ..app::db::Query::default() };
                let page = self.served.app().db().journal().query(&query).await;
                for entry in page.expect("the journal reads").entries {
                    let entry = entry.event;
                    let changes: serde_json::Value = serde_json::from_str(entry.changes.get()).expect("it is JSON");
                    if changes["method"].as_str().is_some_and(|method| method.starts_with("console")) {
                        found.push(
                            json!({ "at": entry.at, "user": entry.user, "objects": entry.objects, "call": changes }),
                        );
                    }
                }
                if found.len() >= count {
                    found.sort_by_key(|entry| entry["at"].as_i64());
                    return found;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        timeout(LIMIT, look).await.expect("it is written in time")
    }
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(LIMIT, future).await.expect("it comes in time")
}

#[tokio::test]
async fn a_screen_is_seen_and_typed_at() {
    let lab = Lab::new().await;
    let mut vnc = lab.console(&lab.vm).vnc().await;
    assert_eq!(vnc.name, "QEMU (web-1)");
    soon(vnc.see("web-1")).await.expect("it shows its name");
    soon(vnc.type_text("hello")).await.expect("it takes keys");
    soon(vnc.see("> hello_")).await.expect("it shows them");
}

#[tokio::test]
async fn a_bearer_token_and_the_cookie_of_rest_clients_do_as_well() {
    let lab = Lab::new().await;
    let token = &lab.served.token;
    let bare = || Attempt::new(lab.served.address, &lab.vm);
    for attempt in [
        bare().header("authorization", &format!("Bearer {token}")),
        bare().header("cookie", &format!("authenticationToken={token}")),
        bare().cookie(token).header("origin", &format!("http://{}", lab.served.address)),
    ] {
        attempt.vnc().await;
    }
}

#[tokio::test]
async fn the_first_subprotocol_is_accepted() {
    let lab = Lab::new().await;
    let opened = lab.console(&lab.vm).header("sec-websocket-protocol", "binary, base64").open().await;
    assert_eq!(opened.expect("it is opened").protocol.as_deref(), Some("binary"));
}

#[tokio::test]
async fn a_host_stands_for_its_control_domain_which_has_a_text_console() {
    let lab = Lab::new().await;
    let host = lab.id(Kind::Host, "xcp-lab-2");
    let mut vnc = lab.console(&host).vnc().await;
    soon(vnc.see("Control domain on host: xcp-lab-2")).await.expect("it shows its name");
    let control_domain = lab.id(Kind::VmController, "Control domain on host: xcp-lab-2");
    let mut text = lab.console(&format!("{control_domain}?protocol=vt100")).text().await;
    text.wait_for("login: ").await;
    text.type_text("root\rx\rwhoami\r").await;
    text.wait_for("whoami\r\nroot\r\n").await;
}

#[tokio::test]
async fn the_journal_says_who_was_at_which_console_for_how_long() {
    let lab = Lab::new().await;
    let (user, token) = lab.user("operator", Some(("operator", &lab.vm))).await;
    let opened = Attempt::new(lab.served.address, &lab.vm).cookie(&token).open().await.expect("it is opened");
    let entries = lab.journal(1).await;
    assert_eq!(entries[0]["call"]["method"], "consoleOpened");
    assert_eq!(entries[0]["call"]["params"], json!({ "id": lab.vm, "protocol": "rfb" }));
    drop(opened);
    let entries = lab.journal(2).await;
    for entry in &entries {
        assert_eq!((&entry["user"], &entry["objects"]), (&json!(user), &json!([lab.vm])));
        assert_eq!(entry["call"]["address"], "127.0.0.1");
    }
    let closed = &entries[1]["call"];
    assert_eq!(closed["method"], "consoleClosed");
    assert_eq!(closed["params"]["reason"], "the client has left");
    assert_eq!((&closed["params"]["bytesReceived"], &closed["params"]["moves"]), (&json!(12), &json!(0)), "{closed}");
    assert!(closed["params"]["duration"].as_i64().is_some_and(|duration| duration >= 0));
}

#[tokio::test]
async fn a_console_goes_through_the_proxy_of_its_server() {
    let lab = Lab::new().await;
    let (proxy, asked) = client::proxy().await;
    let server = &lab.call("server.getAll", json!({})).await[0]["id"];
    lab.call("server.set", json!({ "id": server, "httpProxy": proxy })).await;
    lab.call("server.disable", json!({ "id": server })).await;
    lab.call("server.enable", json!({ "id": server })).await;
    let before = asked.lock().len();
    let mut vnc = lab.console(&lab.vm).vnc().await;
    soon(vnc.see("web-1")).await.expect("it shows its name");
    assert!(asked.lock().len() > before, "the tunnel is one more connection through the proxy");
}
