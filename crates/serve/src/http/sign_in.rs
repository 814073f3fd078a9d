//! Signing in and out over HTTP: a page, a form, cookies.

use std::time::Duration;

use app::Credentials;
use axum::body::Body;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use op::{Error, Secret};
use serde::Deserialize;
use serde_json::json;
use tracing::error;

use super::{
    Face,
    caller::Caller,
    cookie::{self, Keep},
    reply,
};

/// The form has a name and a password.
const MOST_FORM: usize = 16 * 1024;
/// How long a form may take to arrive.
const FORM_TIME: Duration = Duration::from_secs(30);
/// Ten years, as the original.
const CLIENT_ID_LIFE: Duration = Duration::from_secs(315_360_000);

/// What the form says.
#[derive(Deserialize)]
struct Form {
    username: String,
    password: Secret,
    otp: Option<String>,
    #[serde(default, rename = "remember-me")]
    remember: Remember,
}

/// `on` in a form, `true` in JSON.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Remember {
    #[default]
    No,
    Flag(bool),
    Word(String),
}

impl Remember {
    fn yes(&self) -> bool {
        match self {
            Self::No => false,
            Self::Flag(yes) => *yes,
            Self::Word(word) => matches!(word.as_str(), "on" | "true" | "1"),
        }
    }
}

impl Face {
    /// Answers the paths that sign in or out, `None` for any other.
    pub(super) async fn sign_in_routes(
        &self,
        path: &str,
        request: &mut Request<Incoming>,
        caller: &Caller,
    ) -> Option<Response<Body>> {
        Some(match (request.method(), path) {
            (&Method::GET | &Method::HEAD, "/signin") => self.sign_in_page_or_token(request, caller).await,
            (&Method::POST, "/signin/local") => self.sign_in_form(request, caller).await,
            (&Method::GET, "/signin-otp") => reply::redirect(StatusCode::FOUND, self.sign_in_page()),
            (&Method::GET, "/signout") => {
                let mut response = reply::redirect(StatusCode::FOUND, "/");
                self.cookie(&mut response, cookie::TOKEN, "", Keep::Forget, caller);
                response
            }
            _ => return None,
        })
    }

