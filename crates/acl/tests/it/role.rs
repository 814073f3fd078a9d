use std::sync::Arc;

use acl::{Acl, Effect, Giver, Grants, Privilege, Right, Standing};
use filter::Filter;
use model::Kind;
use serde_json::json;

use crate::{acl, object, rule};

fn privilege(effect: Effect, resource: &str, action: &str, selector: &str) -> Arc<Privilege> {
    let selector = (!selector.is_empty()).then(|| Filter::parse(selector).expect("a good filter"));
    Arc::new(Privilege { resource: resource.to_owned(), action: action.to_owned(), effect, selector })
}

fn role(subjects: &[&str], privileges: &[Arc<Privilege>]) -> Giver {
    Giver { privileges: privileges.to_vec(), subjects: subjects.iter().map(|&subject| subject.to_owned()).collect() }
}

fn sees(acl: &Acl, standing: &Standing, kind: Kind, id: &str, tags: &[&str]) -> bool {
    standing.sees(&object(kind, id, json!({ "tags": tags })), &acl.grants(id))
}

#[test]
fn a_user_holds_what_its_roles_and_those_of_its_groups_give() {
    let mut acl = acl();
    acl.set_group("ops", ["bob", "eve"]);
    let vms = privilege(Effect::Allow, "vm", "*", "");
    acl.set_roles(vec![
        role(&["ops"], std::slice::from_ref(&vms)),
        role(&["bob"], &[privilege(Effect::Deny, "vm", "delete", "")]),
        role(&[], &[privilege(Effect::Allow, "host", "*", "")]),
    ]);
    let (bob, eve, tom) = (acl.standing_of("bob"), acl.standing_of("eve"), acl.standing_of("tom"));
    let vm = object(Kind::Vm, "vm1", json!({}));
    let may = |standing: &Standing, action| standing.privileges.permit_object(action, &vm);
    assert!(may(&bob, "start") && !may(&bob, "delete") && may(&eve, "delete"));
    assert!(tom.is_empty() && acl.has_holders());
    assert_ne!(bob, eve);
    acl.set_group("ops", ["tom"]);
    assert!(acl.standing_of("eve").is_empty());
    assert_eq!(acl.standing_of("tom").privileges, eve.privileges, "it holds what eve held");
    assert_eq!(acl.holders().len(), 2);
}

#[test]
fn those_who_hold_the_same_by_other_roles_are_equal() {
    let mut acl = acl();
    let (one, two) = (privilege(Effect::Allow, "vm", "read", "tags:a"), privilege(Effect::Allow, "sr", "read", ""));
    let again = privilege(Effect::Allow, "vm", "read", "tags:a");
    acl.set_roles(vec![role(&["bob"], &[one, two.clone()]), role(&["eve"], &[two]), role(&["eve"], &[again])]);
    assert_eq!(acl.standing_of("bob"), acl.standing_of("eve"));
    assert!(acl.looks_into_objects());
}

#[test]
fn a_rule_or_a_privilege_is_enough_and_a_denial_takes_nothing_from_rules() {
    let mut acl = acl();
    acl.set_roles(vec![role(
        &["bob"],
        &[privilege(Effect::Allow, "vm", "read", "tags:prod"), privilege(Effect::Deny, "vm", "*", "tags:secret")],
    )]);
    let bob = acl.standing_of("bob");
    assert!(sees(&acl, &bob, Kind::Vm, "vm1", &["prod"]) && !sees(&acl, &bob, Kind::Vm, "vm1", &["test"]));
    assert!(!sees(&acl, &bob, Kind::Vm, "vm1", &["prod", "secret"]));
    assert!(!sees(&acl, &bob, Kind::VmTemplate, "template", &["prod"]) && !sees(&acl, &bob, Kind::Task, "task1", &[]));
    acl.add(&rule("bob", "vm1", "viewer"));
    let bob = acl.standing_of("bob");
    assert!(sees(&acl, &bob, Kind::Vm, "vm1", &["secret"]) && !sees(&acl, &bob, Kind::Vm, "vm2", &["secret"]));
    assert!(!acl.allows(&bob.subjects, "vm1", Right::Operate));
}

#[test]
fn something_may_be_permitted_where_no_denial_is_about_all() {
    let mut acl = acl();
    let some = |acl: &mut Acl, privileges: &[Arc<Privilege>], action| {
        acl.set_roles(vec![role(&["bob"], privileges)]);
        acl.standing_of("bob").privileges.permit_some("user", action)
    };
    let few = privilege(Effect::Allow, "user", "update", "email:bob");
    let one = std::slice::from_ref(&few);
    assert!(some(&mut acl, one, "update:name") && !some(&mut acl, one, "delete"));
    assert!(some(&mut acl, &[few.clone(), privilege(Effect::Deny, "user", "*", "email:eve")], "update"));
    assert!(!some(&mut acl, &[few, privilege(Effect::Deny, "user", "update", "")], "update:name"));
    assert!(!acl.standing_of("bob").sees(&object(Kind::Vm, "x", json!({})), &Grants::default()));
}
