//! Hosts that go down and come up, as the network sees it; and the pool's change of master.

use std::time::Duration;

use serde_json::json;
use xapi_sim::Object;
use xapi_types::Value;

use crate::{
    client::{Client, Raw, SOON, exchange, post, until_closed, until_open},
    lab::{Lab, failure},
};

const CALL: &[u8] = br#"{"method":"session.login_with_password","params":["root","password"],"id":1}"#;

const FIRST: &str = "xcp-lab-1";
const SECOND: &str = "xcp-lab-2";

/// Stops all guests of a host and disables it, so that it may go down.
async fn emptied(lab: &Lab, name: &str) -> String {
    let host = lab.named_object("host", name);
    for vm in lab.set("host", "resident_VMs", &host).await {
        if lab.get("VM", "is_control_domain", &vm).await == false {
            lab.run("VM.hard_shutdown", [json!(vm)]).await.expect("stopped");
        }
    }
    lab.ok("host.disable", [json!(host)]).await;
    host
}

/// Returns the value of a flag in all objects that a field of a host refers to, sorted.
async fn flags(lab: &Lab, host: &str, field: &str, class: &str) -> Vec<bool> {
    let mut flags = Vec::new();
    for object in lab.set("host", field, host).await {
        flags.push(lab.get(class, "currently_attached", &object).await == true);
    }
    flags.sort_unstable();
    flags
}

/// Returns what a host says to who logs in.
async fn greeting(lab: &Lab, host: usize) -> String {
    exchange(lab.sim.addresses(0)[host].http, &post("/jsonrpc", CALL)).await.text()
}

fn object(reference: &str) -> Object {
    reference.parse().expect("a reference")
}

#[tokio::test]
async fn a_host_that_reboots_is_not_there_until_it_has_booted() {
    let lab = Lab::small().await;
    let host = emptied(&lab, SECOND).await;
    let addresses = lab.sim.addresses(0)[1];
    let plugged = flags(&lab, &host, "PIFs", "PIF").await;
    let mut raw = Raw::connect(addresses.http).await;
    raw.send(&post("/jsonrpc", CALL)).await;
    assert!(raw.reply(SOON).await.text().contains("HOST_IS_SLAVE"));
    let task = lab.begin("host.reboot", [json!(host)]).await.expect("it may");
    assert_eq!(lab.get("host", "current_operations", &host).await, json!({task.as_str(): "reboot"}));
    assert!(lab.set("host", "allowed_operations", &host).await.is_empty());
    lab.finish("host.reboot", &task).await.expect("on its way down");
    assert!(raw.closes(SOON).await, "its connections are cut");
    until_closed(addresses.http).await;
    until_closed(addresses.https).await;
    assert_eq!(lab.get("host", "enabled", &host).await, false);
    assert!(!flags(&lab, &host, "PBDs", "PBD").await.contains(&true));
    assert!(!flags(&lab, &host, "PIFs", "PIF").await.contains(&true));
    let refused = lab.run("VM.start_on", [json!(lab.vm("sandbox")), json!(host), json!(false), json!(false)]).await;
    assert_eq!(refused, Err(failure::<&str>("HOST_NOT_LIVE", [])));
    lab.step(&host, "host boot");
    until_open(addresses.http).await;
    until_open(addresses.https).await;
    assert!(greeting(&lab, 1).await.contains("HOST_IS_SLAVE"));
    assert!(!flags(&lab, &host, "PBDs", "PBD").await.contains(&false));
    assert_eq!(flags(&lab, &host, "PIFs", "PIF").await, plugged);
    lab.run("VM.start_on", [json!(lab.vm("sandbox")), json!(host), json!(false), json!(false)])
        .await
        .expect("it is back");
}

#[tokio::test]
async fn a_host_that_was_shut_down_waits_to_be_switched_on() {
    let lab = Lab::small().await;
    let host = emptied(&lab, SECOND).await;
    let address = lab.sim.addresses(0)[1].http;
    lab.run("host.shutdown", [json!(host)]).await.expect("on its way down");
    until_closed(address).await;
    assert!(lab.sim.pending().iter().all(|(_, what)| what != "host boot"));
    assert_eq!(lab.set("host", "allowed_operations", &host).await, ["power_on"]);
    assert_eq!(lab.run("host.enable", [json!(host)]).await, Err(failure("HOST_OFFLINE", [&host])));
    let refused = failure::<&str>("HOST_POWER_ON_MODE_DISABLED", []);
    assert_eq!(lab.run("host.power_on", [json!(host)]).await, Err(refused));
    lab.ok("host.set_power_on_mode", [json!(host), json!("wake-on-lan"), json!({})]).await;
    lab.run("host.power_on", [json!(host)]).await.expect("it boots");
    until_open(address).await;
    assert_eq!(lab.get("host", "enabled", &host).await, true);
}

