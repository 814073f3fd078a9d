//! REST: every operation and every collection under `/rest/v0`.
//!
//! A request goes: its route is known, who asks is known, its path, query and body become the parameters of
//! one operation, [`App::call`] runs it as for every other door, the result becomes an answer.

mod body;
mod call;
mod docs;
mod etag;
mod events;
mod given;
mod idempotency;
mod json;
mod list;
mod listed;
mod objects;
mod openapi;
mod problem;
mod query;
mod rate;
mod refusal;
mod table;
mod tasks;
mod who;

use std::sync::{Arc, OnceLock};

use app::App;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::{Body as _, Incoming};
use op::{Access, Reply, Route};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

pub use self::listed::{Listed, routes};
pub use self::openapi::openapi;
use self::{
    call::Wanted,
    etag::Conditions,
    events::Events,
    idempotency::{Key, Keys},
    query::Query,
    rate::{Left, Rates},
    refusal::Refusal,
    table::{Found, Table, Target},
    who::Who,
};
use crate::{
    http::{Caller, reply},
    listen::Visitor,
};

/// Where the face is, and where the original's older web client finds it.
const ROOTS: [&str; 2] = ["/rest/v0", "/v5/rest/v0"];
/// The header by which the program that assistants call through tells what it is.
const CLIENT: &str = "x-xo-client";

/// One place reads the body of a request, once.
const UNREAD: &str = "nobody has read the body";

/// The face.
pub(crate) struct Rest {
    app: App,
    table: Table,
    /// The text of the OpenAPI document, made when somebody asks for it.
    document: OnceLock<Bytes>,
    /// What clients may ask again.
    keys: Arc<Keys>,
    /// How fast they may ask, where that is limited.
    rates: Option<Rates>,
    events: Events,
    /// Cancelled when the server stops.
    stop: CancellationToken,
}

/// What one request is about.
struct Asked {
    /// Who asks.
    who: Who,
    /// The whole path, as it was written.
    at: String,
    /// Values of the parameters in the path.
    path: Vec<(String, String)>,
    query: Query,
}

impl Rest {
    pub(crate) fn new(app: App, stop: CancellationToken) -> Self {
        let limit = app.config().rest_api;
        let rates = limit.requests_per_second.map(|rate| Rates::new(rate, limit.burst));
        let events = Events::new(app.clone(), stop.clone());
        let (table, document) = (Table::new(app.ops()), OnceLock::new());
        Self { table, document, keys: Arc::default(), rates, events, app, stop }
    }

    /// Returns the part of `path` that is below the face; nothing where the path is another's.
    pub(crate) fn covers(path: &str) -> Option<&str> {
        let below = ROOTS.iter().find_map(|root| path.strip_prefix(root))?;
        (below.is_empty() || below.starts_with('/')).then_some(below)
    }

    /// Answers a request for what is at `path` below the face.
    pub(crate) async fn answer(
        self: &Arc<Self>,
        path: &str,
        request: Request<Incoming>,
        caller: &Caller,
    ) -> Response<Body> {
        let path = path.trim_end_matches('/');
        let (head, body) = request.into_parts();
        let (request, mut body) = (Request::from_parts(head, ()), Some(body));
        let response = self.found(path, &request, &mut body, caller).await;
        if let Some(body) = body
            && !body.is_end_stream()
            && !request.headers().contains_key(header::EXPECT)
        {
            tokio::spawn(body::pass_over(body));
        }
        response
    }

    async fn found(
        self: &Arc<Self>,
        path: &str,
        request: &Request<()>,
        body: &mut Option<Incoming>,
        caller: &Caller,
    ) -> Response<Body> {
        if path.is_empty() {
            return reply::redirect(StatusCode::FOUND, "/rest/v0/docs");
        }
        let as_problem = problem::is_asked(request.headers());
        let (method, whole) = (request.method().clone(), request.uri().path().to_owned());
        let found = self.table.find(path);
        let target = found.as_ref().and_then(|found| Some((found, found.target(&method)?)));
        let mut rate = None;
        let answer = match (&found, target) {
            (Some(found), _) if method == Method::OPTIONS => return options(found),
            (_, Some((found, target))) => {
                let (who, left) = self.known(request, caller).await;
                rate = left;
                match who {
                    Ok((who, query)) => self.admitted(target, found, request, body, (who, query)).await,
                    Err(refusal) => Err(refusal),
                }
            }
            _ if as_problem => {
                Err(Refusal::new(StatusCode::NOT_FOUND, format!("there is nothing to {method} at {whole}")))
            }
            _ => return unknown(&method, &whole),
        };
        let mut answer = answer
            .unwrap_or_else(|refusal| if as_problem { refusal.into_problem(&whole) } else { refusal.into_response() });
        if let Some(left) = rate {
            left.write(answer.headers_mut());
        }
        answer
    }

    /// Finds out who asks, and whether it may ask once more; what is left then.
    async fn known(&self, request: &Request<()>, caller: &Caller) -> (Result<(Who, Query), Refusal>, Option<Left>) {
        let known = self.signed_in(request, caller).await;
        let Some(rates) = &self.rates else { return (known, None) };
        let signed_in = known.as_ref().ok().and_then(|(who, _)| who.session.signed_in());
        let (left, taken) = rates.take(signed_in.as_ref(), &caller.peer(request.headers()));
        (taken.and(known), Some(left))
    }

