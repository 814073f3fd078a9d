//! The load of what a client looks at.

use std::time::Duration;

use app::{Config, acl::Rule};
use serde_json::{Map, Value, json};
use xapi_sim::{Object, Sim, clock::Clock};

use crate::{
    Lab,
    test_app::{Caller, eventually},
};

const PATH: &str = "/rrd_updates";
const HOUR: u64 = 3_600_000;

impl Lab {
    /// Starts a lab where hosts are asked every so many ms.
    async fn asking(period: u64, clock: Clock) -> Self {
        let mut config = Config::default();
        config.stats.load_period = app::Duration::from_millis(period);
        let sim = Sim::builder().world("small").pace(0.005).clock(clock);
        Self::configured(sim, config, |_| {}).await
    }

    /// Returns how often each of both hosts has been asked.
    fn load_asked(&self) -> [usize; 2] {
        self.both().map(|host| self.sim.requests(host, PATH))
    }

    /// Returns the id of a VM that runs on a host.
    fn guest(&self, host: Object) -> String {
        self.id(self.guests(host)[0])
    }

    /// Waits until the host has been asked a few times more.
    async fn beats(&self, host: usize) {
        let before = self.load_asked()[host];
        eventually(async || (self.load_asked()[host] >= before + 3).then_some(())).await;
    }
}

/// Somebody who looks at the load of something, and what is known of it.
struct Looker<'c> {
    caller: &'c Caller,
    loads: Map<String, Value>,
}

impl<'c> Looker<'c> {
    async fn new(caller: &'c Caller, ids: &[&str]) -> Self {
        let answer = caller.call("stats.subscribeLoad", json!({ "ids": ids })).await;
        let Value::Object(mut answer) = answer else { panic!("{answer}") };
        let Some(Value::Object(loads)) = answer.remove("loads") else { panic!("{answer:?} has loads") };
        assert!(answer.is_empty(), "and nothing else: {answer:?}");
        let looker = Self { caller, loads };
        looker.check();
        looker
    }

    /// Hears the next notification, and returns of what it was.
    async fn hear(&mut self) -> Vec<String> {
        let notifications = self.caller.session.notifications();
        let next = async {
            loop {
                if let Some(next) = notifications.take() {
                    break next;
                }
                notifications.ready().await;
            }
        };
        let next = tokio::time::timeout(Duration::from_secs(30), next).await.expect("something is told");
        assert_eq!(next.method, "load");
        let told: Value = serde_json::from_slice(&next.params.concat()).expect("notifications are JSON");
        let told = told["loads"].as_object().expect("loads").clone();
        assert!(told.iter().all(|(id, load)| self.loads.get(id) != Some(load)), "only what is new: {told:?}");
        let ids = told.keys().cloned().collect();
        self.loads.extend(told);
        self.check();
        ids
    }

    /// Percents, of ten minutes.
    fn check(&self) {
        for load in self.loads.values() {
            let load = load.as_array().expect("a list");
            let fits =
                |value: &Value| value.is_null() || value.as_f64().is_some_and(|value| (0.0..101.0).contains(&value));
            assert!(load.len() <= 40 && load.iter().all(fits), "{load:?}");
        }
    }

    /// Returns how many values are known of an object; nothing where it has not been told of.
    fn count(&self, id: &str) -> Option<usize> {
        self.loads.get(id).map(|load| load.as_array().expect("a list").len())
    }

    async fn until(&mut self, wanted: impl Fn(&Self) -> bool) {
        while !wanted(self) {
            self.hear().await;
        }
    }

    /// Waits until there is a load of each.
    async fn has(&mut self, ids: &[&str]) {
        self.until(|looker| ids.iter().all(|id| looker.count(id).is_some_and(|count| count > 1))).await;
    }
}

