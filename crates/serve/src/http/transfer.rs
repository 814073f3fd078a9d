//! One-time URLs: what an operation handed out is fetched here.

use std::{convert::Infallible, sync::Arc};

use app::{Caller as Asker, Download, Refusal};
use axum::body::Body;
use futures_util::stream;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
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
        let transfers = self.app.transfers();
        // Whoever only looks leaves it for who comes to fetch it.
        let found = if request.method() == Method::HEAD {
            transfers.look(path, asker).map(|(kind, name)| (kind, name, Body::empty()))
        } else {
            let taken = transfers.take(path, asker);
            taken.map(|Download { content_type, file_name, body }| {
                (content_type, file_name, Body::from_stream(stream::iter(body.map(Ok::<_, Infallible>))))
            })
        };
        let (content_type, file_name, body) = match found {
            Ok(found) => found,
            Err(Refusal::NotYours) => {
                return Some(reply::text(StatusCode::FORBIDDEN, "this one-time URL was made for somebody else\n"));
            }
            Err(Refusal::Unknown) => return None,
        };
        if let Some(visitor) = request.extensions().get::<Arc<Visitor>>() {
            visitor.known(true);
        }
        let mut response = Response::new(body);
        response.extensions_mut().insert(Worthwhile);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(name) = &file_name {
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
