//! Which crate depends on which, and that no arrow goes up the floors.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use serde_json::Value;

/// Crates in the order of their floors, and within a floor in the order in which arrows may go.
const FLOORS: &[&[&str]] = &[
    &["disk", "filter", "xapi-types", "op", "archive", "nbd"],
    &["xapi", "xapi-sim", "hotfix", "model", "view", "acl", "db"],
    &["app"],
    &["inventory", "access", "serve"],
    &["xo-server", "xo-cli", "disk-cli", "acceptance", "xtask"],
];

/// Returns each crate of the workspace with the crates of the workspace that it is built with;
/// what only its tests need is marked.
fn edges() -> BTreeMap<String, Vec<(String, bool)>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("there are packages");
    let names: Vec<_> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    let mut edges = BTreeMap::new();
    for package in packages {
        let dependencies = package["dependencies"].as_array().unwrap();
        let mut to: Vec<_> = dependencies
            .iter()
            .filter(|dependency| names.contains(&dependency["name"].as_str().unwrap()))
            .map(|dependency| (dependency["name"].as_str().unwrap().to_owned(), dependency["kind"] == "dev"))
            .collect();
        to.sort();
        edges.insert(package["name"].as_str().unwrap().to_owned(), to);
    }
    edges
}

fn place(name: &str) -> (usize, usize) {
    let find = |floor: &&[&str]| floor.iter().position(|crate_| *crate_ == name);
    let floor = FLOORS.iter().position(|floor| find(floor).is_some());
    let floor = floor.unwrap_or_else(|| panic!("crate `{name}` stands on no floor: add it to FLOORS"));
    (floor, find(&FLOORS[floor]).expect("it was just found"))
}

#[test]
fn no_arrow_goes_up() {
    for (from, to) in edges() {
        for (to, only_tests) in to {
            let up = if only_tests { place(&to).0 > place(&from).0 } else { place(&to) >= place(&from) };
            assert!(!up, "`{from}` depends on `{to}`, which stands above it");
        }
    }
}

#[test]
fn siblings_of_the_feature_floor_do_not_see_each_other() {
    let features = FLOORS[3];
    for (from, to) in edges().into_iter().filter(|(from, _)| features.contains(&from.as_str())) {
        for (to, _) in to {
            assert!(!features.contains(&to.as_str()), "`{from}` depends on its sibling `{to}`");
        }
    }
}

#[test]
fn the_simulator_has_no_code_of_the_client() {
    // What both sides read and write, a server, and no more.
    let common = ["xapi-types", "disk", "archive", "nbd"];
    let edges = edges();
    assert!(edges["xapi-sim"].iter().all(|(to, _)| common.contains(&to.as_str())), "{:?}", edges["xapi-sim"]);
}

#[test]
fn generated_crate_edges_are_fresh() {
    let mut text = String::new();
    for (from, to) in edges() {
        let to: Vec<_> = to.iter().map(|(to, dev)| if *dev { format!("({to})") } else { to.clone() }).collect();
        text += format!("{from}: {}", to.join(" ")).trim_end();
        text.push('\n');
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crates.txt");
    if std::env::var_os("XO_GEN").is_some() {
        fs::write(&golden, &text).unwrap();
    }
    let on_disk = fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(on_disk, text, "the arrows between crates changed: look at them, then run `cargo xtask gen`");
}