#[tokio::test]
async fn what_a_client_looks_at_is_told_and_then_what_is_new() {
    let clock = Clock::default();
    let lab = Lab::asking(50, clock.clone()).await;
    let [first, second] = lab.both();
    let (vm, host, halted) = (lab.guest(first), lab.id(second), lab.id(lab.vm("Halted")));
    let mut looker = Looker::new(&lab.admin, &[&vm, &host, &halted, "no id"]).await;
    assert_eq!((looker.count(&halted), looker.count("no id")), (Some(0), Some(0)), "of these nothing will come");
    assert_eq!(looker.count(&vm), None, "its host has not been asked before");
    looker.has(&[&vm, &host]).await;
    assert_eq!(looker.count(&host), Some(40));
    let before = looker.loads.clone();
    clock.advance(60);
    looker.until(|looker| [&vm, &host].iter().all(|id| looker.loads[*id] != before[*id])).await;
    // Who looks again has at once what is known.
    let again = Looker::new(&lab.admin, &[&vm, &halted]).await;
    assert!(again.count(&vm).is_some_and(|count| count > 1) && again.count(&halted) == Some(0));
}

#[tokio::test]
async fn a_host_is_asked_once_however_many_look_at_what_is_on_it() {
    let lab = Lab::asking(HOUR, Clock::default()).await;
    let [first, second] = lab.both();
    let ids = [lab.id(first), lab.guest(first)];
    let ids = [ids[0].as_str(), ids[1].as_str()];
    let mut callers = Vec::new();
    for _ in 0..10 {
        callers.push(lab.admin_again().await);
    }
    let mut lookers = Vec::new();
    for caller in &callers {
        lookers.push(Looker::new(caller, &ids).await);
    }
    for looker in &mut lookers {
        looker.has(&ids).await;
        assert_eq!(looker.loads, Looker::new(&lab.admin, &ids).await.loads, "all are told the same");
    }
    assert_eq!(lab.load_asked(), [1, 0], "and of what nobody looks at none");
    let guest = lab.guest(second);
    let more = Looker::new(&callers[0], &[ids[0], &guest]).await;
    assert!(more.count(ids[0]).is_some(), "it is known");
}

#[tokio::test]
async fn nobody_asks_what_nobody_looks_at() {
    let lab = Lab::asking(20, Clock::default()).await;
    let [first, second] = lab.both();
    let (here, there) = (lab.guest(first), lab.id(second));
    let other = lab.admin_again().await;
    let mut others = Looker::new(&other, &[&there]).await;
    others.has(&[&there]).await;
    let nobody_asks = async |why: &str| {
        // A request may be under way.
        lab.beats(1).await;
        let before = lab.load_asked()[0];
        lab.beats(1).await;
        assert_eq!(lab.load_asked()[0], before, "{why}");
    };
    nobody_asks("nobody has looked at it").await;
    Looker::new(&lab.admin, &[&here]).await.has(&[&here]).await;
    lab.beats(0).await;
    let mut looker = Looker::new(&lab.admin, &[&there]).await;
    nobody_asks("something else is looked at").await;
    looker.until(|looker| looker.count(&there).is_some()).await;
    Looker::new(&lab.admin, &[&here]).await;
    lab.beats(0).await;
    assert_eq!(Looker::new(&lab.admin, &[]).await.loads, Map::new());
    nobody_asks("nothing is looked at").await;
    let gone = lab.admin_again().await;
    Looker::new(&gone, &[&here]).await;
    lab.beats(0).await;
    drop(gone);
    nobody_asks("the connection is gone").await;
    Looker::new(&lab.admin, &[&here]).await;
    lab.beats(0).await;
    lab.test.app.sign_out(&lab.admin.session);
    nobody_asks("nobody is signed in").await;
}

