//! Files sent to one-time URLs.

use app::Status;
use bytes::Bytes;
use futures_util::stream;
use reqwest::{Body, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::server::{ADMIN, Server, USER};

async fn wanted(server: &Server, email: &str, params: Value) -> String {
    let mut socket = server.signed_in(email).await;
    let answer = socket.call("toy.take", params).await.expect("it is wanted");
    answer["$sendTo"].as_str().expect("a path").to_owned()
}

fn take(gate: &str) -> Value {
    json!({ "gate": gate, "refuses": false })
}

async fn ended(server: &Server, gate: &str) {
    let mut socket = server.signed_in(ADMIN).await;
    socket.call("toy.wait", json!({ "name": gate })).await.expect("it has ended");
}

#[tokio::test]
async fn what_is_sent_is_answered_by_the_operation_once() {
    let server = Server::start().await;
    let path = wanted(&server, USER, take("sent")).await;
    let send = || server.http.post(server.url(&path)).header("content-type", "text/x").body("abc");
    let answer = send().send().await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "application/json; charset=utf-8");
    let answer: Value = answer.json().await.expect("JSON");
    let result = json!({ "told": 3, "type": "text/x", "count": 3, "sum": 294, "user": USER });
    assert_eq!(answer, json!({ "id": 0, "jsonrpc": "2.0", "result": result }));
    assert_eq!(send().send().await.expect("an answer").status(), StatusCode::FOUND);
}

#[tokio::test]
async fn what_has_no_length_is_taken_too_by_put() {
    let server = Server::start().await;
    let path = wanted(&server, USER, take("chunked")).await;
    let pieces = (0..100).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![1; 64 * 1024])));
    let body = Body::wrap_stream(stream::iter(pieces));
    let answer = server.http.put(server.url(&path)).body(body).send().await.expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    assert_eq!((&answer["result"]["told"], &answer["result"]["sum"]), (&Value::Null, &json!(100 * 64 * 1024)));
}

#[tokio::test]
async fn a_url_for_an_upload_gives_nothing_and_one_for_a_download_is_fetched_by_any_method() {
    let server = Server::start().await;
    let path = wanted(&server, USER, take("get")).await;
    let refused = server.get(&path).send().await.expect("an answer");
    assert_eq!(
        (refused.status(), &refused.headers()["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST, PUT".parse().unwrap())
    );
    let sent = server.http.post(server.url(&path)).body("x").send().await.expect("an answer");
    assert_eq!(sent.status(), StatusCode::OK);
    let mut socket = server.signed_in(ADMIN).await;
    let offered = socket.call("toy.offer", json!({ "name": "f" })).await.expect("it is offered");
    let path = offered["$getFrom"].as_str().expect("a path");
    let fetched = server.http.post(server.url(path)).send().await.expect("an answer");
    assert_eq!(fetched.text().await.expect("text"), "one\ntwo\n");
}

#[tokio::test]
async fn somebody_else_cannot_send_it() {
    let server = Server::configured(|config| config.http.use_forwarded_headers = app::Forwarded::Everybody).await;
    let path = wanted(&server, USER, take("else")).await;
    let send = || server.http.post(server.url(&path)).body("x");
    let other = format!("token={}", server.token(ADMIN).await.expose());
    assert_eq!(send().header("cookie", other).send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
    let elsewhere = send().header("x-forwarded-for", "192.0.2.7").send().await.expect("an answer");
    assert_eq!(elsewhere.status(), StatusCode::FORBIDDEN);
    let own = format!("token={}", server.token(USER).await.expose());
    assert_eq!(send().header("cookie", own).send().await.expect("an answer").status(), StatusCode::OK);
}

#[tokio::test]
async fn a_refusal_reaches_a_client_that_still_sends() {
    let server = Server::start().await;
    let path = wanted(&server, USER, json!({ "gate": "refused", "refuses": true })).await;
    let answer = server.http.post(server.url(&path)).body(vec![1; 64 << 20]).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let answer: Value = answer.json().await.expect("JSON");
    assert_eq!((&answer["error"]["code"], &answer["error"]["message"]), (&json!(10), &json!("this is not wanted")));
}

#[tokio::test]
async fn content_comes_no_faster_than_it_is_taken() {
    let server = Server::start().await;
    let path = wanted(&server, USER, json!({ "gate": "paced", "refuses": false, "after": "pace" })).await;
    let mut stream = TcpStream::connect(server.address).await.expect("the server listens");
    let length = 256_usize << 20;
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("it is taken");
    let piece = vec![1; 1 << 20];
    let mut sent = 0;
    // The system between us takes some megabytes, and the server nothing.
    while let Ok(written) = tokio::time::timeout(std::time::Duration::from_secs(1), stream.write(&piece)).await {
        sent += written.expect("the server is there");
        assert!(sent < length / 2, "the server keeps what nobody wants");
    }
    crate::toy::open("pace");
    while sent < length {
        let end = piece.len().min(length - sent);
        sent += stream.write(&piece[..end]).await.expect("the server is there");
    }
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).await.expect("an answer");
    assert!(String::from_utf8_lossy(&answer[..read]).contains(&format!("\"count\":{length}")));
}

#[tokio::test]
async fn a_client_that_goes_or_stops_ends_the_operation_with_an_error() {
    let server = Server::configured(|config| config.transfers.stall = app::Duration::from_millis(100)).await;
    let mut failures = 0;
    for (gate, head, stays) in [
        ("gone", "content-length: 10", false),
        ("gone chunked", "transfer-encoding: chunked", false),
        ("stalled", "content-length: 10", true),
        ("stalled chunked", "transfer-encoding: chunked", true),
    ] {
        let path = wanted(&server, USER, take(gate)).await;
        let mut stream = TcpStream::connect(server.address).await.expect("the server listens");
        let body = if head.starts_with("content") { "abc" } else { "3\r\nabc\r\n" };
        let request = format!("POST {path} HTTP/1.1\r\nhost: x\r\n{head}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).await.expect("it is taken");
        if stays {
            let mut answer = vec![0; 4096];
            let read = stream.read(&mut answer).await.expect("an answer");
            let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
            assert!(answer.starts_with("HTTP/1.1 500"), "{gate}: {answer}");
        } else {
            drop(stream);
        }
        ended(&server, gate).await;
        failures += 1;
        // The record is written right after.
        while server.app.tasks().all().iter().filter(|task| matches!(task.status, Status::Failure(_))).count()
            < failures
        {
            tokio::task::yield_now().await;
        }
    }
}
