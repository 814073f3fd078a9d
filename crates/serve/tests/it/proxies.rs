//! Upstreams of the configuration.

use reqwest::StatusCode;
use serde_json::json;

use crate::{
    client::Socket,
    server::{ADMIN, Server},
};

/// Starts a server that passes `/up` on to `upstream`.
async fn before(upstream: &Server) -> Server {
    let target = upstream.url("");
    Server::configured(|config| drop(config.http.proxies.insert("/up".to_owned(), target))).await
}

#[tokio::test]
async fn a_request_is_passed_on_without_our_token() {
    let upstream = Server::configured(|config| config.http.use_forwarded_headers = app::Forwarded::Everybody).await;
    let server = before(&upstream).await;
    let cookie = format!("token={}", server.token(ADMIN).await.expose());
    let response = server.get("/up/robots.txt").header("cookie", &cookie).send().await.expect("an answer");
    assert_eq!(response.text().await.expect("text"), "User-agent: *\nDisallow: /\n");
    // The upstream knows no token, so it sends us to its own sign-in page.
    let response = server.get("/up/").header("cookie", &cookie).send().await.expect("an answer");
    assert_eq!((response.status(), response.headers()["location"].as_bytes()), (StatusCode::FOUND, &b"/signin"[..]));
    assert_eq!(server.get("/up/robots.txt").send().await.expect("an answer").status(), StatusCode::FOUND);
}

#[tokio::test]
async fn a_websocket_is_passed_on() {
    let upstream = Server::start().await;
    let server = before(&upstream).await;
    let cookie = format!("token={}", server.token(ADMIN).await.expose());
    let mut socket =
        Socket::try_open(server.address, "/up/api/", &[("cookie", &cookie)]).await.expect("the upstream accepts");
    assert_eq!(socket.call("toy.echo", json!({ "text": "through" })).await, Ok(json!("through")));
    assert!(Socket::try_open(server.address, "/up/api/", &[]).await.is_err());
    let foreign = [("cookie", cookie.as_str()), ("origin", "https://evil.example")];
    assert!(Socket::try_open(server.address, "/up/api/", &foreign).await.is_err());
}

#[tokio::test]
async fn an_upstream_that_is_down_is_said_to_be() {
    let upstream = Server::start().await;
    let server = before(&upstream).await;
    upstream.stop().await;
    let cookie = format!("token={}", server.token(ADMIN).await.expose());
    let response = server.get("/up/robots.txt").header("cookie", &cookie).send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(response.text().await.expect("text"), "the server behind /up/ does not answer\n");
}
