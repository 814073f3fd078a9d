//! Updates of XCP-ng.

use app::acl::Rule;
use serde_json::{Value, json};
use xapi_sim::Object;

use crate::Lab;

impl Lab {
    /// Says what a host lacks, by the names of packages.
    pub(crate) fn lacks(&self, host: Object, names: &[&str]) {
        let package = |name: &&str| {
            json!({ "name": name, "version": "1", "release": "2", "description": "d", "changelog": null,
                "url": "http://192.0.2.1/", "size": 1000, "license": "GPL" })
        };
        let list: Value = names.iter().map(package).collect();
        self.sim.with(|world| world.hide(host, "lacking packages", list.to_string()));
    }
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|patch| patch["name"].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn what_a_host_lacks_is_listed_as_its_script_prints_it_once_a_minute() {
    let lab = Lab::new().await;
    let [host, other] = lab.both();
    lab.lacks(host, &["pkg-a"]);
    let params = json!({ "host": lab.id(host) });
    let package = json!({ "name": "pkg-a", "version": "1", "release": "2", "description": "d", "changelog": null,
        "url": "http://192.0.2.1/", "size": 1000, "license": "GPL" });
    for _ in 0..2 {
        assert_eq!(lab.admin.call("pool.listMissingPatches", params.clone()).await, json!([package]));
    }
    assert_eq!(lab.called("host.call_plugin"), 1);
    lab.lacks(other, &["pkg-b", "pkg-a"]);
    let of_pool = lab.admin.call("pool.listMissingPatchesOfPool", json!({ "id": lab.pool_id() })).await;
    let mut all = names(&of_pool);
    all.sort_unstable();
    assert_eq!(all, ["pkg-a", "pkg-b"], "each once");
}

#[tokio::test]
async fn a_list_is_refused_without_right_host_or_script() {
    let lab = Lab::new().await;
    let [host, _] = lab.both();
    let params = json!({ "host": lab.id(host) });
    let user = lab.test.user("low").await;
    assert_eq!(user.refused("pool.listMissingPatches", params.clone()).await["code"], 2);
    lab.test.app.add_rule(Rule::new(user.id(), lab.id(host), "viewer")).await.expect("the rule is new");
    assert_eq!(names(&user.call("pool.listMissingPatches", params.clone()).await).len(), 3);
    assert_eq!(lab.admin.refused("pool.listMissingPatches", json!({ "host": "nope" })).await["code"], 1);
    assert_eq!(lab.admin.refused("pool.listMissingPatches", json!({})).await["code"], 10);
    lab.test.app.updates().forget_missing(&lab.id(host));
    lab.sim.fail_next("host.call_plugin", "XENAPI_MISSING_PLUGIN", ["updater.py"]);
    let error = lab.admin.refused("pool.listMissingPatches", params.clone()).await;
    assert_eq!(error["data"]["code"], "XENAPI_MISSING_PLUGIN");
    lab.sim.with(|world| world.put(host, "other_config", "sim:plugin:updater.py.check_update", "<html>"));
    let error = lab.admin.refused("pool.listMissingPatches", params).await;
    assert!(error["message"].as_str().is_some_and(|text| text.contains("no list of packages")), "{error}");
}

#[tokio::test]
async fn a_busy_script_is_asked_again() {
    let lab = Lab::new().await;
    let [host, _] = lab.both();
    lab.sim.fail_next(
        "host.call_plugin",
        "-1",
        ["The updater plugin is busy (current operation: check_update)", "", ""],
    );
    let list = lab.admin.call("pool.listMissingPatches", json!({ "host": lab.id(host) })).await;
    assert_eq!((names(&list).len(), lab.called("host.call_plugin")), (3, 2));
}

#[tokio::test]
async fn a_pool_is_updated_master_first_and_its_agent_restarted() {
    let lab = Lab::new().await;
    let [host, other] = lab.both();
    let pool = lab.pool_id();
    assert_eq!(lab.admin.call("pool.installPatches", json!({ "pool": pool })).await, true);
    for host in [host, other] {
        let list = lab.admin.call("pool.listMissingPatches", json!({ "host": lab.id(host) })).await;
        assert_eq!(list, json!([]));
        lab.becomes(&lab.id(host), |host| host["rebootRequired"] == true).await;
    }
    assert_eq!(lab.called("host.restart_agent"), 1);
}

#[tokio::test]
async fn one_host_is_updated_and_the_other_is_not() {
    let lab = Lab::new().await;
    let [host, other] = lab.both();
    lab.admin.call("pool.installPatches", json!({ "hosts": [lab.id(other)] })).await;
    let count =
        async |host| names(&lab.admin.call("pool.listMissingPatches", json!({ "host": lab.id(host) })).await).len();
    assert_eq!((count(host).await, count(other).await), (3, 0));
    let difference = async |source, target| {
        let params = json!({ "source": lab.id(source), "target": lab.id(target) });
        lab.admin.call("pool.getPatchesDifference", params).await
    };
    assert_eq!(difference(host, other).await, json!(["kernel", "xapi-core", "openssl-libs"]));
    assert_eq!(difference(other, host).await, json!([]));
}

#[tokio::test]
async fn where_an_update_fails_what_has_been_done_is_told() {
    let lab = Lab::new().await;
    let [host, other] = lab.both();
    let pool = lab.pool_id();
    let failure = xapi_types::Failure::new("1", ["yum failed", "", ""]);
    lab.sim.fail("host.call_plugin", 1, &failure);
    let error = lab.admin.refused("pool.installPatches", json!({ "pool": pool })).await;
    assert_eq!(error["data"]["code"], "1");
    assert_eq!(lab.called("host.restart_agent"), 0);
    lab.sim.fail_after("host.call_plugin", 1, &failure);
    let error = lab.admin.refused("pool.installPatches", json!({ "pool": pool })).await;
    let (host, other) = (lab.id(host), lab.id(other));
    let told = format!("the updates are on hosts `{host}`, but not on host `{other}` and those after it: ");
    assert!(error["message"].as_str().is_some_and(|text| text.starts_with(&told)), "{error}");
    assert!(!lab.test.app.upkeep().goes_on(&pool));
}

#[tokio::test]
async fn an_update_is_refused_without_right_to_all_hosts_or_what_to_do() {
    let lab = Lab::new().await;
    let [host, other] = lab.both();
    let pool = lab.pool_id();
    let user = lab.test.user("low").await;
    lab.test.app.add_rule(Rule::new(user.id(), lab.id(host), "admin")).await.expect("the rule is new");
    for params in [json!({ "pool": pool }), json!({ "hosts": [lab.id(host), lab.id(other)] })] {
        assert_eq!(user.refused("pool.installPatches", params).await["code"], 2);
    }
    let both = json!({ "pool": pool, "hosts": [lab.id(host)] });
    for params in [json!({}), both, json!({ "pool": pool, "patches": ["a"] }), json!({ "pool": pool, "patches": 1 })] {
        assert_eq!(lab.admin.refused("pool.installPatches", params).await["code"], 10);
    }
    let held = lab.test.app.upkeep().begin(&pool, "rollingReboot", false).expect("nothing goes on");
    assert_eq!(lab.admin.refused("pool.installPatches", json!({ "pool": pool })).await["code"], 5);
    drop(held);
    lab.sim.with(|world| {
        let metrics = world.object(other, "metrics");
        world.set(metrics, "live", false);
    });
    lab.becomes(&lab.id(other), |host| host["power_state"] != "Running").await;
    assert_eq!(lab.admin.refused("pool.installPatches", json!({ "pool": pool })).await["code"], 18);
    assert_eq!(lab.called("host.call_plugin"), 0);
}
