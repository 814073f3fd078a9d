//! From an HTTP request to a WebSocket.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version, header};
use hyper::{
    body::Incoming,
    upgrade::{OnUpgrade, on},
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Returns whether a request asks for a WebSocket.
pub(crate) fn is_upgrade(headers: &HeaderMap) -> bool {
    let has = |name, word: &str| {
        let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(|line| line.split(',')).any(|one| one.trim().eq_ignore_ascii_case(word))
    };
    has(header::UPGRADE, "websocket") && has(header::CONNECTION, "upgrade")
}

/// Answers the handshake; the WebSocket starts when the answer is out. The first subprotocol that the client
/// offers is accepted, whatever it is.
///
/// # Errors
///
/// The answer to a handshake that is not one.
pub(crate) fn accept(request: &mut Request<Incoming>) -> Result<(Response<Body>, OnUpgrade), Box<Response<Body>>> {
    let headers = request.headers();
    let refuse = |status: StatusCode, why: &'static str| {
        let mut response = Response::new(Body::from(why));
        *response.status_mut() = status;
        response.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        Box::new(response)
    };
    if request.method() != Method::GET || request.version() != Version::HTTP_11 {
        return Err(refuse(StatusCode::BAD_REQUEST, "a WebSocket is opened by GET with HTTP/1.1\n"));
    }
    if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(refuse(StatusCode::UPGRADE_REQUIRED, "WebSocket version 13 is needed\n"));
    }
    let Some(key) = headers.get(header::SEC_WEBSOCKET_KEY) else {
        return Err(refuse(StatusCode::BAD_REQUEST, "Sec-WebSocket-Key is missing\n"));
    };
    let mut response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_ACCEPT, derive_accept_key(key.as_bytes()));
    let protocols = headers.get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|line| line.to_str().ok());
    if let Some(first) = protocols.and_then(|line| line.split(',').next()).map(str::trim).filter(|p| !p.is_empty()) {
        response = response.header(header::SEC_WEBSOCKET_PROTOCOL, first);
    }
    let response = response.body(Body::empty()).expect("the parts are valid");
    Ok((response, on(request)))
}
