//! Hosts of a pool that are updated or restarted one after the other.

use app::{Config, acl::Rule};
use serde_json::{Value, json};
use xapi_sim::{Object, Sim, sim::Builder};
use xapi_types::Failure;

use crate::Lab;

/// Where VMs run at the beginning: VM, host.
const HOMES: [(&str, &str); 3] = [("a", "one"), ("b", "two"), ("c", "three")];

pub(crate) fn three() -> Builder {
    Sim::builder().seed_text(include_str!("three.toml"))
}

/// A pool of three hosts, on which what takes seconds takes milliseconds.
async fn quick() -> Lab {
    Lab::on(three().pace(0.005)).await
}

impl Lab {
    pub(crate) fn pool(&self) -> String {
        self.id(self.sim.with(|world| world.pool()))
    }

    fn all_three(&self) -> [Object; 3] {
        HOMES.map(|(_, host)| self.named("host", host))
    }

    /// Returns the names of the hosts that have restarted.
    fn restarted(&self) -> Vec<&'static str> {
        let is_new = |name: &&str| {
            let booted = self.entry(self.named("host", name), "other_config", "boot_time");
            let booted: f64 = booted.parse().expect("a time");
            jiff::Timestamp::now().as_second() as f64 - booted < 86_400.0
        };
        HOMES.map(|(_, host)| host).into_iter().filter(is_new).collect()
    }

    /// Makes sure that all is as it was: VMs at home, hosts enabled, nothing switched off, nothing kept.
    async fn expect_as_before(&self) {
        for (vm, host) in HOMES {
            let on = self.sim.with(|world| world.object(world.by_name("VM", vm).expect("it"), "resident_on"));
            assert_eq!(on, self.named("host", host), "VM {vm} is at home");
        }
        self.expect_settled().await;
    }

    /// Makes sure that hosts are enabled, nothing is switched off, and nothing is kept.
    async fn expect_settled(&self) {
        for host in self.all_three() {
            assert!(self.sim.with(|world| world.flag(host, "enabled")), "{host}");
        }
        let pool = self.sim.with(|world| world.pool());
        assert_eq!(self.entry(pool, "other_config", "auto_poweron"), "true");
        assert_eq!(self.admin.call("pool.getRolling", json!({ "pool": self.pool() })).await, Value::Null);
        assert!(!self.test.app.upkeep().goes_on(&self.pool()));
    }

    /// Returns the task of the roll, as administrators see it.
    pub(crate) fn roll_task(&self) -> Option<Value> {
        let tasks = self.test.app.tasks().all();
        let ours = tasks.iter().rev().find(|task| task.properties.contains_key("plan"));
        ours.map(Value::from)
    }
}

fn phases(plan: &Value) -> Vec<(&str, &str)> {
    plan.as_array()
        .expect("a plan")
        .iter()
        .map(|host| (host["name"].as_str().expect("a name"), host["phase"].as_str().expect("a phase")))
        .collect()
}

#[tokio::test]
async fn hosts_restart_one_after_the_other_and_vms_go_back() {
    let lab = quick().await;
    assert_eq!(lab.admin.call("pool.rollingReboot", json!({ "pool": lab.pool() })).await, true);
    assert_eq!(lab.restarted(), ["one", "two", "three"]);
    lab.expect_as_before().await;
    let task = lab.roll_task().expect("the task stays");
    assert_eq!((&task["status"], &task["properties"]["name"]), (&json!("success"), &json!("Rolling pool reboot")));
    let done = [("one", "done"), ("three", "done"), ("two", "done")];
    assert_eq!((phases(&task["properties"]["plan"]), &task["properties"]["progress"]), (done.to_vec(), &json!(100)));
}

#[tokio::test]
async fn hosts_that_lack_updates_get_them_and_the_others_stay_up() {
    let lab = quick().await;
    lab.sim.with(|world| {
        let two = world.by_name("host", "two").expect("it");
        world.hide(two, "lacking packages", "[]");
    });
    assert_eq!(lab.admin.call("pool.rollingUpdate", json!({ "pool": lab.pool() })).await, true);
    assert_eq!(lab.restarted(), ["one", "three"]);
    lab.expect_as_before().await;
    assert_eq!(lab.admin.call("pool.listMissingPatchesOfPool", json!({ "id": lab.pool() })).await, json!([]));
    let calls = lab.sim.calls()["host.reboot"];
    assert_eq!(lab.admin.call("pool.rollingUpdate", json!({ "pool": lab.pool() })).await, true);
    assert_eq!(lab.sim.calls()["host.reboot"], calls, "nothing is lacking any more");
}

