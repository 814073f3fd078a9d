//! Lists: which objects, which of their fields, in which format.

mod options;
mod page;
mod parts;
mod row;

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
) -> Result<Response<Body>, Refusal> {
    respond(objects, collection, options).await
}

/// Answers with what is chosen of the result of an operation, a list of objects of `collection`.
pub(super) async fn of_values(
    answer: Answer,
    collection: &'static str,
    options: Options,
) -> Result<Response<Body>, Refusal> {
    let values: Vec<Value> = answer.decode()?;
    of_made(values.into_iter(), collection, options).await
}

/// Answers with what is chosen of values that are objects with an id.
pub(super) async fn of_made(
    values: impl Iterator<Item = Value> + Send + 'static,
    collection: &'static str,
    options: Options,
) -> Result<Response<Body>, Refusal> {
    respond(values.filter_map(Made::new), collection, options).await
}

/// Sends an answer as it is made.
pub(super) fn sent(answer: Answer) -> Body {
    match answer {
        Answer::Bytes(text) => Body::from(text),
        Answer::Parts(parts) => streamed(parts),
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
) -> Result<Response<Body>, Refusal> {
    let Some(page) = options.page.take() else { return Ok(written(rows, collection, options)) };
    let choose = move || (page.choose(rows, |row| options.keep(row)), options);
    let chosen = tokio::task::spawn_blocking(choose).await;
    let (chosen, options) = chosen.map_err(|panic| op::Error::failed(panic.to_string()))?;
    let options = Options { filter: None, ..options };
    let mut response = written(chosen.rows.into_iter(), collection, options);
    response.headers_mut().extend(chosen.headers);
    Ok(response)
}

fn written<R: Row>(
    rows: impl Iterator<Item = R> + Send + 'static,
    collection: &'static str,
    options: Options,
) -> Response<Body> {
    let content_type = match options.format {
        Format::Json => "application/json; charset=utf-8",
        Format::Lines => "application/x-ndjson",
        Format::Markdown => "text/markdown; charset=utf-8",
    };
    let mut response = Response::new(streamed(Parts::new(rows, collection, options)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Sends parts, each made when there is room for it, on a thread that serves nobody else meanwhile.
fn streamed(parts: impl Iterator<Item = Bytes> + Send + 'static) -> Body {
    let made = stream::unfold(Some(parts), |parts| async move {
        let mut parts = parts?;
        let made = tokio::task::spawn_blocking(move || parts.next().map(|part| (part, parts))).await;
        match made {
            Ok(part) => part.map(|(part, parts)| (Ok(part), Some(parts))),
            Err(panic) => Some((Err(std::io::Error::other(panic)), None)),
        }
    });
    Body::from_stream(made)
}
