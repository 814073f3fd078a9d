//! What every route takes and answers in headers, as the document tells it.

use op::Verb;
use serde_json::{Value, json};

use super::operation::parameter;

/// Tags in quotes, or `*`.
const TAGS: &str = r#"^(\*|(W/)?"[^"]*"(, ?(W/)?"[^"]*")*)$"#;

/// 1 to 255 characters; without blanks around it and quotes, to be sure.
const KEY: &str = "^[!#-~]{1,255}$";

/// Adds to what is described for `verb` at `path` the headers that any route has.
pub(super) fn add(described: &mut Value, path: &str, verb: Verb) {
    if verb == Verb::Post {
        let description = "What the client calls this request. Asked again under the same key within a day, it is not \
                           done again; the first answer comes again.";
        take(described, "Idempotency-Key", KEY, description, "5c9e3a4e-6f0c-4a2c-9d55-0e1c6a1b7f11");
    }
    let mut parts = path.split('/').skip(2);
    if !parts.next().is_some_and(|part| part.starts_with('{')) {
        return;
    }
    let is_object = parts.next().is_none();
    match verb {
        Verb::Get if is_object => look_at_object(described),
        Verb::Get => {}
        _ => {
            let description = "Only where the object has one of these ETags now, or is there at all (`*`).";
            take(described, "If-Match", TAGS, description, "\"w7oR0KZEjZfHn0IbJ_bNgA\"");
        }
    }
}

fn look_at_object(described: &mut Value) {
    let description = "Nothing is answered where the object still has one of these ETags.";
    take(described, "If-None-Match", TAGS, description, "\"w7oR0KZEjZfHn0IbJ_bNgA\"");
    let tag = json!({ "description": "What the object is now.", "schema": { "type": "string" } });
    if let Some(found) = described["responses"].get_mut("200") {
        found["headers"]["ETag"] = tag.clone();
        let description = "The object still has the ETag that `If-None-Match` names.";
        described["responses"]["304"] = json!({ "description": description, "headers": { "ETag": tag } });
    }
}

/// Adds a header that a request may have.
fn take(described: &mut Value, name: &str, pattern: &str, description: &str, example: &str) {
    let schema = json!({ "type": "string", "pattern": pattern, "description": description, "default": example });
    let mut header = parameter("header", name, false, schema);
    header["schema"].as_object_mut().map(|schema| schema.shift_remove("default"));
    if let Some(parameters) = described["parameters"].as_array_mut() {
        parameters.push(header);
    }
}
