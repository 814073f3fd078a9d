//! One-time URLs: what an operation handed out is fetched here.

use std::{io, sync::Arc};

use app::{Caller as Asker, Content, Download, Refusal};
use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
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
            transfers.look(path, asker).map(|(kind, name)| (kind, name, None))
        } else {
            let taken = transfers.take(path, asker);
            taken.map(|Download { content_type, file_name, body }| (content_type, file_name, Some(body)))
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
        let body = match body {
            None => Body::empty(),
            Some(content) => match begin(content).await {
                Ok(body) => body,
                Err(error) => return Some(reply::text(StatusCode::BAD_GATEWAY, &format!("{error}\n"))),
            },
        };
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

/// Waits for the first piece: a download that cannot begin has no head that says it could. One that fails later is broken
/// off, so that no client takes it for whole.
async fn begin(content: Content) -> io::Result<Body> {
    let mut pieces = content.into_stream();
    let first: Option<Bytes> = pieces.next().await.transpose()?;
    Ok(Body::from_stream(stream::iter(first.map(Ok)).chain(pieces)))
}
