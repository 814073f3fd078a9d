use app::acl::Rule;
use futures_util::future::join_all;
use serde_json::{Value, json};
use xapi_sim::{Object, Sim, clock::Clock, fault::Spoilt};

use crate::Lab;

const PATH: &str = "/rrd_updates";

/// Seconds between values, and how many of them hosts keep.
const GRANULARITIES: [(&str, usize, usize); 4] =
    [("seconds", 5, 120), ("minutes", 60, 120), ("hours", 3600, 168), ("days", 86_400, 366)];

impl Lab {
    fn host(&self, name: &str) -> Object {
        self.named("host", name)
    }

    fn requests(&self, host: &str) -> usize {
        self.sim.requests(self.host(host), PATH)
    }

    /// Returns the host on which a VM runs.
    fn home(&self, vm: Object) -> String {
        self.sim.with(|world| world.text(world.object(vm, "resident_on"), "name_label").to_owned())
    }
}

/// Returns how many values are there, and how many are gaps.
fn counts(values: &Value) -> (usize, usize) {
    let values = values.as_array().unwrap_or_else(|| panic!("{values} is a list"));
    assert!(values.iter().all(|value| value.is_number() || value.is_null()), "{values:?}");
    let gaps = values.iter().filter(|value| value.is_null()).count();
    (values.len() - gaps, gaps)
}

fn keys(map: &Value) -> Vec<&str> {
    map.as_object().unwrap_or_else(|| panic!("{map} is an object")).keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_vm_has_statistics_of_each_granularity() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "db-1");
    let id = lab.id(vm);
    for (granularity, step, rows) in GRANULARITIES {
        let answer = lab.admin.call("vm.stats", json!({ "id": id, "granularity": granularity })).await;
        assert_eq!(keys(&answer), ["endTimestamp", "interval", "stats"]);
        assert_eq!(answer["interval"], step);
        let end = answer["endTimestamp"].as_u64().unwrap();
        assert_eq!(end % step as u64, 0);
        let stats = &answer["stats"];
        for list in [
            &stats["cpus"]["0"],
            &stats["cpuUsage"],
            &stats["memory"],
            &stats["memoryTarget"],
            &stats["runstateBlocked"],
            &stats["vifs"]["rx"]["0"],
            &stats["vifs"]["tx"]["0"],
            &stats["vifErrors"]["rx"]["0"],
            &stats["xvds"]["r"]["a"],
            &stats["xvds"]["w"]["b"],
            &stats["iops"]["r"]["a"],
            &stats["iops"]["total"]["a"],
            &stats["vbdLatency"]["w"]["a"],
            &stats["vbdIowait"]["a"],
        ] {
            let (values, gaps) = counts(list);
            assert!(values > 0 && [rows - 1, rows].contains(&(values + gaps)), "{granularity}: {values} {gaps}");
        }
    }
    let answer = lab.admin.call("vm.stats", json!({ "id": id })).await;
    assert_eq!(answer["interval"], 5, "the finest unless told otherwise");
    let memory = lab.sim.with(|world| world.int(world.object(vm, "metrics"), "memory_actual"));
    assert_eq!(answer["stats"]["memory"][118], memory, "bytes");
}

#[tokio::test]
async fn a_host_has_statistics_of_each_granularity() {
    let lab = Lab::new().await;
    let (id, sr) = (lab.id(lab.host("xcp-lab-2")), lab.id(lab.named("SR", "NFS storage")));
    for (granularity, step, rows) in GRANULARITIES {
        let answer = lab.admin.call("host.stats", json!({ "host": id, "granularity": granularity })).await;
        assert_eq!(answer["interval"], step);
        let stats = &answer["stats"];
        let expected =
            ["cpus", "ioThroughput", "iops", "iowait", "latency", "load", "memory", "memoryFree", "pifs"].to_vec();
        assert_eq!(keys(stats), expected);
        for list in [
            &stats["cpus"]["0"],
            &stats["load"],
            &stats["memory"],
            &stats["pifs"]["rx"]["0"],
            &stats["iops"]["r"][&sr[..8]],
            &stats["latency"]["w"][&sr[..8]],
            &stats["iowait"][&sr[..8]],
        ] {
            let (values, gaps) = counts(list);
            assert!(values > 0 && [rows - 1, rows].contains(&(values + gaps)), "{granularity}: {values} {gaps}");
        }
    }
}

