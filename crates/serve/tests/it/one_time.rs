//! One-time URLs.

use std::io::Read;

use flate2::read::GzDecoder;
use reqwest::StatusCode;
use serde_json::json;

use crate::server::{ADMIN, Server, USER};

async fn offer(server: &Server, name: Option<&str>) -> String {
    let mut socket = server.signed_in(ADMIN).await;
    let offered = socket.call("toy.offer", json!({ "name?": name.unwrap_or("f") })).await.expect("it is offered");
    offered["$getFrom"].as_str().expect("a path").to_owned()
}

#[tokio::test]
async fn a_one_time_url_works_once() {
    let server = Server::start().await;
    let path = offer(&server, Some("a b.json")).await;
    let response = server.get(&path).send().await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
    assert_eq!(response.headers()["content-disposition"], "attachment; filename*=UTF-8''a%20b.json");
    assert_eq!(response.text().await.expect("text"), "one\ntwo\n");
    let again = server.get(&path).send().await.expect("an answer");
    assert_eq!((again.status(), again.headers()["location"].as_bytes()), (StatusCode::FOUND, &b"/signin"[..]));
}

#[tokio::test]
async fn what_is_compressed_is_whole() {
    let server = Server::start().await;
    let path = offer(&server, None).await;
    let response = server.get(&path).header("accept-encoding", "gzip").send().await.expect("an answer");
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let compressed = response.bytes().await.expect("it is whole");
    let mut text = String::new();
    GzDecoder::new(&compressed[..]).read_to_string(&mut text).expect("it is gzip");
    assert_eq!(text, "one\ntwo\n");
}

#[tokio::test]
async fn looking_does_not_use_it_up() {
    let server = Server::start().await;
    let path = offer(&server, Some("a.json")).await;
    for _ in 0..2 {
        let looked = server.http.head(server.url(&path)).send().await.expect("an answer");
        assert_eq!(looked.headers()["content-disposition"], "attachment; filename*=UTF-8''a.json");
        assert_eq!(looked.text().await.expect("text"), "");
    }
    assert_eq!(server.get(&path).send().await.expect("an answer").text().await.expect("text"), "one\ntwo\n");
    let gone = server.http.head(server.url(&path)).send().await.expect("an answer");
    assert_eq!(gone.status(), StatusCode::FOUND);
}

#[tokio::test]
async fn the_older_web_client_finds_it_below_its_own_path() {
    let server = Server::start().await;
    let path = offer(&server, None).await;
    let response = server.get(&format!("/v5{path}")).send().await.expect("an answer");
    assert_eq!(response.text().await.expect("text"), "one\ntwo\n");
}

#[tokio::test]
async fn it_is_for_who_asked() {
    let server = Server::configured(|config| config.http.use_forwarded_headers = app::Forwarded::Everybody).await;
    let path = offer(&server, None).await;
    let stranger = server.get(&path).header("x-forwarded-for", "192.0.2.7").send().await.expect("an answer");
    assert_eq!(stranger.status(), StatusCode::FORBIDDEN);
    let cookie = format!("token={}", server.token(ADMIN).await.expose());
    let elsewhere = server.get(&path).header("x-forwarded-for", "192.0.2.7").header("cookie", cookie);
    assert_eq!(elsewhere.send().await.expect("an answer").status(), StatusCode::OK);
}

async fn relay(server: &Server, pieces: usize, fails: bool, gate: &str) -> reqwest::Result<reqwest::Response> {
    let mut socket = server.signed_in(ADMIN).await;
    let params = json!({ "pieces": pieces, "fails": fails, "gate": gate });
    let offered = socket.call("toy.relay", params).await.expect("it is offered");
    server.get(offered["$getFrom"].as_str().expect("a path")).send().await
}

