//! Compression on the way out, of what is not compressed already.
//!
//! Only files of mounted folders and downloads: the UI has its files compressed beforehand, and answers that carry
//! secrets are small and stay as they are.

use std::convert::Infallible;

use axum::body::Body;
use http::{Extensions, HeaderMap, Request, Response, StatusCode, Version, header};
use tower::ServiceExt;
use tower_http::compression::Compression;

/// Marks an answer as worth compressing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worthwhile;

/// Compresses `response` if it is marked, is text, and the client, whose headers these are, takes that.
pub(super) async fn compress(asked: HeaderMap, response: Response<Body>) -> Response<Body> {
    if response.extensions().get::<Worthwhile>().is_none() {
        return response;
    }
    let mut request = Request::new(());
    *request.headers_mut() = asked;
    let mut response = Some(response);
    let answer = tower::service_fn(move |_: Request<()>| {
        let response = response.take().expect("the service is called once");
        async move { Ok::<_, Infallible>(response) }
    });
    let Ok(response) = Compression::new(answer).gzip(true).compress_when(is_text).oneshot(request).await;
    response.map(Body::new)
}

fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let mime = headers.get(header::CONTENT_TYPE).and_then(|mime| mime.to_str().ok()).unwrap_or_default();
    mime.starts_with("text/") || ["javascript", "json", "svg", "xml", "wasm"].iter().any(|kind| mime.contains(kind))
}
