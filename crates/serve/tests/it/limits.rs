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
