//! Values under names that callers choose are secrets, since no name tells what they are.

use serde_json::Value;

/// Parameters with names that callers choose, and what makes their values no secrets.
const PLAIN: &[(&str, &str)] = &[
    ("VDIs", "what the original takes and does not read"),
    ("blockedOperations", "names of operations, and reasons that are told to whoever calls one"),
    ("configuration", "settings of high availability, which the pool shows"),
    ("existingDisks", "places of disks, and disks"),
    ("filter", "properties of objects"),
    ("mapVdisSrs", "ids"),
    ("mapVifsNetworks", "ids"),
];

/// Returns whether a schema takes values under any name, or anything at all.
fn is_free(schema: &Value) -> bool {
    let more = &schema["additionalProperties"];
    let says = ["type", "anyOf", "oneOf", "allOf", "enum", "const", "$ref"];
    let parts = ["anyOf", "oneOf", "allOf"].into_iter().flat_map(|of| schema[of].as_array().into_iter().flatten());
    (!more.is_null() && *more != false)
        || says.iter().all(|word| schema.get(word).is_none())
        || parts.into_iter().any(is_free)
        || schema.get("items").is_some_and(is_free)
        || schema["properties"].as_object().is_some_and(|properties| properties.values().any(is_free))
}

#[test]
fn no_record_keeps_what_callers_give_under_names_of_their_own() {
    let ops = xo_server::ops();
    let listing = serde_json::to_value(ops.methods_info()).expect("it is JSON");
    let mut used = Vec::new();
    for (name, operation) in listing.as_object().expect("operations by name") {
        for (param, schema) in operation["params"].as_object().into_iter().flatten() {
            let is_secret = ops.spec(name).is_some_and(|spec| spec.secrets.contains(&param.as_str()));
            if !is_free(schema) || is_secret {
                continue;
            }
            let plain = PLAIN.iter().find(|(plain, _)| plain == param);
            assert!(plain.is_some(), "`{param}` of {name} may hold anything; mark it with `Spec::secret`");
            used.extend(plain);
        }
    }
    for plain in PLAIN {
        assert!(used.contains(plain), "`{}` is not there", plain.0);
    }
}
