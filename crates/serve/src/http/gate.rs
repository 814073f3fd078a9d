//! The gate: pages are for those who are signed in.

use std::{sync::Arc, time::Duration};

use app::Cookies;
use axum::body::Body;
use http::{Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;

use super::{Face, caller::Caller, cookie, reply};
use crate::listen::Visitor;

/// Where to go after signing in; kept for as long as somebody may look for a password.
const RETURN_TO_LIFE: Duration = Duration::from_secs(600);

/// Returns whether a path is open to anybody: what sign-in pages show.
pub(super) fn is_open(path: &str) -> bool {
    const FOLDERS: [&str; 3] = ["fontawesome", "images", "styles"];
    const ENDINGS: [&str; 4] = [".css", ".jpg", ".png", ".svg"];
    let file = path.rsplit('/').next().unwrap_or_default();
    file.starts_with("favicon")
        || file == "manifest.webmanifest"
        || ENDINGS.iter().any(|ending| path.ends_with(ending))
        || path.split('/').any(|part| FOLDERS.contains(&part))
}

/// Sends somebody to the sign-in page, and remembers where they wanted to go.
pub(super) fn to_sign_in(request: &Request<Incoming>, cookies: Cookies, caller: &Caller, page: &str) -> Response<Body> {
    let mut response = reply::redirect(StatusCode::FOUND, page);
    let wanted = request.uri().path_and_query().map_or("/", |path| path.as_str());
    if request.method() == Method::GET && wanted != "/" && is_page(request) {
        let wanted: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
        let cookie = cookie::set(cookies, cookie::RETURN_TO, &wanted, cookie::Keep::For(RETURN_TO_LIFE), caller.tls);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Returns whether a person asked for this, rather than a page that they look at.
fn is_page(request: &Request<Incoming>) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|accepts| accepts.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

impl Face {
    /// Returns whether a request carries a good token.
    pub(super) async fn admits(&self, request: &Request<Incoming>, caller: &Caller) -> bool {
        let Some(token) = Caller::token(request.headers()) else { return false };
        if request.method() != Method::GET && request.method() != Method::HEAD && !caller.is_own_page(request.headers())
        {
            return false;
        }
        let admitted = self.app.user_of(&token).await.is_ok_and(|user| user.is_some());
        if admitted && let Some(visitor) = request.extensions().get::<Arc<Visitor>>() {
            visitor.known(true);
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_sign_in_page_shows_is_open() {
        for path in ["/favicon.ico", "/v5/favicon.ico", "/v5/index.css", "/images/logo.gif", "/a/manifest.webmanifest"]
        {
            assert!(is_open(path), "{path}");
        }
        for path in ["/", "/v5/", "/v5/index.js", "/v5/index.html", "/imagesque/a.js", "/api/"] {
            assert!(!is_open(path), "{path}");
        }
    }
}