#[tokio::test]
async fn high_availability_and_balancing_are_off_meanwhile_and_on_afterwards() {
    let lab = quick().await;
    let (pool, sr) = (lab.pool(), lab.id(lab.named("SR", "NAS")));
    let on = json!({ "pool": pool, "heartbeatSrs": [sr], "configuration": { "timeout": "60" } });
    lab.admin.call("pool.enableHa", on).await;
    let object = lab.sim.with(|world| world.pool());
    lab.sim.with(|world| world.set(object, "wlb_enabled", true));
    lab.becomes(&pool, |pool| pool["haSrs"] == json!([sr])).await;
    assert_eq!(lab.admin.call("pool.rollingReboot", json!({ "pool": pool })).await, true);
    lab.expect_as_before().await;
    lab.sim.with(|world| {
        assert!(world.flag(object, "ha_enabled") && world.flag(object, "wlb_enabled"));
        assert_eq!(world.entry(object, "ha_configuration", "timeout"), "60");
    });
    lab.sim.fail("pool.enable_ha", 1, &Failure::new("INTERNAL_ERROR", ["no"]));
    let error = lab.admin.refused("pool.rollingReboot", json!({ "pool": pool })).await;
    let message = error["message"].as_str().expect("text");
    assert!(message.starts_with("high availability stays switched off, switch it on by hand: "), "{message}");
    lab.expect_as_before().await;
}

#[tokio::test]
async fn what_cannot_go_to_its_end_does_not_begin() {
    let lab = quick().await;
    let (pool, params) = (lab.pool(), json!({ "pool": lab.pool() }));
    let user = lab.test.user("low").await;
    lab.test.app.add_rule(Rule::new(user.id(), &pool, "operator")).await.expect("the rule is new");
    let methods = ["pool.rollingReboot", "pool.rollingUpdate"];
    for method in methods {
        assert_eq!(user.refused(method, params.clone()).await["code"], 2);
        assert_eq!(lab.admin.refused(method, json!({})).await["code"], 10);
        assert_eq!(lab.admin.refused(method, json!({ "pool": pool, "shutdownPinnedVms": 1 })).await["code"], 10);
        assert_eq!(lab.admin.refused(method, json!({ "pool": "nope" })).await["code"], 1);
    }
    // A backup runs, or somebody was quicker.
    let held = lab.test.app.upkeep().work(&pool, "backup `nightly`").expect("it may begin");
    let error = lab.admin.refused("pool.rollingReboot", params.clone()).await;
    let data = json!({ "operation": "rollingPoolReboot", "reason": "this goes on there: backup `nightly`" });
    assert_eq!((&error["code"], &error["data"]), (&json!(5), &data));
    drop(held);
    let held = lab.test.app.upkeep().begin(&pool, "x", false).expect("it may begin");
    assert_eq!(lab.admin.refused("pool.rollingUpdate", params.clone()).await["code"], 5);
    drop(held);
    // A VM that cannot leave.
    let vm = lab.named("VM", "b");
    lab.sim.with(|world| world.put(vm, "blocked_operations", "pool_migrate", "no"));
    let error = lab.admin.refused("pool.rollingReboot", params.clone()).await;
    assert_eq!(error["data"]["code"], "CANNOT_EVACUATE_HOST", "{error}");
    lab.sim.with(|world| world.remove(vm, "blocked_operations", "pool_migrate"));
    // A host without script; one that is off.
    lab.sim.fail("host.call_plugin", 1, &Failure::new("XENAPI_MISSING_PLUGIN", ["updater.py"]));
    let error = lab.admin.refused("pool.rollingUpdate", params.clone()).await;
    assert_eq!(error["data"]["code"], "XENAPI_MISSING_PLUGIN");
    let three = lab.named("host", "three");
    lab.sim.with(|world| {
        let metrics = world.object(three, "metrics");
        world.set(metrics, "live", false);
    });
    lab.becomes(&lab.id(three), |host| host["power_state"] != "Running").await;
    assert_eq!(lab.admin.refused("pool.rollingReboot", params).await["code"], 18);
    assert!(lab.restarted().is_empty() && !lab.sim.calls().contains_key("host.disable"));
    assert!(lab.roll_task().is_none());
}

