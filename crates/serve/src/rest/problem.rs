//! Errors as RFC 9457 has them, for clients that ask for `application/problem+json`.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value, json};

const PROBLEM: &str = "application/problem+json";

/// Returns whether the client takes problems by that name; `*/*` is everybody's.
pub(super) fn is_asked(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_problem = parts.next().is_some_and(|range| range.eq_ignore_ascii_case(PROBLEM));
        let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        is_problem && quality.is_none_or(|quality| quality.parse::<f32>().is_ok_and(|quality| quality > 0.0))
    })
}

/// Makes a problem of the answer to a request for `path`, whose body would be `body`.
pub(super) fn of(response: Response<Body>, status: StatusCode, body: &Value, path: &str) -> Response<Body> {
    let (mut head, _) = response.into_parts();
    head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
    Response::from_parts(head, Body::from(problem(status, body, path).to_string()))
}

fn problem(status: StatusCode, body: &Value, path: &str) -> Value {
    let errors: Vec<Value> = match &body["error"] {
        Value::Object(wrong) => wrong.iter().map(|(place, wrong)| error(place, wrong)).collect(),
        _ => Vec::new(),
    };
    let mut problem = Map::new();
    let mut put = |name: &str, value: Value| problem.insert(name.to_owned(), value);
    // The status tells which problem it is.
    put("type", "about:blank".into());
    put("title", status.canonical_reason().unwrap_or_default().into());
    put("status", status.as_u16().into());
    put("detail", detail(&body["error"]).into());
    put("instance", path.into());
    if !errors.is_empty() {
        put("errors", errors.into());
    }
    for more in ["data", "info"] {
        if let Some(value) = body.get(more).filter(|value| value.as_object().is_none_or(|value| !value.is_empty())) {
            put(more, value.clone());
        }
    }
    problem.into()
}

/// A sentence: the error, or the first thing that is wrong with the request.
fn detail(error: &Value) -> String {
    let Value::Object(wrong) = error else { return error.as_str().unwrap_or_default().to_owned() };
    let Some((place, first)) = wrong.iter().next() else { return String::new() };
    let first = format!("{place}: {}", first["message"].as_str().unwrap_or_default());
    match wrong.len() {
        1 => first,
        all => format!("{first} (and {} more)", all - 1),
    }
}

/// What is wrong at `place`: `body.a.b` is a pointer into the body, anything else a parameter or header.
fn error(place: &str, wrong: &Value) -> Value {
    let detail = &wrong["message"];
    let mut error = match place.strip_prefix("body").filter(|below| below.is_empty() || below.starts_with('.')) {
        Some(below) => {
            let parts = below.split('.').skip(1);
            let parts = parts.map(|part| format!("/{}", escaped(&part.replace('~', "~0").replace('/', "~1"))));
            json!({ "pointer": format!("#{}", parts.collect::<String>()), "detail": detail })
        }
        None => json!({ "parameter": place, "detail": detail }),
    };
    if let Some(value) = wrong.get("value") {
        error["value"] = value.clone();
    }
    error
}

/// Writes a part of a pointer so that it can stand behind `#`.
fn escaped(part: &str) -> String {
    super::list::encoded(part).replace("%7E", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_for_those_who_name_them() {
        for (accept, asked) in [
            ("application/problem+json", true),
            ("application/json, Application/Problem+JSON;q=0.5", true),
            ("application/problem+json; q=0", false),
            ("*/*", false),
            ("application/json", false),
            ("application/*", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(is_asked(&headers), asked, "{accept}");
        }
        assert!(!is_asked(&HeaderMap::new()));
    }

    #[test]
    fn what_is_wrong_in_the_body_is_pointed_at() {
        let at = |place: &str| error(place, &json!({ "message": "m" }));
        assert_eq!(at("body"), json!({ "pointer": "#", "detail": "m" }));
        assert_eq!(at("body.a.0.b/c~d é"), json!({ "pointer": "#/a/0/b~1c~0d%20%C3%A9", "detail": "m" }));
        assert_eq!(at("bodyguard"), json!({ "parameter": "bodyguard", "detail": "m" }));
    }
}
