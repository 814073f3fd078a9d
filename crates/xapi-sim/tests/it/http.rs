//! HTTP as real hosts speak it, quirks included.

use std::time::Duration;

use crate::{
    client::{Raw, SOON, exchange, post},
    rpc::{small, start},
};

#[tokio::test]
async fn requests_that_cannot_be_worked_on_get_a_page_and_the_connection_is_closed() {
    let sim = start(small).await;
    let long = format!("GET / HTTP/1.1\r\nX-Long: {}\r\n\r\n", "a".repeat(20_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X-Many: a\r\n".repeat(200));
    let big = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", 400 * 1024);
    for (request, status) in [
        (b"HEAD / HTTP/1.1\r\n\r\n".to_vec(), "501 Method not implemented"),
        (b"DELETE / HTTP/1.1\r\n\r\n".to_vec(), "501 Method not implemented"),
        (b"POST / HTTP/1.1\r\n\r\n".to_vec(), "500 Internal Error"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(), "500 Internal Error"),
        (post("/", b"<methodCall><methodName>VM.get_all"), "500 Internal Error"),
        (post("/", br#"{"method":"a.b","params":[],"id":1}"#), "500 Internal Error"),
        (post("/jsonrpc", br#"[{"method":"a.b","params":[],"id":1}]"#), "500 Internal Error"),
        (post("/jsonrpc", br#"{"method":"a.b","params":[]}"#), "500 Internal Error"),
        (post("/jsonrpc", br#"{"jsonrpc":"3.0","method":"a.b","params":[],"id":1}"#), "500 Internal Error"),
        (big.into_bytes(), "500 Internal Error"),
        (long.into_bytes(), "431 Request Header Fields Too Large"),
        (many.into_bytes(), "431 Request Header Fields Too Large"),
        (b"PUT / HTTP/1.1\r\n\r\n".to_vec(), "403 Forbidden"),
        (b"GET /console HTTP/1.1\r\n\r\n".to_vec(), "401 Unauthorised"),
    ] {
        let mut raw = Raw::connect(sim.http_addr()).await;
        raw.send(&request).await;
        let reply = raw.reply(SOON).await;
        assert_eq!(
            reply.status,
            format!("HTTP/1.1 {status}"),
            "{}",
            String::from_utf8_lossy(&request[..40.min(request.len())])
        );
        assert_eq!(reply.header("content-type"), Some("text/html"));
        assert!(raw.closes(SOON).await, "{status}");
    }
}

#[tokio::test]
async fn two_requests_in_one_write_get_two_answers() {
    let sim = start(small).await;
    let one = post("/jsonrpc", br#"{"method":"no.such","params":[],"id":1}"#);
    let two = post("/jsonrpc", br#"{"method":"no.such","params":[],"id":2}"#);
    let mut raw = Raw::connect(sim.http_addr()).await;
    raw.send(&[one, two].concat()).await;
    for id in [1, 2] {
        let answer = format!(r#"{{"result":null,"error":["MESSAGE_METHOD_UNKNOWN","no.such"],"id":{id}}}"#);
        assert_eq!(raw.reply(SOON).await.text(), answer);
    }
}

#[tokio::test]
async fn an_old_client_gets_an_old_answer_and_a_closed_connection() {
    let sim = start(small).await;
    let body = br#"{"method":"no.such","params":[],"id":1}"#;
    let head = format!("POST /jsonrpc HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len());
    let mut raw = Raw::connect(sim.http_addr()).await;
    raw.send(&[head.as_bytes(), body].concat()).await;
    let reply = raw.reply(SOON).await;
    assert_eq!((reply.status.as_str(), reply.header("connection")), ("HTTP/1.0 200 OK", Some("close")));
    assert!(raw.closes(SOON).await);
}

#[tokio::test]
async fn what_is_no_http_is_never_answered() {
    let sim = start(small).await;
    let mut raw = Raw::connect(sim.http_addr()).await;
    raw.send(b"HELLO\r\n\r\n").await;
    assert_eq!(raw.reply(Duration::from_millis(150)).await.status, "");
}

#[tokio::test]
async fn a_browser_may_ask_before_it_calls() {
    let sim = start(small).await;
    let request = b"OPTIONS /jsonrpc HTTP/1.1\r\nAccess-Control-Request-Headers: content-type\r\n\r\n";
    let reply = exchange(sim.http_addr(), request).await;
    assert_eq!(reply.header("access-control-allow-headers"), Some("content-type, X-Requested-With"));
}