#[tokio::test]
async fn with_the_master_goes_the_api_until_it_is_back() {
    let lab = Lab::small().await;
    let host = emptied(&lab, FIRST).await;
    let address = lab.sim.http_addr();
    let client = Client::login(address).await;
    let mut waiting = Raw::connect(address).await;
    let all = client.events(&["pool"], "", 5.0).await;
    let call = json!({"method": "event.from", "params": [client.session, ["vm"], all.token(), 60.0], "id": 1});
    waiting.send(&post("/jsonrpc", call.to_string().as_bytes())).await;
    lab.run("host.reboot", [json!(host)]).await.expect("the master answers before it goes");
    lab.step(&host, "host down");
    assert!(waiting.closes(SOON).await);
    until_closed(address).await;
    let slave = greeting(&lab, 1).await;
    assert!(slave.contains("HOST_IS_SLAVE") && slave.contains(&address.ip().to_string()), "{slave}");
    lab.step(&host, "host boot");
    until_open(address).await;
    assert_eq!(client.err("VM.get_all", &[]).await, ["SESSION_INVALID", &client.session]);
    let again = Client::login(address).await;
    assert_eq!(again.ok("host.get_enabled", &[host.into()]).await, Value::Bool(true));
}

#[tokio::test]
async fn an_agent_that_restarts_drops_connections_and_comes_back() {
    let lab = Lab::small().await;
    let (host, address) = (lab.named_object("host", SECOND), lab.sim.addresses(0)[1].http);
    let mut raw = Raw::connect(address).await;
    raw.send(&post("/jsonrpc", CALL)).await;
    raw.reply(SOON).await;
    lab.run("host.restart_agent", [json!(host)]).await.expect("it restarts");
    lab.step(&host, "agent stop");
    assert!(raw.closes(SOON).await);
    until_closed(address).await;
    assert_eq!(lab.get("host", "enabled", &host).await, false);
    let before = lab.get("host", "other_config", &host).await["agent_start_time"].clone();
    lab.sim.with(|world| world.clock.advance(60));
    lab.step(&host, "agent start");
    until_open(address).await;
    assert_eq!(lab.get("host", "enabled", &host).await, true);
    assert_ne!(lab.get("host", "other_config", &host).await["agent_start_time"], before);
}

#[tokio::test]
async fn an_agent_that_is_restarted_twice_leaves_its_host_enabled() {
    let lab = Lab::small().await;
    let (host, address) = (lab.named_object("host", SECOND), lab.sim.addresses(0)[1].http);
    for _ in 0..2 {
        lab.run("host.restart_agent", [json!(host)]).await.expect("it restarts");
    }
    for _ in 0..2 {
        lab.step(&host, "agent stop");
    }
    lab.step(&host, "agent start");
    assert_eq!(lab.sim.step(object(&host)), None, "once is enough");
    until_open(address).await;
    assert_eq!(lab.get("host", "enabled", &host).await, true);
}

#[tokio::test]
async fn the_agent_of_the_master_takes_sessions_and_running_calls_with_it() {
    let lab = Lab::small().await;
    let (host, vm, address) = (lab.named_object("host", FIRST), lab.vm("sandbox"), lab.sim.http_addr());
    lab.begin("VM.start", [json!(vm), json!(false), json!(false)]).await.expect("it starts");
    lab.run("host.restart_agent", [json!(host)]).await.expect("it restarts");
    lab.step(&host, "agent stop");
    until_closed(address).await;
    lab.step(&host, "agent start");
    until_open(address).await;
    assert_eq!(lab.call("VM.get_all", []).await.expect_err("logged out").code, "SESSION_INVALID");
    let client = Client::login(address).await;
    let vm = Value::from(vm);
    assert_eq!(client.ok("VM.get_current_operations", std::slice::from_ref(&vm)).await, Value::Struct(vec![]));
    client.ok("Async.VM.start", &[vm, false.into(), false.into()]).await;
}