#[tokio::test]
async fn storage_has_what_all_its_hosts_count_together() {
    // Half past, so that no hour ends between one host and the next.
    let clock = Clock::default();
    clock.advance(1800 - clock.now().unix().rem_euclid(3600));
    let lab = Lab::on(Sim::builder().world("small").pace(0.005).clock(clock)).await;
    let id = lab.id(lab.named("SR", "NFS storage"));
    let ask = json!({ "id": id, "granularity": "hours" });
    let answer = lab.admin.call("sr.stats", ask).await;
    assert_eq!(keys(&answer["stats"]), ["ioThroughput", "iops", "iowait", "latency"]);
    assert_eq!(keys(&answer["stats"]["iowait"]), ["xcp-lab-1", "xcp-lab-2"]);
    let mut hosts = Vec::new();
    for host in ["xcp-lab-1", "xcp-lab-2"] {
        let host = lab.id(lab.host(host));
        hosts.push(lab.admin.call("host.stats", json!({ "host": host, "granularity": "hours" })).await);
        assert_eq!(answer["endTimestamp"], hosts.last().unwrap()["endTimestamp"]);
    }
    let last = |list: &Value| list.as_array().and_then(|list| list.last()?.as_f64()).unwrap();
    for (what, divisor) in [("iops", 1.0), ("ioThroughput", 1.0), ("latency", 2.0)] {
        for way in ["r", "w"] {
            let sum: f64 = hosts.iter().map(|host| last(&host["stats"][what][way][&id[..8]])).sum();
            let ours = last(&answer["stats"][what][way]);
            assert!((ours - sum / divisor).abs() <= sum * 1e-9, "{what} {way}: {ours} of {sum}");
        }
    }
    assert_eq!((lab.requests("xcp-lab-1"), lab.requests("xcp-lab-2")), (1, 1), "the same answers serve both");
}

#[tokio::test]
async fn storage_that_no_host_measures_has_empty_lists_and_without_a_host_it_is_refused() {
    let lab = Lab::new().await;
    let iso = lab.id(lab.named("SR", "ISO library"));
    let answer = lab.admin.call("sr.stats", json!({ "id": iso })).await;
    let none = json!({ "r": [], "w": [] });
    assert_eq!(answer["stats"], json!({ "ioThroughput": none, "iops": none, "iowait": {}, "latency": none }));
    let sr = lab.nfs().await;
    lab.admin.call("sr.disconnectAllPbds", json!({ "id": sr })).await;
    lab.becomes(&sr, |_| lab.attached(&sr) == [false, false]).await;
    let error = super::test_app::eventually(async || {
        let answer = lab.test.app.call(&lab.admin.session, "sr.stats", json!({ "id": sr })).await;
        answer.err().map(|error| error.to_json(true))
    });
    let error = error.await;
    assert!(error["message"].as_str().unwrap().contains(&sr), "{error}");
}

#[tokio::test]
async fn however_many_ask_at_once_a_host_gets_one_request() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "db-1");
    let home = lab.home(vm);
    let (vm, host) = (lab.id(vm), lab.id(lab.host(&home)));
    let user = lab.test.user("viewer@example.net").await;
    lab.test.app.add_rule(Rule::new(user.id(), &host, "viewer")).await.unwrap();
    let calls = (0..50).map(async |at| {
        let caller = if at % 5 == 0 { &user } else { &lab.admin };
        if at % 2 == 0 {
            caller.call("vm.stats", json!({ "id": vm, "granularity": "days" })).await
        } else {
            caller.call("host.stats", json!({ "host": host, "granularity": "days" })).await
        }
    });
    let answers = join_all(calls).await;
    assert!(answers.iter().all(|answer| answer["endTimestamp"] == answers[0]["endTimestamp"]));
    assert!(answers.iter().step_by(2).all(|answer| answer == &answers[0]), "all get the same");
    assert_eq!(lab.requests(&home), 1);
}

