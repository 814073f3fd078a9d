//! Examples, made from schemas.

use serde_json::{Map, Value};

/// What stands for the id of an object.
const ID: &str = "b90fffa2-52a7-14f6-1697-f8708b5feb2b";

/// Returns a value that fits `schema`, of a parameter called `name`.
pub(super) fn example(name: &str, schema: &Value) -> Value {
    if let Some(told) = schema.get("const").or_else(|| schema.get("default")).or_else(|| schema["enum"].get(0)) {
        return told.clone();
    }
    for part in ["anyOf", "oneOf"] {
        if let Some(first) = schema[part].get(0) {
            return example(name, first);
        }
    }
    let kind = match &schema["type"] {
        Value::Array(types) => types.first().and_then(Value::as_str),
        one => one.as_str(),
    };
    match kind {
        Some("boolean") => true.into(),
        Some("integer") => schema.get("minimum").filter(|least| least.is_u64()).cloned().unwrap_or_else(|| 1.into()),
        Some("number") => schema.get("minimum").cloned().unwrap_or_else(|| 1.into()),
        Some("array") => vec![example(name, &schema["items"])].into(),
        Some("object") => body(schema),
        Some("null") => Value::Null,
        _ => text(name, schema).into(),
    }
}

/// Returns an object with what is required; where nothing is, with the first property.
pub(super) fn body(schema: &Value) -> Value {
    let properties = schema["properties"].as_object();
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut body: Map<String, Value> = Map::new();
    for (name, property) in properties.into_iter().flatten() {
        if required.contains(&name.as_str()) {
            body.insert(name.clone(), example(name, property));
        }
    }
    if body.is_empty()
        && let Some((name, property)) = properties.and_then(|properties| properties.iter().next())
    {
        body.insert(name.clone(), example(name, property));
    }
    body.into()
}

fn text(name: &str, schema: &Value) -> &'static str {
    let is_id = schema.get("x-object-types").is_some() || name == "id" || name.ends_with("Id");
    match name.to_ascii_lowercase().replace('_', "").as_str() {
        _ if is_id => ID,
        "namelabel" | "name" => "web server",
        "namedescription" | "description" => "serves the shop",
        "tag" | "tags" => "production",
        "filter" => "power_state:running tags:production",
        "host" | "server" => "192.0.2.10",
        "username" | "user" => "root",
        "email" => "alice@example.org",
        "password" => "correct horse battery staple",
        "device" => "/dev/sdb",
        "mac" => "00:16:3e:11:22:33",
        "ip" => "192.0.2.20",
        "netmask" => "255.255.255.0",
        "gateway" | "dns" => "192.0.2.1",
        _ => "text",
    }
}
