use std::{collections::BTreeSet, sync::Arc};

use acl::{Acl, Regrant, Right, Rule};
use model::{Kind, Object};
use serde_json::json;

use crate::{acl, object, put, rule, seen, take};

/// Returns the ids of what bob has lost and won.
fn moved(acl: &Acl, regrant: &Regrant) -> (Vec<String>, Vec<String>) {
    let bob = acl.subjects_of("bob");
    let ids = |wanted: (bool, bool)| {
        let changed = regrant
            .iter()
            .filter(|change| (change.old.allow(&bob, Right::View), change.new.allow(&bob, Right::View)) == wanted);
        let mut ids: Vec<_> = changed.map(|change| change.object.id().to_owned()).collect();
        ids.sort();
        ids
    };
    (ids((true, false)), ids((false, true)))
}

#[test]
fn a_machine_that_moves_takes_what_hangs_on_it_along() {
    let mut acl = acl();
    acl.add(&rule("bob", "host1", "viewer"));
    let regrant = put(&mut acl, vec![object(Kind::Vm, "vm1", json!({ "$container": "host2" }))]);
    let lost = ["message1", "vbd1", "vbd2", "vdi1", "vdi1-snapshot", "vif1", "vm1", "vm1-snapshot", "vusb1"];
    assert_eq!(moved(&acl, &regrant), (lost.map(ToOwned::to_owned).to_vec(), Vec::new()));
    assert_eq!(seen(&acl, "bob"), ["host1", "dom0", "pif1", "pbd1", "pusb1", "task1"]);
}

#[test]
fn a_disk_is_seen_while_it_is_attached_to_a_machine_that_is() {
    let mut acl = acl();
    acl.add(&rule("bob", "vm1", "viewer"));
    let vbd = object(Kind::Vbd, "vbd3", json!({ "VDI": "vdi2", "VM": "vm1" }));
    let disk = |vbds: &[&str]| object(Kind::Vdi, "vdi2", json!({ "$SR": "sr", "$VBDs": vbds }));
    put(&mut acl, vec![disk(&[])]);
    let sees = |acl: &Acl| acl.allows(&acl.subjects_of("bob"), "vdi2", Right::View);
    assert!(!sees(&acl));
    let regrant = put(&mut acl, vec![vbd.clone(), disk(&["vbd3"])]);
    assert_eq!(moved(&acl, &regrant).1, ["vbd3", "vdi2"]);
    // The attachment goes before the disk says so.
    let regrant = take(&mut acl, vec![vbd]);
    assert_eq!(moved(&acl, &regrant).0, ["vbd3", "vdi2"]);
    assert!(!sees(&acl));
}

#[test]
fn a_change_that_moves_nobody_says_nothing() {
    let mut acl = acl();
    acl.add(&rule("bob", "pool", "viewer"));
    let renamed = object(Kind::Vm, "vm1", json!({ "$container": "host1", "name_label": "x" }));
    assert!(put(&mut acl, vec![renamed]).is_empty());
    assert!(acl.add(&rule("bob", "pool", "viewer")).is_empty());
    assert!(acl.remove(&rule("bob", "pool", "operator")).is_empty());
}

#[test]
fn a_rule_waits_for_its_object_and_outlives_it() {
    let mut acl = acl();
    acl.add(&rule("bob", "vm9", "viewer"));
    let vm = object(Kind::Vm, "vm9", json!({ "$container": "host9" }));
    for _ in 0..2 {
        let regrant = put(&mut acl, vec![vm.clone()]);
        assert_eq!(moved(&acl, &regrant), (Vec::new(), vec!["vm9".to_owned()]));
        let regrant = take(&mut acl, vec![vm.clone()]);
        assert_eq!(moved(&acl, &regrant), (vec!["vm9".to_owned()], Vec::new()));
    }
}

/// A fixed sequence that looks random.
fn numbers(seed: u64) -> impl Iterator<Item = usize> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 40).expect("24 bits")
    })
}

#[test]
fn after_any_changes_the_rights_are_those_of_a_fresh_start() {
    for seed in 0..20 {
        let mut numbers = numbers(seed);
        let mut next = |limit: usize| numbers.next().expect("it never ends") % limit;
        let mut acl = Acl::default();
        let mut objects: Vec<Option<Arc<Object>>> = vec![None; 40];
        let mut rules: BTreeSet<Rule> = BTreeSet::new();
        let subjects = ["bob", "eve", "ops"];
        acl.set_group("ops", ["bob"]);
        for _ in 0..300 {
            let at = next(objects.len());
            match next(4) {
                0 => {
                    if let Some(gone) = objects[at].take() {
                        take(&mut acl, vec![gone]);
                    }
                }
                1 => {
                    let one = rule(subjects[next(3)], &format!("o{at}"), ["viewer", "operator", "admin"][next(3)]);
                    if next(2) == 0 {
                        acl.add(&one);
                        rules.insert(one);
                    } else {
                        acl.remove(&one);
                        rules.remove(&one);
                    }
                }
                _ => {
                    let link = |n: usize| format!("o{n}");
                    // Links may lead to nothing and run in circles.
                    let (kind, links) = match at % 5 {
                        0 => (Kind::Vm, json!({ "$container": link(next(40)) })),
                        1 => (Kind::VmSnapshot, json!({ "$snapshot_of": link(next(40)) })),
                        2 => (Kind::Vbd, json!({ "VDI": link(next(8) * 5 + 3), "VM": link(next(8) * 5) })),
                        3 => {
                            let attachments = [link(next(8) * 5 + 2), link(next(8) * 5 + 2)];
                            (Kind::Vdi, json!({ "$SR": link(next(40)), "$VBDs": attachments }))
                        }
                        _ => (Kind::Message, json!({ "$object": link(next(40)) })),
                    };
                    let new = object(kind, &link(at), links);
                    objects[at] = Some(new.clone());
                    put(&mut acl, vec![new]);
                }
            }
        }
        let mut fresh = Acl::default();
        fresh.set_group("ops", ["bob"]);
        for rule in &rules {
            fresh.add(rule);
        }
        put(&mut fresh, objects.into_iter().flatten().collect());
        for user in ["bob", "eve"] {
            for id in (0..40).map(|n| format!("o{n}")) {
                for right in Right::ALL {
                    let (kept, made) = (&acl, &fresh);
                    let [kept, made] = [kept, made].map(|acl| acl.allows(&acl.subjects_of(user), &id, right));
                    assert_eq!(kept, made, "seed {seed}: {user} {right:?} {id}");
                }
            }
        }
    }
}
