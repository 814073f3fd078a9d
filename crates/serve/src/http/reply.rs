//! Small answers.

use std::fmt::Display;

use axum::body::Body;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::Value;

use super::caller::Caller;

/// Answers with a line of text.
pub(crate) fn text(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// Answers with JSON, which is nobody else's to keep.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Sends the client to another path or URL.
pub(crate) fn redirect(status: StatusCode, to: impl Display) -> Response<Body> {
    let to = to.to_string();
    let what = status.canonical_reason().unwrap_or_default();
    let mut response = text(status, &format!("{what}. Redirecting to {to}"));
    let location = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Sends whoever came over plain HTTP to the same place on the TLS port.
pub(crate) fn to_https<B>(request: &Request<B>, caller: &Caller, port: u16) -> Response<Body> {
    let host = caller.host.as_deref().unwrap_or("localhost");
    let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let status = if safe { StatusCode::MOVED_PERMANENTLY } else { StatusCode::PERMANENT_REDIRECT };
    redirect(status, format_args!("https://{name}{port}{path}"))
}