#[tokio::test]
async fn vms_that_hold_a_device_are_shut_down_where_that_is_wanted() {
    let lab = quick().await;
    let vm = lab.named("VM", "b");
    let pin = |world: &mut xapi_sim::World| {
        let host = world.by_name("host", "two").expect("it");
        let pci = world.create("PCI", [("host", host.into())]);
        world.add(vm, "attached_PCIs", pci);
    };
    lab.sim.with(pin);
    let error = lab.admin.refused("pool.rollingReboot", json!({ "pool": lab.pool() })).await;
    assert!(
        error["message"].as_str().is_some_and(|text| text.contains("VMs `b` hold a device of host `two`")),
        "{error}"
    );
    assert!(lab.restarted().is_empty());
    let params = json!({ "pool": lab.pool(), "shutdownPinnedVms": true });
    assert_eq!(lab.admin.call("pool.rollingReboot", params).await, true);
    assert_eq!(lab.restarted(), ["one", "two", "three"]);
    assert_eq!(lab.field(vm, "power_state"), "Running");
    lab.expect_as_before().await;
    let calls = lab.sim.calls();
    assert_eq!((calls["VM.clean_shutdown"], calls["VM.start_on"]), (1, 1));
}

#[tokio::test]
async fn the_vm_that_this_server_runs_in_is_told_of_and_never_shut_down() {
    let mut config = Config::default();
    let lab = Lab::kept(three().pace(0.005)).await;
    let (a, vm) = (lab.id(lab.named("VM", "a")), lab.named("VM", "a"));
    config.own_vm = Some(a);
    let lab = lab.again(config).await;
    lab.admin.call("pool.rollingReboot", json!({ "pool": lab.pool() })).await;
    lab.sim.with(|world| {
        let host = world.by_name("host", "one").expect("it");
        let pci = world.create("PCI", [("host", host.into())]);
        world.add(vm, "attached_PCIs", pci);
    });
    let params = json!({ "pool": lab.pool(), "shutdownPinnedVms": true });
    let error = lab.admin.refused("pool.rollingReboot", params).await;
    assert!(error["message"].as_str().is_some_and(|text| text.contains("this server runs in it")), "{error}");
}

#[tokio::test]
async fn wherever_it_fails_hosts_take_vms_again_and_nothing_stays_switched_off() {
    // The call, how often it works before, and how many hosts are through.
    let steps = [
        ("host.get_vms_which_prevent_evacuation", 1, 0),
        ("pool.remove_from_other_config", 0, 0),
        ("host.assert_can_evacuate", 0, 0),
        ("host.disable", 1, 1),
        ("host.evacuate", 0, 0),
        ("host.evacuate", 1, 1),
        // Three lists, then one update a host.
        ("host.call_plugin", 3, 0),
        ("host.call_plugin", 5, 2),
        ("host.reboot", 0, 0),
        ("host.reboot", 2, 2),
    ];
    for (method, spared, through) in steps {
        let lab = quick().await;
        lab.sim.fail_after(method, spared, &Failure::new("INTERNAL_ERROR", ["the reason"]));
        let error = lab.admin.refused("pool.rollingUpdate", json!({ "pool": lab.pool() })).await;
        assert_eq!(error["data"]["code"], "INTERNAL_ERROR", "{method}: {error}");
        assert_eq!(lab.restarted().len(), through, "{method} after {spared}");
        eprintln!("{method} has failed after {spared}");
        lab.expect_as_before().await;
        if let Some(task) = lab.roll_task() {
            let message = task["result"]["message"].as_str().unwrap_or_default();
            assert!(message.contains("mend what is wrong and begin again"), "{method}: {message}");
        }
        lab.sim.clear_faults();
        assert_eq!(lab.admin.call("pool.rollingUpdate", json!({ "pool": lab.pool() })).await, true, "{method}");
        lab.expect_as_before().await;
    }
}

