//! From the schemas that schemars derives to the dialect that clients of this field read.
//!
//! There a parameter that may be left out does not accept `null` (only a [`Patch`](crate::Patch) does), a choice
//! of plain types is a list under `type`, a choice of words an `enum`, and an object that names its
//! properties takes no others.

use serde_json::{Map, Value};

/// The type of a property that names one of `kinds`, in the schema of an id.
pub(crate) const KINDS: &str = "x-kinds";
/// Marks a property whose `null` means something.
const CLEARS: &str = "x-clears";

/// Rewrites a derived schema into the dialect.
pub(crate) fn dialect(schema: Value) -> Value {
    let Value::Object(mut schema) = schema else { return Value::Object(Map::new()) };
    schema.remove("$schema");
    schema.remove("title");
    schema.remove(CLEARS);
    if schema.get("type").is_some_and(|t| mentions(t, "integer")) {
        schema.remove("format");
    }
    if schema.get("default").is_some_and(says_nothing) {
        schema.remove("default");
    }
    let required = schema.get("required").cloned();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (name, property) in properties.iter_mut() {
            let optional = !required.as_ref().is_some_and(|r| mentions(r, name));
            let mut value = property.take();
            if optional && value.get(CLEARS).is_none() {
                value = without_null(value);
            }
            *property = dialect(value);
        }
    }
    for part in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(part)
            && inner.is_object()
        {
            *inner = dialect(inner.take());
        }
    }
    for part in ["anyOf", "oneOf", "allOf", "prefixItems"] {
        if let Some(Value::Array(inner)) = schema.get_mut(part) {
            for inner in inner {
                *inner = dialect(inner.take());
            }
        }
    }
    if let Some(Value::Object(defs)) = schema.get_mut("$defs") {
        for (_, inner) in defs.iter_mut() {
            *inner = dialect(inner.take());
        }
    }
    flatten_choice(&mut schema);
    Value::Object(schema)
}

/// Returns whether `names` is the word `name` or a list with it.
pub(crate) fn mentions(names: &Value, name: &str) -> bool {
    names.as_str() == Some(name) || names.as_array().is_some_and(|names| names.iter().any(|n| n.as_str() == Some(name)))
}

/// Returns whether a default is what anyone would expect of a parameter left out.
fn says_nothing(default: &Value) -> bool {
    match default {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(items) => items.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// Takes `null` from the types and values that a schema accepts.
fn without_null(mut schema: Value) -> Value {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|t| t != "null");
        if let [only] = &mut types[..] {
            schema["type"] = only.take();
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|v| !v.is_null());
    }
    for part in ["anyOf", "oneOf"] {
        let Some(Value::Array(choices)) = schema.get_mut(part) else { continue };
        choices.retain(|choice| choice.get("type").is_none_or(|t| t != "null"));
        let only = if let [only] = &mut choices[..] { Some(only.take()) } else { None };
        if let (Some(Value::Object(only)), Value::Object(schema)) = (only, &mut schema) {
            schema.remove(part);
            for (key, value) in only {
                schema.entry(key).or_insert(value);
            }
        }
    }
    schema
}

/// Replaces a choice of plain types by a list of types, and a choice of words by an `enum`.
fn flatten_choice(schema: &mut Map<String, Value>) {
    for part in ["anyOf", "oneOf"] {
        let Some(Value::Array(choices)) = schema.get(part) else { continue };
        if let Some(types) = choices.iter().map(plain_types).collect::<Option<Vec<_>>>() {
            let limits: Vec<_> =
                choices.iter().filter_map(Value::as_object).flatten().filter(|(k, _)| is_limit(k)).collect();
            let limits: Map<_, _> = limits.into_iter().map(|(key, limit)| (key.clone(), limit.clone())).collect();
            schema.insert("type".to_owned(), types.concat().into());
            schema.extend(limits);
            schema.remove(part);
        } else if let Some(words) = choices.iter().map(words).collect::<Option<Vec<_>>>() {
            schema.insert("type".to_owned(), "string".into());
            schema.insert("enum".to_owned(), words.concat().into());
            schema.remove(part);
        }
    }
}

/// Returns whether a rule binds values of one type only, so that it may stand beside a list of types.
fn is_limit(rule: &str) -> bool {
    matches!(rule, "minimum" | "maximum" | "minLength" | "maxLength" | "pattern")
}

/// The types of a schema that says nothing else than limits.
fn plain_types(schema: &Value) -> Option<Vec<Value>> {
    let schema = schema.as_object()?;
    schema.keys().all(|key| matches!(key.as_str(), "type" | "description") || is_limit(key)).then_some(())?;
    match schema.get("type")? {
        Value::Array(types) => Some(types.clone()),
        one => Some(vec![one.clone()]),
    }
}

/// The words of a schema that accepts nothing else.
fn words(schema: &Value) -> Option<Vec<Value>> {
    if schema.get("type")? != "string" {
        return None;
    }
    match (schema.get("const"), schema.get("enum")) {
        (Some(word), _) => Some(vec![word.clone()]),
        (None, Some(Value::Array(words))) => Some(words.clone()),
        _ => None,
    }
}
