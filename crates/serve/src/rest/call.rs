//! Routes to operations.

use app::{Caller, Ended, Session};
use axum::body::Body;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use op::{Answer, Reply, Route};
use serde_json::{Map, Value, json};

use super::{Asked, Rest, given::Given, idempotency, list, refusal::Refusal, table::kind_of};
use crate::http::{reply, transfer};

/// What a request for a file says of how it wants that.
pub(super) struct Wanted {
    pub(super) headers: HeaderMap,
    /// Whether the head of the answer is enough.
    pub(super) only_head: bool,
}

impl Rest {
    /// Calls the operation of a route and answers with what comes of it.
    pub(super) async fn call(
        &self,
        route: &Route,
        asked: Asked,
        body: Map<String, Value>,
        wanted: Option<&Wanted>,
    ) -> Result<Response<Body>, Refusal> {
        self.exists(route, &asked)?;
        let by_line = route.reply == Reply::Sections && asked.query.flag("ndjson")?;
        let options =
            if route.reply == Reply::List { Some(list::Options::read(&asked.at, &asked.query)?) } else { None };
        let sync = asked.query.flag("sync")?;
        let given = Given::read(self.app.ops(), route, &asked, body)?;
        let session = &asked.who.session;
        let to_admin = session.user().is_some_and(|user| app::is_admin(&user));
        let refused = |error: &op::Error| match error {
            op::Error::Unauthorized { .. } if session.user().is_none() => Refusal::unauthenticated(),
            error => given.refusal(route, error, to_admin),
        };
        let tells_only = given.tells_only();
        if route.action && !sync && !tells_only {
            let about = self.about(route, &given, &asked);
            let begun = self.app.begin(session, route.op, given.params.clone().into(), about).await;
            return begun.map(|begun| accepted(&begun.task)).map_err(|error| refused(&error));
        }
        let answer = self.app.call(session, route.op, given.params.clone().into()).await;
        let answer = answer.map_err(|error| refused(&error))?;
        if tells_only {
            return Ok(with(StatusCode::OK, answer, session));
        }
        match (route.reply, options) {
            (Reply::List, Some(options)) => {
                list::of_values(answer, route.collection.unwrap_or_default(), options, session).await
            }
            (Reply::Nothing, _) => Ok(nothing()),
            (Reply::Created, _) => created(route, answer),
            (Reply::File, _) => self.file(session, answer, wanted).await,
            (Reply::Sections, _) if by_line => sections(answer, session),
            (Reply::Result | Reply::Sections | Reply::List, _) => Ok(with(StatusCode::OK, answer, session)),
        }
    }

    /// Refuses a path whose object is not of the kind that its collection has.
    fn exists(&self, route: &Route, asked: &Asked) -> Result<(), Refusal> {
        let mut parts = route.path.trim_start_matches('/').split('/');
        let (Some(collection), Some(part)) = (parts.next(), parts.next()) else { return Ok(()) };
        let Some(kind) = kind_of(collection) else { return Ok(()) };
        let part = part.strip_suffix(super::table::FORMAT).unwrap_or(part);
        let Some((_, id)) = asked.path.iter().find(|(name, _)| part == format!("{{{name}}}")) else { return Ok(()) };
        if asked.who.session.user().is_none() {
            return Err(Refusal::unauthenticated());
        }
        match self.app.store().get(id) {
            Some(object) if object.kind() == kind => Ok(()),
            _ => Err(op::Error::no_such(kind.name(), id.as_str()).into()),
        }
    }

