//! Requests byte by byte, as no decent client would send them.

use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use super::lab::Rest;
use crate::view::LIMIT;

/// The head and body of an answer.
struct Told {
    status: u16,
    head: String,
    body: String,
}

impl Told {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}{}", self.head, self.body))
    }
}

/// Reads one answer whose length is told.
async fn answer(stream: &mut TcpStream, has_body: bool) -> Told {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(timeout(LIMIT, stream.read_u8()).await.expect("the answer comes in time").expect("an answer"));
    }
    let head = String::from_utf8(head).expect("heads are text").to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| if has_body { length.parse().expect("a length") } else { 0 });
    let mut body = vec![0; length];
    timeout(LIMIT, stream.read_exact(&mut body)).await.expect("the body comes in time").expect("the whole body");
    Told { status, head, body: String::from_utf8(body).expect("bodies are text") }
}

impl Rest {
    async fn stream(&self) -> TcpStream {
        TcpStream::connect(self.lab.address).await.expect("the server listens")
    }

    /// Returns the lines of the request up to those of the test.
    fn line(&self, line: &str) -> Vec<u8> {
        format!("{line} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n", self.lab.address, self.lab.token).into()
    }

    /// Sends `line`, the headers and what follows; returns the answer and the connection.
    async fn told(&self, line: &str, rest: &[u8]) -> (Told, TcpStream) {
        let mut stream = self.stream().await;
        stream.write_all(&[&self.line(line), rest].concat()).await.expect("the server reads");
        (answer(&mut stream, !line.starts_with("HEAD")).await, stream)
    }

    /// Returns the status of the answer to `line` with these headers.
    async fn status(&self, line: &str, rest: &[u8]) -> u16 {
        self.told(line, rest).await.0.status
    }
}

/// Waits until the server has closed the connection in good order.
async fn closed(mut stream: TcpStream) {
    let mut rest = Vec::new();
    timeout(LIMIT, stream.read_to_end(&mut rest)).await.expect("it is closed in time").expect("it is not reset");
    assert!(rest.is_empty(), "{}", String::from_utf8_lossy(&rest));
}

#[tokio::test]
async fn a_huge_body_is_refused_before_it_is_read_and_its_sender_reads_why() {
    let rest = Rest::new().await;
    let message = json!({ "error": "the body has more than 4194304 bytes" });
    let json = "Content-Type: application/json\r\n";
    // Nothing of it is ever sent.
    let claim = format!("{json}Content-Length: 100000000\r\n\r\n");
    let (told, _) = rest.told("POST /rest/v0/vms/actions/start", claim.as_bytes()).await;
    assert_eq!((told.status, told.json()), (413, message.clone()));
    assert!(told.head.contains("\r\nconnection: close\r\n"), "{}", told.head);
    // Who waits to be asked for it is not.
    let expect = format!("{json}Expect: 100-continue\r\nContent-Length: 100000000\r\n\r\n");
    let (told, stream) = rest.told("POST /rest/v0/vms/actions/start", expect.as_bytes()).await;
    assert_eq!(told.status, 413);
    closed(stream).await;
    // Who sends it whole comes to read the answer.
    let mut stream = rest.stream().await;
    let body = vec![b' '; 6 * 1024 * 1024];
    let head = rest.line("POST /rest/v0/vms/actions/start");
    let chunk = format!("{json}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n", body.len());
    stream.write_all(&[&head, chunk.as_bytes(), &body, b"\r\n0\r\n\r\n"].concat()).await.expect("the server reads");
    let told = answer(&mut stream, true).await;
    assert_eq!((told.status, told.json()), (413, message));
    closed(stream).await;
}

