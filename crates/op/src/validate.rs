//! Checks parameters against their schema and names every place that is wrong.
//!
//! The words are those of the JSON Schema checker that clients of this field know; they show them to people.
//! Two rules are the field's own: a text is not empty unless its schema has `minLength`, `format`,
//! `pattern` or `enum`, and an object that names its properties takes no others. One is ours: no text has a NUL
//! character, which no database of a host takes.

use regex::Regex;
use serde_json::{Value, json};

use crate::{ParamError, schema::mentions};

/// So many errors are told at most: a list of a million bad items must not become a larger answer.
const MOST_ERRORS: usize = 32;

/// Numbers beyond this, either way, are refused whatever the schema says: whoever reads JSON does not carry them exactly
/// (`Number.MAX_SAFE_INTEGER`), and 8 PiB is more than any disk.
const LARGEST: f64 = 9_007_199_254_740_991.0;

/// Returns what is wrong with `value`.
pub(crate) fn check(schema: &Value, value: &Value) -> Vec<ParamError> {
    let mut checker = Checker { root: schema, errors: Vec::new() };
    checker.value(schema, value, "", "#");
    checker.errors
}

struct Checker<'a> {
    root: &'a Value,
    errors: Vec<ParamError>,
}

impl<'a> Checker<'a> {
    fn report(&mut self, path: &str, at: &str, keyword: &'static str, params: Value, message: impl Into<String>) {
        if self.errors.len() < MOST_ERRORS {
            let schema_path = format!("{at}/{keyword}");
            self.errors.push(ParamError {
                path: path.to_owned(),
                schema_path,
                keyword,
                params,
                message: message.into(),
            });
        }
    }

    fn value(&mut self, schema: &'a Value, value: &Value, path: &str, at: &str) {
        if self.errors.len() >= MOST_ERRORS {
            return;
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/$defs/")) {
            return self.value(&self.root["$defs"][name], value, path, &format!("#/$defs/{name}"));
        }
        if let Some(types) = schema.get("type")
            && !fits(types, value)
        {
            let names = types.as_array().map_or_else(
                || types.as_str().unwrap_or_default().to_owned(),
                |types| types.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
            );
            return self.report(path, at, "type", json!({ "type": types }), format!("must be {names}"));
        }
        if let Some(Value::Array(allowed)) = schema.get("enum")
            && !allowed.contains(value)
        {
            let message = "must be equal to one of the allowed values";
            self.report(path, at, "enum", json!({ "allowedValues": allowed }), message);
        }
        if let Some(allowed) = schema.get("const")
            && allowed != value
        {
            self.report(path, at, "const", json!({ "allowedValue": allowed }), "must be equal to constant");
        }
        match value {
            Value::String(text) => self.text(schema, text, path, at),
            Value::Number(number) => self.number(schema, number.as_f64().unwrap_or(f64::NAN), path, at),
            Value::Array(items) => self.items(schema, items, path, at),
            Value::Object(properties) => self.properties(schema, properties, path, at),
            Value::Null | Value::Bool(_) => {}
        }
        self.choices(schema, value, path, at);
    }

    fn text(&mut self, schema: &'a Value, text: &str, path: &str, at: &str) {
        let ruled = ["minLength", "format", "pattern", "enum", "const"].iter().any(|rule| schema.get(rule).is_some());
        let typed = schema.get("type").is_some_and(|t| mentions(t, "string"));
        let least = schema["minLength"].as_u64().unwrap_or(u64::from(typed && !ruled));
        let length = text.chars().count() as u64;
        if length < least {
            let message = format!("must NOT have fewer than {least} characters");
            self.report(path, at, "minLength", json!({ "limit": least }), message);
        }
        if let Some(most) = schema["maxLength"].as_u64()
            && length > most
        {
            let message = format!("must NOT have more than {most} characters");
            self.report(path, at, "maxLength", json!({ "limit": most }), message);
        }
        if text.contains('\0') {
            self.report(path, at, "pattern", json!({ "pattern": "^[^\\0]*$" }), "must NOT have a NUL character");
        }
        if let Some(pattern) = schema["pattern"].as_str()
            && !Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
        {
            let message = format!("must match pattern \"{pattern}\"");
            self.report(path, at, "pattern", json!({ "pattern": pattern }), message);
        }
    }

