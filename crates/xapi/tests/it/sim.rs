//! The client against the simulated pool.

use std::collections::BTreeMap;

use xapi::{Change, Event, Options, Pool, State, Value, Watch, params};
use xapi_sim::{Sim, fault::Spoilt, profile::Profile};
use xapi_types::{AnyRef, Kind, Record};

use crate::peer::{options, soon, state, until};

async fn small() -> Sim {
    Sim::builder().world("small").explicit().start().await.unwrap()
}

fn to(sim: &Sim) -> Options {
    with_password(options(&format!("http://{}", sim.http_addr())))
}

fn with_password(mut options: Options) -> Options {
    options.password = "password".into();
    options
}

async fn connect(sim: &Sim) -> Pool {
    soon(Pool::connect(to(sim))).await.unwrap()
}

/// What a reader of a watch knows.
#[derive(Default)]
struct Mirror {
    records: BTreeMap<AnyRef, Record>,
    lists: usize,
    fresh: Option<BTreeMap<AnyRef, Record>>,
}

impl Mirror {
    /// Reads the watch until what is known `fits`.
    async fn read(&mut self, watch: &mut Watch, mut fits: impl FnMut(&Self) -> bool) {
        soon(async {
            while !fits(self) {
                self.take(watch.next().await.expect("the watch goes on"));
            }
        })
        .await;
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::InitStart => self.fresh = Some(BTreeMap::new()),
            Event::InitApply(records) => self.fresh.as_mut().expect("a list has begun").extend(records),
            Event::InitDone => {
                self.records = self.fresh.take().expect("a list has begun");
                self.lists += 1;
            }
            Event::Apply(changes) => {
                assert!(self.fresh.is_none(), "changes come after the list");
                for change in changes {
                    match change {
                        Change::Put(reference, record) => drop(self.records.insert(reference, record)),
                        Change::Removed(_, reference) => drop(self.records.remove(&reference)),
                    }
                }
            }
        }
    }

    fn vm(&self, name: &str) -> Option<(&AnyRef, &xapi_types::class::Vm)> {
        self.records.iter().find_map(|(reference, record)| match record {
            Record::Vm(vm) if vm.name_label == name => Some((reference, &**vm)),
            _ => None,
        })
    }

    fn count(&self, kind: Kind) -> usize {
        self.records.values().filter(|record| record.kind() == kind).count()
    }
}

async fn watched(pool: &Pool) -> (Mirror, Watch) {
    let mut mirror = Mirror::default();
    let mut watch = pool.watch();
    mirror.read(&mut watch, |mirror| mirror.lists == 1).await;
    (mirror, watch)
}

/// Renames a VM and waits until the watch has seen it.
async fn rename(pool: &Pool, mirror: &mut Mirror, watch: &mut Watch, from: &str, to: &str) {
    let reference = mirror.vm(from).unwrap().0.clone();
    soon(pool.call("VM.set_name_label", params![&reference, to])).await.unwrap();
    mirror.read(watch, |mirror| mirror.vm(to).is_some()).await;
}

#[tokio::test]
async fn every_object_is_listed_and_every_change_seen() {
    let sim = small().await;
    let pool = connect(&sim).await;
    let (mut mirror, mut watch) = watched(&pool).await;
    for (class, kind) in [("VM", Kind::Vm), ("host", Kind::Host), ("VBD", Kind::Vbd), ("message", Kind::Message)] {
        assert_eq!(mirror.count(kind), sim.with(|world| world.list(class).len()), "{class}");
    }
    rename(&pool, &mut mirror, &mut watch, "sandbox", "renamed").await;
    let reference = mirror.vm("renamed").unwrap().0.clone();
    soon(pool.call("VM.destroy", params![&reference])).await.unwrap();
    mirror.read(&mut watch, |mirror| mirror.vm("renamed").is_none()).await;
    assert!(pool.state().borrow().is_live());
}

#[tokio::test]
async fn every_profile_is_understood_over_tls() {
    for name in ["xcpng-8.3", "xenserver-8", "xenserver-7.1"] {
        let sim = Sim::builder().world("small").profile(Profile::named(name).unwrap()).start().await.unwrap();
        let options = options(&format!("https://{}", sim.https_addr())).allow_unauthorized(true);
        let pool = soon(Pool::connect(with_password(options))).await.unwrap();
        let (mirror, _watch) = watched(&pool).await;
        assert!(mirror.vm("web-1").is_some(), "{name}");
    }
}

#[tokio::test]
async fn a_slave_leads_to_the_master() {
    let sim = small().await;
    let [master, slave] = sim.addresses(0)[..] else { panic!("two hosts") };
    let pool = soon(Pool::connect(with_password(options(&format!("http://{}", slave.http))))).await.unwrap();
    assert_eq!(pool.coordinator().unwrap().authority(), master.http.to_string());
}

#[tokio::test]
async fn a_restarted_toolstack_is_listed_again_and_calls_go_on() {
    let sim = small().await;
    let pool = connect(&sim).await;
    let (mut mirror, mut watch) = watched(&pool).await;
    sim.restart_toolstack();
    mirror.read(&mut watch, |mirror| mirror.lists == 2).await;
    rename(&pool, &mut mirror, &mut watch, "web-1", "renamed").await;
    state(&pool, State::is_live).await;
}

