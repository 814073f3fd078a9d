//! Our routes beside those of the original, where its list of routes is at hand.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use serve::Listed;

use crate::generated::check;

/// What the original offers and we do not, in groups by reason.
const MISSING: &str = "crates/acceptance/tests/missing-routes.txt";
/// What both have and is not the same, each with a reason.
const DIFFERENT: &str = "crates/acceptance/tests/different-routes.txt";

/// Reads a file of what is known of the original; nothing, which is said, where it is not there.
fn known(name: &str) -> Option<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/xo-api").join(name);
    let text = fs::read_to_string(&file);
    if text.is_err() {
        eprintln!("SKIPPED: {} is not there", file.display());
    }
    text.ok()
}

/// The routes of the original, as `GET /vms`.
fn theirs() -> Option<BTreeSet<String>> {
    let table = known("rest-routes.tsv")?;
    let route = |line: &str| {
        let mut columns = line.split('\t');
        let (method, path) = (columns.next()?, columns.next()?);
        Some(format!("{method} {}", path.strip_prefix("/rest/v0")?))
    };
    Some(table.lines().skip(1).filter_map(route).collect())
}

/// A path whose parameters have no names.
fn plain(path: &str) -> String {
    let is_one = |part: &&str| part.starts_with('{') && part.find('}') == Some(part.len() - 1);
    let parts = path.split('/').map(|part| if is_one(&part) { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Our routes, as `GET /vms`.
fn ours() -> BTreeMap<String, Listed> {
    let all = serve::routes(&xo_server::ops());
    all.into_iter().map(|route| (format!("{} {}", route.verb.name(), plain(&route.path)), route)).collect()
}

#[test]
fn generated_list_of_routes_that_the_original_offers_and_we_do_not_is_current() {
    let Some(theirs) = theirs() else { return };
    let ours = ours();
    let missing: BTreeSet<_> = theirs.into_iter().filter(|route| !ours.contains_key(&plain(route))).collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(MISSING);
    let text = fs::read_to_string(file).expect("the list of what is missing is there");
    // A line that stands in the file and is here now goes; a heading without lines goes with them.
    let mut left: Vec<&str> = Vec::new();
    for line in text.lines() {
        let is_heading = line.starts_with('#') || line.is_empty();
        if is_heading || missing.contains(line) {
            left.push(line);
        }
    }
    let listed: BTreeSet<_> = left.iter().map(|line| (*line).to_owned()).collect();
    let new: String = missing.difference(&listed).map(|route| format!("\n  {route}")).collect();
    assert!(new.is_empty(), "routes of the original that are not here, without a reason in {MISSING}:{new}");
    let groups = left.split(|line| line.is_empty());
    let groups =
        groups.filter(|group| group.iter().any(|line| !line.starts_with('#')) || group.first() == left.first());
    let groups: Vec<_> = groups.map(|group| group.join("\n")).collect();
    for group in &groups {
        assert!(group.starts_with("# "), "{MISSING}: no reason above `{}`", group.lines().next().unwrap_or_default());
    }
    check(MISSING, &(groups.join("\n\n") + "\n"));
}

/// The names that a schema of the original has at its top, with those of what it is composed of.
fn names(schema: &Value, all: &Value, found: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        names(&all[name], all, found);
    }
    for part in ["allOf", "anyOf", "oneOf"] {
        for schema in schema[part].as_array().into_iter().flatten() {
            names(schema, all, found);
        }
    }
    found.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
}

#[test]
fn parameters_of_the_original_are_accepted_but_for_those_that_have_a_reason() {
    let Some(description) = known("swagger.json") else { return };
    let description: Value = serde_json::from_str(&description).expect("the file is JSON");
    let (ours, ops) = (ours(), xo_server::ops());
    let mut found = BTreeSet::new();
    let mut compared = 0;
    for (path, methods) in description["paths"].as_object().expect("it has paths") {
        for (method, operation) in methods.as_object().expect("a path has methods") {
            let route = format!("{} {path}", method.to_uppercase());
            let Some(own) = ours.get(&plain(&route)) else { continue };
            compared += 1;
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().expect("it has a name");
                if parameter["in"] == "query" && !own.takes_in_query(&ops, name) {
                    found.insert(format!("{route}: no `{name}` in the query"));
                }
            }
            let mut body = BTreeSet::new();
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            names(schema, &description["components"]["schemas"], &mut body);
            for name in body.iter().filter(|name| !own.takes_in_body(&ops, name)) {
                found.insert(format!("{route}: no `{name}` in the body"));
            }
        }
    }
    assert!(compared > 50, "only {compared} routes are here");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(DIFFERENT);
    let text = fs::read_to_string(file).expect("the list of differences is there");
    let mut reasons = BTreeSet::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (difference, reason) = line.split_once(" -- ").unwrap_or((line, ""));
        assert!(!reason.trim().is_empty(), "{DIFFERENT}: no reason for `{line}`");
        reasons.insert(difference.to_owned());
    }
    let list = |some: Vec<&String>| some.into_iter().map(|line| format!("\n  {line}")).collect::<String>();
    let (new, gone) = (list(found.difference(&reasons).collect()), list(reasons.difference(&found).collect()));
    assert!(new.is_empty(), "differs from the original without a reason in {DIFFERENT}:{new}");
    assert!(gone.is_empty(), "is in {DIFFERENT} and does not differ any more:{gone}");
}
