//! The control API, over its own port.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use xapi_sim::{Sim, control};
use xapi_types::Value;

use crate::client::{Client, Raw, SOON, exchange, post, until_closed, until_open};

/// Short enough not to slow the tests, and only ever waited for in full when nothing may come.
const A_MOMENT: Duration = Duration::from_millis(150);

const CALL: &[u8] = br#"{"method":"session.login_with_password","params":["root","password"],"id":1}"#;

/// A pool with its control API.
struct Controlled {
    sim: Arc<Sim>,
    control: SocketAddr,
}

impl Controlled {
    async fn small() -> Self {
        let sim = Arc::new(Sim::builder().world("small").explicit().start().await.expect("the world starts"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let control = listener.local_addr().expect("an address");
        tokio::spawn(control::serve(listener, Arc::clone(&sim)));
        Self { sim, control }
    }

    async fn send(&self, call: &str, body: &Json) -> (String, Json) {
        let reply = exchange(self.control, &post(&format!("/{call}"), body.to_string().as_bytes())).await;
        (reply.status.clone(), serde_json::from_slice(&reply.body).expect("an answer is JSON"))
    }

    /// Makes a call that must succeed.
    async fn ok(&self, call: &str, body: Json) -> Json {
        let (status, answer) = self.send(call, &body).await;
        assert_eq!(status, "HTTP/1.1 200 OK", "{call}: {answer}");
        answer
    }

    /// Makes a call that must be refused, and returns why.
    async fn err(&self, call: &str, body: Json) -> String {
        let (status, answer) = self.send(call, &body).await;
        assert_eq!(status, "HTTP/1.1 400 Bad Request", "{call}: {answer}");
        answer["error"].as_str().expect("a reason").to_owned()
    }

    async fn client(&self) -> Client {
        Client::login(self.sim.http_addr()).await
    }

    /// Returns a connection that the first host has accepted, as it answered on it.
    async fn connected(&self) -> Raw {
        let mut raw = Raw::connect(self.sim.http_addr()).await;
        raw.send(&post("/jsonrpc", CALL)).await;
        assert_eq!(raw.reply(SOON).await.status, "HTTP/1.1 200 OK");
        raw
    }
}

#[tokio::test]
async fn calls_fail_and_wait_until_all_is_cleared() {
    let it = Controlled::small().await;
    let client = it.client().await;
    it.ok("fail", json!({"method": "*", "code": "SR_FULL", "params": ["1", 2], "times": 2})).await;
    assert_eq!(client.err("pool.get_all", &[]).await, ["SR_FULL", "1", "2"]);
    assert_eq!(client.err("VM.get_all", &[]).await, ["SR_FULL", "1", "2"]);
    client.ok("pool.get_all", &[]).await;
    it.ok("delay", json!({"method": "pool.get_all", "seconds": 0.2})).await;
    let start = Instant::now();
    client.ok("pool.get_all", &[]).await;
    assert!(start.elapsed() >= Duration::from_millis(200));
    it.ok("delay", json!({"method": "*", "seconds": 3600})).await;
    it.ok("fail", json!({"method": "*", "code": "SR_FULL", "times": 1000})).await;
    it.ok("clear", json!({})).await;
    client.ok("pool.get_all", &[]).await;
}

#[tokio::test]
async fn answers_are_spoilt_and_slowed_down() {
    let it = Controlled::small().await;
    for how in ["cut", "garbage", "html", "truncated"] {
        it.ok("spoil", json!({"how": how})).await;
        let reply = exchange(it.sim.http_addr(), &post("/jsonrpc", CALL)).await;
        assert!(serde_json::from_slice::<Json>(&reply.body).is_err(), "{how}");
    }
    it.ok("spoil", json!({"how": "garbage", "path": "/rrd_updates"})).await;
    it.connected().await;
    let basic = "GET /rrd_updates?start=-60&json HTTP/1.1\r\nAuthorization: Basic cm9vdDpwYXNzd29yZA==\r\n\r\n";
    for spoilt in [true, false] {
        let reply = exchange(it.sim.http_addr(), basic.as_bytes()).await;
        assert_eq!(serde_json::from_slice::<Json>(&reply.body).is_err(), spoilt, "{}", reply.status);
    }
    it.ok("slow", json!({"rate": 100})).await;
    let mut raw = Raw::connect(it.sim.http_addr()).await;
    raw.send(&post("/jsonrpc", CALL)).await;
    assert_eq!(raw.reply(A_MOMENT).await.status, "");
    it.ok("slow", json!({})).await;
    it.connected().await;
}

#[tokio::test]
async fn events_are_lost_as_told() {
    let it = Controlled::small().await;
    let client = it.client().await;
    let vm = Value::from(it.sim.named("VM", "sandbox").expect("a VM").to_string());
    let all = client.events(&["vm"], "", 5.0).await;
    it.ok("drop-events", json!({"count": 1})).await;
    client.ok("VM.add_tags", &[vm.clone(), "blue".into()]).await;
    let none = client.events(&["vm"], all.token(), 0.2).await;
    assert_eq!(none.brief(), Vec::<String>::new());
    client.ok("event.register", &[Value::Array(vec!["*".into()])]).await;
    client.ok("VM.destroy", &[vm]).await;
    it.ok("overflow-events", json!({})).await;
    assert_eq!(client.err("event.next", &[]).await, ["EVENTS_LOST"]);
    let after = client.events(&["vm"], none.token(), 0.2).await;
    assert_eq!(after.brief(), Vec::<String>::new(), "the deletion is forgotten");
}

#[tokio::test]
async fn a_host_is_mute_frozen_dead_and_back() {
    let it = Controlled::small().await;
    let (name, address) = (json!({"host": "xcp-lab-1"}), it.sim.http_addr());
    let mut raw = it.connected().await;
    it.ok("mute", name.clone()).await;
    raw.send(&post("/jsonrpc", CALL)).await;
    assert_eq!(raw.reply(A_MOMENT).await.status, "");
    it.ok("revive", name.clone()).await;
    assert_eq!(raw.reply(SOON).await.status, "HTTP/1.1 200 OK");
    it.ok("freeze", name.clone()).await;
    raw.send(&post("/jsonrpc", CALL)).await;
    assert!(!raw.closes(A_MOMENT).await);
    it.ok("clear", json!({})).await;
    assert_eq!(raw.reply(SOON).await.status, "HTTP/1.1 200 OK");
    it.ok("cut", name.clone()).await;
    assert!(raw.closes(SOON).await);
    let mut raw = it.connected().await;
    it.ok("kill", name.clone()).await;
    assert!(raw.closes(SOON).await);
    until_closed(address).await;
    it.ok("revive", name).await;
    until_open(address).await;
}

#[tokio::test]
async fn a_host_is_named_by_name_uuid_or_reference() {
    let it = Controlled::small().await;
    let (host, uuid) = it.sim.with(|world| {
        let host = world.by_name("host", "xcp-lab-2").expect("a host");
        (host.to_string(), world.uuid(host).to_owned())
    });
    for name in ["xcp-lab-2", &host, &uuid] {
        it.ok("kill", json!({"host": name})).await;
        until_closed(it.sim.addresses(0)[1].http).await;
        it.ok("revive", json!({"host": name})).await;
        until_open(it.sim.addresses(0)[1].http).await;
    }
}

#[tokio::test]
async fn sessions_expire_toolstacks_restart_and_masters_change() {
    let it = Controlled::small().await;
    let client = it.client().await;
    it.ok("expire-sessions", json!({})).await;
    assert_eq!(client.err("VM.get_all", &[]).await[0], "SESSION_INVALID");
    let (client, mut raw) = (it.client().await, it.connected().await);
    it.ok("restart-toolstack", json!({})).await;
    assert!(raw.closes(SOON).await);
    assert_eq!(client.err("VM.get_all", &[]).await[0], "SESSION_INVALID");
    it.ok("new-master", json!({"host": "xcp-lab-2"})).await;
    let old = exchange(it.sim.http_addr(), &post("/jsonrpc", CALL)).await.text();
    assert!(old.contains("HOST_IS_SLAVE"), "{old}");
    Client::login(it.sim.addresses(0)[1].http).await;
    it.ok("fail-over", json!({"host": "xcp-lab-1"})).await;
    until_closed(it.sim.addresses(0)[1].http).await;
    it.client().await;
}

#[tokio::test]
async fn transitions_are_listed_stepped_and_finished() {
    let it = Controlled::small().await;
    let client = it.client().await;
    let (vm, other) = ("sandbox", "legacy-crm");
    let start = |name: &str| {
        let vm = Value::from(it.sim.named("VM", name).expect("a VM").to_string());
        let client = client.clone();
        async move { client.ok("Async.VM.start", &[vm, false.into(), false.into()]).await }
    };
    start(vm).await;
    let object = it.sim.named("VM", vm).expect("a VM").to_string();
    assert_eq!(it.ok("pending", json!({})).await, json!({"pending": [{"object": object, "what": "start"}]}));
    let named = json!({"object": {"class": "VM", "name": vm}});
    assert_eq!(it.ok("step", named.clone()).await, json!({"finished": "start"}));
    assert_eq!(it.ok("finish", named).await, json!({"finished": 0}), "nothing is left to finish");
    start(other).await;
    assert_eq!(it.ok("finish", json!({})).await, json!({"finished": 2}), "the start, and its guest's agent");
    assert_eq!(it.ok("pending", json!({})).await, json!({"pending": []}));
}

#[tokio::test]
async fn what_the_control_api_does_not_understand_it_says() {
    let it = Controlled::small().await;
    assert!(it.err("fly", json!({})).await.starts_with("there is no control call `fly`; there are ["));
    assert_eq!(it.err("fail", json!({"code": "X"})).await, "`fail` needs the text `method`");
    assert_eq!(it.err("fail", json!({"method": "*"})).await, "`fail` needs the text `code`");
    assert_eq!(it.err("delay", json!({"method": "*"})).await, "`delay` needs the number `seconds`");
    assert_eq!(it.err("spoil", json!({"how": "badly"})).await, "an answer cannot be spoilt by `badly`");
    for call in ["mute", "freeze", "kill", "revive", "cut", "new-master", "fail-over", "change-certificate"] {
        assert_eq!(it.err(call, json!({})).await, format!("`{call}` needs the text `host`"));
        assert_eq!(it.err(call, json!({"host": "nobody"})).await, "no `host` is called `nobody`");
    }
    let nobody = json!({"object": {"class": "VM", "name": "nobody"}});
    assert_eq!(it.err("finish", nobody.clone()).await, "no `VM` is called `nobody`");
    assert_eq!(it.err("step", nobody).await, "no `VM` is called `nobody`");
    let reply = exchange(it.control, &post("/clear", b"{")).await;
    assert!(reply.text().contains("the body is not JSON"), "{}", reply.text());
}