#[tokio::test]
async fn a_vm_that_does_not_go_back_is_told_and_spoils_nothing() {
    let lab = quick().await;
    // Six leave when they are sent back: one has stayed away from home three times by then.
    lab.sim.fail("VM.pool_migrate", 1, &Failure::new("INTERNAL_ERROR", ["the reason"]));
    assert_eq!(lab.admin.call("pool.rollingReboot", json!({ "pool": lab.pool() })).await, true);
    let task = lab.roll_task().expect("the task stays");
    let warnings = task["warnings"].as_array().expect("warnings");
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0]["message"].as_str().is_some_and(|text| text.contains("does not go back to host")), "{task}");
    lab.expect_settled().await;
}

#[tokio::test]
async fn a_host_that_does_not_come_back_ends_it_and_leaves_the_others_alone() {
    let lab = Lab::kept(three().explicit()).await;
    let mut config = Config::default();
    config.xapi_options.restart_host_timeout = app::Duration::from_millis(1500);
    let lab = lab.again(config).await;
    let (admin, pool) = (lab.admin_again().await, lab.pool());
    let rolls = tokio::spawn(async move { admin.refused("pool.rollingReboot", json!({ "pool": pool })).await });
    let ended = lab.drive(&rolls, "host boot").await;
    assert!(ended, "it ends by itself");
    let error = rolls.await.expect("no panic");
    let message = error["message"].as_str().expect("text");
    assert!(message.contains("host `one` is not up again after 1 seconds; look at its console"), "{message}");
    assert!(message.contains("no host is through; left are `one`, `three`, `two`"), "{message}");
    assert!(lab.restarted().is_empty());
    assert_eq!(lab.sim.calls()["host.reboot"], 1);
}

#[tokio::test]
async fn it_is_cancelled_between_two_hosts() {
    let lab = Lab::kept(three().explicit()).await;
    let (admin, pool) = (lab.admin_again().await, lab.pool());
    let rolls = tokio::spawn(async move { admin.refused("pool.rollingReboot", json!({ "pool": pool })).await });
    assert!(!lab.drive(&rolls, "host boot").await, "the first host is on its way");
    let task = lab.roll_task().expect("a task");
    let plan = [("one", "restarting"), ("three", "waiting"), ("two", "waiting")];
    assert_eq!(phases(&task["properties"]["plan"]), plan);
    assert_eq!(task["tasks"][0]["properties"]["name"], "one");
    assert!(lab.test.app.tasks().cancel(task["id"].as_str().expect("an id")));
    lab.drive(&rolls, "").await;
    let error = rolls.await.expect("no panic");
    let message = error["message"].as_str().expect("text");
    assert!(message.starts_with("it has been cancelled (through are `one`; left are `three`, `two`"), "{message}");
    assert_eq!(lab.restarted(), ["one"]);
    lab.expect_as_before().await;
}

#[tokio::test]
async fn what_the_server_has_begun_goes_on_after_its_restart_when_somebody_says_so() {
    for give_up in [false, true] {
        let lab = Lab::kept(three().explicit()).await;
        let (admin, pool) = (lab.admin_again().await, lab.pool());
        let params = json!({ "pool": pool });
        let given = params.clone();
        let rolls = tokio::spawn(async move { admin.refused("pool.rollingReboot", given).await });
        lab.drive_until(|lab| {
            // The master is through; the next host is on its way.
            let task = lab.roll_task();
            let goes = task.is_some_and(|task| task["properties"]["plan"][1]["phase"] == "restarting");
            goes && lab.sim.pending().iter().any(|(_, what)| what == "host boot")
        })
        .await;
        let lab = lab.again(Config::default()).await;
        rolls.await.expect("no panic");
        // Nothing goes on by itself, and nothing is forgotten.
        let kept = lab.admin.call("pool.getRolling", params.clone()).await;
        assert_eq!((&kept["running"], &kept["hosts"][1]["phase"]), (&json!(false), &json!("restarting")));
        let object = lab.sim.with(|world| world.pool());
        assert_eq!(lab.entry(object, "other_config", "auto_poweron"), "false");
        let interrupted = lab.roll_task().expect("it is kept");
        assert_eq!(interrupted["status"], "interrupted");
        let error = lab.admin.refused("pool.rollingReboot", params.clone()).await;
        assert!(error["message"].as_str().is_some_and(|text| text.contains("pool.resumeRolling")), "{error}");
        let (admin, given) = (lab.admin_again().await, params.clone());
        let method = if give_up { "pool.abandonRolling" } else { "pool.resumeRolling" };
        if give_up {
            // Who looks at the host sees it up.
            let three = lab.named("host", "three");
            while lab.sim.step(three).is_some() {}
            lab.becomes(&lab.id(three), |host| host["power_state"] == "Running").await;
        }
        let goes_on = tokio::spawn(async move { admin.call(method, given).await });
        lab.drive(&goes_on, "").await;
        assert_eq!(goes_on.await.expect("no panic"), true);
        let restarted: &[&str] = if give_up { &["one", "three"] } else { &["one", "two", "three"] };
        assert_eq!(lab.restarted(), restarted);
        assert_eq!(lab.sim.calls()["host.reboot"], restarted.len() as u64);
        lab.expect_as_before().await;
        let error = lab.admin.refused(method, params).await;
        assert!(error["message"].as_str().is_some_and(|text| text.contains("was interrupted")), "{error}");
    }
}