#[tokio::test]
async fn ended_sessions_are_renewed() {
    let sim = small().await;
    let pool = connect(&sim).await;
    let (mut mirror, mut watch) = watched(&pool).await;
    sim.expire_sessions();
    mirror.read(&mut watch, |mirror| mirror.lists == 2).await;
    rename(&pool, &mut mirror, &mut watch, "web-1", "renamed").await;
}

#[tokio::test]
async fn when_the_master_dies_its_successor_is_followed() {
    let sim = small().await;
    let pool = connect(&sim).await;
    let (mut mirror, mut watch) = watched(&pool).await;
    let second = sim.named("host", "xcp-lab-2").unwrap();
    sim.fail_over(second);
    mirror.read(&mut watch, |mirror| mirror.lists == 2).await;
    assert_eq!(pool.coordinator().unwrap().authority(), sim.addresses(0)[1].http.to_string());
    rename(&pool, &mut mirror, &mut watch, "web-1", "renamed").await;
    state(&pool, State::is_live).await;
}

#[tokio::test]
async fn another_master_is_followed_while_the_first_lives_on() {
    let sim = small().await;
    let pool = connect(&sim).await;
    let (mut mirror, mut watch) = watched(&pool).await;
    sim.new_master(sim.named("host", "xcp-lab-2").unwrap());
    mirror.read(&mut watch, |mirror| mirror.lists == 2).await;
    assert_eq!(pool.coordinator().unwrap().authority(), sim.addresses(0)[1].http.to_string());
}

#[tokio::test]
async fn a_frozen_master_makes_the_pool_stale_until_it_thaws() {
    let sim = small().await;
    let mut options = to(&sim);
    options.limits.grace = std::time::Duration::from_millis(300);
    let pool = soon(Pool::connect(options)).await.unwrap();
    let (mut mirror, mut watch) = watched(&pool).await;
    let master = sim.with(|world| world.master());
    sim.freeze(master);
    assert!(matches!(state(&pool, |state| !state.is_live()).await, State::Stale { .. }));
    sim.revive(master);
    state(&pool, State::is_live).await;
    rename(&pool, &mut mirror, &mut watch, "web-1", "renamed").await;
}

#[tokio::test]
async fn a_deletion_that_the_host_does_not_tell_is_found_out() {
    let sim = small().await;
    let pool = connect(&sim).await;
    let (mut mirror, mut watch) = watched(&pool).await;
    sim.drop_events(50);
    let vm = sim.named("VM", "web-1").unwrap();
    sim.with(|world| world.destroy(vm));
    mirror.read(&mut watch, |mirror| mirror.vm("web-1").is_none()).await;
    assert_eq!(mirror.lists, 1);
}

#[tokio::test]
async fn spoilt_answers_cost_no_change() {
    for spoilt in [Spoilt::Cut, Spoilt::Garbage, Spoilt::Html, Spoilt::Truncated] {
        let sim = small().await;
        let pool = connect(&sim).await;
        let (mut mirror, mut watch) = watched(&pool).await;
        sim.spoil(spoilt, 2);
        let vm = sim.named("VM", "web-1").unwrap();
        sim.with(|world| world.set(vm, "name_label", "renamed"));
        mirror.read(&mut watch, |mirror| mirror.vm("renamed").is_some()).await;
        state(&pool, State::is_live).await;
    }
}

#[tokio::test]
async fn a_task_is_followed_to_its_end() {
    let sim = small().await;
    let pool = connect(&sim).await;
    let vm = sim.named("VM", "sandbox").unwrap();
    let mut task = soon(pool.call_async("VM.destroy", params![vm.to_string()])).await.unwrap();
    assert_eq!(soon(task.result()).await.unwrap(), Value::void());
    assert_eq!(sim.named("VM", "sandbox"), None);
    let mut task = soon(pool.call_async("VM.destroy", params![vm.to_string()])).await.unwrap();
    assert!(soon(task.result()).await.unwrap_err().is("HANDLE_INVALID"));
    until(|| sim.with(|world| world.list("task").is_empty())).await;
}

#[tokio::test]
async fn a_task_is_lost_when_the_toolstack_restarts() {
    let sim = small().await;
    let pool = connect(&sim).await;
    let vm = sim.named("VM", "sandbox").unwrap();
    let mut task = soon(pool.call_async("VM.start", params![vm.to_string(), false, false])).await.unwrap();
    sim.restart_toolstack();
    let error = soon(task.result()).await.unwrap_err();
    assert!(matches!(error, xapi::Error::TaskLost { .. }), "{error}");
}

#[tokio::test]
async fn a_certificate_that_changes_is_noticed_when_it_is_pinned() {
    let sim = small().await;
    let options = with_password(options(&format!("https://{}", sim.https_addr()))).allow_unauthorized(true);
    let pool = soon(Pool::connect(options.clone())).await.unwrap();
    let mut pinned = options.clone();
    pinned.pins = pool.certificates();
    soon(Pool::connect(pinned.clone())).await.unwrap();
    sim.change_certificate(sim.with(|world| world.master())).unwrap();
    let error = soon(Pool::connect(pinned)).await.unwrap_err();
    assert!(error.to_string().contains("has changed"), "{error}");
    soon(Pool::connect(options)).await.unwrap();
}
