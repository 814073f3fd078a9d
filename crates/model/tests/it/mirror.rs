//! Which objects a changed record touches.

use std::sync::Arc;

use model::Change;
use serde_json::{Value, json};
use xapi_types::{AnyRef, Kind, Record};

use crate::world::{self, LAB, Shown};

const WEB: &str = "b90fffa2-52a7-14f6-1697-f8708b5feb2b";
const DB: &str = "d2da4118-440f-b91e-9e03-d64ec00abb7e";

/// The lab, with records that a test can change.
struct Lab {
    shown: Shown,
    records: Vec<(AnyRef, Record)>,
}

impl Lab {
    fn new() -> Self {
        let records = world::read(LAB);
        Self { shown: Shown::new(records.clone()), records }
    }

    /// Changes the first record that `change` accepts; returns the ids of what entered.
    fn change(&mut self, change: impl Fn(&mut Record) -> bool) -> Vec<String> {
        let (reference, record) = self
            .records
            .iter_mut()
            .find_map(|(r, record)| change(record).then_some((r, record)))
            .expect("one is accepted");
        let put = Change::Put(reference.clone(), record.clone());
        let delta = self.shown.writer.apply(&mut self.shown.mirror, [put]).unwrap();
        assert!(delta.left.is_empty());
        ids(&delta.entered)
    }
}

