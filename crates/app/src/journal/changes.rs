//! What changed between two records, bounded in size and without secrets.

use serde_json::{Map, Value};
use xapi_types::{Kind, Record};

use crate::task::{MASK, is_secret};

/// Longest value of a field in an entry, in bytes of JSON.
const LONGEST_VALUE: usize = 2048;
/// The map of a record that tells guests of anything, under any name.
const FOR_GUESTS: &str = "xenstore_data";
/// Longest entry, in bytes of JSON; further fields are named without their values.
const LONGEST: usize = 16 * 1024;

/// Returns a JSON object: each field that differs, with `[old, new]`.
///
/// A value that is too long is given as the text `… (N bytes)`; a field that no longer fits as `null`.
pub(super) fn between(class: Kind, old: Option<&Record>, new: Option<&Record>) -> String {
    let mut old = fields(class, old);
    let mut differences = Vec::new();
    for (name, value) in fields(class, new) {
        let before = old.shift_remove(&name);
        if before.as_ref() != Some(&value) {
            differences.push((name, before.unwrap_or_default(), value));
        }
    }
    differences.extend(old.into_iter().map(|(name, before)| (name, before, Value::Null)));
    let mut changes = Map::new();
    let mut length = 0;
    for (name, before, after) in differences {
        // A field that appears or disappears with its object says nothing while it is empty.
        if is_empty(&before) && is_empty(&after) {
            continue;
        }
        let pair = Value::Array(vec![bounded(before), bounded(after)]);
        length += name.len() + pair.to_string().len() + 4;
        changes.insert(name, if length <= LONGEST { pair } else { Value::Null });
    }
    Value::Object(changes).to_string()
}

fn fields(class: Kind, record: Option<&Record>) -> Map<String, Value> {
    let Some(Ok(Value::Object(mut fields))) = record.map(serde_json::to_value) else { return Map::new() };
    for (name, value) in &mut fields {
        if is_secret(name) || class == Kind::Secret && name == "value" {
            *value = MASK.into();
        } else if let (FOR_GUESTS, Value::Object(map)) = (name.as_str(), &mut *value) {
            map.values_mut().for_each(|value| *value = MASK.into());
        } else {
            mask(value);
        }
    }
    fields
}

/// Masks what maps such as `device_config` and `other_config` hold under the name of a secret.
fn mask(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                if is_secret(name) {
                    *value = MASK.into();
                } else {
                    mask(value);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(mask),
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty() || text == "OpaqueRef:NULL",
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Bool(true) => false,
    }
}

fn bounded(value: Value) -> Value {
    let length = value.to_string().len();
    if length > LONGEST_VALUE { format!("… ({length} bytes)").into() } else { value }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use xapi_types::{Map as Config, class};

    use super::*;

    fn config(entries: &[(&str, &str)]) -> Config<compact_str::CompactString, compact_str::CompactString> {
        entries.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
    }

    fn changes(old: Option<Record>, new: Option<Record>) -> Value {
        let class = new.as_ref().or(old.as_ref()).unwrap().kind();
        serde_json::from_str(&between(class, old.as_ref(), new.as_ref())).unwrap()
    }

    #[test]
    fn only_fields_that_differ_are_told_with_both_values() {
        let old = class::Vm { uuid: "u".into(), name_label: "a".into(), vcpus_max: 2, ..Default::default() };
        let new = class::Vm { name_label: "b".into(), vcpus_max: 4, ..old.clone() };
        let expected = json!({ "name_label": ["a", "b"], "VCPUs_max": [2, 4] });
        assert_eq!(changes(Some(old.into()), Some(new.into())), expected);
    }

    #[test]
    fn an_object_that_comes_or_goes_is_told_without_its_empty_fields() {
        let network = class::Network { uuid: "u".into(), name_label: "lan".into(), mtu: 1500, ..Default::default() };
        let new = changes(None, Some(network.clone().into()));
        assert_eq!((&new["uuid"], &new["name_label"]), (&json!([null, "u"]), &json!([null, "lan"])));
        assert!(new.get("name_description").is_none());
        assert_eq!(changes(Some(network.into()), None)["name_label"], json!(["lan", null]));
    }

    #[test]
    fn secrets_are_masked_wherever_a_pool_keeps_them() {
        let entries = [("server", "nas"), ("cifspassword", "hunter2"), ("chappassword", "hunter2")];
        let pbd = class::Pbd { uuid: "u".into(), device_config: config(&entries), ..Default::default() };
        let secret = class::Secret { uuid: "s".into(), value: "hunter2".into(), ..Default::default() };
        let told = config(&[("vm-data/key", "hunter2")]);
        let vm = class::Vm { uuid: "v".into(), xenstore_data: told, ..Default::default() };
        for record in [Record::from(pbd), Record::from(secret), Record::from(vm)] {
            let text = changes(None, Some(record)).to_string();
            assert!(!text.contains("hunter2") && text.contains(MASK), "{text}");
        }
    }

    #[test]
    fn a_change_of_a_secret_shows_that_it_changed_only_by_its_entry() {
        let old = class::Secret { uuid: "s".into(), value: "hunter2".into(), ..Default::default() };
        let new = class::Secret { value: "hunter3".into(), ..old.clone() };
        assert_eq!(changes(Some(old.into()), Some(new.into())), json!({}));
    }

    #[test]
    fn long_values_and_long_entries_are_bounded() {
        let long = "x".repeat(1_000_000);
        let entries: Vec<_> = (0..5000).map(|n| format!("key{n}")).collect();
        let entries: Vec<_> = entries.iter().map(|key| (key.as_str(), "value")).collect();
        let vm = class::Vm {
            uuid: "u".into(),
            name_label: "a".into(),
            name_description: long.as_str().into(),
            other_config: config(&entries),
            ..Default::default()
        };
        let changes = changes(None, Some(vm.into()));
        assert_eq!(changes["name_description"][1], "… (1000002 bytes)");
        assert_eq!(changes["name_label"], json!([null, "a"]));
        assert!(changes.to_string().len() < 2 * LONGEST);
    }
}
