//! One-time URLs: what an operation handed out is fetched here, what it waits for is sent here.

mod download;
mod multipart;
mod upload;

use std::sync::Arc;

use app::{App, Caller as Asker, Download, Ended, Refusal, Shown};
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::{Face, caller::Caller, compress::Worthwhile, reply};
use crate::listen::Visitor;

/// How a client sends an upload.
const SENDS: &str = "POST, PUT";

impl Face {
    /// Answers with the download that waits at `path`, or takes the upload; gives the request back where there is none.
    pub(super) async fn transfer(
        &self,
        path: &str,
        request: Request<Incoming>,
        caller: &Caller,
    ) -> Result<Response<Body>, Request<Incoming>> {
        let user = match Caller::token(request.headers()) {
            Some(token) => self.app.user_of(&token).await.ok().flatten(),
            None => None,
        };
        let asker = Asker { user: user.as_deref().map(|user| user.id.as_str()), address: caller.address };
        // Whoever only looks leaves it for who comes to fetch it.
        let shown = match self.app.look(path, asker).await {
            Ok(shown) => shown,
            Err(Refusal::Unknown) => return Err(request),
            Err(refusal) => return Ok(refused(refusal)),
        };
        if let Some(visitor) = request.extensions().get::<Arc<Visitor>>() {
            visitor.known(true);
        }
        let sends = matches!(*request.method(), Method::POST | Method::PUT);
        let answer = match shown {
            shown @ Shown::Download { .. } if *request.method() == Method::HEAD => Ok(head(shown)),
            Shown::Download { .. } if let Some(range) = part(request.headers()) => {
                Ok(reply::text(StatusCode::RANGE_NOT_SATISFIABLE, &format!("{}\n", no_parts(&range))))
            }
            Shown::Download { .. } => self.download(path, asker).await,
            Shown::Upload if sends => self.upload(path, request, asker).await,
            Shown::Upload => Err(Refusal::IsUpload),
        };
        Ok(answer.unwrap_or_else(refused))
    }

    async fn download(&self, path: &str, asker: Asker<'_>) -> Result<Response<Body>, Refusal> {
        let download = self.app.fetch(path, asker).await?;
        Ok(send(&self.app, download).await.unwrap_or_else(|(status, why)| reply::text(status, &format!("{why}\n"))))
    }

    async fn upload(
        &self,
        path: &str,
        request: Request<Incoming>,
        asker: Asker<'_>,
    ) -> Result<Response<Body>, Refusal> {
        let Ended { result, to_admin } = take_in_at(&self.app, path, asker, request).await?;
        // In the form of JSON-RPC, with an id that nobody asked for: clients of the original read it so.
        Ok(match result {
            Ok(answer) => {
                let text = [&b"{\"id\":0,\"jsonrpc\":\"2.0\",\"result\":"[..], &answer.into_bytes(), b"}"].concat();
                json_text(StatusCode::OK, text.into())
            }
            Err(error) => {
                let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let text = json!({ "id": 0, "jsonrpc": "2.0", "error": error.to_json(to_admin) }).to_string();
                json_text(status, text.into())
            }
        })
    }
}

/// Gives what a request sends to who waits for it at `path`, and waits until that has ended.
async fn take_in_at(app: &App, path: &str, asker: Asker<'_>, request: Request<Incoming>) -> Result<Ended, Refusal> {
    // Dropped with this request; an upload without a length that is not over by then is not whole.
    let (received, _here) = upload::receive(request, app.config().transfers.stall.0).await;
    app.receive(path, asker, received).await
}

/// The same for who has just been told the path.
pub(crate) async fn take_in(app: &App, path: &str, asker: Asker<'_>, request: Request<Incoming>) -> op::Result<Ended> {
    take_in_at(app, path, asker, request).await.map_err(|refusal| match refusal {
        Refusal::Denied(error) => error,
        Refusal::Busy => op::Error::refused("too many downloads and uploads are under way; try again"),
        _ => op::Error::failed("where the content was to go is gone"),
    })
}

/// Returns the part of a file that a request wants, if it does not want all.
pub(crate) fn part(headers: &HeaderMap) -> Option<String> {
    let range = headers.get(header::RANGE)?.to_str().unwrap_or_default();
    // Some clients ask for all like that.
    (range.replace(' ', "") != "bytes=0-").then(|| range.to_owned())
}

/// Says that there are no parts.
pub(crate) fn no_parts(range: &str) -> String {
    format!("the file is made while it is sent and cannot be asked for in parts (`Range: {range}`); ask for all of it")
}

/// Answers with what a download says of itself.
pub(crate) fn head(shown: Shown) -> Response<Body> {
    match shown {
        Shown::Download { content_type, file_name } => {
            downloaded(content_type, file_name.as_deref(), None, Body::empty())
        }
        Shown::Upload => refused(Refusal::IsUpload),
    }
}

/// Sends a file; where it cannot begin, the status and the reason.
pub(crate) async fn send(app: &App, download: Download) -> Result<Response<Body>, (StatusCode, String)> {
    let Download { content_type, file_name, body } = download;
    let length = body.length();
    match download::begin(body, &app.config().transfers).await {
        Ok(body) => Ok(downloaded(content_type, file_name.as_deref(), length.get(), body)),
        Err(error) => {
            let late = error.kind() == std::io::ErrorKind::TimedOut;
            let status = if late { StatusCode::GATEWAY_TIMEOUT } else { StatusCode::BAD_GATEWAY };
            Err((status, error.to_string()))
        }
    }
}

fn json_text(status: StatusCode, text: Bytes) -> Response<Body> {
    let mut response = reply::json(status, &Value::Null);
    *response.body_mut() = Body::from(text);
    response
}

fn downloaded(content_type: &'static str, file_name: Option<&str>, length: Option<u64>, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    if length.is_none() {
        response.extensions_mut().insert(Worthwhile);
    }
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("none"));
    if let Some(length) = length {
        headers.insert(header::CONTENT_LENGTH, length.into());
    }
    if let Some(name) = file_name {
        let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let value = format!("attachment; filename*=UTF-8''{}", encoded.replace('+', "%20"));
        headers.insert(
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment")),
        );
    }
    response
}

/// Says why there is nothing for whoever asks.
fn refused(refusal: Refusal) -> Response<Body> {
    match refusal {
        Refusal::Unknown => reply::text(StatusCode::NOT_FOUND, "there is no such one-time URL any more\n"),
        Refusal::NotYours => reply::text(StatusCode::FORBIDDEN, "this one-time URL was made for somebody else\n"),
        Refusal::IsDownload => reply::text(StatusCode::METHOD_NOT_ALLOWED, "this one-time URL is for a download\n"),
        Refusal::IsUpload => {
            let mut response =
                reply::text(StatusCode::METHOD_NOT_ALLOWED, "this one-time URL is for an upload; POST the file\n");
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(SENDS));
            response
        }
        Refusal::Busy => {
            let what = "too many downloads and uploads are under way; try again with the same URL\n";
            let mut response = reply::text(StatusCode::SERVICE_UNAVAILABLE, what);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
            response
        }
        Refusal::UserGone => {
            reply::text(StatusCode::FORBIDDEN, "the user for whom this one-time URL was made no longer exists\n")
        }
        Refusal::Denied(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let message = error.to_json(false)["message"].as_str().unwrap_or_default().to_owned();
            reply::text(status, &format!("this one-time URL is no longer good: {message}\n"))
        }
    }
}