fn ids(objects: &[std::sync::Arc<model::Object>]) -> Vec<String> {
    let mut ids: Vec<_> = objects.iter().map(|object| object.id().to_owned()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn guest_metrics_touch_their_vm_alone() {
    let mut lab = Lab::new();
    let entered = lab.change(|record| match record {
        Record::VmGuestMetrics(metrics) if metrics.networks.get("0/ip").is_some_and(|ip| ip == "10.0.0.2") => {
            Arc::make_mut(metrics).networks = [("0/ip".into(), "10.9.9.9".into())].into_iter().collect();
            true
        }
        _ => false,
    });
    assert_eq!(entered, [WEB]);
    assert_eq!(lab.shown.json(WEB)["mainIpAddress"], "10.9.9.9");
}

#[test]
fn a_sample_with_a_new_time_alone_touches_nothing() {
    let mut lab = Lab::new();
    let entered = lab.change(|record| match record {
        Record::VmMetrics(metrics) => {
            Arc::make_mut(metrics).last_updated = xapi_types::DateTime::from_unix(1_800_000_000);
            true
        }
        _ => false,
    });
    assert!(entered.is_empty(), "{entered:?}");
}

#[test]
fn a_change_that_clients_do_not_see_shows_in_the_record_of_the_object() {
    let mut lab = Lab::new();
    let entered = lab.change(|record| match record {
        Record::Vm(vm) if vm.name_label == "db" => {
            Arc::make_mut(vm).memory_overhead += 4096;
            true
        }
        _ => false,
    });
    assert!(entered.is_empty(), "{entered:?}");
    let db = lab.shown.store.get(DB).unwrap();
    let record = lab.shown.mirror.record(db.xapi_ref()).unwrap();
    assert!(db.record().is_shared_with(record), "the object has its former record");
    assert_eq!(db.get::<xapi_types::class::Vm>().unwrap().name_label, "db");
    assert!(db.get::<xapi_types::class::Host>().is_none());
}

#[test]
fn the_same_list_again_keeps_one_record_of_each_object() {
    let mut lab = Lab::new();
    let mut again = world::mirror(world::read(world::LAB));
    let delta = lab.shown.writer.relist(&mut again).unwrap();
    assert!(delta.is_empty());
    let objects = lab.shown.store.snapshot();
    assert!(objects.len() > 10);
    for object in &objects {
        assert!(object.record().is_shared_with(again.record(object.xapi_ref()).unwrap()), "{object:?}");
    }
}

#[test]
fn a_pool_without_name_follows_the_name_of_its_master() {
    let mut lab = Lab::new();
    lab.change(|record| match record {
        Record::Pool(pool) => {
            Arc::make_mut(pool).name_label = "".into();
            true
        }
        _ => false,
    });
    let entered = lab.change(|record| match record {
        Record::Host(host) if host.name_label == "xcp1" => {
            Arc::make_mut(host).name_label = "master".into();
            true
        }
        _ => false,
    });
    assert_eq!(entered.len(), 2, "{entered:?}");
    assert_eq!(lab.shown.json("467f2d94-14b8-f772-6d33-66988ce10df9")["name_label"], "master");
}

#[test]
fn a_host_with_another_resident_touches_no_other_object() {
    let mut lab = Lab::new();
    let entered = lab.change(|record| match record {
        Record::Host(host) if host.name_label == "xcp1" => {
            Arc::make_mut(host).resident_vms.pop();
            true
        }
        _ => false,
    });
    assert_eq!(entered, ["7b51f85e-3331-ca35-e776-1e42b10f1a81"]);
}

#[test]
fn a_link_appears_when_the_record_that_it_leads_to_comes_late() {
    let mut lab = Lab::new();
    let late = AnyRef::parse("OpaqueRef:late");
    let entered = lab.change(|record| match record {
        Record::Vm(vm) if vm.name_label == "db" => {
            Arc::make_mut(vm).vifs.push(AnyRef::parse("OpaqueRef:late").cast());
            true
        }
        _ => false,
    });
    assert_eq!(entered, [DB]);
    assert_eq!(lab.shown.json(DB)["VIFs"][1], Value::Null);
    let vif = world::record(Kind::Vif, &json!({ "uuid": "late", "device": "1" }));
    let delta = lab.shown.writer.apply(&mut lab.shown.mirror, [Change::Put(late.clone(), vif)]).unwrap();
    assert_eq!(ids(&delta.entered), [DB, "late"]);
    assert_eq!(lab.shown.json(DB)["VIFs"][1], "late");
    let delta = lab.shown.writer.apply(&mut lab.shown.mirror, [Change::Gone(late)]).unwrap();
    assert_eq!((ids(&delta.entered), ids(&delta.left)), (vec![DB.to_owned()], vec!["late".to_owned()]));
    assert_eq!(lab.shown.json(DB)["VIFs"][1], Value::Null);
}

#[test]
fn the_use_of_a_chain_follows_the_disks_below_whenever_they_come() {
    let mut lab = Lab::new();
    let disk = |fields: Value| world::record(Kind::Vdi, &fields);
    let child =
        json!({ "uuid": "child", "managed": true, "physical_utilisation": 1, "sm_config": { "vhd-parent": "base" } });
    let base = |usage: u32| json!({ "uuid": "base", "managed": false, "physical_utilisation": usage });
    let mut apply = |reference: &str, record: Record| {
        let put = Change::Put(AnyRef::parse(reference), record);
        lab.shown.writer.apply(&mut lab.shown.mirror, [put]).unwrap();
    };
    apply("OpaqueRef:child", disk(child));
    apply("OpaqueRef:base", disk(base(100)));
    assert_eq!(lab.shown.json("child")["chainPhysicalUsage"], 101);
    let put = Change::Put(AnyRef::parse("OpaqueRef:base"), disk(base(200)));
    lab.shown.writer.apply(&mut lab.shown.mirror, [put]).unwrap();
    assert_eq!(lab.shown.json("child")["chainPhysicalUsage"], 201);
    lab.shown.writer.apply(&mut lab.shown.mirror, [Change::Gone(AnyRef::parse("OpaqueRef:base"))]).unwrap();
    assert_eq!(lab.shown.json("child")["chainPhysicalUsage"], 1);
}

#[test]
fn a_loop_in_a_chain_ends() {
    let mut lab = Lab::new();
    let disk =
        json!({ "uuid": "loop", "managed": true, "physical_utilisation": 1, "sm_config": { "vhd-parent": "loop" } });
    let put = Change::Put(AnyRef::parse("OpaqueRef:loop"), world::record(Kind::Vdi, &disk));
    lab.shown.writer.apply(&mut lab.shown.mirror, [put]).unwrap();
    assert_eq!(lab.shown.json("loop")["type"], "VDI");
}

/// A fixed sequence that looks random.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// Records come, go and get fields of others of their class in any order; whatever is read of what, the store must
/// look as if it had been made from nothing.
#[test]
fn after_any_changes_the_objects_are_as_if_made_from_nothing() {
    let zoo = world::read(include_str!("../worlds/zoo.json"));
    for seed in 0..6 {
        let mut dice = Dice(seed);
        let mut shown = Shown::new(zoo.clone());
        let mut now: Vec<(AnyRef, Record)> = zoo.clone();
        for _ in 0..30 {
            let mut batch = Vec::new();
            for _ in 0..=dice.below(4) {
                let (reference, record) = zoo[dice.below(zoo.len())].clone();
                if matches!(record, Record::Pool(_)) {
                    continue;
                }
                now.retain(|(other, _)| *other != reference);
                if dice.below(3) == 0 {
                    batch.push(Change::Gone(reference));
                    continue;
                }
                // Another record of the class, under the same reference and uuid.
                let same: Vec<_> = zoo.iter().filter(|(_, other)| other.kind() == record.kind()).collect();
                let other = world::with_uuid(&same[dice.below(same.len())].1, record.uuid().unwrap());
                now.push((reference.clone(), other.clone()));
                batch.push(Change::Put(reference, other));
            }
            shown.writer.apply(&mut shown.mirror, batch).unwrap();
            let from_nothing = Shown::new(now.clone());
            let sorted = |shown: &Shown| {
                let mut objects = world::objects(&shown.store.snapshot());
                objects.sort_keys();
                objects
            };
            let (ours, expected) = (sorted(&shown), sorted(&from_nothing));
            for (id, object) in &expected {
                assert_eq!(ours.get(id), Some(object), "seed {seed}");
            }
            assert_eq!(ours.len(), expected.len(), "seed {seed}");
        }
    }
}

#[test]
fn what_comes_and_goes_leaves_nothing_behind() {
    let mut lab = Lab::new();
    let before = format!("{:?}", lab.shown.mirror).len();
    for round in 0..200 {
        let reference = AnyRef::parse(&format!("OpaqueRef:task-{round}"));
        let task = json!({ "uuid": format!("task-{round}"), "resident_on": "OpaqueRef:nowhere" });
        let put = Change::Put(reference.clone(), world::record(Kind::Task, &task));
        lab.shown.writer.apply(&mut lab.shown.mirror, [put]).unwrap();
        lab.shown.writer.apply(&mut lab.shown.mirror, [Change::Gone(reference)]).unwrap();
    }
    let after = format!("{:?}", lab.shown.mirror).len();
    assert!(after < before + 2000, "{before} bytes of state became {after}");
}
