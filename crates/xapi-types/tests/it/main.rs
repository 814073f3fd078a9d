//! Typed records against answers of a real XAPI, where the recordings are at hand.

use std::{fs, path::PathBuf};

use serde_json::Value as Json;
use xapi_types::{AnyRef, Kind, Map, Record, Value, json, xml};

/// Returns the folder of recordings beside the checkout, or says that there is none.
fn recordings() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/xapi/traces");
    if !folder.is_dir() {
        eprintln!("skipped: no recordings at `{}`", folder.display());
        return None;
    }
    Some(folder)
}

/// Returns each recorded answer of `<class>.get_all_records` with its class.
fn records(folder: &PathBuf) -> Vec<(Kind, Value)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let Some((_, class)) = name.split_once("_all_").filter(|_| path.extension().is_some_and(|e| e == "json"))
        else {
            continue;
        };
        let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.name() == class) else { continue };
        let recorded: Json = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        // Long bodies stand in a file of their own, some were left out.
        let long = fs::read_to_string(path.with_extension("body")).ok();
        let Some(body) = recorded["response_body"].as_str().or(long.as_deref()) else { continue };
        let answer = if name.contains("_xml_") {
            xml::unwrap_status(xml::parse_response(body.as_bytes()).unwrap())
        } else {
            let answer = json::parse(body.as_bytes()).unwrap();
            answer.get("result").cloned().ok_or_else(|| xapi_types::Failure::new("none", ["error"]))
        };
        found.extend(answer.map(|records| (kind, records)));
    }
    found
}

#[test]
fn records_of_a_real_host_decode_from_both_dialects() {
    let Some(folder) = recordings() else { return };
    let mut decoded = 0;
    for (kind, records) in records(&folder) {
        for (reference, record) in records.as_struct().unwrap() {
            assert!(!AnyRef::parse(reference).is_null());
            let typed = Record::decode(kind, record).unwrap();
            assert_eq!(typed.uuid(), record.get("uuid").and_then(Value::as_str), "{}", kind.name());
            decoded += 1;
        }
    }
    assert!(decoded > 100, "only {decoded} records");
}

#[test]
fn a_record_of_an_older_host_has_defaults_and_one_of_a_newer_host_keeps_its_values() {
    let record = json::parse(br#"{"uuid":"u","power_state":"Dreaming","VCPUs_max":"4","brand_new":{"a":[1]},"tags":["x"],"platform":{"cores-per-socket":"2"},"HVM_shadow_multiplier":nan}"#).unwrap();
    let vm: xapi_types::class::Vm = record.decode().unwrap();
    assert_eq!(vm.power_state.as_str(), "Dreaming");
    assert_eq!((vm.vcpus_max, vm.vcpus_at_startup), (4, 0));
    assert!(vm.hvm_shadow_multiplier.is_nan());
    assert_eq!(vm.platform.get("cores-per-socket").map(compact_str::CompactString::as_str), Some("2"));
    assert!(vm.resident_on.is_null());
    let _: &Map<_, _> = &vm.other_config;
}