#[tokio::test]
async fn a_vm_is_followed_from_host_to_host_and_off() {
    let clock = Clock::default();
    let lab = Lab::asking(30, clock.clone()).await;
    let (_, guests) = lab.movable().await;
    let [target, _] = lab.both();
    let (vm, to) = (lab.id(guests[0]), lab.id(target));
    let mut looker = Looker::new(&lab.admin, &[&vm]).await;
    looker.has(&[&vm]).await;
    assert_eq!(lab.load_asked()[0], 0);
    lab.admin.call("vm.migrate", json!({ "vm": vm, "targetHost": to })).await;
    lab.becomes(&vm, |vm| vm["$container"] == to.as_str()).await;
    lab.beats(0).await;
    clock.advance(60);
    let before = looker.loads[&vm].clone();
    looker.until(|looker| looker.loads[&vm] != before && looker.count(&vm).is_some_and(|count| count > 1)).await;
    let left = lab.load_asked()[1];
    lab.beats(0).await;
    assert!(lab.load_asked()[1] <= left + 1, "of where it was nothing is asked");

    lab.admin.call("vm.stop", json!({ "id": vm, "force": true })).await;
    looker.until(|looker| looker.count(&vm) == Some(0)).await;
    lab.admin.call("vm.start", json!({ "id": vm })).await;
    lab.becomes(&vm, |vm| vm["power_state"] == "Running").await;
    clock.advance(60);
    looker.has(&[&vm]).await;
}

#[tokio::test]
async fn who_may_not_see_an_object_is_told_no_load_of_it() {
    let lab = Lab::asking(30, Clock::default()).await;
    let [first, _] = lab.both();
    let (vm, host) = (lab.guest(first), lab.id(first));
    let user = lab.test.user("user@example.net").await;
    let mut looker = Looker::new(&user, &[&vm, &host]).await;
    assert_eq!((looker.count(&vm), looker.count(&host)), (Some(0), Some(0)));
    assert_eq!(lab.load_asked(), [0, 0], "nor is its host asked");
    let rule = Rule::new(user.id(), &vm, "viewer");
    lab.test.app.add_rule(rule.clone()).await.unwrap();
    looker.has(&[&vm]).await;
    assert_eq!(looker.count(&host), Some(0), "a VM is not its host");
    lab.test.app.remove_rule(rule).await.unwrap();
    looker.until(|looker| looker.count(&vm) == Some(0)).await;
    assert_eq!(looker.count(&host), Some(0));
}

#[tokio::test]
async fn a_host_that_does_not_answer_has_no_load_until_it_does() {
    let lab = Lab::asking(30, Clock::default()).await;
    let [_, second] = lab.both();
    let (vm, host) = (lab.guest(second), lab.id(second));
    let mut looker = Looker::new(&lab.admin, &[&vm, &host]).await;
    looker.has(&[&vm, &host]).await;
    lab.sim.kill(second);
    looker.until(|looker| [&vm, &host].iter().all(|id| looker.count(id) == Some(0))).await;
    lab.sim.revive(second);
    looker.has(&[&vm, &host]).await;
}

#[tokio::test]
async fn of_a_pool_that_leaves_nothing_is_left() {
    let lab = Lab::asking(30, Clock::default()).await;
    let [first, _] = lab.both();
    let (vm, host) = (lab.guest(first), lab.id(first));
    let mut looker = Looker::new(&lab.admin, &[&vm, &host]).await;
    looker.has(&[&vm, &host]).await;
    let server = lab.test.app.db().servers().all().await.unwrap().remove(0);
    lab.test.app.disconnect(&server.id).await;
    looker.until(|looker| [&vm, &host].iter().all(|id| looker.count(id) == Some(0))).await;
}

#[tokio::test]
async fn nobody_looks_at_more_than_a_few_screens() {
    let lab = Lab::asking(HOUR, Clock::default()).await;
    let ids: Vec<_> = (0..201).map(|n| format!("id {n}")).collect();
    assert_eq!(
        Looker::new(&lab.admin, &ids[..200].iter().map(String::as_str).collect::<Vec<_>>()).await.loads.len(),
        200
    );
    for bad in [json!({ "ids": ids }), json!({}), json!({ "ids": "id" }), json!({ "ids": [1] })] {
        let error = lab.admin.refused("stats.subscribeLoad", bad).await;
        assert_eq!(error["code"], 10, "{error}");
        assert!(error.to_string().contains("ids"), "{error}");
    }
    let error = lab.test.stranger().refused("stats.subscribeLoad", json!({ "ids": [] })).await;
    assert_eq!(error["code"], 2, "{error}");
}