#[tokio::test]
async fn a_host_that_had_not_gone_when_the_server_stopped_is_sent_again() {
    let lab = Lab::kept(three().explicit()).await;
    let (admin, params) = (lab.admin_again().await, json!({ "pool": lab.pool() }));
    let given = params.clone();
    lab.sim.delay("host.reboot", std::time::Duration::from_secs(600));
    let rolls = tokio::spawn(async move { admin.refused("pool.rollingReboot", given).await });
    lab.drive_until(|lab| {
        let task = lab.roll_task();
        task.is_some_and(|task| task["properties"]["plan"][0]["phase"] == "restarting")
    })
    .await;
    // The call that waits for its answer goes with the process; here it just stays.
    let lab = lab.again(Config::default()).await;
    rolls.abort();
    lab.sim.clear_faults();
    let admin = lab.admin_again().await;
    let goes_on = tokio::spawn(async move { admin.call("pool.resumeRolling", params).await });
    lab.drive(&goes_on, "").await;
    assert_eq!(goes_on.await.expect("no panic"), true);
    assert_eq!(lab.restarted(), ["one", "two", "three"]);
    lab.expect_as_before().await;
}

#[tokio::test]
async fn a_dry_run_looks_and_changes_nothing() {
    let lab = quick().await;
    for (method, says) in [
        ("pool.rollingReboot", "its hosts would be emptied and restarted one after the other"),
        ("pool.rollingUpdate", "its hosts would be emptied, updated and restarted one after the other"),
    ] {
        let report = lab.admin.call(method, json!({ "pool": lab.pool(), "dryRun": true })).await;
        let would = report["objects"][0]["would"].as_str().unwrap_or_else(|| panic!("{report}"));
        assert!(would.ends_with(says), "{would}");
    }
    let dry = json!({ "pool": lab.pool(), "dryRun": true });
    let both = tokio::join!(
        lab.admin.call("pool.rollingUpdate", dry.clone()),
        lab.admin.call("pool.rollingUpdate", dry.clone()),
    );
    for report in [both.0, both.1] {
        assert!(report["objects"][0]["would"].is_string(), "two at a time: {report}");
    }
    // While one only looks, another may begin.
    let other = lab.test.app.upkeep().begin(&lab.pool(), "rollingPoolReboot", false).expect("nothing is held");
    let report = lab.admin.call("pool.rollingUpdate", dry.clone()).await;
    assert!(report["objects"][0]["would"].is_null(), "{report}");
    assert!(lab.test.app.upkeep().goes_on(&lab.pool()), "the dry run takes nothing from who goes on");
    drop(other);
    let vm = lab.named("VM", "b");
    lab.sim.with(|world| world.put(vm, "blocked_operations", "pool_migrate", "no"));
    let report = lab.admin.call("pool.rollingReboot", json!({ "pool": lab.pool(), "dryRun": true })).await;
    assert_eq!(report["objects"][0]["would"], Value::Null, "{report}");
    assert!(lab.restarted().is_empty() && !lab.sim.calls().contains_key("host.disable"));
    lab.expect_as_before().await;
}