#[tokio::test]
async fn what_came_since_is_put_behind_what_is_known() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "db-1");
    let (id, home) = (lab.id(vm), lab.home(vm));
    let ask = || lab.admin.call("vm.stats", json!({ "id": id, "granularity": "seconds" }));
    let first = ask().await;
    let later = super::test_app::eventually(async || Some(ask().await).filter(|answer| answer != &first)).await;
    assert!(lab.requests(&home) >= 2);
    let end = |answer: &Value| usize::try_from(answer["endTimestamp"].as_u64().unwrap()).unwrap();
    let newer = (end(&later) - end(&first)) / 5;
    assert!(newer > 0, "{newer}");
    for name in ["cpuUsage", "memory"] {
        let values = |answer: &Value| answer["stats"][name].as_array().unwrap().clone();
        let (before, after) = (values(&first), values(&later));
        let same = after.len() - newer;
        assert_eq!(before[before.len() - same..], after[..same], "{name}");
        assert!(after.iter().all(Value::is_number), "{name}");
    }
}

#[tokio::test]
async fn gaps_are_null_where_a_vm_was_off() {
    let clock = Clock::default();
    let lab = Lab::on(Sim::builder().world("small").pace(0.005).clock(clock.clone())).await;
    let vm = lab.named("VM", "web-1");
    let id = lab.id(vm);
    lab.admin.call("vm.stop", json!({ "id": id, "force": true })).await;
    lab.becomes(&id, |vm| vm["power_state"] == "Halted").await;
    clock.advance(1200);
    lab.admin.call("vm.start", json!({ "id": id })).await;
    lab.becomes(&id, |vm| vm["power_state"] == "Running").await;
    clock.advance(180);
    let answer = lab.admin.call("vm.stats", json!({ "id": id, "granularity": "minutes" })).await;
    let values = answer["stats"]["memory"].as_array().unwrap();
    let (there, gaps) = counts(&answer["stats"]["memory"]);
    assert!(gaps >= 19 && there >= 90, "{there} values, {gaps} gaps");
    assert!(values[0].is_number() && values.last().unwrap().is_number());
}

#[tokio::test]
async fn a_vm_that_moved_takes_its_past_along() {
    let lab = Lab::new().await;
    let (from, guests) = lab.movable().await;
    let (vm, to) = (guests[0], lab.host("xcp-lab-1"));
    let (id, target) = (lab.id(vm), lab.id(to));
    let ask = |granularity: &str| json!({ "id": id, "granularity": granularity });
    // What is known of the other host is of before it came.
    lab.admin.call("host.stats", json!({ "host": target, "granularity": "minutes" })).await;
    let before = lab.admin.call("vm.stats", ask("minutes")).await;
    lab.admin.call("vm.migrate", json!({ "vm": id, "targetHost": target })).await;
    lab.becomes(&id, |vm| vm["$container"] == target.as_str()).await;
    let has_all = async || {
        let answer = lab.admin.call("vm.stats", ask("minutes")).await;
        let (there, _) = answer["stats"]["memory"].as_array().map(|_| counts(&answer["stats"]["memory"]))?;
        (there + 2 >= counts(&before["stats"]["memory"]).0).then_some(())
    };
    super::test_app::eventually(has_all).await;
    assert_eq!(lab.sim.requests(from, PATH), 1);
}

#[tokio::test]
async fn a_vm_that_does_not_run_has_no_host_to_ask() {
    let lab = Lab::new().await;
    for vm in [lab.vm("Halted"), lab.named("VM", "before PostgreSQL 16")] {
        let id = lab.id(vm);
        let error = lab.admin.refused("vm.stats", json!({ "id": id })).await;
        assert_eq!((&error["code"], &error["message"]), (&json!(25), &json!("incorrect state")));
        let data = json!({ "actual": null, "expected": "<host-uuid>", "object": id, "property": "resident_on" });
        assert_eq!(error["data"], data);
    }
}

#[tokio::test]
async fn bad_parameters_are_refused_before_any_host_is_asked() {
    let lab = Lab::new().await;
    let host = lab.id(lab.host("xcp-lab-1"));
    let error = lab.admin.refused("host.stats", json!({ "host": host, "granularity": "weeks" })).await;
    assert_eq!(error["code"], 10);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("`weeks`") && message.contains("`minutes`"), "{message}");
    for params in [json!({}), json!({ "host": host, "granularity": 5 }), json!({ "host": 1 })] {
        assert_eq!(lab.admin.refused("host.stats", params).await["code"], 10);
    }
    assert_eq!(lab.admin.refused("sr.stats", json!({ "id": host })).await["code"], 1, "that is no storage");
    assert_eq!(lab.requests("xcp-lab-1"), 0);
}