    async fn signed_in(&self, request: &Request<()>, caller: &Caller) -> Result<(Who, Query), Refusal> {
        let is_mcp = request.headers().get(CLIENT).is_some_and(|client| client.as_bytes() == b"mcp");
        if is_mcp && !self.app.config().mcp.enabled {
            return Err(op::Error::ServiceUnavailable { service: "mcp".to_owned() }.into());
        }
        let query = Query::parse(request.uri().query().unwrap_or_default())?;
        let who = who::sign_in(&self.app, request, &query, caller).await?;
        Ok((who, query))
    }

    async fn admitted(
        self: &Arc<Self>,
        target: &Target,
        found: &Found<'_>,
        request: &Request<()>,
        body: &mut Option<Incoming>,
        (who, query): (Who, Query),
    ) -> Result<Response<Body>, Refusal> {
        let is_known = who.session.user().is_some();
        if !self.is_public(target) && !is_known {
            return Err(Refusal::unauthenticated());
        }
        if is_known && let Some(visitor) = request.extensions().get::<Arc<Visitor>>() {
            // A stream of events may stay for days, and does not make room for strangers.
            visitor.known(true);
        }
        let path = found.params()?;
        if let Some(response) = to_oneself(&path, &who, request) {
            return Ok(response);
        }
        let conditions = Conditions::read(request.headers())?;
        let looks = matches!(*request.method(), Method::GET | Method::HEAD);
        let asked = Asked { who, at: request.uri().path().to_owned(), path, query };
        let response = match target {
            Target::Op(route) if route.content => {
                self.hold(&conditions, found, &asked.who).await?;
                let body = body.take().expect(UNREAD);
                let (parts, ()) = request.clone().into_parts();
                self.take_in(route, asked, Request::from_parts(parts, body)).await?
            }
            // As in the original, what only looks takes its parameters from the query.
            Target::Op(route) if route.reply == Reply::File && looks => {
                let (headers, only_head) = (request.headers().clone(), request.method() == Method::HEAD);
                self.call(route, asked, Map::new(), Some(&Wanted { headers, only_head })).await?
            }
            Target::Op(route) if looks => self.call(route, asked, Map::new(), None).await?,
            Target::Op(_) => {
                let body = body::params(request.headers(), body.as_mut().expect(UNREAD)).await?;
                let (rest, method, path) = (Arc::clone(self), request.method().clone(), found.path().to_owned());
                let key = Key::read(&method, request.headers(), &path, &asked, &body)?;
                let change = async move { rest.change(&method, &path, asked, body, &conditions).await };
                return match key {
                    Some(key) => idempotency::once(&self.keys, key, change).await,
                    None => change.await,
                };
            }
            Target::Objects(kind) => self.objects(*kind, &asked).await?,
            Target::Object(kind) => self.object(*kind, &asked)?,
            Target::Docs(file) => file.answer(self.document.get_or_init(|| openapi(self.app.ops()).to_string().into())),
            Target::Tasks => self.tasks(asked).await?,
            Target::Events => self.events.open(asked)?,
            Target::Subscribe => {
                let body = body::params(request.headers(), body.as_mut().expect(UNREAD)).await?;
                self.events.subscribe(&asked, &body)?
            }
            Target::Unsubscribe => self.events.unsubscribe(&asked)?,
        };
        if looks && found.is_object() { conditions.tagged(response).await } else { Ok(response) }
    }
}

impl Asked {
    /// Returns a parameter of the path.
    fn part(&self, name: &str) -> &str {
        self.path.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }
}

impl Rest {
    /// Returns whether a target is for anyone, signed in or not.
    fn is_public(&self, target: &Target) -> bool {
        match target {
            Target::Op(Route { op, .. }) => self.app.ops().spec(op).is_some_and(|spec| spec.access == Access::Public),
            Target::Docs(_) => true,
            _ => false,
        }
    }

    /// Calls the operation that is at `path`, if the object is as the client says.
    async fn change(
        &self,
        method: &Method,
        path: &str,
        asked: Asked,
        body: Map<String, Value>,
        conditions: &Conditions,
    ) -> Result<Response<Body>, Refusal> {
        let found = self.table.find(path).expect("it has been found");
        let Some(Target::Op(route)) = found.target(method) else { unreachable!("changes are operations") };
        self.hold(conditions, &found, &asked.who).await?;
        self.call(route, asked, body, None).await
    }
}

/// Sends who asks for `me` to its own id.
fn to_oneself(path: &[(String, String)], who: &Who, request: &Request<()>) -> Option<Response<Body>> {
    let is_me = path.iter().any(|(name, value)| name == "id" && value == "me");
    let whole = request.uri().path();
    if !is_me || !whole.contains("/users/me") {
        return None;
    }
    let user = who.session.user()?;
    let mut to = whole.replacen("/users/me", &format!("/users/{}", user.id), 1);
    if let Some(query) = request.uri().query() {
        to = format!("{to}?{query}");
    }
    Some(reply::redirect(StatusCode::TEMPORARY_REDIRECT, to))
}

/// Answers with the methods that a path has.
fn options(found: &Found<'_>) -> Response<Body> {
    let methods = found.methods().join(",");
    let mut response = Response::new(Body::from(methods.clone()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_str(&methods).expect("names of methods"));
    response
}

/// Answers for what is at no route; as the original, before asking who it is.
fn unknown(method: &Method, path: &str) -> Response<Body> {
    let what: String = format!("Cannot {method} {path}").chars().take(512).collect();
    let what = what.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n\
         <body>\n<pre>{what}</pre>\n</body>\n</html>\n"
    );
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}
