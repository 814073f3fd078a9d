//! What one client can make the server keep.

use std::time::Duration;

use futures_util::SinkExt;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    server::{ADMIN, Server},
    toy,
};

#[tokio::test]
async fn a_message_that_is_too_large_ends_the_connection_with_a_reason() {
    let server = Server::configured(|config| config.api_web_socket_options.max_payload = 300_000).await;
    let message =
        |size| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"toy.echo","params":{{"text":"{}"}}}}"#, "x".repeat(size));
    let mut signed_in = server.signed_in(ADMIN).await;
    assert!(signed_in.ask(&message(250_000)).await.ends_with("xxx\"}"));
    signed_in.send(message(400_000).as_str()).await;
    let close = signed_in.closed().await;
    assert_eq!((u16::from(close.code), close.reason.as_str()), (1009, "message too large: at most 300000 bytes"));
    let mut unknown = server.socket().await;
    unknown.send(message(250_000).as_str()).await;
    assert_eq!(u16::from(unknown.closed().await.code), 1009);
}

#[tokio::test]
async fn the_first_message_after_signing_in_may_be_large() {
    let server = Server::start().await;
    let mut socket = server.socket().await;
    let token = server.token(ADMIN).await;
    assert_eq!(socket.call("session.signIn", json!({ "token": token.expose() })).await, Ok(json!(ADMIN)));
    let text = "x".repeat(1 << 20);
    assert_eq!(socket.call("toy.echo", json!({ "text": text })).await, Ok(json!(text)));
}

#[tokio::test]
async fn a_large_answer_comes_in_fragments() {
    let server = Server::start().await;
    let socket = server.socket().await;
    let mut stream = socket.stream.into_inner();
    // A masked frame with the mask 0, which leaves the text as it is.
    let call = br#"{"jsonrpc":"2.0","id":1,"method":"toy.large","params":{"count":10000,"size":1000}}"#;
    let mut frame = vec![0x81, 0x80 | u8::try_from(call.len()).expect("a short call"), 0, 0, 0, 0];
    frame.extend_from_slice(call);
    stream.write_all(&frame).await.expect("the server reads");
    let (mut opcodes, mut total) = (Vec::new(), 0);
    loop {
        let first = stream.read_u8().await.expect("the server writes");
        let length = match stream.read_u8().await.expect("the server writes") {
            126 => u64::from(stream.read_u16().await.expect("the server writes")),
            127 => stream.read_u64().await.expect("the server writes"),
            short => u64::from(short),
        };
        let mut payload = vec![0; usize::try_from(length).expect("fragments are small")];
        stream.read_exact(&mut payload).await.expect("the server writes");
        total += payload.len();
        opcodes.push(first & 0x0f);
        assert!(payload.len() < 1_000_000, "a fragment of {length} bytes");
        if first & 0x80 != 0 {
            break;
        }
    }
    assert_eq!(total, 10_000 * 1003 + r#"{"id":1,"jsonrpc":"2.0","result":[0]}"#.len());
    assert!(opcodes.len() > 10 && opcodes[0] == 1 && opcodes[1..].iter().all(|opcode| *opcode == 0), "{opcodes:?}");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_not_read_either() {
    let server = Server::start().await;
    let mut socket = server.socket().await;
    // More calls than run at once; the server stops reading, so that in the end nothing more can be sent.
    let call =
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"toy.echo","params":{{"text":"{}"}}}}"#, "x".repeat(50_000));
    let mut sent = 0;
    while sent < 10_000 {
        let send = socket.stream.send(Message::text(call.as_str()));
        // Nothing is taken any more, or the server has given up on us.
        if !matches!(tokio::time::timeout(Duration::from_secs(2), send).await, Ok(Ok(()))) {
            break;
        }
        sent += 1;
    }
    assert!(sent < 10_000, "the server took {sent} messages of a client that reads nothing");
}

#[tokio::test]
async fn calls_beyond_the_bound_wait_for_those_before() {
    let server = Server::start().await;
    let mut socket = server.socket().await;
    for id in 0..513 {
        let call = json!({ "jsonrpc": "2.0", "id": id, "method": "toy.wait", "params": { "name": "bound" } });
        socket.send(call.to_string().as_str()).await;
    }
    toy::open("bound");
    let mut answered = 0;
    while answered < 513 {
        assert!(socket.text().await.ends_with(r#""result":"bound"}"#));
        answered += 1;
    }
}

#[tokio::test]
async fn who_has_not_signed_in_gets_few_calls_at_once() {
    let server = Server::start().await;
    let mut socket = server.socket().await;
    let wait = r#"{"jsonrpc":"2.0","id":1,"method":"toy.wait","params":{"name":"unsigned"}}"#;
    let nothing = r#"{"jsonrpc":"2.0","id":2,"method":"toy.nothing"}"#;
    for _ in 0..7 {
        socket.send(wait).await;
    }
    assert_eq!(socket.ask(nothing).await, r#"{"id":2,"jsonrpc":"2.0","result":true}"#);
    socket.send(wait).await;
    socket.send(nothing).await;
    assert!(tokio::time::timeout(Duration::from_millis(300), socket.message()).await.is_err(), "it has to wait");
    toy::open("unsigned");
    for _ in 0..9 {
        socket.text().await;
    }
}

#[tokio::test]
async fn large_requests_count_as_many_calls() {
    let server = Server::start().await;
    let mut socket = server.signed_in(ADMIN).await;
    let wait = |filler: usize| {
        let filler = "x".repeat(filler);
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"toy.wait","params":{{"name":"large","more?":"{filler}"}}}}"#)
    };
    let nothing = r#"{"jsonrpc":"2.0","id":2,"method":"toy.nothing"}"#;
    socket.send(wait(15 << 20).as_str()).await;
    socket.send(wait(15 << 20).as_str()).await;
    assert_eq!(socket.ask(nothing).await, r#"{"id":2,"jsonrpc":"2.0","result":true}"#);
    // The third does not fit beside them.
    let mut more = Box::pin(async {
        socket.send(wait(15 << 20).as_str()).await;
        socket.ask(nothing).await
    });
    assert!(tokio::time::timeout(Duration::from_millis(500), &mut more).await.is_err(), "it has to wait");
    toy::open("large");
    assert!(more.await.contains("result"));
}

#[tokio::test]
async fn a_name_that_is_no_operation_is_not_sent_back_at_length() {
    let mut socket = Server::start().await.socket().await;
    let answer = socket.ask(&json!({ "jsonrpc": "2.0", "id": 1, "method": "é".repeat(30_000) }).to_string()).await;
    assert!(answer.contains("-32601") && answer.len() < 1000, "{} bytes", answer.len());
}