    /// Gives the content that the body of a request is to the operation of a route.
    pub(super) async fn take_in(
        &self,
        route: &Route,
        asked: Asked,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, Refusal> {
        self.exists(route, &asked)?;
        if request.headers().contains_key(idempotency::KEY) {
            let message = "what is sent as content cannot be told from other content that was sent under the same key";
            return Err(Refusal::invalid("Idempotency-Key", message, None));
        }
        let given = Given::read(self.app.ops(), route, &asked, Map::new())?;
        let session = &asked.who.session;
        let to_admin = session.user().is_some_and(|user| app::is_admin(&user));
        let refused = |error: &op::Error| match error {
            op::Error::Unauthorized { .. } if session.user().is_none() => Refusal::unauthenticated(),
            error => given.refusal(route, error, to_admin),
        };
        let answer = self.app.call(session, route.op, given.params.clone().into()).await;
        let answer = answer.map_err(|error| refused(&error))?;
        if given.tells_only() {
            return Ok(with(StatusCode::OK, answer, session));
        }
        let accepted: Value = answer.decode()?;
        let path = accepted["$sendTo"].as_str().unwrap_or_default();
        let user = session.user();
        let asker = Caller { user: user.as_deref().map(|user| user.id.as_str()), address: session.peer().address };
        let Ended { result, to_admin } = transfer::take_in(&self.app, path, asker, request).await?;
        let answer = result.map_err(|error| Refusal::of(&error, to_admin))?;
        match route.reply {
            Reply::Created => created(route, answer),
            Reply::Nothing => Ok(nothing()),
            _ => Ok(with(StatusCode::OK, answer, session)),
        }
    }

    /// Sends the file that an operation has offered.
    async fn file(
        &self,
        session: &Session,
        answer: Answer,
        wanted: Option<&Wanted>,
    ) -> Result<Response<Body>, Refusal> {
        let offered: Value = answer.decode()?;
        let path = offered["$getFrom"].as_str().unwrap_or_default();
        let user = session.user();
        let asker = Caller { user: user.as_deref().map(|user| user.id.as_str()), address: session.peer().address };
        let gone = |_| op::Error::failed("the file that was offered is gone");
        if wanted.is_some_and(|wanted| wanted.only_head) {
            return Ok(transfer::head(self.app.discard(path, asker).await.map_err(gone)?));
        }
        if let Some(range) = wanted.and_then(|wanted| transfer::part(&wanted.headers)) {
            let _ = self.app.discard(path, asker).await;
            return Err(Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, transfer::no_parts(&range)));
        }
        let download = self.app.fetch(path, asker).await.map_err(gone)?;
        transfer::send(&self.app, download).await.map_err(|(status, why)| Refusal::new(status, why))
    }

    /// What the task of an action says of itself.
    fn about(&self, route: &Route, given: &Given, asked: &Asked) -> Map<String, Value> {
        let action = route.path.rsplit('/').next().unwrap_or_default().replace('_', " ");
        let id = asked.path.iter().find(|(name, _)| name == "id").map(|(_, id)| id.as_str());
        let object = id.and_then(|id| self.app.store().get(id));
        let collection = route.path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let singular = collection.strip_suffix("ies").map(|stem| format!("{stem}y"));
        let singular = singular.unwrap_or_else(|| collection.trim_end_matches('s').to_owned());
        let noun = object.as_ref().map_or(&*singular, |object| object.kind().name());
        let args = given.params.iter().filter(|(_, value)| id.is_none() || value.as_str() != id);
        let args: Map<_, _> = args.map(|(name, value)| (name.clone(), value.clone())).collect();
        let mut about = Map::new();
        about.insert("args".to_owned(), self.app.masked(route.op, &args.into()));
        if let Some(id) = object.as_ref().map(|object| object.id()).or(id) {
            about.insert("objectType".to_owned(), noun.into());
            about.insert("objectId".to_owned(), id.into());
        }
        about.insert("name".to_owned(), format!("REST API: {action} {noun}").into());
        about.insert("type".to_owned(), "xo:rest-api:action".into());
        about
    }
}

/// The task of an action goes on.
fn accepted(task: &str) -> Response<Body> {
    let mut response = reply::json(StatusCode::ACCEPTED, &json!({ "taskId": task }));
    locate(&mut response, "tasks", task);
    response
}

/// Something was created, whose id is the result.
fn created(route: &Route, answer: Answer) -> Result<Response<Body>, Refusal> {
    let result: Value = answer.decode()?;
    let id = result.as_str().or_else(|| result["id"].as_str()).or_else(|| result["uuid"].as_str());
    let id = id.map(ToOwned::to_owned);
    let Some(id) = id else { return Ok(reply::json(StatusCode::CREATED, &result)) };
    let mut response = reply::json(StatusCode::CREATED, &json!({ "id": id }));
    locate(&mut response, route.collection.unwrap_or_default(), &id);
    Ok(response)
}

fn locate(response: &mut Response<Body>, collection: &str, id: &str) {
    let at = format!("/rest/v0/{collection}/{}", list::encoded(id));
    if let Ok(at) = HeaderValue::from_str(&at) {
        response.headers_mut().insert(header::LOCATION, at);
    }
}

/// Answers with each property of an object on a line of its own.
fn sections(answer: Answer, session: &Session) -> Result<Response<Body>, Refusal> {
    let all: Map<String, Value> = answer.decode()?;
    let lines: String = all.into_iter().map(|(name, value)| json!({ name: value }).to_string() + "\n").collect();
    let mut response = with(StatusCode::OK, Answer::Bytes(lines.into()), session);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    Ok(response)
}

fn nothing() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// Answers with the text of a result.
fn with(status: StatusCode, answer: Answer, session: &Session) -> Response<Body> {
    let mut response = Response::new(list::sent(answer, session));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
