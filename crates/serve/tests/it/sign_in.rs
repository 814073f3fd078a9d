//! Signing in and out over HTTP.

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::server::{ADMIN, PASSWORD, Server};

fn cookies(response: &Response) -> Vec<&str> {
    response.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().expect("text")).collect()
}

fn location(response: &Response) -> &str {
    response.headers()["location"].to_str().expect("text")
}

async fn form(server: &Server, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Response {
    let mut request = server.http.post(server.url("/signin/local")).form(fields);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("the server answers")
}

#[tokio::test]
async fn the_form_signs_a_browser_in() {
    let server = Server::start().await.with_passwords().await;
    let response = form(&server, &[("username", ADMIN), ("password", PASSWORD)], &[]).await;
    assert_eq!((response.status(), location(&response)), (StatusCode::SEE_OTHER, "/"));
    let cookies = cookies(&response);
    assert!(cookies[0].starts_with("clientId=") && cookies[0].contains("; Max-Age=315360000; Path=/; Expires="));
    assert!(
        cookies[1].starts_with("token=") && cookies[1].ends_with("; Path=/; HttpOnly; SameSite=Lax"),
        "{cookies:?}"
    );
    let token = cookies[1].split(';').next().expect("a pair");
    assert_eq!(server.get("/").header("cookie", token).send().await.expect("an answer").status(), StatusCode::OK);
}

#[tokio::test]
async fn who_asks_to_be_remembered_is() {
    let server = Server::start().await.with_passwords().await;
    let fields = [("username", ADMIN), ("password", PASSWORD), ("remember-me", "on")];
    let response = form(&server, &fields, &[]).await;
    // Thirty days.
    assert!(cookies(&response)[1].contains("; Max-Age=2592000; Path=/; Expires="), "{:?}", cookies(&response));
}

#[tokio::test]
async fn a_browser_that_signs_in_again_keeps_its_one_token() {
    let server = Server::start().await.with_passwords().await;
    let first = form(&server, &[("username", ADMIN), ("password", PASSWORD)], &[]).await;
    let client = cookies(&first)[0].split(';').next().expect("a pair").to_owned();
    form(&server, &[("username", ADMIN), ("password", PASSWORD)], &[("cookie", &client)]).await;
    assert_eq!(server.app.db().tokens().list(None).await.expect("the database answers").len(), 1);
}

#[tokio::test]
async fn a_wrong_password_leads_back_to_the_page() {
    let server = Server::start().await.with_passwords().await;
    let response = form(&server, &[("username", ADMIN), ("password", "wrong")], &[]).await;
    assert_eq!((response.status(), location(&response)), (StatusCode::SEE_OTHER, "/signin"));
    assert!(cookies(&response).iter().all(|cookie| !cookie.starts_with("token=")));
}

#[tokio::test]
async fn a_script_gets_json() {
    let server = Server::start().await.with_passwords().await;
    let ask = async |body: Value| {
        let response = server.http.post(server.url("/signin/local")).json(&body).send().await.expect("an answer");
        (response.status().as_u16(), response.json::<Value>().await.expect("JSON"))
    };
    let (status, body) = ask(json!({ "username": ADMIN, "password": PASSWORD, "remember-me": true })).await;
    assert_eq!((status, body), (200, json!({ "redirect": "/" })));
    let (status, body) = ask(json!({ "username": ADMIN })).await;
    assert!(status == 400 && body["error"].as_str().expect("text").contains("missing field `password`"), "{body}");
    let (status, body) = ask(json!({ "username": ADMIN, "password": "wrong" })).await;
    assert_eq!((status, body), (401, json!({ "error": "invalid credentials" })));
    let (status, body) = ask(json!({ "username": ADMIN, "password": PASSWORD })).await;
    assert_eq!((status, body), (429, json!({ "error": "too fast authentication tries" })));
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let server = Server::start().await;
    let fields = [("username", ADMIN), ("password", PASSWORD)];
    let response = form(&server, &fields, &[("origin", "https://evil.example")]).await;
    assert_eq!((location(&response), cookies(&response).len()), ("/signin", 0));
}

#[tokio::test]
async fn a_form_without_end_is_refused() {
    let server = Server::start().await;
    let body = format!("username=a&password={}", "x".repeat(100_000));
    let request = server.http.post(server.url("/signin/local")).header("accept", "application/json").body(body);
    assert_eq!(request.send().await.expect("an answer").status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_token_in_the_address_signs_in() {
    let server = Server::start().await;
    let token = server.token(ADMIN).await;
    let response = server.get(&format!("/signin?token={}", token.expose())).send().await.expect("an answer");
    assert_eq!((response.status(), location(&response)), (StatusCode::SEE_OTHER, "/"));
    let cookie = cookies(&response)[0].to_owned();
    assert!(
        cookie.starts_with(&format!("token={}; Max-Age=", token.expose())) && cookie.contains("Expires="),
        "{cookie}"
    );
    let response = server.get("/signin?token=bad").send().await.expect("an answer");
    assert_eq!((response.status(), cookies(&response).len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn signing_out_takes_the_cookie() {
    let server = Server::start().await;
    let response = server.get("/signout").send().await.expect("an answer");
    assert_eq!((response.status(), location(&response)), (StatusCode::FOUND, "/"));
    assert!(cookies(&response)[0].starts_with("token=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"));
}

#[tokio::test]
async fn the_page_that_was_asked_for_comes_after_signing_in() {
    let server = Server::start().await.with_passwords().await;
    let response = server.get("/v5/?a=b").header("accept", "text/html").send().await.expect("an answer");
    assert_eq!((response.status(), location(&response)), (StatusCode::FOUND, "/signin"));
    let remembered = cookies(&response)[0].split(';').next().expect("a pair").to_owned();
    let response = form(&server, &[("username", ADMIN), ("password", PASSWORD)], &[("cookie", &remembered)]).await;
    assert_eq!(location(&response), "/v5/?a=b");
}

#[tokio::test]
async fn the_configuration_can_let_scripts_read_the_token() {
    let server = Server::configured(|config| config.http.cookies.http_only = false).await.with_passwords().await;
    let response = form(&server, &[("username", ADMIN), ("password", PASSWORD)], &[]).await;
    assert!(cookies(&response)[1].ends_with("; Path=/; SameSite=Lax"), "{:?}", cookies(&response));
}