    /// `GET /signin` shows the page, `GET /signin?token=` signs in by a token.
    async fn sign_in_page_or_token(&self, request: &Request<Incoming>, caller: &Caller) -> Response<Body> {
        let query = request.uri().query().unwrap_or_default();
        let token = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "token");
        if let Some((_, token)) = token {
            let secret = Secret::new(token.as_ref());
            if let Ok(Some(expiration)) = self.app.expiration_of(&secret).await {
                let left = expiration - jiff::Timestamp::now().as_millisecond();
                let left = Duration::from_millis(u64::try_from(left).unwrap_or(0));
                let mut response = reply::redirect(StatusCode::SEE_OTHER, "/");
                self.cookie(&mut response, cookie::TOKEN, &token, Keep::For(left), caller);
                return response;
            }
        }
        self.ui.page(request.method(), request.headers())
    }

    /// `POST /signin/local`: a form from a page, or JSON, or a form that wants JSON back.
    async fn sign_in_form(&self, request: &mut Request<Incoming>, caller: &Caller) -> Response<Body> {
        let headers = request.headers().clone();
        let has = |name, what: &str| {
            headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(what))
        };
        let from_json = has(header::CONTENT_TYPE, "application/json");
        let wants_json = from_json || has(header::ACCEPT, "application/json");
        let refuse = |status: StatusCode, why: &str| {
            if wants_json {
                reply::json(status, &json!({ "error": why }))
            } else {
                reply::redirect(StatusCode::SEE_OTHER, self.sign_in_page())
            }
        };
        if !caller.is_own_page(&headers) {
            return refuse(StatusCode::FORBIDDEN, "this form belongs to another site");
        }
        let body = match self.form_body(request).await {
            Ok(body) => body,
            Err(status) => return refuse(status, "the form is too large or took too long"),
        };
        let form: Result<Form, String> =
            if from_json { serde_json::from_slice(&body).map_err(|error| error.to_string()) } else { read_form(&body) };
        let form = match form {
            Ok(form) => form,
            Err(error) => {
                return refuse(StatusCode::BAD_REQUEST, &format!("username and password are needed: {error}"));
            }
        };
        match self.sign_in_browser(form, &headers, caller).await {
            Ok(response) if wants_json => {
                let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("/");
                let mut json = reply::json(StatusCode::OK, &json!({ "redirect": to }));
                for cookie in response.headers().get_all(header::SET_COOKIE) {
                    json.headers_mut().append(header::SET_COOKIE, cookie.clone());
                }
                json
            }
            Ok(response) => response,
            Err(Error::InvalidCredentials) => refuse(StatusCode::UNAUTHORIZED, "invalid credentials"),
            Err(Error::Refused(why)) => refuse(StatusCode::TOO_MANY_REQUESTS, &why),
            Err(error) => {
                error!(error = %error, "sign-in failed");
                refuse(StatusCode::INTERNAL_SERVER_ERROR, "the server could not check the credentials")
            }
        }
    }

    async fn form_body(&self, request: &mut Request<Incoming>) -> Result<Bytes, StatusCode> {
        let body = Limited::new(request.body_mut(), MOST_FORM).collect();
        match tokio::time::timeout(FORM_TIME, body).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
            Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
        }
    }

    /// Checks the credentials and returns the redirect that carries the cookies.
    async fn sign_in_browser(&self, form: Form, headers: &HeaderMap, caller: &Caller) -> op::Result<Response<Body>> {
        let session = self.app.session(caller.peer(headers));
        let remember = form.remember.yes();
        let credentials = Credentials::Password { name: form.username, password: form.password, otp: form.otp };
        let user = self.app.sign_in(&session, credentials).await?;
        let client = match cookie::get(headers, cookie::CLIENT_ID).filter(|id| is_client_id(id)) {
            Some(client) => client.to_owned(),
            None => BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 9]>()),
        };
        let (token, validity) = self.app.browser_token(&user, &client, remember).await?;
        let to = cookie::get(headers, cookie::RETURN_TO).and_then(local_path);
        let mut response = reply::redirect(StatusCode::SEE_OTHER, to.as_deref().unwrap_or("/"));
        self.cookie(&mut response, cookie::CLIENT_ID, &client, Keep::For(CLIENT_ID_LIFE), caller);
        let keep = if remember { Keep::For(validity) } else { Keep::Session };
        self.cookie(&mut response, cookie::TOKEN, token.expose(), keep, caller);
        if to.is_some() {
            self.cookie(&mut response, cookie::RETURN_TO, "", Keep::Forget, caller);
        }
        Ok(response)
    }

    fn cookie(&self, response: &mut Response<Body>, name: &str, value: &str, keep: Keep, caller: &Caller) {
        let cookie = cookie::set(self.app.config().http.cookies, name, value, keep, caller.tls);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

fn read_form(body: &[u8]) -> Result<Form, String> {
    let (mut username, mut password, mut otp, mut remember) = (None, None, None, Remember::No);
    for (key, value) in url::form_urlencoded::parse(body) {
        match key.as_ref() {
            "username" => username = Some(value.into_owned()),
            "password" => password = Some(Secret::new(value)),
            "otp" => otp = Some(value.into_owned()),
            "remember-me" => remember = Remember::Word(value.into_owned()),
            _ => {}
        }
    }
    let username = username.ok_or("no `username`")?;
    Ok(Form { username, password: password.ok_or("no `password`")?, otp, remember })
}

/// Returns whether a client id is one that this server or the original gave out.
fn is_client_id(id: &str) -> bool {
    (4..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// Returns the path that a cookie remembers, if it leads nowhere else.
fn local_path(cookie: &str) -> Option<String> {
    let (path, _) = url::form_urlencoded::parse(cookie.as_bytes()).next()?;
    let local = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n']);
    local.then(|| path.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remembered_path_leads_nowhere_else() {
        assert_eq!(local_path("%2Fv5%2F%3Fa%3Db").as_deref(), Some("/v5/?a=b"));
        for cookie in ["%2F%2Fevil.example", "https%3A%2F%2Fevil.example", "%2F%5Cevil.example", ""] {
            assert_eq!(local_path(cookie), None, "{cookie}");
        }
    }
}
