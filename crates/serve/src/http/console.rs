//! Consoles: a WebSocket at `/api/consoles/<id>` is what a VM's screen or text console says.
//!
//! A browser does not show a page why a WebSocket was refused; a plain `GET` of the same path answers that, and `426`
//! where a WebSocket would be accepted.

mod relay;

use std::sync::Arc;

use app::{ConsoleRefusal, Credentials, Session, Speaks};
use axum::body::Body;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use op::Secret;

use super::{Face, caller::Caller, cookie, reply};
use crate::{listen::Visitor, socket};

/// Where consoles are; the second is where the original's older web client looks.
const PATHS: [&str; 2] = ["/api/consoles/", "/v5/api/consoles/"];

/// Cookies that hold a token: that of browsers, and that of REST clients.
const COOKIES: [&str; 2] = [cookie::TOKEN, "authenticationToken"];

/// Returns the id in the path of a console.
pub(super) fn id_in(path: &str) -> Option<&str> {
    PATHS.iter().find_map(|before| path.strip_prefix(before)).filter(|id| !id.is_empty() && !id.contains('/'))
}

/// Why there is no console: a status and a line of text.
type Refused = (StatusCode, String);

impl Face {
    /// Opens the WebSocket of a console, or says why not.
    pub(super) async fn console(
        self: &Arc<Self>,
        id: &str,
        request: &mut Request<Incoming>,
        caller: &Caller,
    ) -> Response<Body> {
        match self.try_console(id, request, caller).await {
            Ok(response) => response,
            Err((status, why)) => {
                let mut response = reply::text(status, &format!("{why}\n"));
                let headers = response.headers_mut();
                headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                match status {
                    StatusCode::UNAUTHORIZED => {
                        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                    }
                    StatusCode::METHOD_NOT_ALLOWED => {
                        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
                    }
                    StatusCode::UPGRADE_REQUIRED => {
                        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
                    }
                    StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
                    }
                    _ => {}
                }
                response
            }
        }
    }

    async fn try_console(
        self: &Arc<Self>,
        id: &str,
        request: &mut Request<Incoming>,
        caller: &Caller,
    ) -> Result<Response<Body>, Refused> {
        let wants_socket = socket::is_upgrade(request.headers());
        if !wants_socket && !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err((StatusCode::METHOD_NOT_ALLOWED, "a console is a WebSocket".to_owned()));
        }
        let id = percent_decoded(id)?;
        let speaks = speaks(request.uri().query().unwrap_or_default())?;
        let session = self.console_session(request.headers(), caller, wants_socket).await?;
        if let Some(visitor) = request.extensions().get::<Arc<Visitor>>() {
            visitor.known(true);
        }
        let to_admin = session.user().is_some_and(|user| app::is_admin(&user));
        let refused = |refusal| refused(refusal, to_admin);
        if !wants_socket {
            self.app.look_at_console(&session, &id, speaks).await.map_err(refused)?;
            return Err((StatusCode::UPGRADE_REQUIRED, "this console is there; open a WebSocket".to_owned()));
        }
        let (response, upgrade) = match socket::accept(request) {
            Ok(accepted) => accepted,
            Err(response) => return Ok(*response),
        };
        let console = self.app.open_console(&session, &id, speaks).await.map_err(refused)?;
        // Held until the WebSocket ends: it counts as a connection.
        let visitor = request.extensions().get::<Arc<Visitor>>().cloned();
        self.tracker.spawn(async move {
            let _visitor = visitor;
            if let Ok(upgraded) = upgrade.await {
                relay::relay(upgraded, console).await;
            }
        });
        Ok(response)
    }

    /// Signs in by a token: in a cookie, unless a page of another site opened the WebSocket, or in `Authorization`.
    async fn console_session(&self, headers: &HeaderMap, caller: &Caller, opens: bool) -> Result<Session, Refused> {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|line| line.to_str().ok());
        let bearer = bearer.and_then(|line| line.split_once(' '));
        let bearer = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
        let by_cookie = || COOKIES.iter().find_map(|name| cookie::get(headers, name));
        let token = match bearer {
            Some(token) => token,
            None => by_cookie().ok_or_else(|| (StatusCode::UNAUTHORIZED, "sign in first".to_owned()))?,
        };
        if bearer.is_none() && opens && !caller.is_own_page(headers) {
            return Err((StatusCode::FORBIDDEN, "this request was made by a page of another site".to_owned()));
        }
        let session = self.app.session(caller.peer(headers));
        match self.app.sign_in(&session, Credentials::Token(Secret::new(token))).await {
            Ok(_) => Ok(session),
            Err(op::Error::InvalidCredentials) => {
                Err((StatusCode::UNAUTHORIZED, "this token is no longer good; sign in first".to_owned()))
            }
            Err(error) => Err(refused(ConsoleRefusal::Denied(error), false)),
        }
    }
}

/// Reads which console is wanted: `?protocol=vt100` asks for the text console.
fn speaks(query: &str) -> Result<Speaks, Refused> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let Some((_, name)) = pairs.find(|(name, _)| name == "protocol") else { return Ok(Speaks::default()) };
    Speaks::parse(&name).ok_or_else(|| {
        (
            StatusCode::BAD_REQUEST,
            format!("`protocol` is `rfb` (the default) or `vt100`, not `{}`", name.escape_default()),
        )
    })
}

fn percent_decoded(id: &str) -> Result<String, Refused> {
    // The parser of forms takes a plus for a space.
    let pair = format!("v={}", id.replace('+', "%2B").replace('&', "%26"));
    let decoded = url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, id)| id.into_owned());
    let decoded = decoded.filter(|id| !id.contains('\u{fffd}'));
    decoded.ok_or_else(|| (StatusCode::BAD_REQUEST, "the id of the console is no percent-encoded UTF-8".to_owned()))
}

fn refused(refusal: ConsoleRefusal, to_admin: bool) -> Refused {
    match refusal {
        ConsoleRefusal::NotSignedIn => (StatusCode::UNAUTHORIZED, "sign in first".to_owned()),
        ConsoleRefusal::Denied(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let message = error.to_json(to_admin)["message"].as_str().unwrap_or_default().to_owned();
            (status, message)
        }
        ConsoleRefusal::TooManyOfUser(most) => {
            (StatusCode::TOO_MANY_REQUESTS, format!("you have {most} consoles open, as many as one may have"))
        }
        ConsoleRefusal::TooMany(most) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("{most} consoles are open, as many as there may be"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{id_in, percent_decoded, speaks};
    use app::Speaks;

    #[test]
    fn a_console_is_asked_for_by_the_id_in_the_path_and_what_it_speaks() {
        assert_eq!(id_in("/api/consoles/abc"), Some("abc"));
        assert_eq!(id_in("/v5/api/consoles/abc"), Some("abc"));
        for path in ["/api/consoles/", "/api/consoles", "/api/consoles/a/b", "/consoles/a"] {
            assert_eq!(id_in(path), None, "{path}");
        }
        assert_eq!(percent_decoded("OpaqueRef%3Aa+b&c").as_deref(), Ok("OpaqueRef:a+b&c"));
        assert!(percent_decoded("%ff").is_err());
        assert_eq!(speaks(""), Ok(Speaks::Rfb));
        assert_eq!(speaks("protocol=vt100"), Ok(Speaks::Vt100));
        assert!(speaks("protocol=rdp").is_err());
    }
}
