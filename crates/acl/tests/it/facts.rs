//! Resources, roles and rules of evaluation, compared with the facts about the original.

use std::{collections::BTreeSet, path::Path};

use acl::{Effect, Privilege, RESOURCES, RoleTemplate, is_action, permit, resource_of};
use model::Kind;
use serde_json::Value;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/xo-api/acl.json");

fn facts() -> Option<Value> {
    if !Path::new(FILE).exists() {
        eprintln!("skipped: no facts at {FILE}");
        return None;
    }
    let text = std::fs::read_to_string(FILE).expect("the file can be read");
    let facts: Value = serde_json::from_str(&text).expect("it is JSON");
    Some(facts["v2"].clone())
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text")).collect()
}

#[test]
fn resources_and_actions_are_those_of_the_original() {
    let Some(facts) = facts() else { return };
    let expected: BTreeSet<(&str, BTreeSet<&str>)> = facts["resources"]
        .as_object()
        .expect("by name")
        .iter()
        .map(|(resource, actions)| (resource.as_str(), texts(actions).into_iter().collect()))
        .collect();
    let ours = RESOURCES.iter().map(|(resource, actions)| (*resource, actions.iter().copied().collect()));
    assert_eq!(ours.collect::<BTreeSet<(&str, BTreeSet<&str>)>>(), expected);
    for (resource, kind) in facts["resourceToXoType"].as_object().expect("by name") {
        let kind = kind.as_str().and_then(Kind::parse).unwrap_or_else(|| panic!("there are objects `{kind}`"));
        assert_eq!(resource_of(kind), Some(resource.as_str()));
    }
}

#[test]
fn roles_that_come_with_the_server_are_those_of_the_original() {
    let Some(facts) = facts() else { return };
    let expected = facts["templateRoles"].as_array().expect("a list");
    assert_eq!(RoleTemplate::ALL.len(), expected.len());
    for (ours, expected) in RoleTemplate::ALL.iter().zip(expected) {
        assert_eq!(
            (Some(ours.number), Some(ours.name)),
            (expected["roleTemplateId"].as_i64(), expected["name"].as_str())
        );
        let privileges = expected["privileges"].as_array().expect("a list");
        let allows: BTreeSet<_> = privileges
            .iter()
            .map(|privilege| {
                assert_eq!(privilege["effect"], "allow");
                (privilege["resource"].as_str().expect("a text"), privilege["action"].as_str().expect("a text"))
            })
            .collect();
        assert_eq!(ours.allows().into_iter().collect::<BTreeSet<_>>(), allows, "{}", ours.name);
        assert!(allows.iter().all(|(resource, action)| is_action(resource, action)));
    }
}

/// Every pair of a held and an asked action of every resource, by the rule of the original said anew.
#[test]
fn every_action_is_covered_by_itself_its_namespace_and_the_star() {
    for (resource, actions) in RESOURCES {
        for held in actions.iter().chain(["*"].iter()) {
            for asked in actions {
                let namespace = asked.split_once(':').map(|(namespace, _)| namespace);
                let expected = held == asked || *held == "*" || namespace == Some(held);
                let check = |effect| {
                    let (resource, action) = (resource.to_owned(), (*held).to_owned());
                    Privilege { resource, action, effect, selector: None }
                };
                let (allow, deny) = (check(Effect::Allow), check(Effect::Deny));
                let all = Privilege { action: "*".to_owned(), ..allow.clone() };
                assert_eq!(permit([&allow], resource, asked, &Value::Null), expected, "{resource}: {held}, {asked}");
                assert_eq!(permit([&all, &deny], resource, asked, &Value::Null), !expected, "{resource}: no {held}");
                assert!(!permit([&allow], "nope", asked, &Value::Null));
            }
        }
    }
}
