use crate::{acl, rule, seen};

#[test]
fn members_have_the_rights_of_their_groups_and_lose_them_with_the_group() {
    let mut acl = acl();
    acl.set_group("ops", ["bob", "eve"]);
    acl.add(&rule("ops", "network", "viewer"));
    assert_eq!(seen(&acl, "bob"), ["network", "vif1"]);
    assert_eq!(acl.subjects_of("bob"), acl.subjects_of("eve"));
    acl.set_group("ops", ["eve"]);
    assert_eq!(seen(&acl, "bob"), [""; 0]);
    assert_eq!(seen(&acl, "eve"), ["network", "vif1"]);
    acl.remove_group("ops");
    assert_eq!(seen(&acl, "eve"), [""; 0]);
}

#[test]
fn users_with_rules_of_their_own_differ_from_the_others_of_their_group() {
    let mut acl = acl();
    acl.set_group("ops", ["bob", "eve"]);
    acl.add(&rule("ops", "network", "viewer"));
    acl.add(&rule("bob", "sr", "viewer"));
    assert_ne!(acl.subjects_of("bob"), acl.subjects_of("eve"));
    assert_eq!(acl.groups_of("bob"), ["ops"]);
    assert_eq!(acl.members_of("ops"), ["bob", "eve"]);
}

#[test]
fn what_is_granted_is_told_without_what_follows_from_it() {
    let mut acl = acl();
    acl.set_group("ops", ["bob"]);
    acl.add(&rule("ops", "vm1", "operator"));
    acl.add(&rule("bob", "vm1", "viewer"));
    acl.add(&rule("bob", "gone", "weird"));
    let granted = acl.granted("bob");
    assert_eq!(granted.keys().copied().collect::<Vec<_>>(), ["gone", "vm1"]);
    assert_eq!((&granted["gone"], &granted["vm1"]), (&vec!["weird"], &vec!["view", "operate"]));
}

#[test]
fn a_subject_that_is_removed_leaves_no_rule() {
    let mut acl = acl();
    acl.add(&rule("bob", "vm1", "operator"));
    acl.add(&rule("bob", "vm1", "viewer"));
    acl.add(&rule("bob", "sr", "admin"));
    acl.remove_subject("bob");
    assert!(!acl.has_rules());
    assert_eq!(seen(&acl, "bob"), [""; 0]);
}
