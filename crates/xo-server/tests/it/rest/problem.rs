//! Errors as RFC 9457 has them.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::lab::{Rest, sent};

/// Sends what is refused, and returns the problem.
async fn problem(request: RequestBuilder) -> Value {
    let answer = sent(request.header("accept", "application/json, application/problem+json")).await;
    assert_eq!(answer.content_type, "application/problem+json", "{}", answer.text);
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status.as_u16());
    problem
}

#[tokio::test]
async fn who_asks_for_problems_gets_them() {
    let rest = Rest::new().await;
    let missing = problem(rest.request(Method::GET, "/vms/nope")).await;
    assert_eq!(
        missing,
        json!({
            "type": "about:blank", "title": "Not Found", "status": 404, "detail": "no such VM nope",
            "instance": "/rest/v0/vms/nope", "data": { "id": "nope", "type": "VM" },
        })
    );
    let unsigned = rest.bare(Method::GET, "/vms").header("accept", "application/problem+json");
    let unsigned = unsigned.send().await.expect("the server answers");
    assert_eq!(unsigned.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(unsigned.headers()["www-authenticate"], "Basic realm=\"xo\"");
    let nowhere = problem(rest.bare(Method::GET, "/nope")).await;
    assert_eq!(nowhere["detail"], "there is nothing to GET at /rest/v0/nope");
    let filter = problem(rest.request(Method::GET, "/vms?filter=a:(")).await;
    assert_eq!((&filter["title"], &filter["data"]["position"]), (&json!("Bad Request"), &json!(1)));
}

#[tokio::test]
async fn each_wrong_value_is_told_with_its_place() {
    let rest = Rest::new().await;
    let vm = rest.json("/vms?fields=id&limit=1").await[0]["id"].as_str().expect("an id").to_owned();
    let body = json!({ "a/b": 1, "nope": 2 });
    let wrong = problem(rest.request(Method::POST, &format!("/vms/{vm}/actions/snapshot")).json(&body)).await;
    let message = |name: &str| format!("\"{name}\" is an excess property and therefore is not allowed");
    assert_eq!(wrong["title"], "Unprocessable Entity");
    assert_eq!(wrong["detail"], format!("body.a/b: {} (and 1 more)", message("a/b")));
    assert_eq!(
        wrong["errors"],
        json!([
            { "pointer": "#/a~1b", "detail": message("a/b"), "value": 1 },
            { "pointer": "#/nope", "detail": message("nope"), "value": 2 },
        ])
    );
    assert_eq!(wrong.get("data"), None);
    let limit = problem(rest.request(Method::GET, "/vms?limit=abc")).await;
    let error = json!({ "parameter": "limit", "detail": "invalid float number", "value": "abc" });
    assert_eq!((&limit["detail"], &limit["errors"]), (&json!("limit: invalid float number"), &json!([error])));
}

#[tokio::test]
async fn everybody_else_gets_the_errors_of_the_original() {
    let rest = Rest::new().await;
    for accept in ["*/*", "application/json", "application/problem+json;q=0"] {
        let answer = sent(rest.request(Method::GET, "/vms/nope").header("accept", accept)).await;
        assert_eq!(answer.content_type, "application/json; charset=utf-8");
        assert_eq!(answer.json()["error"], "no such VM nope");
    }
    let found = rest.request(Method::GET, "/vms?limit=1").header("accept", "application/problem+json");
    assert_eq!(sent(found).await.content_type, "application/json; charset=utf-8");
}