    fn number(&mut self, schema: &'a Value, number: f64, path: &str, at: &str) {
        type Breaks = fn(f64, f64) -> bool;
        if number.is_nan() || number.abs() > LARGEST {
            let (keyword, comparison, limit) =
                if number < 0.0 { ("minimum", ">=", -LARGEST) } else { ("maximum", "<=", LARGEST) };
            let params = json!({ "comparison": comparison, "limit": limit });
            return self.report(path, at, keyword, params, format!("must be {comparison} {limit}"));
        }
        let rules: [(&'static str, &str, Breaks); 4] = [
            ("minimum", ">=", |number, limit| number < limit),
            ("maximum", "<=", |number, limit| number > limit),
            ("exclusiveMinimum", ">", |number, limit| number <= limit),
            ("exclusiveMaximum", "<", |number, limit| number >= limit),
        ];
        for (keyword, comparison, breaks) in rules {
            if let Some(limit) = schema[keyword].as_f64()
                && breaks(number, limit)
            {
                let params = json!({ "comparison": comparison, "limit": schema[keyword] });
                self.report(path, at, keyword, params, format!("must be {comparison} {}", schema[keyword]));
            }
        }
    }

    fn items(&mut self, schema: &'a Value, items: &[Value], path: &str, at: &str) {
        if let Some(least) = schema["minItems"].as_u64()
            && (items.len() as u64) < least
        {
            let message = format!("must NOT have fewer than {least} items");
            self.report(path, at, "minItems", json!({ "limit": least }), message);
        }
        if let Some(most) = schema["maxItems"].as_u64()
            && items.len() as u64 > most
        {
            let message = format!("must NOT have more than {most} items");
            self.report(path, at, "maxItems", json!({ "limit": most }), message);
        }
        for (index, item) in items.iter().enumerate() {
            let (rule, at) = match schema["prefixItems"].get(index) {
                Some(rule) => (rule, format!("{at}/prefixItems/{index}")),
                None => (&schema["items"], format!("{at}/items")),
            };
            self.value(rule, item, &format!("{path}/{index}"), &at);
        }
    }

    fn properties(&mut self, schema: &'a Value, properties: &serde_json::Map<String, Value>, path: &str, at: &str) {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !properties.contains_key(name) {
                let message = format!("must have required property '{name}'");
                self.report(path, at, "required", json!({ "missingProperty": name }), message);
            }
        }
        let known = schema["properties"].as_object();
        let others = schema.get("additionalProperties");
        for (name, value) in properties {
            let path = format!("{path}/{}", pointer(name));
            if let Some(rule) = known.and_then(|known| known.get(name)) {
                self.value(rule, value, &path, &format!("{at}/properties/{}", pointer(name)));
                continue;
            }
            match others {
                Some(Value::Object(_)) => {
                    self.value(&schema["additionalProperties"], value, &path, &format!("{at}/additionalProperties"));
                }
                Some(Value::Bool(false)) => self.report_unknown(name, &path, at),
                None if known.is_some_and(|known| !known.is_empty()) => self.report_unknown(name, &path, at),
                _ => {}
            }
        }
    }

    fn report_unknown(&mut self, name: &str, path: &str, at: &str) {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let params = json!({ "additionalProperty": name });
        self.report(parent, at, "additionalProperties", params, "must NOT have additional properties");
    }

    fn choices(&mut self, schema: &'a Value, value: &Value, path: &str, at: &str) {
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.value(part, value, path, &format!("{at}/allOf"));
        }
        let fits = |choice: &&Value| {
            let mut checker = Checker { root: self.root, errors: Vec::new() };
            checker.value(choice, value, path, at);
            checker.errors.is_empty()
        };
        if let Some(Value::Array(choices)) = schema.get("anyOf")
            && !choices.iter().any(|choice| fits(&choice))
        {
            self.report(path, at, "anyOf", json!({}), "must match a schema in anyOf");
        }
        if let Some(Value::Array(choices)) = schema.get("oneOf")
            && choices.iter().filter(fits).count() != 1
        {
            self.report(path, at, "oneOf", json!({ "passingSchemas": null }), "must match exactly one schema in oneOf");
        }
    }
}

fn fits(types: &Value, value: &Value) -> bool {
    let fits_one = |name: &Value| match name.as_str() {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        Some("number") => value.is_number(),
        Some("integer") => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0),
        _ => true,
    };
    types.as_array().map_or_else(|| fits_one(types), |types| types.iter().any(fits_one))
}

/// Writes a property name as a token of a JSON pointer.
fn pointer(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
