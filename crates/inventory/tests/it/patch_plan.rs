//! What installing updates would do, told before it is done.

use serde_json::{Value, json};
use xapi_sim::{Object, Sim, profile::XENSERVER_8};

use crate::{Lab, patch_xen_server::seven_one};

impl Lab {
    async fn plan(&self, mut params: Value) -> Value {
        params["dryRun"] = true.into();
        let before = self.called("host.call_plugin");
        let mut report = self.admin.call("pool.installPatches", params).await;
        // Lists of what is lacking change nothing; nothing else of that kind has been called.
        assert!(self.called("host.call_plugin") <= before + 2);
        report["objects"][0].take()
    }

    fn host_named(&self, name: &str) -> Value {
        json!({ "id": self.id(self.named("host", name)), "name_label": name })
    }

    fn names_of(&self, hosts: [Object; 2]) -> Vec<String> {
        hosts.map(|host| self.field(host, "name_label")).to_vec()
    }
}

#[tokio::test]
async fn hosts_that_update_as_a_whole_come_one_after_the_other_the_master_first() {
    let lab = Lab::new().await;
    let [master, other] = lab.both();
    lab.lacks(master, &["pkg-a", "pkg-b"]);
    lab.lacks(other, &["pkg-b"]);
    let names = lab.names_of([master, other]);
    let plan = lab.plan(json!({ "pool": lab.pool() })).await;
    assert_eq!(plan["outcome"], "would", "{plan}");
    let sentence =
        format!("2 updates on host `{}`, then update `pkg-b` on host `{}` would be installed", names[0], names[1]);
    assert!(plan["would"].as_str().is_some_and(|text| text.ends_with(&sentence)), "{plan}");
    let package = |name: &str| json!({ "name": name, "version": "1", "release": "2" });
    let steps = json!([
        { "hosts": [lab.host_named(&names[0])], "patches": [package("pkg-a"), package("pkg-b")] },
        { "hosts": [lab.host_named(&names[1])], "patches": [package("pkg-b")] },
    ]);
    assert_eq!(plan["plan"], steps);
    let installed = |lab: &Lab| lab.sim.calls().contains_key("host.restart_agent");
    assert!(!installed(&lab) && lab.roll_task().is_none());
    // A dry run is no upkeep, and leaves no task.
    assert!(!lab.test.app.upkeep().goes_on(&lab.pool()));
    assert!(lab.test.app.tasks().all().iter().all(|task| task.properties["name"] != "Install updates"));
    assert_eq!(lab.admin.call("pool.installPatches", json!({ "pool": lab.pool() })).await, true);
    assert!(installed(&lab));
    let plan = lab.plan(json!({ "pool": lab.pool() })).await;
    assert_eq!(plan["plan"], json!([]));
    assert!(plan["would"].as_str().is_some_and(|text| text.ends_with("no host lacks an update")), "{plan}");
}

#[tokio::test]
async fn updates_of_a_list_come_one_after_the_other_on_all_hosts_that_lack_them() {
    let place = seven_one().await;
    let lab = &place.lab;
    let both = json!([lab.host_named("xcp-lab-1"), lab.host_named("xcp-lab-2")]);
    let plan = lab.plan(json!({ "pool": lab.pool() })).await;
    let told = plan["plan"].as_array().expect("steps");
    let names: Vec<_> = told.iter().map(|step| step["patches"][0]["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["XS71E001", "XS71E002", "XS71E004"], "each after what it needs");
    assert!(told.iter().all(|step| step["hosts"] == both), "{plan}");
    assert_eq!((place.feed.archives("XS71E001"), place.left()), (0, (0, 0, 0)), "nothing is got, nothing is sent");
    // One has gone on one host before.
    let two = lab.id(lab.named("host", "xcp-lab-2"));
    let first = told[0]["patches"][0]["id"].clone();
    lab.admin.call("pool.installPatches", json!({ "hosts": [two], "patches": [first] })).await;
    let second = told[1]["patches"][0]["id"].clone();
    let plan = lab.plan(json!({ "pool": lab.pool(), "patches": [second] })).await;
    let sentence = "update `XS71E001` on host `xcp-lab-1`, then update `XS71E002` on hosts `xcp-lab-1`, `xcp-lab-2` would be \
                    installed";
    assert!(plan["would"].as_str().is_some_and(|text| text.ends_with(sentence)), "{plan}");
    // What would be refused is told as such.
    let plan = lab.plan(json!({ "pool": lab.pool(), "patches": ["nope"] })).await;
    assert_eq!(plan["outcome"], "refused");
    assert!(plan["why"].as_str().is_some_and(|text| text.contains("does not have it")), "{plan}");
}

#[tokio::test]
async fn a_plan_comes_only_where_it_can_be_told_and_may_be_seen() {
    let lab = Lab::on(Sim::builder().world("small").pace(0.005).profile(&XENSERVER_8)).await;
    let host = lab.id(lab.named("host", "xcp-lab-1"));
    for (params, why) in [
        (json!({ "hosts": [host] }), "a dry run of `pool.installPatches` needs `pool`"),
        (json!({}), "a dry run of `pool.installPatches` needs `pool`"),
    ] {
        let mut params = params;
        params["dryRun"] = true.into();
        let error = lab.admin.refused("pool.installPatches", params).await;
        assert!(error["code"] == 10 && error.to_string().contains(why), "{error}");
    }
    lab.sim.fail_next("/updates", "NO_REPOSITORY_ENABLED", [""; 0]);
    let plan = lab.plan(json!({ "pool": lab.pool() })).await;
    assert_eq!(plan["outcome"], "refused", "{plan}");
    let held = lab.test.app.upkeep().begin(&lab.pool(), "x", false).expect("it may begin");
    assert_eq!(lab.plan(json!({ "pool": lab.pool() })).await["error"]["code"], 5);
    drop(held);
    let user = lab.test.user("low").await;
    let params = json!({ "pool": lab.pool(), "dryRun": true });
    let report = user.call("pool.installPatches", params).await;
    assert_eq!(report["objects"][0]["error"]["code"], 2, "{report}");
}
