//! Updates of XenServer 8: a repository, and hosts that install from it.

use serde_json::{Value, json};
use xapi_sim::{Sim, fault::Spoilt, profile::XENSERVER_8};

use crate::{Lab, rolling::three};

async fn lab(sim: xapi_sim::sim::Builder) -> Lab {
    let lab = Lab::on(sim.pace(0.005).profile(&XENSERVER_8)).await;
    lab.sim.with(|world| {
        let repository = world.create("Repository", [("update", true.into()), ("hash", "abcd".into())]);
        let pool = world.pool();
        world.add(pool, "repositories", repository);
    });
    lab
}

async fn small() -> Lab {
    lab(Sim::builder().world("small")).await
}

async fn lacks(lab: &Lab, host: &str) -> Value {
    let host = lab.id(lab.named("host", host));
    lab.test.app.updates().forget_missing(&host);
    lab.admin.call("pool.listMissingPatches", json!({ "host": host })).await
}

/// Lets an update ask that VMs restart.
fn ask_of_vms(lab: &Lab) {
    lab.sim.with(|world| {
        let guidance =
            json!({ "mandatory": ["RebootHost", "RestartVM"], "recommended": [], "full": [], "livepatch": [] });
        let offered = json!([{ "id": "update-0009", "guidance": guidance }]);
        let pool = world.pool();
        world.hide(pool, "offered updates", offered.to_string());
    });
}

#[tokio::test]
async fn what_a_host_lacks_is_told_by_its_master() {
    let lab = small().await;
    let list = lacks(&lab, "xcp-lab-2").await;
    let first = json!({
        "name": "update-0001", "id": "update-0001", "description": "A hole in the kernel is closed.",
        "documentationUrl": "https://support.example.org/0001", "date": "20240115T10:00:00Z",
        "guidance": "RebootHost, EvacuateHost", "guidances": "RebootHost, EvacuateHost",
    });
    assert_eq!((list.as_array().map(Vec::len), &list[0]), (Some(2), &first));
    let host = json!({ "host": lab.id(lab.named("host", "xcp-lab-1")) });
    lab.sim.spoil_at("/updates", Spoilt::Truncated);
    let error = lab.admin.refused("pool.listMissingPatches", host.clone()).await;
    assert!(error["message"].as_str().is_some_and(|text| text.contains("told no list of updates")), "{error}");
    lab.sim.fail_next("/updates", "NO_REPOSITORY_ENABLED", [""; 0]);
    lab.admin.refused("pool.listMissingPatches", host).await;
}

#[tokio::test]
async fn hosts_install_up_to_the_state_that_was_listed() {
    let lab = small().await;
    let pool = lab.pool();
    let stale = json!({ "pool": pool, "xsHash": "other" });
    assert_eq!(lab.admin.refused("pool.installPatches", stale).await["data"]["code"], "UPDATEINFO_HASH_MISMATCH");
    let named = json!({ "pool": pool, "patches": ["update-0001"] });
    assert_eq!(lab.admin.refused("pool.installPatches", named).await["code"], 10);
    lab.sim.fail_next("host.apply_updates", "APPLY_UPDATES_IN_PROGRESS", [""; 0]);
    let busy = lab.admin.refused("pool.installPatches", json!({ "pool": pool })).await;
    assert_eq!(busy["data"]["code"], "APPLY_UPDATES_IN_PROGRESS");
    assert_eq!(lacks(&lab, "xcp-lab-1").await.as_array().map(Vec::len), Some(2));
    let params = json!({ "pool": pool, "xsHash": "abcd" });
    assert_eq!(lab.admin.call("pool.installPatches", params).await, true);
    for host in ["xcp-lab-1", "xcp-lab-2"] {
        assert_eq!(lacks(&lab, host).await, json!([]));
        assert_eq!(lab.field(lab.named("host", host), "last_update_hash"), "abcd");
    }
    assert!(!lab.sim.calls().contains_key("host.restart_agent"), "hosts are to restart anyway");
}

#[tokio::test]
async fn a_rolling_update_installs_on_each_host_when_it_is_empty() {
    let lab = lab(three()).await;
    let params = json!({ "pool": lab.pool() });
    assert_eq!(lab.admin.call("pool.rollingUpdate", params.clone()).await, true);
    for host in ["one", "two", "three"] {
        assert_eq!(lacks(&lab, host).await, json!([]), "{host}");
        let waits = lab.sim.with(|world| {
            let host = world.by_name("host", host).expect("it");
            world.get(host, "pending_guidances").items().len()
        });
        assert_eq!(waits, 0, "{host}");
    }
    let calls = lab.sim.calls();
    assert_eq!((calls["host.apply_updates"], calls["host.reboot"]), (3, 3));
}

#[tokio::test]
async fn vms_restart_where_updates_ask_for_it_and_that_is_allowed() {
    let lab = lab(three()).await;
    ask_of_vms(&lab);
    let params = json!({ "pool": lab.pool() });
    let error = lab.admin.refused("pool.rollingUpdate", params).await;
    let message = error["message"].as_str().expect("text");
    assert_eq!(message, "the updates ask for `RestartVM`: allow that VMs restart with `rebootVm`");
    let params = json!({ "pool": lab.pool(), "rebootVm": true });
    assert_eq!(lab.admin.call("pool.rollingUpdate", params).await, true);
    assert_eq!(lab.sim.calls()["VM.clean_reboot"], 3);
    // Who waits for a restart since the last one is in no state for the next.
    lab.sim.with(|world| {
        let vm = world.by_name("VM", "a").expect("it");
        world.add(vm, "pending_guidances", "restart_vm");
        let pool = world.pool();
        let offered = json!([{ "id": "update-0010", "guidance": { "mandatory": ["RebootHost"] } }]);
        world.hide(pool, "offered updates", offered.to_string());
        world.put(pool, "other_config", "mark", "1");
    });
    lab.becomes(&lab.pool(), |pool| pool["otherConfig"]["mark"] == "1").await;
    for host in ["one", "two", "three"] {
        lab.test.app.updates().forget_missing(&lab.id(lab.named("host", host)));
    }
    let error = lab.admin.refused("pool.rollingUpdate", json!({ "pool": lab.pool() })).await;
    assert!(error["message"].as_str().is_some_and(|text| text.contains("VM `a` waits to be restarted")), "{error}");
}
