//! Errors as REST clients see them.

use std::borrow::Cow;

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use op::Error;
use serde_json::{Map, Value, json};

use super::problem;
use crate::http::reply;

/// So many places are told at most: nobody mends more at a time.
const MOST_WRONG: usize = 64;
/// Bytes of a value that is repeated.
const LARGEST_VALUE: usize = 1024;

/// An answer that is an error.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    body: Value,
    /// Seconds after which it may be asked again.
    after: Option<u64>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, body: json!({ "error": message.into() }), after: None }
    }

    /// Nobody is signed in, or not by what was shown.
    pub(super) fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid credentials")
    }

    /// The value at `place` (`limit`, `body.name`) is wrong.
    pub(super) fn invalid(place: &str, message: &str, value: Option<Value>) -> Self {
        let mut wrong = Map::new();
        wrong.insert(place.to_owned(), wrong_value(message, value));
        Self::all_invalid(wrong)
    }

    /// The values at these places are wrong; the first of them are told.
    pub(super) fn all_invalid(wrong: Map<String, Value>) -> Self {
        let wrong: Map<_, _> = wrong.into_iter().take(MOST_WRONG).collect();
        let body = json!({ "error": wrong, "data": {} });
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, body, after: None }
    }

    /// The same, with what a program needs to know of it.
    pub(super) fn with_data(mut self, data: Value) -> Self {
        self.body["data"] = data;
        self
    }

    /// The same, with the seconds after which it may be asked again.
    pub(super) fn after(mut self, seconds: u64) -> Self {
        self.after = Some(seconds);
        self
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// Bytes of the body.
    pub(super) fn size(&self) -> usize {
        self.body.to_string().len()
    }

    /// Answers as RFC 9457 has it; `path` is what was asked for.
    pub(super) fn into_problem(self, path: &str) -> Response<Body> {
        let (status, body) = (self.status, self.body.clone());
        problem::of(self.into_response(), status, &body, path)
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = reply::json(self.status, &self.body);
        if let Some(seconds) = self.after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::REQUEST_TIMEOUT || self.status == StatusCode::PAYLOAD_TOO_LARGE {
            // The rest of the body may stand before the next request.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"xo\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// What is wrong at one place; a value that is long is not repeated.
pub(super) fn wrong_value(message: &str, value: Option<Value>) -> Value {
    let mut wrong = json!({ "message": message });
    if let Some(value) = value.filter(|value| value.to_string().len() <= LARGEST_VALUE) {
        wrong["value"] = value;
    }
    wrong
}

impl Refusal {
    /// What came of an operation; what failed behind it is told to administrators only.
    pub(super) fn of(error: &Error, to_admin: bool) -> Self {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = match error {
            Error::Unauthorized { permission: None, object: None, .. } => return Self::unauthenticated(),
            Error::Unauthorized { missing: Some(missing), .. } => {
                json!({ "error": "not enough privileges", "data": { "missingPrivileges": [missing.to_json()] } })
            }
            Error::Failed { .. } if !to_admin => json!({ "error": "unknown error from the peer" }),
            Error::Failed { message, name: "XapiError", .. } => {
                json!({ "error": message, "info": "This is a XenServer/XCP-ng error, not an XO error" })
            }
            Error::Failed { message, .. } => json!({ "error": message }),
            other => {
                let mut body = json!({ "error": other.to_json(to_admin)["message"] });
                if let Some(data) = other.to_json(to_admin).get("data") {
                    body["data"] = data.clone();
                }
                body
            }
        };
        Self { status, body, after: None }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::of(&error, false)
    }
}
