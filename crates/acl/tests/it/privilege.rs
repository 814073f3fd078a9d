use acl::{Effect, Privilege, permit, resource_of};
use filter::Filter;
use model::Kind;
use serde_json::{Value, json};

use crate::object;

fn privilege(text: &str) -> Privilege {
    let mut words = text.splitn(4, ' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let effect = if word() == "deny" { Effect::Deny } else { Effect::Allow };
    let (resource, action, selector) = (word(), word(), word());
    let selector = (!selector.is_empty()).then(|| Filter::parse(&selector).expect("a good filter"));
    Privilege { resource, action, effect, selector }
}

fn check(privileges: &[&str], action: &str, expected: bool) {
    let all: Vec<_> = privileges.iter().map(|text| privilege(text)).collect();
    let vm = object(Kind::Vm, "vm1", json!({ "tags": ["prod"], "power_state": "Running" }));
    let resource = resource_of(vm.kind()).expect("machines are resources");
    assert_eq!(permit(&all, resource, action, &vm.document()), expected, "{privileges:?}: {action}");
}

#[test]
fn an_action_needs_a_privilege_that_is_about_it() {
    check(&[], "start", false);
    check(&["allow vm start"], "start", true);
    check(&["allow vm start"], "delete", false);
    check(&["allow host start"], "start", false);
    check(&["allow vm *"], "delete", true);
}

#[test]
fn an_action_stands_for_those_inside_of_it_and_not_the_other_way_round() {
    check(&["allow vm update"], "update:tags", true);
    check(&["allow vm update:tags"], "update:tags", true);
    check(&["allow vm update:tags"], "update", false);
    check(&["allow vm update:tags"], "update:cpus", false);
    check(&["allow vm up"], "update", false);
}

#[test]
fn a_selector_narrows_and_a_denial_wins() {
    check(&["allow vm start tags:prod"], "start", true);
    check(&["allow vm start tags:test"], "start", false);
    check(&["allow vm *", "deny vm delete"], "delete", false);
    check(&["deny vm delete", "allow vm *"], "start", true);
    check(&["allow vm *", "deny vm * power_state:running"], "start", false);
    check(&["allow vm *", "deny vm * power_state:halted"], "start", true);
}

#[test]
fn a_resource_that_is_no_object_of_a_pool_is_selected_by_its_properties() {
    let user: Value = json!({ "id": "u", "permission": "none" });
    let all = [privilege("allow user update permission:none")];
    assert!(permit(&all, "user", "update:password", &user));
    assert!(!permit(&all, "user", "update:password", &json!({ "permission": "admin" })));
}
