//! Schemas as OpenAPI wants them.

use serde_json::{Map, Value, json};

/// Turns the schema of a parameter into what a document says: the table's own rules are written out.
pub(super) fn param(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else { return schema.clone() };
    let mut written: Map<String, Value> = object.clone();
    let kinds = written.shift_remove("x-kinds");
    let has = |rule: &str| object.contains_key(rule);
    let is = |kind: &str| match &schema["type"] {
        Value::Array(types) => types.iter().any(|one| one == kind),
        one => one == kind,
    };
    // A text is not empty unless something says so.
    if is("string") && !["minLength", "format", "pattern", "enum", "const"].iter().any(|rule| has(rule)) {
        written.insert("minLength".to_owned(), 1.into());
    }
    // What names its properties takes no others.
    if has("properties") && !has("additionalProperties") {
        written.insert("additionalProperties".to_owned(), false.into());
    }
    if let Some(Value::Array(kinds)) = kinds.filter(|kinds| kinds.as_array().is_some_and(|kinds| !kinds.is_empty())) {
        written.insert("x-object-types".to_owned(), kinds.into());
    }
    inner(&mut written, param);
    written.into()
}

/// Turns the schema of a result into what a document says.
pub(super) fn result(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else { return schema.clone() };
    let mut written = object.clone();
    written.shift_remove("$schema");
    written.shift_remove("x-kinds");
    inner(&mut written, result);
    written.into()
}

/// Does the same to the schemas inside.
fn inner(schema: &mut Map<String, Value>, same: fn(&Value) -> Value) {
    for part in ["items", "additionalProperties"] {
        if let Some(one) = schema.get_mut(part) {
            *one = same(one);
        }
    }
    for part in ["properties", "patternProperties"] {
        for (_, one) in schema.get_mut(part).and_then(Value::as_object_mut).into_iter().flatten() {
            *one = same(one);
        }
    }
    for part in ["anyOf", "oneOf", "allOf", "prefixItems"] {
        for one in schema.get_mut(part).and_then(Value::as_array_mut).into_iter().flatten() {
            *one = same(one);
        }
    }
}

/// What can come of an action on an object.
const OUTCOMES: [&str; 5] = ["done", "failed", "refused", "would", "skipped"];

/// Schemas that many answers have.
pub(super) fn common() -> Map<String, Value> {
    let wrong = json!({
        "type": "object",
        "required": ["message"],
        "properties": { "message": { "type": "string" }, "value": {} },
    });
    let outcome = json!({
        "type": "object",
        "required": ["id", "outcome"],
        "properties": {
            "id": { "type": "string" },
            "type": { "type": "string" },
            "name": { "type": "string" },
            "outcome": { "enum": OUTCOMES },
            "result": { "description": "What the action answered, where that is more than that it is done." },
            "error": { "type": "object", "description": "The error as JSON-RPC tells it." },
            "why": { "type": "string", "description": "Why it was refused or failed, in a sentence." },
            "would": { "type": "string", "description": "What would happen, in a sentence." },
        },
        "additionalProperties": false,
    });
    let count = || json!({ "type": "integer", "minimum": 0 });
    let counts: Map<String, Value> = OUTCOMES.iter().map(|outcome| ((*outcome).to_owned(), count())).collect();
    let Value::Object(schemas) = json!({
        "Error": {
            "type": "object",
            "description": "What is wrong.",
            "required": ["error"],
            "properties": {
                "error": {
                    "description": "A sentence; or, by place in the request, what is wrong there.",
                    "anyOf": [{ "type": "string" }, { "type": "object", "additionalProperties": wrong }],
                },
                "data": { "description": "What a program needs to know of it." },
                "info": { "type": "string" },
            },
        },
        "Problem": {
            "type": "object",
            "description": "What is wrong, as RFC 9457 has it, for clients that accept `application/problem+json`.",
            "required": ["type", "title", "status", "detail", "instance"],
            "properties": {
                "type": { "const": "about:blank" },
                "title": { "type": "string", "description": "The name of the status." },
                "status": { "type": "integer" },
                "detail": { "type": "string", "description": "The error, or the first thing that is wrong." },
                "instance": { "type": "string", "description": "The path that was asked for." },
                "errors": {
                    "type": "array",
                    "description": "What is wrong with the request, one by one.",
                    "items": {
                        "type": "object",
                        "required": ["detail"],
                        "properties": {
                            "pointer": { "type": "string", "description": "Where in the body: `#/name`." },
                            "parameter": { "type": "string", "description": "Which one of path, query or headers." },
                            "detail": { "type": "string" },
                            "value": {},
                        },
                    },
                },
                "data": { "description": "What a program needs to know of it." },
                "info": { "type": "string" },
            },
        },
        "Href": { "type": "string", "description": "Where an object is.", "pattern": "^/rest/v0/" },
        "Created": {
            "type": "object",
            "description": "What was created.",
            "required": ["id"],
            "properties": { "id": { "type": "string" } },
        },
        "Outcomes": {
            "type": "object",
            "description": "What has come, or with `dryRun` would come, of an action, object by object.",
            "required": ["objects", "counts"],
            "properties": {
                "objects": { "type": "array", "items": outcome },
                "counts": {
                    "type": "object",
                    "description": "How many objects had each outcome.",
                    "required": OUTCOMES,
                    "properties": counts,
                    "additionalProperties": false,
                },
            },
            "additionalProperties": false,
        },
        "Accepted": {
            "type": "object",
            "description": "The task that tells how far it is and what comes of it.",
            "required": ["taskId"],
            "properties": { "taskId": { "type": "string" } },
        },
    }) else {
        unreachable!("it is an object")
    };
    schemas
}

/// The errors that any route may answer, by status.
pub(super) const REFUSALS: [(&str, &str); 15] = [
    ("400", "The request cannot be read."),
    ("401", "Nobody is signed in, or not by what was shown."),
    ("403", "The user may not do this."),
    ("404", "There is no such object."),
    ("408", "The body takes too long to arrive."),
    ("409", "Something is in a state in which this cannot be done, or a host has refused."),
    ("412", "The object is not as `If-Match` or `If-None-Match` says."),
    ("413", "The body is too large."),
    ("415", "The body is no JSON, or is compressed."),
    ("422", "A parameter is wrong: which, and what is wrong with it."),
    ("429", "Too many requests."),
    ("500", "The server has failed."),
    ("502", "A host does not answer."),
    ("503", "A part of the server is not up."),
    ("504", "A host has not begun to answer in time."),
];

/// The same as components of the document.
pub(super) fn refusals() -> Map<String, Value> {
    let content = json!({
        "application/json": { "schema": { "$ref": "#/components/schemas/Error" } },
        "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } },
    });
    let refusal = |(status, description): (&str, &str)| {
        let mut refusal = json!({ "description": description, "content": content });
        if status == "429" {
            let schema = json!({ "type": "integer", "minimum": 1 });
            let after = json!({ "description": "After how many seconds to come again.", "schema": schema });
            refusal["headers"] = json!({ "Retry-After": after });
        }
        (format!("Error{status}"), refusal)
    };
    REFUSALS.into_iter().map(refusal).collect()
}
