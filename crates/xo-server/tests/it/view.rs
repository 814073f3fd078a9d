//! Views on real sockets, with a simulated pool behind.

use std::{net::SocketAddr, time::Duration};

use app::Config;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use serve::Listener;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, protocol::WebSocketConfig},
};
use tokio_util::sync::CancellationToken;
use xapi_sim::{Object, Sim};

use crate::{lab::Lab, test_app::TestApp};

/// Nothing in these tests takes so long, on any machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// The faces before it, and somebody's token.
pub(crate) struct Served {
    pub(crate) test: TestApp,
    pub(crate) sim: Sim,
    vm: Object,
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
}

impl Served {
    pub(crate) async fn new() -> Self {
        Self::with(Config::default()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        Self::on(Sim::builder().world("small").pace(0.005), config).await
    }

    pub(crate) async fn on(sim: xapi_sim::sim::Builder, config: Config) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let Lab { test, admin, sim } = Lab::with(config, sim).await;
        let admin = admin.session.user().expect("an administrator");
        let token = test.app.browser_token(&admin, "test", false).await.expect("the database takes it").0;
        let listener = Listener::bind("127.0.0.1:0", None).await.expect("a port is free");
        let address = listener.address();
        tokio::spawn(serve::run(test.app.clone(), vec![listener], CancellationToken::new()));
        let vm = sim.with(|world| {
            let all = world.list("VM");
            all.into_iter().find(|vm| !world.flag(*vm, "is_a_template") && !world.flag(*vm, "is_a_snapshot"))
        });
        Self { test, sim, vm: vm.expect("there is a VM"), address, token: token.expose().to_owned() }
    }

    pub(crate) fn app(&self) -> &app::App {
        &self.test.app
    }

    fn id(&self) -> String {
        self.sim.with(|world| world.uuid(self.vm).to_owned())
    }

    pub(crate) async fn client(&self) -> Client {
        self.client_of(&self.token).await
    }

    /// Opens a connection of somebody else.
    pub(crate) async fn client_of(&self, token: &str) -> Client {
        Client::connect(self.address, token).await
    }
}

pub(crate) struct Client(WebSocketStream<TcpStream>);

impl Client {
    /// Connects with a token, which may be none that the server knows.
    pub(crate) async fn connect(server: SocketAddr, token: &str) -> Self {
        let mut request = format!("ws://{server}/api/").into_client_request().expect("a good URL");
        request.headers_mut().insert("cookie", format!("token={token}").parse().expect("a good header"));
        let stream = TcpStream::connect(server).await.expect("the server listens");
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        Self(client_async_with_config(request, stream, Some(config)).await.expect("the server accepts").0)
    }

    async fn text(&mut self) -> String {
        loop {
            let next = tokio::time::timeout(LIMIT, self.0.next()).await.expect("something comes in time");
            if let Message::Text(text) = next.expect("the connection is open").expect("it works") {
                return text.as_str().to_owned();
            }
        }
    }

    /// Returns the next message that is an answer or tells of a view.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            let message: Value = serde_json::from_str(&self.text().await).expect("messages are JSON");
            if message["method"] != "all" {
                return message;
            }
        }
    }

    async fn send(&mut self, method: &str, params: Value) {
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        self.0.send(Message::text(call)).await.expect("the server reads");
    }

    /// Calls what works, and returns the result; nothing else comes before it.
    pub(crate) async fn call(&mut self, method: &str, params: Value) -> Value {
        self.send(method, params).await;
        let mut answer = self.next().await;
        assert!(answer.get("result").is_some(), "{answer}");
        answer["result"].take()
    }
}

#[tokio::test]
async fn a_view_is_answered_first_and_then_told_of() {
    let lab = Served::new().await;
    let mut client = lab.client().await;
    client.call("session.setNotifications", json!({ "all": false })).await;
    for n in 0..10 {
        let name = format!("name {n}");
        lab.sim.with(|world| world.set(lab.vm, "name_label", &*name));
        let wish =
            json!({ "type": ["VM", "VM-controller"], "filter": format!("id:{}", lab.id()), "columns": ["name_label"] });
        let shown = client.call("view.subscribe", wish).await;
        if shown["rows"][0]["name_label"] != name {
            let expected = json!({ "id": n + 1, "changed": { lab.id(): { "name_label": name } } });
            let told = loop {
                let told = client.next().await;
                // The views before it are told too.
                if told["params"]["id"] == n + 1 {
                    break told;
                }
            };
            assert_eq!(told, json!({ "jsonrpc": "2.0", "method": "view", "params": expected }));
        }
        client.send("view.unsubscribe", json!({ "id": n + 1 })).await;
        while client.next().await.get("result").is_none() {}
    }
}

