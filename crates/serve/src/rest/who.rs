//! Who asks: the token in a cookie or in `Authorization`, or a name and a password there.

use app::{App, Credentials, Session};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, Method, Request, StatusCode, header};
use op::Secret;

use super::{query::Query, refusal::Refusal};
use crate::http::{Caller, cookie};

/// The cookie of REST clients; that of the web UI does, too.
const COOKIE: &str = "authenticationToken";

/// Who asks.
#[derive(Clone)]
pub(super) struct Who {
    pub(super) session: Session,
}

/// Signs the request in, where it shows something to sign in by.
pub(super) async fn sign_in<B>(
    app: &App,
    request: &Request<B>,
    query: &Query,
    caller: &Caller,
) -> Result<Who, Refusal> {
    let headers = request.headers();
    let session = app.session(caller.peer(headers));
    let token = cookie::get(headers, COOKIE).or_else(|| cookie::get(headers, cookie::TOKEN));
    let shown = match (token, headers.contains_key(header::AUTHORIZATION)) {
        (None, false) => return Ok(Who { session }),
        (Some(_), true) => {
            let message = "Having multiple authentication methods is not supported, please choose one";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, message));
        }
        (Some(token), false) => {
            let looks = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
            if !looks && !caller.is_own_page(headers) {
                // A browser sends the cookie along whatever page makes it ask.
                return Err(Refusal::new(StatusCode::FORBIDDEN, "this request was made by a page of another site"));
            }
            Credentials::Token(Secret::new(token))
        }
        (None, true) => authorization(headers, query)?,
    };
    app.sign_in(&session, shown).await.map_err(|error| match error {
        op::Error::InvalidCredentials => Refusal::unauthenticated(),
        op::Error::Refused(message) => Refusal::new(StatusCode::TOO_MANY_REQUESTS, message),
        other => Refusal::from(other),
    })?;
    Ok(Who { session })
}

fn authorization(headers: &HeaderMap, query: &Query) -> Result<Credentials, Refusal> {
    let malformed = || Refusal::new(StatusCode::BAD_REQUEST, "Malformed Authorization header");
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let line = lines.next().filter(|_| lines.next().is_none()).and_then(|line| line.to_str().ok());
    let line = line.ok_or_else(malformed)?;
    let (scheme, shown) = line.split_once(' ').ok_or_else(malformed)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(Credentials::Token(Secret::new(shown.trim())));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let decoded = BASE64_STANDARD.decode(shown.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = decoded.ok_or_else(malformed)?;
    let (name, password) = decoded.split_once(':').ok_or_else(malformed)?;
    Ok(Credentials::Password {
        name: name.to_owned(),
        password: Secret::new(password),
        otp: query.text("otp")?.map(ToOwned::to_owned),
    })
}
