//! One-time URLs: what an operation handed out is fetched here.

use std::{convert::Infallible, sync::Arc};

use app::{Caller as Asker, Refusal};
use axum::body::Body;
use futures_util::stream;
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;

use super::{Face, caller::Caller, compress::Worthwhile, reply};
use crate::listen::Visitor;

impl Face {
    /// Answers with the download that waits at `path`, `None` when there is none.
    pub(super) async fn transfer(
        &self,
        path: &str,
        request: &Request<Incoming>,
        caller: &Caller,
    ) -> Option<Response<Body>> {
        let user = match Caller::token(request.headers()) {
            Some(token) => self.app.user_of(&token).await.ok().flatten(),
            None => None,
        };
        let asker = Asker { user: user.as_deref().map(|user| user.id.as_str()), address: caller.address };
        let download = match self.app.transfers().take(path, asker) {
            Ok(download) => {
                if let Some(visitor) = request.extensions().get::<Arc<Visitor>>() {
                    visitor.known(true);
                }
                download
            }
            Err(Refusal::NotYours) => {
                return Some(reply::text(StatusCode::FORBIDDEN, "this one-time URL was made for somebody else\n"));
            }
            Err(Refusal::Unknown) => return None,
        };
        let mut response = Response::new(Body::from_stream(stream::iter(download.body.map(Ok::<_, Infallible>))));
        response.extensions_mut().insert(Worthwhile);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(download.content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(name) = &download.file_name {
            let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
            let value = format!("attachment; filename*=UTF-8''{}", encoded.replace('+', "%20"));
            headers.insert(
                header::CONTENT_DISPOSITION,
                HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment")),
            );
        }
        Some(response)
    }
}
