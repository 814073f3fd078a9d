//! What the REST API answers when it cannot or will not.

use std::fmt;

use reqwest::{Method, StatusCode};
use serde_json::Value;

/// An answer that is an error.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(super) status: StatusCode,
    /// Places in the request that are wrong: `body.name`, `limit`.
    pub(super) places: Vec<String>,
    text: String,
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Refusal {
    /// Reads the body of an answer to `method` of `path`.
    pub(super) fn read(status: StatusCode, method: &Method, path: &str, body: &str) -> Self {
        let refusal = |text: String| Self { status, places: Vec::new(), text };
        let Ok(json) = serde_json::from_str::<Value>(body) else {
            // A route that is not there is told by a page.
            return refusal(match status {
                StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
                    format!("the server has no `{method} {path}`; `xo-cli rest get` lists its collections")
                }
                _ if body.trim().is_empty() => format!("server answered {status}"),
                _ => format!("server answered {status}: {}", body.trim()),
            });
        };
        match &json["error"] {
            Value::Object(wrong) => {
                let lines: Vec<_> = wrong.iter().map(|(place, wrong)| wrong_value(place, wrong)).collect();
                let text = match &lines[..] {
                    [] => format!("server answered {status}"),
                    [line] => line.clone(),
                    _ => format!("invalid parameters\n  {}", lines.join("\n  ")),
                };
                Self { status, places: wrong.keys().cloned().collect(), text }
            }
            Value::String(text) => refusal(match json["info"].as_str() {
                Some(info) => format!("{text} ({info})"),
                None => text.clone(),
            }),
            // Problem details, RFC 9457.
            _ => match json["detail"].as_str().or_else(|| json["title"].as_str()) {
                Some(text) => refusal(text.to_owned()),
                None => refusal(format!("server answered {status}: {json}")),
            },
        }
    }
}

/// Tells what is wrong at one place, and the value there, unless it is a secret.
fn wrong_value(place: &str, wrong: &Value) -> String {
    let message = wrong["message"].as_str().unwrap_or("is invalid");
    let plain = place.to_ascii_lowercase();
    let is_secret = ["password", "passphrase", "token", "secret", "otp"].iter().any(|word| plain.contains(word));
    match wrong.get("value") {
        Some(value) if !is_secret => format!("{place}: {message}, found `{value}`"),
        _ => format!("{place}: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(status: u16, body: &str) -> String {
        Refusal::read(StatusCode::from_u16(status).unwrap(), &Method::POST, "vms/1a/x", body).to_string()
    }

    #[test]
    fn wrong_values_are_told_by_their_places() {
        let one = json!({ "error": { "body.name": { "message": "invalid string value", "value": 1 } }, "data": {} });
        assert_eq!(text(422, &one.to_string()), "body.name: invalid string value, found `1`");
        let two = json!({ "error": {
            "limit": { "message": "invalid float number", "value": "abc" }, "body.x": { "message": "'x' is required" }
        } });
        assert_eq!(
            text(422, &two.to_string()),
            "invalid parameters\n  limit: invalid float number, found `\"abc\"`\n  body.x: 'x' is required"
        );
        let secret = json!({ "error": { "body.password": { "message": "invalid string value", "value": 1234 } } });
        assert_eq!(text(422, &secret.to_string()), "body.password: invalid string value");
    }

    #[test]
    fn other_answers_are_told_as_they_are() {
        assert_eq!(text(404, r#"{"error":"no such VM 1a","data":{}}"#), "no such VM 1a");
        assert_eq!(
            text(409, r#"{"error":"VM_BAD_POWER_STATE","info":"from the host"}"#),
            "VM_BAD_POWER_STATE (from the host)"
        );
        assert_eq!(text(400, r#"{"title":"Bad","detail":"because"}"#), "because");
        assert_eq!(text(500, "oops\n"), "server answered 500 Internal Server Error: oops");
        assert_eq!(text(502, ""), "server answered 502 Bad Gateway");
        assert_eq!(
            text(404, "<!DOCTYPE html>…"),
            "the server has no `POST vms/1a/x`; `xo-cli rest get` lists its collections"
        );
    }
}
