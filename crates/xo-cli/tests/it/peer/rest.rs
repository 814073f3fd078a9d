//! The REST API of the peer: what the real server does not do, or not yet.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};

use super::{Shared, TOKEN};

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path below the root, and query, as they were written.
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Bytes,
}

impl Asked {
    /// Returns method, path and body in a line.
    pub(crate) fn line(&self) -> String {
        format!("{} {} {}", self.method, self.path, String::from_utf8_lossy(&self.body))
    }
}

pub(super) async fn answer(State(state): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let whole = head.uri.path_and_query().unwrap().as_str().strip_prefix("/rest/v0").unwrap().trim_start_matches('/');
    let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: HashMap<_, _> = head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let asked = Asked { method: head.method.to_string(), path: whole.to_owned(), headers, body };
    if let Some(location) = &state.traits.redirect_to {
        state.rest.lock().await.push(asked);
        return (StatusCode::FOUND, [(header::LOCATION, format!("{location}rest/v0/{whole}"))]).into_response();
    }
    if path == "docs/swagger.json" {
        return if state.traits.no_document { unknown() } else { json(StatusCode::OK, &document()) };
    }
    let cookie = asked.headers.get("cookie").is_some_and(|cookie| cookie.contains(TOKEN));
    // `admin@admin.net:admin`
    let basic = asked.headers.get("authorization").is_some_and(|line| line == "Basic YWRtaW5AYWRtaW4ubmV0OmFkbWlu");
    if whole.is_empty() && !cookie && !basic {
        // Where the API is may be asked by anybody.
        return (StatusCode::FOUND, [(header::LOCATION, "/rest/v0/docs")]).into_response();
    }
    state.rest.lock().await.push(asked.clone());
    if cookie == basic {
        return json(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid credentials" }));
    }
    route(&state, &asked, path, query)
}

fn route(state: &Shared, asked: &Asked, path: &str, query: &str) -> Response {
    let lists = query.split('&').any(|pair| pair == "ndjson=true");
    match (asked.method.as_str(), path) {
        ("GET", "") => json(StatusCode::OK, &json!(["/rest/v0/vms", "/rest/v0/tasks"])),
        ("GET", "vms") if lists => {
            let notes = "long ".repeat(1200);
            let object = move |n: usize| {
                let name = if n == 1 { "db\u{1b}[2J".to_owned() } else { format!("web {n}") };
                json!({ "id": n, "name_label": name, "notes": notes, "href": format!("/rest/v0/vms/{n}") })
            };
            let short = query.contains("fields=name_label");
            let line = move |n: usize| {
                let mut object = object(n);
                if short {
                    object.as_object_mut().unwrap().remove("notes");
                }
                Ok::<_, std::io::Error>(format!("{object}\n"))
            };
            let lines = stream::iter((0..state.traits.many_objects.max(2)).map(line));
            ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response()
        }
        ("GET", "vms/1a") => {
            json(StatusCode::OK, &json!({ "id": "1a", "memory": 1.0, "CPUs": { "number": 2 }, "tags": ["a", "b"] }))
        }
        ("GET", "users/me") => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/rest/v0/vms/1a")]).into_response()
        }
        ("GET", "thief") => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "http://127.0.0.1:9/rest/v0/vms")]).into_response()
        }
        ("GET", "tasks/1") if query.contains("wait") && !query.contains("wait=true") => {
            let wrong = json!({ "wait": { "message": "invalid boolean value" } });
            json(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "error": wrong }))
        }
        ("GET", "tasks/1") => json(StatusCode::OK, &json!({ "id": "1", "asked": query })),
        ("GET", "vdis/1.raw") => file(Body::from(vec![b'x'; 300_000])),
        ("GET", "vdis/broken.raw") => {
            let chunk = || Ok(Bytes::from(vec![b'x'; 100_000]));
            file(Body::from_stream(stream::iter([chunk(), chunk(), Err(std::io::Error::other("the host went away"))])))
        }
        ("GET", "events") => {
            ([(header::CONTENT_TYPE, "text/event-stream")], "event: init\ndata: {}\n\n").into_response()
        }
        ("GET", "broken") => {
            ([(header::CONTENT_TYPE, "application/x-ndjson")], "{\"id\":1}\n{\"id\":\n").into_response()
        }
        ("POST" | "PUT", "vdis/1.raw") => json(StatusCode::CREATED, &json!({ "id": "new" })),
        ("POST", "vms/1a/actions/start") => {
            let body = json!({ "taskId": "0abc" });
            let place = [(header::LOCATION, "/rest/v0/tasks/0abc")];
            (StatusCode::ACCEPTED, place, axum::Json(body)).into_response()
        }
        ("PATCH" | "DELETE", "vms/1a") => StatusCode::NO_CONTENT.into_response(),
        ("POST", "vms/actions/start") => {
            let line =
                json!({ "id": "1", "type": "VM", "name": "web", "outcome": "failed", "why": "no host can take it" });
            let counts = json!({ "done": 0, "failed": 1 });
            json(StatusCode::OK, &json!({ "objects": [line], "counts": counts }))
        }
        _ => unknown(),
    }
}

fn json(status: StatusCode, value: &Value) -> Response {
    // Two spaces, as the original.
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], format!("{value:#}")).into_response()
}

fn file(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "application/octet-stream")], body).into_response()
}

fn unknown() -> Response {
    let page = "<!DOCTYPE html>\n<pre>Cannot GET it</pre>\n";
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/html")], page).into_response()
}

fn document() -> Value {
    let body =
        |properties: Value| json!({ "content": { "application/json": { "schema": { "properties": properties } } } });
    let file = json!({ "requestBody": { "content": { "application/octet-stream": {} } } });
    json!({ "paths": {
        "/tasks": { "get": {} },
        "/tasks/{id}": { "get": {} },
        "/vms": { "get": {} },
        "/vms/{id}": { "get": {}, "patch": { "requestBody": body(json!({
            "memory": { "type": "integer" }, "nameLabel": { "type": "string" }, "autoPoweron": { "type": "boolean" },
        })) } },
        "/vms/{id}/actions/start": { "post": {
            "parameters": [{ "in": "query", "name": "sync", "schema": { "type": "boolean" } }],
            "requestBody": body(json!({ "force": { "type": "boolean" } })),
        } },
        "/vdis/{id}.raw": { "get": {}, "put": file, "post": file },
    } })
}
