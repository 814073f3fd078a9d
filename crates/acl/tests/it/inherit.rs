use acl::Right;
use model::Kind;
use serde_json::json;

use crate::{acl, estate, object, put, rule, seen};

fn check(on: &str, expected: &[&str]) {
    let mut acl = acl();
    acl.add(&rule("bob", on, "viewer"));
    assert_eq!(seen(&acl, "bob"), expected, "a viewer of {on}");
}

#[test]
fn a_pool_gives_all_that_is_in_it_but_what_has_only_itself() {
    let all: Vec<_> = estate().iter().map(|object| object.id().to_owned()).collect();
    let apart = ["no-usbs", "vtpm1"];
    let expected: Vec<_> = all.iter().map(String::as_str).filter(|id| !apart.contains(id)).collect();
    check("pool", &expected);
}

#[test]
fn a_host_gives_its_machines_and_devices() {
    check(
        "host1",
        &[
            "host1",
            "vm1",
            "vm1-snapshot",
            "dom0",
            "vdi1",
            "vdi1-snapshot",
            "vbd1",
            "vbd2",
            "vif1",
            "pif1",
            "pbd1",
            "pusb1",
            "vusb1",
            "task1",
            "message1",
        ],
    );
}

#[test]
fn a_machine_gives_its_disks_and_interfaces_and_what_is_told_of_it() {
    check("vm1", &["vm1", "vm1-snapshot", "vdi1", "vdi1-snapshot", "vbd1", "vbd2", "vif1", "vusb1", "message1"]);
}

#[test]
fn storage_gives_disks_and_a_network_interfaces() {
    check("sr", &["sr", "vdi1", "vdi1-snapshot", "vbd1", "vbd2", "pbd1"]);
    check("network", &["network", "vif1"]);
}

#[test]
fn rules_on_what_only_inherits_give_nothing() {
    for on in ["dom0", "vdi1", "vdi1-snapshot", "vbd1", "vif1", "pif1", "pbd1", "pusb1", "usbs", "task1", "message1"] {
        check(on, &[]);
    }
    check("vtpm1", &["vtpm1"]);
}

#[test]
fn a_group_of_usb_devices_needs_a_right_on_each_of_them() {
    let mut acl = acl();
    acl.set_group("one", ["bob"]);
    acl.set_group("two", ["bob", "eve"]);
    acl.add(&rule("one", "host1", "operator"));
    assert!(!seen(&acl, "bob").contains(&"usbs".to_owned()));
    acl.add(&rule("two", "host2", "viewer"));
    let bob = acl.subjects_of("bob");
    assert!(acl.allows(&bob, "usbs", Right::View));
    assert!(!acl.allows(&bob, "usbs", Right::Operate));
    assert!(!seen(&acl, "eve").contains(&"usbs".to_owned()));
}

#[test]
fn roles_give_the_rights_that_they_name() {
    for (action, rights) in [
        ("viewer", [true, false, false]),
        ("operator", [true, true, false]),
        ("admin", [true, true, true]),
        ("operate", [false, true, false]),
        ("weird", [false, false, false]),
    ] {
        let mut acl = acl();
        acl.add(&rule("bob", "vm1", action));
        let bob = acl.subjects_of("bob");
        assert_eq!(Right::ALL.map(|right| acl.allows(&bob, "vbd1", right)), rights, "{action}");
    }
}

#[test]
fn links_in_a_circle_keep_no_right_alive() {
    let mut acl = acl();
    let circle = |id: &str, of: &str| object(Kind::VmSnapshot, id, json!({ "$snapshot_of": of }));
    put(&mut acl, vec![circle("a", "b"), circle("b", "c"), circle("c", "a"), circle("self", "self")]);
    acl.add(&rule("bob", "b", "viewer"));
    let bob = acl.subjects_of("bob");
    let sees = |acl: &acl::Acl| ["a", "b", "c"].map(|id| acl.allows(&bob, id, Right::View));
    assert_eq!(sees(&acl), [true; 3]);
    acl.remove(&rule("bob", "b", "viewer"));
    assert_eq!(sees(&acl), [false; 3]);
}
