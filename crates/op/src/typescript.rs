//! The table as TypeScript types.

use std::fmt::Write;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::{Context, Ops, schema::mentions};

impl<C: Context> Ops<C> {
    /// Returns a TypeScript module: each named result type, and `Methods`, by name the parameters and
    /// result of each operation.
    pub fn typescript(&self) -> String {
        let mut schemas = SchemaSettings::draft2020_12().for_serialize().into_generator();
        let mut methods = String::new();
        for (name, entry) in &self.0 {
            let result = (entry.output)(&mut schemas).to_value();
            doc(&mut methods, &entry.params, 1);
            let params = match entry.params["properties"].as_object() {
                Some(properties) if !properties.is_empty() => object(&entry.params, 2),
                _ if entry.params["additionalProperties"] == true => "Record<string, unknown>".to_owned(),
                _ => "Record<string, never>".to_owned(),
            };
            let result = if entry.void { "true".to_owned() } else { render(&result, 2) };
            let _ = write!(methods, "  '{name}': {{\n    params: {params}\n    result: {result}\n  }}\n");
        }
        let mut module = String::from("// Generated from the operation table by `cargo xtask gen`; do not edit.\n\n");
        for (name, schema) in schemas.take_definitions(true) {
            doc(&mut module, &schema, 0);
            let name = identifier(&name);
            if schema["properties"].is_object() && schema["additionalProperties"].is_null() {
                let _ = writeln!(module, "export interface {name} {}\n", object(&schema, 0));
            } else {
                let _ = writeln!(module, "export type {name} = {}\n", render(&schema, 0));
            }
        }
        let _ = write!(
            module,
            "/** Parameters and result of each operation. */\nexport interface Methods {{\n{methods}}}\n"
        );
        module
    }
}

/// Writes the description of a schema as a doc comment.
fn doc(to: &mut String, schema: &Value, depth: usize) {
    if let Some(text) = schema["description"].as_str() {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace("*/", "* /");
        let _ = writeln!(to, "{}/** {text} */", "  ".repeat(depth));
    }
}

/// Writes the type that a schema accepts; `depth` is that of the line it stands in.
fn render(schema: &Value, depth: usize) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        return identifier(name);
    }
    if let Some(value) = schema.get("const") {
        return literal(value);
    }
    if let Some(Value::Array(values)) = schema.get("enum") {
        return values.iter().map(literal).collect::<Vec<_>>().join(" | ");
    }
    for (part, with) in [("anyOf", " | "), ("oneOf", " | "), ("allOf", " & ")] {
        if let Some(Value::Array(parts)) = schema.get(part) {
            return parts.iter().map(|part| render(part, depth)).collect::<Vec<_>>().join(with);
        }
    }
    match &schema["type"] {
        Value::Array(types) => {
            let each = types.iter().map(|name| one(name.as_str().unwrap_or_default(), schema, depth));
            each.collect::<Vec<_>>().join(" | ")
        }
        name => one(name.as_str().unwrap_or_default(), schema, depth),
    }
}

fn one(name: &str, schema: &Value, depth: usize) -> String {
    match name {
        "string" | "boolean" | "null" => name.to_owned(),
        "integer" | "number" => "number".to_owned(),
        "array" => list(schema, depth),
        "object" => object(schema, depth),
        _ => "unknown".to_owned(),
    }
}

fn list(schema: &Value, depth: usize) -> String {
    if let Value::Array(items) = &schema["prefixItems"] {
        return format!("[{}]", items.iter().map(|item| render(item, depth)).collect::<Vec<_>>().join(", "));
    }
    let item = render(&schema["items"], depth);
    let one_word = !item.contains(' ') || item.starts_with('{') || item.starts_with("Record<");
    if one_word { format!("{item}[]") } else { format!("({item})[]") }
}

fn object(schema: &Value, depth: usize) -> String {
    let mut text = String::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        doc(&mut text, property, depth + 1);
        let optional = if mentions(&schema["required"], name) { "" } else { "?" };
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$');
        let name =
            if plain && !name.starts_with(|c: char| c.is_ascii_digit()) { name.clone() } else { format!("'{name}'") };
        let _ = writeln!(text, "{}{name}{optional}: {}", "  ".repeat(depth + 1), render(property, depth + 1));
    }
    let others = &schema["additionalProperties"];
    match (text.is_empty(), others) {
        (true, Value::Object(_)) => format!("Record<string, {}>", render(others, depth)),
        (true, _) => "Record<string, unknown>".to_owned(),
        (false, Value::Object(_) | Value::Bool(true)) => {
            format!("{{\n{text}{}[key: string]: unknown\n{}}}", "  ".repeat(depth + 1), "  ".repeat(depth))
        }
        (false, _) => format!("{{\n{text}{}}}", "  ".repeat(depth)),
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        other => other.to_string(),
    }
}

fn identifier(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}
