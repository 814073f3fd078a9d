//! What hosts lack, at a glance.

use app::{Config, Duration, acl::Rule};
use serde_json::{Value, json};
use xapi_sim::Sim;
use xapi_types::Failure;

use crate::{
    Lab,
    test_app::{Caller, TestApp, eventually},
};

/// Starts with a pool whose hosts dashboards wait for no longer than this.
async fn waiting(milliseconds: u64) -> Lab {
    let sim = Sim::builder().world("small").pace(0.005).start().await.expect("the simulated pool starts");
    let mut config = Config::default();
    config.rest_api.dashboard_cache_timeout = Duration::from_millis(milliseconds);
    let test = TestApp::with(config, inventory::ops).await;
    let admin = test.admin().await;
    let lab = Lab { test, sim, admin, folder: None };
    lab.connect(0).await;
    lab
}

impl Lab {
    async fn counted(&self) -> Value {
        self.admin.call("system.getDashboard", json!({})).await["missingPatches"].take()
    }

    async fn listed(&self, by: &Caller) -> Value {
        by.call("pool.getDashboard", json!({ "id": self.pool() })).await["hosts"]["missingPatches"].take()
    }
}

#[tokio::test]
async fn patches_that_hosts_miss_are_counted_and_listed_each_once() {
    let lab = waiting(60_000).await;
    lab.sim.with(|world| {
        let second = world.by_name("host", "xcp-lab-2").expect("it");
        world.hide(second, "lacking packages", "[]");
    });
    let counted = json!({
        "hasAuthorization": true, "nHosts": 2, "nHostsFailed": 0, "nHostsWithMissingPatches": 1,
        "nHostsEol": { "isEmpty": true }, "nPools": 1, "nPoolsWithMissingPatches": 1,
    });
    assert_eq!(lab.counted().await, counted);
    let patches = lab.admin.call("pool.listMissingPatchesOfPool", json!({ "id": lab.pool() })).await;
    assert!(patches.as_array().is_some_and(|patches| !patches.is_empty()), "{patches}");
    let listed = lab.listed(&lab.admin).await;
    assert_eq!(listed, json!({ "hasAuthorization": true, "missingPatches": patches }));
    assert_eq!(lab.called("host.call_plugin"), 2, "each host has been asked once for all of that");
    // What has been installed is missing no more.
    assert_eq!(lab.admin.call("pool.installPatches", json!({ "pool": lab.pool() })).await, true);
    assert_eq!(lab.counted().await["nHostsWithMissingPatches"], 0);
    assert_eq!(lab.listed(&lab.admin).await["missingPatches"], json!([]));
}

#[tokio::test]
async fn a_pool_that_cannot_tell_is_named_and_why_only_to_administrators() {
    let lab = waiting(60_000).await;
    let (pool, second) = (lab.pool(), lab.named("host", "xcp-lab-2"));
    lab.sim.with(|world| {
        let metrics = world.object(second, "metrics");
        world.set(metrics, "live", false);
    });
    lab.becomes(&lab.id(second), |host| host["power_state"] != "Running").await;
    lab.sim.fail("host.call_plugin", 1, &Failure::new("XENAPI_MISSING_PLUGIN", ["updater.py"]));
    let counted = lab.counted().await;
    assert_eq!((&counted["nHosts"], &counted["nHostsFailed"]), (&json!(2), &json!(2)), "{counted}");
    assert_eq!((&counted["nHostsWithMissingPatches"], &counted["nPoolsWithMissingPatches"]), (&json!(0), &json!(0)));
    let failed = &counted["poolsFailed"];
    assert_eq!((&failed[0]["id"], failed.as_array().map(Vec::len)), (&json!(pool), Some(1)), "{failed}");
    assert_eq!(failed[0]["name_label"], lab.object(lab.sim.with(|world| world.pool())).text("name_label").unwrap());
    let of = |failed: &Value, name: &str| {
        let hosts = failed.as_array().expect("hosts").iter();
        hosts.clone().find(|host| host["name_label"] == name).expect("it is named")["message"].to_string()
    };
    assert!(of(&failed[0]["hosts"], "xcp-lab-1").contains("XENAPI_MISSING_PLUGIN"), "{failed}");
    assert!(of(&failed[0]["hosts"], "xcp-lab-2").contains("offline"), "{failed}");
    // Somebody who may look at the pool hears that it cannot tell, as of every error of a pool not more.
    let user = lab.test.user("bob").await;
    lab.test.app.add_rule(Rule::new(user.id(), &pool, "viewer")).await.expect("the rule is good");
    let listed = lab.listed(&user).await;
    assert_eq!(listed["missingPatches"], json!([]));
    let (one, two) = (of(&listed["hostsFailed"], "xcp-lab-1"), of(&listed["hostsFailed"], "xcp-lab-2"));
    assert!(one.contains("unknown error") && !one.contains("updater.py") && two.contains("offline"), "{listed}");
    assert_eq!(lab.called("host.call_plugin"), 1, "it is not asked again at once");
}

#[tokio::test]
async fn a_host_that_takes_its_time_keeps_no_dashboard_waiting_and_is_asked_once() {
    let lab = waiting(50).await;
    lab.sim.delay("host.call_plugin", std::time::Duration::from_secs(2));
    let counted = lab.counted().await;
    assert_eq!(counted["nHostsFailed"], 2, "{counted}");
    let message = counted["poolsFailed"][0]["hosts"][0]["message"].as_str().expect("a text");
    assert!(message.contains("has not told within") && message.contains("still asked"), "{message}");
    eventually(async || (lab.counted().await["nHostsFailed"] == 0).then_some(())).await;
    assert_eq!(lab.counted().await["nHostsWithMissingPatches"], 2);
    assert_eq!(lab.called("host.call_plugin"), 2, "each was asked once, however often somebody looked");
}