#[tokio::test]
async fn what_cannot_begin_is_refused_and_what_breaks_off_is_not_taken_for_whole() {
    let server = Server::start().await;
    let refused = relay(&server, 0, true, "one").await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(refused.text().await.expect("text"), "the well is dry\n");
    let mut broken = relay(&server, 3, true, "two").await.expect("an answer");
    assert_eq!(broken.status(), StatusCode::OK);
    let mut length = 0;
    let end = loop {
        match broken.chunk().await {
            Ok(Some(piece)) => length += piece.len(),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    assert!(end.is_some(), "it looks whole");
    assert!(length <= 3 * 64 * 1024, "{length}");
}

#[tokio::test]
async fn when_the_client_goes_what_it_came_from_is_let_go() {
    let server = Server::start().await;
    let mut endless = relay(&server, 0, false, "left").await.expect("an answer");
    assert!(endless.chunk().await.expect("it goes on").is_some());
    drop(endless);
    // It answers once the content is dropped.
    let mut socket = server.signed_in(ADMIN).await;
    assert_eq!(socket.call("toy.wait", json!({ "name": "left" })).await.expect("it is let go"), "left");
}

#[tokio::test]
async fn a_request_of_another_user_is_refused_from_the_same_address_too() {
    let server = Server::start().await;
    let path = offer(&server, None).await;
    let cookie = format!("token={}", server.token(USER).await.expose());
    let other = server.get(&path).header("cookie", cookie).send().await.expect("an answer");
    assert_eq!(other.status(), StatusCode::FORBIDDEN);
    assert_eq!(server.get(&path).send().await.expect("an answer").status(), StatusCode::OK, "it is not used up");
}

#[tokio::test]
async fn who_may_no_longer_have_it_is_told_so_and_it_is_gone() {
    let server = Server::start().await;
    let mut socket = server.signed_in(ADMIN).await;
    let offered = socket.call("toy.owned", json!({})).await.expect("it is offered");
    let path = offered["$getFrom"].as_str().expect("a path");
    let users = server.app.db().users();
    let admin = users.by_email(ADMIN).await.expect("the database answers").expect("the user exists");
    let allow = async |permission: &str| {
        let change = users.update(&admin.id, |user| user.permission = permission.to_owned()).await;
        change.expect("the database takes it");
    };
    allow("none").await;
    let refused = server.get(path).send().await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let text = refused.text().await.expect("text");
    assert!(text.starts_with("this one-time URL is no longer good: "), "{text}");
    allow("admin").await;
    assert_eq!(server.get(path).send().await.expect("an answer").status(), StatusCode::FOUND);
}

#[tokio::test]
async fn a_source_that_sends_nothing_is_given_up() {
    let server = Server::configured(|config| config.transfers.begin = app::Duration::from_millis(50)).await;
    let mut socket = server.signed_in(ADMIN).await;
    let offered = socket.call("toy.silent", json!({ "gate": "silent" })).await.expect("it is offered");
    let late = server.get(offered["$getFrom"].as_str().expect("a path")).send().await.expect("an answer");
    assert_eq!(late.status(), StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(socket.call("toy.wait", json!({ "name": "silent" })).await.expect("it is let go"), "silent");
}

#[tokio::test]
async fn a_client_that_stops_reading_lets_go_of_the_source() {
    let server = Server::configured(|config| config.transfers.stall = app::Duration::from_millis(50)).await;
    let mut unread = relay(&server, 0, false, "unread").await.expect("an answer");
    let mut socket = server.signed_in(ADMIN).await;
    assert_eq!(socket.call("toy.wait", json!({ "name": "unread" })).await.expect("it is let go"), "unread");
    while let Ok(piece) = unread.chunk().await {
        assert!(piece.is_some(), "it looks whole");
    }
}

#[tokio::test]
async fn what_is_too_much_at_once_waits_at_its_url() {
    let server = Server::configured(|config| config.transfers.at_once = 1).await;
    let endless = relay(&server, 0, false, "busy").await.expect("an answer");
    let path = offer(&server, None).await;
    let busy = server.get(&path).send().await.expect("an answer");
    assert_eq!(
        (busy.status(), busy.headers()["retry-after"].as_bytes()),
        (StatusCode::SERVICE_UNAVAILABLE, &b"10"[..])
    );
    drop(endless);
    let mut socket = server.signed_in(ADMIN).await;
    socket.call("toy.wait", json!({ "name": "busy" })).await.expect("it is let go");
    assert_eq!(server.get(&path).send().await.expect("an answer").status(), StatusCode::OK);
}
