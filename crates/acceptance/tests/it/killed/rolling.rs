//! Hosts that are updated one after the other.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use xapi_sim::{Object, Sim};

use super::lab::Lab;
use crate::wait::until;

/// A pool of three hosts, whose VMs run on one each, and which waits for the test.
struct Three(Lab);

impl Three {
    fn host(&self, name: &str) -> Object {
        self.0.sim.named("host", name).unwrap_or_else(|| panic!("a host `{name}`"))
    }

    /// Lets all happen at the pool but what is `held`, until `over`.
    async fn drive_until(
        &self,
        what: &str,
        held: impl Fn(&(Object, String)) -> bool,
        mut over: impl AsyncFnMut() -> bool,
    ) {
        until(what, async || {
            if over().await {
                return Some(());
            }
            if let Some((object, _)) = self.0.sim.pending().into_iter().find(|pending| !held(pending)) {
                self.0.sim.step(object);
            }
            None
        })
        .await;
    }

    /// Begins `method`, and lets things happen until `call` is on its way at the host, which is then in `phase`; then kills
    /// the server.
    async fn killed_in(self, method: &str, (name, phase, call): (&str, &str, &str)) -> Self {
        let (pool, host) = (self.0.connected().await, self.host(name));
        let id = self.0.sim.with(|world| world.uuid(host).to_owned());
        let mut asking = self.0.client().await;
        let params = json!({ "pool": pool });
        let request = json!({ "id": 77, "jsonrpc": "2.0", "method": method, "params": params });
        assert!(asking.send(Message::text(request.to_string())).await);
        let mut looking = self.0.client().await;
        let is_held = |(object, what): &(Object, String)| *object == host && what == call;
        self.drive_until(&format!("host {name} is {phase}"), is_held, async || {
            let rolling = looking.ok("pool.getRolling", params.clone()).await;
            rolling["running"] == true && phase_of(&rolling, &id) == phase && self.0.sim.pending().iter().any(is_held)
        })
        .await;
        let lab = Self(self.0.killed().await);
        let rolling = lab.0.client().await.ok("pool.getRolling", params).await;
        assert_eq!((&rolling["running"], phase_of(&rolling, &id)), (&json!(false), phase), "{rolling}");
        let ours = |task: &Value| !task["properties"]["plan"].is_null() && task["status"] == "interrupted";
        lab.0.task("its task is interrupted", ours).await;
        lab.0.forget().await;
        lab
    }

    fn restarted(&self, name: &str) -> f64 {
        let host = self.host(name);
        self.0.sim.with(|world| world.entry(host, "other_config", "boot_time").parse().expect("a time"))
    }
}

/// Returns the phase of the host `id`.
fn phase_of<'a>(rolling: &'a Value, id: &str) -> &'a str {
    let hosts = rolling["hosts"].as_array().map(Vec::as_slice).unwrap_or_default();
    hosts.iter().find(|host| host["id"] == id).and_then(|host| host["phase"].as_str()).unwrap_or_default()
}

#[tokio::test]
async fn a_rolling_update_that_it_was_killed_in_again_and_again_comes_to_its_end() {
    let three = include_str!("../../../../inventory/tests/it/three.toml");
    let lab = Three(Lab::on(Sim::builder().seed_text(three).explicit()).await);
    let pool = lab.0.connected().await;
    let names = ["one", "two", "three"];
    let before = names.map(|name| lab.restarted(name));

    let lab = lab.killed_in("pool.rollingUpdate", ("one", "emptying", "evacuate")).await;
    let lab = lab.killed_in("pool.resumeRolling", ("one", "installing", "call_plugin")).await;
    let lab = lab.killed_in("pool.resumeRolling", ("one", "restarting", "reboot")).await;
    let lab = lab.killed_in("pool.resumeRolling", ("two", "restarting", "reboot")).await;

    let again = lab.0.client().await.refused("pool.rollingUpdate", json!({ "pool": pool })).await;
    assert!(again["message"].as_str().is_some_and(|text| text.contains("pool.resumeRolling")), "{again}");
    let mut asking = lab.0.client().await;
    let params = json!({ "pool": pool });
    let goes_on = tokio::spawn(async move { asking.ok("pool.resumeRolling", params).await });
    lab.drive_until("it ends", |_| false, async || goes_on.is_finished()).await;
    assert_eq!(goes_on.await.unwrap(), true);

    let mut client = lab.0.client().await;
    assert_eq!(client.ok("pool.getRolling", json!({ "pool": pool })).await, Value::Null);
    assert_eq!(client.ok("pool.listMissingPatchesOfPool", json!({ "id": pool })).await, json!([]));
    assert_eq!(lab.0.sim.calls()["host.reboot"], 3, "no host restarts twice");
    for (name, before) in names.into_iter().zip(before) {
        assert!(lab.restarted(name) > before, "host {name} has restarted");
        let host = lab.host(name);
        assert!(lab.0.sim.with(|world| world.flag(host, "enabled")), "host {name} takes VMs");
    }
    for (vm, host) in [("a", "one"), ("b", "two"), ("c", "three")] {
        let on = lab.0.sim.with(|world| world.object(world.by_name("VM", vm).expect("it"), "resident_on"));
        assert_eq!(on, lab.host(host), "VM {vm} is at home");
    }
    let auto = lab.0.sim.with(|world| world.entry(world.pool(), "other_config", "auto_poweron").to_owned());
    assert_eq!(auto, "true", "what was switched off is switched on");
}