#[tokio::test]
async fn who_may_not_see_an_object_sees_no_statistics_of_it() {
    let lab = Lab::new().await;
    let (vm, host) = (lab.id(lab.named("VM", "db-1")), lab.id(lab.host("xcp-lab-1")));
    let sr = lab.id(lab.named("SR", "NFS storage"));
    let user = lab.test.user("user@example.net").await;
    let all =
        [("vm.stats", json!({ "id": vm })), ("host.stats", json!({ "host": host })), ("sr.stats", json!({ "id": sr }))];
    for (method, params) in all.clone() {
        assert_eq!(user.refused(method, params).await["code"], 2, "{method}");
    }
    assert_eq!(lab.requests("xcp-lab-1") + lab.requests("xcp-lab-2"), 0);
    lab.test.app.add_rule(Rule::new(user.id(), &vm, "viewer")).await.unwrap();
    let [(_, vm), (_, host), _] = all;
    assert_eq!(user.call("vm.stats", vm).await["interval"], 5);
    assert_eq!(user.refused("host.stats", host).await["code"], 2, "a VM is not its host");
    lab.test.app.add_rule(Rule::new(user.id(), &sr, "viewer")).await.unwrap();
    let told = user.call("sr.stats", json!({ "id": sr, "granularity": "hours" })).await;
    assert_eq!(keys(&told["stats"]["iowait"]), ["host 1", "host 2"], "storage does not tell who uses it");
}

#[tokio::test]
async fn a_host_that_is_down_is_named() {
    let lab = Lab::new().await;
    let (host, _) = lab.movable().await;
    let id = lab.id(host);
    lab.admin.call("host.stats", json!({ "host": id })).await;
    lab.sim.kill(host);
    let ask = json!({ "host": id, "granularity": "days" });
    let error = lab.admin.refused("host.stats", ask.clone()).await;
    assert_eq!((&error["code"], &error["data"]["objectId"]), (&json!(9), &json!(id)), "{error}");
    lab.sim.revive(host);
    lab.admin.call("host.stats", ask.clone()).await;

    lab.admin.call("host.stop", json!({ "id": id })).await;
    lab.becomes(&id, |host| host["power_state"] == "Halted").await;
    let error = lab.admin.refused("host.stats", ask).await;
    assert_eq!((&error["code"], &error["data"]["objectId"]), (&json!(18), &json!(id)), "{error}");
    let sr = lab.id(lab.named("SR", "NFS storage"));
    let answer = lab.admin.call("sr.stats", json!({ "id": sr })).await;
    assert_eq!(keys(&answer["stats"]["iowait"]), ["xcp-lab-1"], "what is down uses no storage");
}

#[tokio::test]
async fn a_pool_that_is_away_is_told_as_such() {
    let lab = Lab::new().await;
    let master = lab.host("xcp-lab-1");
    let id = lab.id(master);
    lab.sim.kill(master);
    let error = lab.admin.refused("host.stats", json!({ "host": id })).await;
    assert_eq!(error["code"], 9, "{error}");
}

#[tokio::test]
async fn a_host_that_fails_half_way_leaves_nothing_and_is_asked_again() {
    let lab = Lab::new().await;
    let host = lab.id(lab.host("xcp-lab-1"));
    let ask = json!({ "host": host, "granularity": "days" });
    for how in [Spoilt::Cut, Spoilt::Truncated, Spoilt::Garbage, Spoilt::Html] {
        lab.sim.spoil_at(PATH, how);
        let error = lab.admin.refused("host.stats", ask.clone()).await;
        let message = error["data"]["message"].as_str().unwrap_or_default();
        assert!(message.contains("127.0.0.1"), "{how:?}: {error}");
    }
    lab.sim.fail_next(PATH, "INTERNAL_ERROR", ["no daemon"]);
    let error = lab.admin.refused("host.stats", ask.clone()).await;
    assert!(error["data"]["message"].as_str().unwrap().contains("HTTP status 500"), "{error}");
    assert_eq!(lab.admin.call("host.stats", ask).await["interval"], 86_400);
    assert_eq!(lab.requests("xcp-lab-1"), 6);
}

#[tokio::test]
async fn a_pool_that_may_only_be_read_has_statistics() {
    let lab = Lab::new().await;
    let server = lab.test.app.db().servers().all().await.unwrap().remove(0);
    lab.test.app.set_read_only(&server.id, true);
    let host = lab.id(lab.host("xcp-lab-1"));
    assert_eq!(lab.admin.call("host.stats", json!({ "host": host })).await["interval"], 5);
}
