//! What records become, beside goldens: `INSTA_UPDATE=always cargo test -p model` writes them anew, to be read.

use std::sync::Arc;

use crate::world::{self, LAB, Shown};

/// One of every kind, with links that lead nowhere, and values that nobody expects.
const ZOO: &str = include_str!("../worlds/zoo.json");

fn check(name: &str, world: &str) {
    let shown = Shown::new(world::read(world));
    let mut objects = world::objects(&shown.store.snapshot());
    objects.sort_keys();
    insta::with_settings!({ snapshot_path => "../golden", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_json_snapshot!(name, objects);
    });
}

#[test]
fn the_lab_becomes_its_golden() {
    check("lab", LAB);
}

#[test]
fn the_zoo_becomes_its_golden() {
    check("zoo", ZOO);
}

#[test]
fn the_zoo_has_one_of_every_kind() {
    let snapshot = Shown::new(world::read(ZOO)).store.snapshot();
    let missing: Vec<_> = model::Kind::ALL.iter().filter(|kind| snapshot.count(**kind) == 0).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn no_object_has_a_property_that_its_kind_does_not_declare() {
    let snapshot = Shown::new(world::read(ZOO)).store.snapshot();
    for object in &snapshot {
        let declared = model::properties(object.kind());
        let value: serde_json::Map<String, serde_json::Value> = object.decode().unwrap();
        for name in value.keys() {
            assert!(declared.contains(&name.as_str()), "`{name}` of {} `{}`", object.kind(), object.id());
        }
    }
}

#[test]
fn no_secret_of_storage_is_in_an_object() {
    let snapshot = Shown::new(world::read(ZOO)).store.snapshot();
    for object in &snapshot {
        assert!(!String::from_utf8_lossy(object.json()).contains("hunter2"), "{}", object.id());
    }
}

#[test]
fn an_odd_uuid_breaks_nothing() {
    let mut records = world::read(LAB);
    for (_, record) in &mut records {
        if let xapi_types::Record::Sr(sr) = record {
            Arc::make_mut(sr).uuid = format!("a\"b\\c{}", sr.name_label).into();
        }
    }
    let shown = Shown::new(records);
    assert_eq!(shown.json("abcNFS")["SR_type"], "nfs");
}