#[tokio::test]
async fn a_stranger_is_not_read() {
    let rest = Rest::new().await;
    let mut stream = rest.stream().await;
    let head = b"POST /rest/v0/vms/actions/start HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    stream.write_all(&[&head[..], b"Content-Length: 4000000\r\n\r\n{"].concat()).await.expect("the server reads");
    assert_eq!(answer(&mut stream, true).await.status, 401);
}

#[tokio::test]
async fn a_get_with_a_body_is_answered_and_so_is_the_next_request() {
    let rest = Rest::new().await;
    for path in ["/rest/v0/vms/nope", "/rest/v0/tasks/nope", "/rest/v0/nope"] {
        let body = "Content-Type: application/json\r\nContent-Length: 17\r\n\r\n{\"id\": broken}   ";
        let (told, mut stream) = rest.told(&format!("GET {path}"), body.as_bytes()).await;
        assert_eq!(told.status, 404, "{}", told.body);
        let again = [&rest.line("GET /rest/v0/vms/none")[..], b"\r\n"].concat();
        stream.write_all(&again).await.expect("the server reads");
        assert_eq!(answer(&mut stream, true).await.json()["data"]["id"], "none");
    }
}

#[tokio::test]
async fn bodies_that_two_servers_would_read_differently_are_refused() {
    let rest = Rest::new().await;
    let path = "POST /rest/v0/vms/actions/start";
    for headers in [
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length: 5 \r\n\tbad\r\n",
        "Content Length: 5\r\n",
        "X\u{1}: 5\r\n",
    ] {
        let sent = format!("Content-Type: application/json\r\n{headers}\r\n0\r\n\r\n");
        assert_eq!(rest.status(path, sent.as_bytes()).await, 400, "{headers}");
    }
    // A chunk that is none.
    let sent = b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n";
    assert_eq!(rest.status(path, sent).await, 400);
}

#[tokio::test]
async fn paths_are_not_walked_and_bytes_that_are_no_text_are_refused() {
    let rest = Rest::new().await;
    for (path, status, id) in [
        ("/rest/v0/vms/..%2Fhosts", 404, Some("../hosts")),
        ("/rest/v0/vms/..%2f..%2f..%2fetc%2fpasswd", 404, Some("../../../etc/passwd")),
        ("/rest/v0/vms/..", 404, Some("..")),
        ("/rest/v0/vms/%00", 404, Some("\0")),
        ("/rest/v0/vms/a%0d%0aSet-Cookie:b", 404, Some("a\r\nSet-Cookie:b")),
        ("/rest/v0/vms/../hosts", 404, None),
        ("/rest/v0/../../etc/passwd", 404, None),
        ("/rest/v0/vms/%ff", 422, None),
        ("/rest/v0/vms/%C3%28", 422, None),
        ("/rest/v0/vms/%", 422, None),
        ("/rest/v0/vms/%+1", 422, None),
        ("/rest/v0/vms?filter=%ff", 422, None),
        ("/rest/v0/vms?%ff=1", 422, None),
    ] {
        let (told, _) = rest.told(&format!("GET {path}"), b"\r\n").await;
        assert_eq!(told.status, status, "{path}: {}", told.body);
        if let Some(id) = id {
            assert_eq!(told.json()["data"], json!({ "id": id, "type": "VM" }), "{path}");
        }
        assert!(!told.head.contains("set-cookie"), "{}", told.head);
    }
    let bytes = [&rest.line("GET /rest/v0/vms/x")[..], b"X: \xff\xfe\r\n\r\n"].concat();
    let mut stream = rest.stream().await;
    stream.write_all(&bytes).await.expect("the server reads");
    assert_eq!(answer(&mut stream, true).await.status, 404);
    let bytes = b"GET /rest/v0/vms/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut stream = rest.stream().await;
    stream.write_all(bytes).await.expect("the server reads");
    assert!(matches!(answer(&mut stream, true).await.status, 400 | 401));
    let long = format!("GET /rest/v0/vms?filter={}", "a".repeat(100_000));
    assert!(matches!(rest.status(&long, b"\r\n").await, 414 | 431));
}

#[tokio::test]
async fn other_methods_and_slashes_at_the_end() {
    let rest = Rest::new().await;
    let (head, mut stream) = rest.told("HEAD /rest/v0/vms/", b"\r\n").await;
    assert_eq!(head.status, 200);
    assert!(head.head.contains("content-type: application/json"), "{}", head.head);
    // Nothing of a body stands before the next answer.
    stream.write_all(&[&rest.line("OPTIONS /rest/v0/vms//")[..], b"\r\n"].concat()).await.expect("the server reads");
    let options = answer(&mut stream, true).await;
    assert_eq!((options.status, &*options.body), (200, "GET,HEAD"));
    assert!(options.head.contains("\r\nallow: get,head\r\n"), "{}", options.head);
    for line in
        ["OPTIONS /rest/v0/nope", "TRACE /rest/v0/vms", "FOO /rest/v0/vms", "DELETE /rest/v0/vms", "HEAD /rest/v0/no"]
    {
        assert_eq!(rest.status(line, b"\r\n").await, 404, "{line}");
    }
    assert!(matches!(rest.status("CONNECT x:1", b"\r\n").await, 302 | 400 | 404));
}

#[tokio::test]
async fn a_list_that_is_being_read_ends_when_the_token_is_revoked() {
    let sim = xapi_sim::Sim::builder().world("large").size(5000, 4);
    let rest = Rest::on(crate::view::Served::on(sim, app::Config::default()).await);
    let whole = rest.get("/vms?fields=*").await;
    assert_eq!(whole.status, StatusCode::OK);
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    let mut stream = socket.connect(rest.lab.address).await.expect("the server listens");
    stream.write_all(&[&rest.line("GET /rest/v0/vms?fields=*")[..], b"\r\n"].concat()).await.expect("it reads");
    let mut first = [0; 100];
    stream.read_exact(&mut first).await.expect("it begins");
    rest.revoke().await;
    let mut read = Vec::new();
    let _ = timeout(LIMIT, stream.read_to_end(&mut read)).await.expect("it ends");
    assert!(!read.ends_with(b"\r\n0\r\n\r\n"), "all of it came");
    assert!(read.len() < whole.text.len(), "{} of {}", read.len(), whole.text.len());
    assert_eq!(rest.get("/vms").await.status, StatusCode::UNAUTHORIZED);
}