#[tokio::test]
async fn another_master_answers_and_the_old_one_points_to_it() {
    let lab = Lab::small().await;
    let (host, addresses) = (lab.named_object("host", SECOND), lab.sim.addresses(0));
    lab.run("pool.designate_new_master", [json!(host)]).await.expect("agreed");
    assert!(greeting(&lab, 1).await.contains("HOST_IS_SLAVE"), "not yet");
    let mut raw = Raw::connect(addresses[0].http).await;
    raw.send(&post("/jsonrpc", CALL)).await;
    raw.reply(SOON).await;
    lab.step(&host, "new master");
    assert!(raw.closes(SOON).await);
    let old = greeting(&lab, 0).await;
    assert!(old.contains("HOST_IS_SLAVE") && old.contains(&addresses[1].http.ip().to_string()), "{old}");
    let client = Client::login(addresses[1].http).await;
    let pools = client.ok("pool.get_all_records", &[]).await;
    assert_eq!(pools.as_struct().expect("records")[0].1.get("master"), Some(&Value::from(host.as_str())));
    let enabled = Value::from("field \"enabled\" = \"true\"");
    assert_eq!(client.ok("host.get_all_where", std::slice::from_ref(&enabled)).await, Value::Array(vec![]), "for now");
    lab.sim.finish_all();
    let enabled = client.ok("host.get_all_where", &[enabled]).await;
    assert_eq!(enabled.as_array().map(<[Value]>::len), Some(2));
}

#[tokio::test]
async fn a_slave_takes_over_from_a_dead_master_when_it_is_told_to() {
    let lab = Lab::small().await;
    let (first, second, addresses) =
        (lab.named_object("host", FIRST), lab.named_object("host", SECOND), lab.sim.addresses(0));
    lab.sim.kill(object(&first));
    until_closed(addresses[0].http).await;
    let local = Client::local(addresses[1].http).await;
    assert_eq!(local.err("VM.get_all", &[]).await[0], "HOST_IS_SLAVE");
    local.ok("pool.emergency_transition_to_master", &[]).await;
    lab.step(&second, "new master");
    let client = Client::login(addresses[1].http).await;
    let told = client.ok("pool.recover_slaves", &[]).await;
    assert_eq!(told, Value::Array(vec![first.as_str().into()]));
    assert_eq!(client.ok("pool.recover_slaves", &[]).await, Value::Array(vec![]), "once is enough");
    lab.sim.revive(object(&first));
    until_open(addresses[0].http).await;
    assert!(greeting(&lab, 0).await.contains("HOST_IS_SLAVE"));
}

#[tokio::test]
async fn what_a_dead_host_would_have_to_answer_waits_for_it() {
    let lab = Lab::small().await;
    let (host, vm) = (lab.named_object("host", SECOND), lab.vm("web-2"));
    lab.sim.kill(object(&host));
    let client = Client::login(lab.sim.http_addr()).await;
    let one = [Value::from(host.as_str())];
    let asked = {
        let (client, one) = (client.clone(), one.clone());
        tokio::spawn(async move { client.ok("host.get_servertime", &one).await })
    };
    let task = client.ok("Async.VM.pause", &[vm.as_str().into()]).await;
    client.ok("host.get_record", &one).await;
    let metrics = client.ok("host.get_metrics", &one).await;
    assert_eq!(client.ok("host_metrics.get_live", &[metrics]).await, Value::Bool(true), "the master has not noticed");
    assert_eq!(client.ok("task.get_status", std::slice::from_ref(&task)).await.as_str(), Some("pending"));
    assert!(lab.sim.pending().iter().all(|(_, what)| what != "pause"), "nobody does it");
    assert!(!asked.is_finished());
    lab.run("VM.power_state_reset", [json!(lab.vm("dc-1"))]).await.expect("the master can do that alone");
    lab.sim.revive(object(&host));
    assert!(matches!(asked.await.expect("it is answered"), Value::DateTime(_) | Value::String(_)));
    let begun = async {
        while lab.sim.pending().iter().all(|(_, what)| what != "pause") {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(SOON, begun).await.expect("the host does it now");
    lab.step(&vm, "pause");
    assert_eq!(client.ok("task.get_status", &[task]).await.as_str(), Some("success"));
}

#[tokio::test]
async fn a_host_that_leaves_the_pool_is_gone_from_the_network() {
    let lab = Lab::small().await;
    let (host, address) = (emptied(&lab, SECOND).await, lab.sim.addresses(0)[1].http);
    lab.run("pool.eject", [json!(host)]).await.expect("it leaves");
    until_closed(address).await;
    assert_eq!(lab.ok("host.get_all", []).await.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_host_that_was_told_to_go_stays_down_when_faults_end() {
    let lab = Lab::small().await;
    let (host, address) = (emptied(&lab, SECOND).await, lab.sim.addresses(0)[1].http);
    lab.run("host.shutdown", [json!(host)]).await.expect("on its way down");
    until_closed(address).await;
    lab.sim.clear_faults();
    assert_eq!(lab.set("host", "allowed_operations", &host).await, ["power_on"]);
    until_closed(address).await;
    lab.sim.revive(object(&host));
    until_open(address).await;
    assert_eq!(lab.get("host", "enabled", &host).await, true);
}
