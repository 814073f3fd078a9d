//! Our operations beside those of the original, where its list of methods is at hand.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use app::Cx;
use op::{Access, Level, Ops};
use serde_json::Value;

use crate::generated::check;

/// What the original offers and we do not, one method a line.
const MISSING: &str = "crates/acceptance/tests/missing-methods.txt";
/// What both have and is not the same, each with a reason.
const DIFFERENT: &str = "crates/acceptance/tests/different-methods.txt";

/// Reads the methods of the original by name; nothing, which is said, where the file is not there.
fn original() -> Option<BTreeMap<String, Value>> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/xo-api/methods.json");
    let Ok(text) = fs::read_to_string(&file) else {
        eprintln!("SKIPPED: {} is not there", file.display());
        return None;
    };
    let known: Value = serde_json::from_str(&text).expect("the file is JSON");
    let methods = known["methods"].clone();
    let by_name: Vec<Value> = match methods {
        Value::Array(methods) => methods,
        Value::Object(methods) => methods.into_iter().map(|(_, method)| method).collect(),
        _ => panic!("methods are listed"),
    };
    let name = |method: &Value| method["name"].as_str().expect("a method has a name").to_owned();
    Some(by_name.into_iter().map(|method| (name(&method), method)).collect())
}

#[test]
fn generated_list_of_what_the_original_offers_and_we_do_not_is_current() {
    let Some(original) = original() else { return };
    let ours: BTreeSet<_> = xo_server::ops().names().map(ToOwned::to_owned).collect();
    let mut list =
        String::from("# What the original offers and we do not yet, by `cargo xtask gen`. It only shrinks.\n");
    for name in original.keys().filter(|name| !ours.contains(*name)) {
        list += name;
        list.push('\n');
    }
    check(MISSING, &list);
}

/// Returns what is not the same, one sentence each.
fn differences(ops: &Ops<Cx>, ours: &Value, method: &Value) -> BTreeSet<String> {
    let name = method["name"].as_str().expect("a method has a name");
    let mut found = BTreeSet::new();
    let spec = ops.spec(name).expect("both have it");
    let permission = match spec.access {
        Access::Public => "none",
        Access::SignedIn | Access::Objects => "authenticated",
        Access::Admin | Access::Privilege(..) => "admin",
    };
    let theirs = method["permission"].as_str().unwrap_or_default();
    if permission != theirs {
        found.insert(format!("{name}: permission is {permission}, theirs {theirs}"));
    }
    let params = |of: &Value| of["params"].as_object().cloned().unwrap_or_default();
    let (mine, known) = (params(&ours[name]), params(method));
    let is_optional = |param: &Value| param["optional"] == true || param.get("default").is_some();
    for (param, rule) in &known {
        let plain = param.trim_end_matches('?');
        match mine.get(plain).or_else(|| mine.get(param)) {
            None => {
                found.insert(format!("{name}: no parameter {param}"));
            }
            Some(own) if is_optional(own) != is_optional(rule) => {
                let word = |optional: bool| if optional { "optional" } else { "required" };
                let (own, theirs) = (word(is_optional(own)), word(is_optional(rule)));
                found.insert(format!("{name}: {param} is {own}, theirs {theirs}"));
            }
            Some(_) => {}
        }
    }
    for (param, _) in mine.iter().filter(|(param, _)| !known.contains_key(*param)) {
        if !known.contains_key(&format!("{param}?")) && !known.contains_key("*") {
            found.insert(format!("{name}: {param} is ours"));
        }
    }
    let kinds: BTreeMap<_, BTreeSet<_>> =
        ops.ids(name).map(|(param, kinds)| (param, kinds.iter().map(String::as_str).collect())).collect();
    for resolve in method["resolve"].as_object().into_iter().flat_map(|resolve| resolve.values()) {
        let param = resolve["param"].as_str().unwrap_or_default();
        let theirs: BTreeSet<&str> = match &resolve["types"] {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            Value::String(kind) => [kind.as_str()].into(),
            _ => BTreeSet::new(),
        };
        let Some(own) = kinds.get(param) else {
            found.insert(format!("{name}: {param} is no id, theirs is one of {theirs:?}"));
            continue;
        };
        if *own != theirs {
            found.insert(format!("{name}: {param} is one of {own:?}, theirs {theirs:?}"));
        }
        let need = spec.needs.iter().find(|need| need.param == param).map_or(Level::None, |need| need.level);
        let acl = resolve["acl"].as_str().unwrap_or_default();
        let level = if need == Level::None { "" } else { need.name() };
        if level != acl && permission != "admin" {
            found.insert(format!("{name}: {param} needs `{level}`, theirs `{acl}`"));
        }
    }
    found
}

#[test]
fn what_both_have_is_the_same_but_for_the_differences_that_have_a_reason() {
    let Some(original) = original() else { return };
    let ops = xo_server::ops();
    let ours = ops.methods_info();
    let both = original.values().filter(|method| method["name"].as_str().is_some_and(|name| ops.spec(name).is_some()));
    let found: BTreeSet<String> = both.flat_map(|method| differences(&ops, &ours, method)).collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(DIFFERENT);
    let text = fs::read_to_string(file).expect("the list of differences is there");
    let mut known = BTreeSet::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (difference, reason) = line.split_once(" -- ").unwrap_or((line, ""));
        assert!(!reason.trim().is_empty(), "{DIFFERENT}: no reason for `{line}`");
        known.insert(difference.to_owned());
    }
    let list = |some: Vec<&String>| some.into_iter().map(|line| format!("\n  {line}")).collect::<String>();
    let (new, gone) = (list(found.difference(&known).collect()), list(known.difference(&found).collect()));
    assert!(new.is_empty(), "differs from the original without a reason in {DIFFERENT}:{new}");
    assert!(gone.is_empty(), "is in {DIFFERENT} and does not differ any more:{gone}");
}