#[tokio::test]
async fn who_wants_views_only_is_not_told_of_every_object() {
    let lab = Served::new().await;
    let (mut without, mut with) = (lab.client().await, lab.client().await);
    without.call("session.setNotifications", json!({ "all": false })).await;
    with.call("session.getUser", json!({})).await;
    lab.sim.with(|world| world.set(lab.vm, "name_label", "renamed"));
    while !with.text().await.contains("renamed") {}
    without.send("system.getVersion", json!({})).await;
    assert!(without.text().await.contains("result"), "the answer comes first");
    // And it may think otherwise.
    without.call("session.setNotifications", json!({ "all": true })).await;
    lab.sim.with(|world| world.set(lab.vm, "name_label", "renamed again"));
    while !without.text().await.contains("renamed again") {}
}

#[tokio::test]
async fn a_client_that_reads_slowly_gets_what_there_is_when_it_reads() {
    const VERSIONS: usize = 40;
    const SIZE: usize = 1_000_000;
    let lab = Served::new().await;
    let wish = json!({ "filter": format!("id:{}", lab.id()), "columns": ["name_description"] });
    let (mut slow, mut quick) = (lab.client().await, lab.client().await);
    for client in [&mut slow, &mut quick] {
        client.call("session.setNotifications", json!({ "all": false })).await;
        client.call("view.subscribe", wish.clone()).await;
    }
    let version = |told: &Value| {
        let row = &told["params"]["changed"][&lab.id()];
        row["name_description"]
            .as_str()
            .and_then(|text| text.split(' ').next()?.parse::<usize>().ok())
            .expect("a version")
    };
    // The quick one has got every change before the next: so the slow one could have, too.
    for n in 1..=VERSIONS {
        let text = format!("{n} {}", "x".repeat(SIZE));
        lab.sim.with(|world| world.set(lab.vm, "name_description", &*text));
        assert_eq!(version(&quick.next().await), n);
    }
    let (mut newest, mut told) = (0, 0);
    while newest < VERSIONS {
        let now = version(&slow.next().await);
        assert!(now > newest, "version {now} after {newest}");
        (newest, told) = (now, told + 1);
    }
    // What the sockets hold, and one more.
    assert!(told < VERSIONS / 2, "{told} of {VERSIONS} were kept for a client that does not read");
}

#[tokio::test]
async fn an_open_view_does_not_keep_its_connection() {
    let lab = Served::new().await;
    let mut client = lab.client().await;
    client.call("view.subscribe", json!({ "type": "VM" })).await;
    let sessions = || lab.test.app.sessions().len();
    let before = sessions();
    drop(client);
    crate::test_app::eventually(async || (sessions() < before).then_some(())).await;
}

#[tokio::test]
async fn a_view_shows_what_a_selector_chooses_while_it_does() {
    let lab = Served::new().await;
    let mut admin = lab.client().await;
    admin.call("session.setNotifications", json!({ "all": false })).await;
    let bob = lab.test.create("bob", None, "none").await;
    let token = lab.app().browser_token(&bob, "test", false).await.expect("the database takes it").0;
    let mut client = lab.client_of(token.expose()).await;
    client.call("session.setNotifications", json!({ "all": false })).await;
    let wish = json!({ "type": ["VM", "VM-controller"], "columns": ["name_label"] });
    assert_eq!(client.call("view.subscribe", wish).await["total"], 0);
    let role = admin.call("aclRole.create", json!({ "name": "r" })).await;
    for resource in ["vm", "vm-controller"] {
        let selector = "name_label:mine";
        let privilege =
            json!({ "roleId": role, "resource": resource, "action": "read", "effect": "allow", "selector": selector });
        admin.call("aclPrivilege.create", privilege).await;
    }
    admin.call("aclRole.addUser", json!({ "id": role, "userId": bob.id })).await;
    for (name, total) in [("mine", 1), ("theirs", 0), ("mine", 1)] {
        lab.sim.with(|world| world.set(lab.vm, "name_label", name));
        while client.next().await["params"]["total"] != total {}
    }
    admin.call("aclRole.removeUser", json!({ "id": role, "userId": bob.id })).await;
    while client.next().await["params"]["total"] != 0 {}
}
