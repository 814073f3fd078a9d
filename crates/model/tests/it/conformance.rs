//! Our objects beside what is known and was recorded of the original, where those files are at hand.

use std::{collections::BTreeSet, path::PathBuf};

use model::Kind;
use serde_json::Value;

use crate::world::{self, LAB, Shown};

/// Reads a file of the folder `shared` beside the workspace.
fn shared(path: &str) -> Option<Value> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/xo-api").join(path);
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("SKIPPED: {} is not there", file.display());
        return None;
    };
    Some(serde_json::from_str(&text).expect("the file is JSON"))
}

#[test]
fn every_kind_has_the_properties_of_the_original_and_no_other() {
    let Some(known) = shared("objects.json") else { return };
    let kinds = known["xapiObjects"].as_object().unwrap();
    let ours: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    let theirs: BTreeSet<_> = kinds.keys().map(String::as_str).collect();
    assert_eq!(ours, theirs);
    for (name, kind) in kinds {
        let ours: BTreeSet<_> = model::properties(Kind::parse(name).unwrap()).into_iter().collect();
        let theirs: BTreeSet<_> = kind["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(ours, theirs, "properties of `{name}`");
    }
}

#[test]
fn the_lab_looks_as_the_original_showed_it() {
    let Some(mut recorded) = shared("traces/objects.json") else { return };
    // The original had left a note about itself in the pool.
    for object in recorded.as_object_mut().unwrap().values_mut().filter(|object| object["type"] == "pool") {
        object["otherConfig"] = serde_json::json!({});
    }
    let shown = Shown::new(world::read(LAB));
    let ours = world::objects(&shown.store.snapshot());
    for (id, object) in recorded.as_object().unwrap() {
        let ours = ours.get(id).unwrap_or_else(|| panic!("`{id}` is missing"));
        assert_same(id, ours, object);
    }
    assert_eq!(ours.len(), recorded.as_object().unwrap().len());
}

/// Compares property by property, so that a failure names the one that differs.
fn assert_same(id: &str, ours: &Value, theirs: &Value) {
    let (ours, theirs) = (ours.as_object().unwrap(), theirs.as_object().unwrap());
    let names: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    for name in names {
        assert_eq!(ours.get(name), theirs.get(name), "`{name}` of {} `{id}`", theirs["type"]);
    }
}
