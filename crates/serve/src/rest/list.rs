//! Lists: which objects, which of their fields, in which format.

mod options;
mod page;
mod parts;
mod row;

use app::Session;
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, Response, header};
use op::Answer;
use serde_json::Value;

use self::{
    options::Format,
    parts::Parts,
    row::{Made, Row},
};
pub(super) use self::{options::Options, parts::Lines};
use super::refusal::Refusal;

/// Answers with what is chosen of `objects` of `collection`.
pub(super) async fn of_objects(
    objects: impl Iterator<Item = std::sync::Arc<app::Object>> + Send + 'static,
    collection: &'static str,
    options: Options,
    session: &Session,
) -> Result<Response<Body>, Refusal> {
    respond(objects, collection, options, session).await
}

/// Answers with what is chosen of the result of an operation, a list of objects of `collection`.
pub(super) async fn of_values(
    answer: Answer,
    collection: &'static str,
    options: Options,
    session: &Session,
) -> Result<Response<Body>, Refusal> {
    let values: Vec<Value> = answer.decode()?;
    of_made(values.into_iter(), collection, options, session).await
}

/// Answers with what is chosen of values that are objects with an id.
pub(super) async fn of_made(
    values: impl Iterator<Item = Value> + Send + 'static,
    collection: &'static str,
    options: Options,
    session: &Session,
) -> Result<Response<Body>, Refusal> {
    respond(values.filter_map(Made::new), collection, options, session).await
}

/// Sends an answer as it is made.
pub(super) fn sent(answer: Answer, session: &Session) -> Body {
    match answer {
        Answer::Bytes(text) => Body::from(text),
        Answer::Parts(parts) => streamed(parts, session),
    }
}

/// Writes an id so that it can stand in a path.
pub(super) fn encoded(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}

async fn respond<R: Row>(
    rows: impl Iterator<Item = R> + Send + 'static,
    collection: &'static str,
    mut options: Options,
    session: &Session,
) -> Result<Response<Body>, Refusal> {
    let Some(page) = options.page.take() else { return Ok(written(rows, collection, options, session)) };
    let choose = move || (page.choose(rows, |row| options.keep(row)), options);
    let chosen = tokio::task::spawn_blocking(choose).await;
    let (chosen, options) = chosen.map_err(|panic| op::Error::failed(panic.to_string()))?;
    let options = Options { filter: None, ..options };
    let mut response = written(chosen.rows.into_iter(), collection, options, session);
    response.headers_mut().extend(chosen.headers);
    Ok(response)
}

fn written<R: Row>(
    rows: impl Iterator<Item = R> + Send + 'static,
    collection: &'static str,
    options: Options,
    session: &Session,
) -> Response<Body> {
    let content_type = match options.format {
        Format::Json => "application/json; charset=utf-8",
        Format::Lines => "application/x-ndjson",
        Format::Markdown => "text/markdown; charset=utf-8",
    };
    let mut response = Response::new(streamed(Parts::new(rows, collection, options), session));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Sends parts, each made when there is room for it, on a thread that serves nobody else meanwhile; no more of them once
/// the session has ended, as when its token is revoked.
fn streamed(parts: impl Iterator<Item = Bytes> + Send + 'static, session: &Session) -> Body {
    let session = session.clone();
    let made = stream::unfold(Some((parts, session)), |left| async move {
        let (mut parts, session) = left?;
        if let Some(reason) = session.ended() {
            return Some((Err(std::io::Error::other(reason.to_string())), None));
        }
        let made = tokio::task::spawn_blocking(move || parts.next().map(|part| (part, parts))).await;
        match made {
            Ok(part) => part.map(|(part, parts)| (Ok(part), Some((parts, session)))),
            Err(panic) => Some((Err(std::io::Error::other(panic)), None)),
        }
    });
    Body::from_stream(made)
}
