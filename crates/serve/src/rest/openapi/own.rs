//! The routes that are no operations: objects of pools, tasks as they change, events, the documentation.

use app::model::Kind;
use serde_json::{Map, Value, json};

use super::{
    super::docs::File,
    operation::{json_content, list_params, list_response, parameter, refusals},
};

pub(super) fn objects(kind: Kind) -> Value {
    let item = json!({ "$ref": format!("#/components/schemas/{}", kind.name()) });
    let mut responses = Map::new();
    responses.insert("200".to_owned(), list_response(item));
    responses.extend(refusals());
    json!({
        "summary": format!("List objects of type `{}`.", kind.name()),
        "description": "Those that the user may see.",
        "parameters": list_params(),
        "responses": responses,
    })
}

pub(super) fn object(kind: Kind) -> Value {
    let content = json_content(json!({ "$ref": format!("#/components/schemas/{}", kind.name()) }));
    let mut responses = Map::new();
    responses.insert("200".to_owned(), json!({ "description": "The object.", "content": content }));
    responses.extend(refusals());
    json!({
        "summary": format!("Show one object of type `{}`.", kind.name()),
        "description": "For users who may `view` it.",
        "parameters": [parameter("path", "id", true, json!({ "type": "string", "minLength": 1 }))],
        "responses": responses,
    })
}

pub(super) fn tasks() -> Value {
    let mut parameters = list_params();
    let watch = json!({
        "type": "boolean", "default": false,
        "description": "Whether to tell of what changes from now on, instead of what is there; goes with `ndjson`.",
    });
    let mut watch = parameter("query", "watch", false, watch);
    watch["x-endless"] = true.into();
    parameters.push(watch);
    let mut responses = Map::new();
    responses
        .insert("200".to_owned(), list_response(json!({ "type": "object", "required": ["id", "status", "start"] })));
    responses.extend(refusals());
    json!({
        "summary": "List tasks, or tell of them as they change.",
        "description": "One's own, and those of objects that one may see; administrators see all.",
        "parameters": parameters,
        "responses": responses,
    })
}

pub(super) fn events() -> Value {
    let mut responses = Map::new();
    let stream = json!({ "text/event-stream": { "schema": { "type": "string" } } });
    let description = "Events, as they happen: first `init`, with the id of this stream.";
    responses.insert("200".to_owned(), json!({ "description": description, "content": stream }));
    responses.extend(refusals());
    json!({
        "summary": "Tell of objects and tasks as they change.",
        "description": "Of what one has subscribed to on this stream, and may see.",
        "parameters": [],
        "responses": responses,
        "x-endless": true,
    })
}

pub(super) fn subscribe() -> Value {
    let stream = json!({ "type": "string", "minLength": 1, "description": "Id of the stream." });
    let body = json!({
        "type": "object",
        "required": ["collection"],
        "additionalProperties": false,
        "properties": {
            "collection": { "type": "string", "minLength": 1, "description": "Type of objects, `alarm` or `task`." },
            "fields": {
                "anyOf": [{ "const": "*" }, { "type": "array", "items": { "type": "string", "minLength": 1 } }],
                "description": "Properties; without, all.",
            },
        },
    });
    let made = json_content(json!({ "$ref": "#/components/schemas/Created" }));
    let mut responses = Map::new();
    responses.insert("201".to_owned(), json!({ "description": "It is told of from now on.", "content": made }));
    responses.extend(refusals());
    json!({
        "summary": "Have a stream of events tell of a collection.",
        "description": "For whoever opened the stream.",
        "parameters": [parameter("path", "id", true, stream)],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": body, "example": { "collection": "VM" } } },
        },
        "responses": responses,
    })
}

pub(super) fn unsubscribe() -> Value {
    let stream = json!({ "type": "string", "minLength": 1, "description": "Id of the stream." });
    let subscription = json!({ "type": "string", "minLength": 1, "description": "The collection." });
    let mut responses = Map::new();
    responses.insert("204".to_owned(), json!({ "description": "It is told of no more." }));
    responses.extend(refusals());
    json!({
        "summary": "Have a stream of events tell no more of a collection.",
        "description": "For whoever opened the stream.",
        "parameters": [
            parameter("path", "id", true, stream),
            parameter("path", "subscriptionId", true, subscription),
        ],
        "responses": responses,
    })
}

pub(super) fn docs(file: File) -> Value {
    json!({
        "summary": file.summary(),
        "description": "For anyone.",
        "parameters": [],
        "security": [{}],
        "responses": { "200": { "description": "The file.", "content": { (file.mime()): {} } } },
    })
}
