//! Server-sent events: what changes, told as it does.
//!
//! | when | the client gets |
//! |---|---|
//! | it connects | `init` with the id of the connection; it then says what to tell of, by `POST /events/{id}/subscriptions` |
//! | an object appears for it, changes, goes | `add`, `update`, `remove` with the object, or the fields it wants |
//! | a task is new, changes, goes | `update`, `remove` |
//! | nothing for half a minute | `ping` |
//! | it reads too slowly, its token ends, the server stops | `close` with the reason, and the end |
//!
//! One follower serves all connections while there are some. What happens within a few milliseconds is written together,
//! once for all who may see the same and want the same.

mod collection;
mod connection;
mod follow;
mod groups;
mod outbox;
mod text;

use std::{collections::HashMap, sync::Arc};

use app::App;
use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use self::{
    collection::{Collection, Fields},
    connection::{Connection, Reader},
    follow::Follower,
};
use super::{
    Asked,
    refusal::{Refusal, wrong_value},
};
use crate::http::reply;

/// The connections that hear of events; clones are the same.
#[derive(Clone)]
pub(super) struct Events(Arc<Hub>);

struct Hub {
    app: App,
    stop: CancellationToken,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    by_id: HashMap<String, Arc<Connection>>,
    /// Whether somebody follows the changes for them.
    is_followed: bool,
}

impl Events {
    pub(super) fn new(app: App, stop: CancellationToken) -> Self {
        Self(Arc::new(Hub { app, stop, open: Mutex::default() }))
    }

    /// Opens a stream of events, which tells of nothing yet.
    pub(super) fn open(&self, asked: Asked) -> Result<Response<Body>, Refusal> {
        let session = asked.who.session;
        let user = session.user().ok_or_else(Refusal::unauthenticated)?;
        let limit = self.0.app.config().rest_api.max_ram_allocated_per_sse_client;
        let connection = Arc::new(Connection::new(session, user.id.clone(), limit));
        connection.outbox.push(&text::event("init", &json!({ "id": connection.id })));
        {
            let mut open = self.0.open.lock();
            open.by_id.insert(connection.id.clone(), Arc::clone(&connection));
            if !std::mem::replace(&mut open.is_followed, true) {
                let follower = Follower::new(self.clone());
                tokio::spawn(follower.run());
            }
        }
        let reader = Reader::new(self.clone(), connection, self.0.stop.clone());
        let mut response = Response::new(Body::from_stream(reader.stream()));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
        Ok(response)
    }

    /// Lets a stream tell of a collection, whole objects or these fields.
    pub(super) fn subscribe(&self, asked: &Asked, body: &Map<String, Value>) -> Result<Response<Body>, Refusal> {
        let mut wrong = Map::new();
        let any = "Value does not match any allowed schema";
        let collection = match body.get("collection") {
            None => Err(("'collection' is required", None)),
            Some(name) => name.as_str().and_then(Collection::parse).ok_or((any, Some(name.clone()))),
        };
        let collection = collection
            .map_err(|(message, value)| wrong.insert("body.collection".to_owned(), wrong_value(message, value)));
        let fields = match body.get("fields") {
            None => Ok(Fields::All),
            Some(fields) => Fields::read(fields).map_err(|message| {
                wrong.insert("body.fields".to_owned(), wrong_value(message.unwrap_or(any), Some(fields.clone())));
            }),
        };
        for (key, value) in body.iter().filter(|(key, _)| !matches!(key.as_str(), "collection" | "fields")) {
            let message = format!("\"{key}\" is an excess property and therefore is not allowed");
            wrong.insert(format!("body.{key}"), wrong_value(&message, Some(value.clone())));
        }
        let (Ok(collection), Ok(fields), true) = (collection, fields, wrong.is_empty()) else {
            return Err(Refusal::all_invalid(wrong));
        };
        self.find(asked)?.subscribe(collection, fields);
        Ok(reply::json(StatusCode::CREATED, &json!({ "id": collection.name() })))
    }

    /// Lets a stream tell of a collection no more, if it did.
    pub(super) fn unsubscribe(&self, asked: &Asked) -> Result<Response<Body>, Refusal> {
        let name = asked.part("subscriptionId");
        let collection = Collection::parse(name).ok_or_else(|| {
            Refusal::invalid("subscriptionId", "Value does not match any allowed schema", Some(name.into()))
        })?;
        self.find(asked)?.unsubscribe(collection);
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        Ok(response)
    }

    /// Returns the stream that the path names, if it is one of who asks: of those of others it is not told that they are.
    fn find(&self, asked: &Asked) -> Result<Arc<Connection>, Refusal> {
        let id = asked.part("id");
        let user = asked.who.session.user().ok_or_else(Refusal::unauthenticated)?;
        let found = self.0.open.lock().by_id.get(id).cloned();
        let found = found.filter(|connection| connection.user == user.id && !connection.outbox.is_closed());
        found.ok_or_else(|| op::Error::no_such("event", id).into())
    }

    fn all(&self) -> Vec<Arc<Connection>> {
        let open = self.0.open.lock();
        open.by_id.values().filter(|connection| !connection.outbox.is_closed()).cloned().collect()
    }

    fn forget(&self, id: &str) {
        self.0.open.lock().by_id.remove(id);
    }

    /// Returns whether there is nobody to follow the changes for; whoever asked stops doing so then.
    fn is_over(&self) -> bool {
        let mut open = self.0.open.lock();
        open.is_followed = !open.by_id.is_empty();
        !open.is_followed
    }
}
