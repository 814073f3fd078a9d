//! JSON-RPC over WebSocket.

use bytes::Bytes;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::{
    Error, Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use crate::{
    client::Socket,
    server::{ADMIN, PASSWORD, Server, USER},
    toy,
};

#[tokio::test]
async fn answers_are_framed_as_the_field_does() {
    let server = Server::start().await;
    let mut socket = server.socket().await;
    for (request, answer) in [
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"toy.echo","params":{"text":"hé"}}"#,
            r#"{"id":1,"jsonrpc":"2.0","result":"hé"}"#,
        ),
        (r#"{"jsonrpc":"2.0","id":"abc","method":"toy.nothing"}"#, r#"{"id":"abc","jsonrpc":"2.0","result":true}"#),
        (
            r#"{"jsonrpc":"2.0","id":-9007199254740991,"method":"toy.nothing","params":[]}"#,
            r#"{"id":-9007199254740991,"jsonrpc":"2.0","result":true}"#,
        ),
        (r#"{"jsonrpc":"2.0","id":1.5,"method":"toy.nothing"}"#, r#"{"id":1.5,"jsonrpc":"2.0","result":true}"#),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"__proto__","params":{}}"#,
            r#"{"error":{"code":-32601,"data":"__proto__","message":"method not found: __proto__"},"id":1,"jsonrpc":"2.0"}"#,
        ),
        (
            r#"{"jsonrpc":"2.0","id":3,"method":"toy.secret"}"#,
            r#"{"error":{"message":"not enough permissions","code":2,"data":{"permission":"admin","object":{}}},"id":3,"jsonrpc":"2.0"}"#,
        ),
    ] {
        assert_eq!(socket.ask(request).await, answer);
    }
}

#[tokio::test]
async fn a_binary_frame_is_read_as_text_is() {
    let mut socket = Server::start().await.socket().await;
    socket.send(Bytes::from_static(br#"{"jsonrpc":"2.0","id":1,"method":"toy.nothing"}"#)).await;
    assert_eq!(socket.text().await, r#"{"id":1,"jsonrpc":"2.0","result":true}"#);
}

#[tokio::test]
async fn malformed_messages_are_answered_and_the_connection_stays() {
    let mut socket = Server::start().await.socket().await;
    for (message, code) in [
        (Message::text("{"), -32700),
        (Message::binary(Bytes::from_static(b"\xff\x00")), -32700),
        (Message::text("[]"), -32600),
        (Message::text(r#"{"jsonrpc":"1.0","id":1,"method":"m"}"#), -32600),
    ] {
        socket.send(message).await;
        let answer: serde_json::Value = serde_json::from_str(&socket.text().await).expect("answers are JSON");
        assert_eq!(answer["error"]["code"], code, "{answer}");
    }
    assert_eq!(socket.call("toy.nothing", json!({})).await, Ok(json!(true)));
}

#[tokio::test]
async fn a_notification_is_run_and_not_answered() {
    let mut socket = Server::start().await.socket().await;
    socket.send(r#"{"jsonrpc":"2.0","method":"toy.nothing"}"#).await;
    socket.send(r#"{"jsonrpc":"2.0","id":5,"result":"an answer nobody asked for"}"#).await;
    assert_eq!(socket.call("toy.echo", json!({ "text": "first answer" })).await, Ok(json!("first answer")));
}

#[tokio::test]
async fn calls_of_one_connection_run_at_the_same_time() {
    let mut socket = Server::start().await.socket().await;
    socket.send(r#"{"jsonrpc":"2.0","id":"slow","method":"toy.wait","params":{"name":"same time"}}"#).await;
    assert_eq!(socket.call("toy.nothing", json!({})).await, Ok(json!(true)));
    toy::open("same time");
    assert_eq!(socket.text().await, r#"{"id":"slow","jsonrpc":"2.0","result":"same time"}"#);
}

#[tokio::test]
async fn the_paths_of_the_api_are_the_fields() {
    let server = Server::start().await;
    for path in ["/api/", "/v5/api/"] {
        let mut socket = Socket::try_open(server.address, path, &[]).await.expect("the API is here");
        assert_eq!(socket.call("toy.nothing", json!({})).await, Ok(json!(true)));
    }
    for path in ["/api", "/", "/api/foo"] {
        match Socket::try_open(server.address, path, &[]).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), 404, "{path}"),
            other => panic!("{path}: {:?}", other.map(|socket| socket.handshake)),
        }
    }
}

#[tokio::test]
async fn a_handshake_that_is_none_is_refused_with_a_reason() {
    let server = Server::start().await;
    for (start, more, status) in [
        ("POST /api/ HTTP/1.1", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", "400"),
        ("GET /api/ HTTP/1.0", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", "400"),
        ("GET /api/ HTTP/1.1", "Sec-WebSocket-Version: 13\r\n", "400"),
        ("GET /api/ HTTP/1.1", "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", "426"),
    ] {
        let mut stream = TcpStream::connect(server.address).await.expect("the server accepts");
        let request = format!("{start}\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{more}\r\n");
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.expect("the server answers");
        assert_eq!(&answer[9..], status.as_bytes(), "{start} {more}");
    }
}

#[tokio::test]
async fn frames_against_the_protocol_end_the_connection_with_a_reason() {
    let server = Server::start().await;
    for (what, frame, code) in [
        ("no mask", &b"\x81\x02{}"[..], 1002_u16),
        ("reserved bits", b"\xc1\x82\0\0\0\0{}", 1002),
        ("unknown opcode", b"\x83\x82\0\0\0\0{}", 1002),
        ("a long ping", &[b"\x89\xfe\x00\xff\0\0\0\0", &[0; 255][..]].concat(), 1002),
        ("a ping in parts", b"\x09\x81\0\0\0\0a", 1002),
        ("nothing to continue", b"\x80\x81\0\0\0\0a", 1002),
        ("a message within another", b"\x01\x81\0\0\0\0a\x81\x81\0\0\0\0a", 1002),
        ("no UTF-8", b"\x81\x82\0\0\0\0\xff\xfe", 1007),
        ("more than there is memory", b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 1009),
    ] {
        let mut stream = server.socket().await.stream.into_inner();
        stream.write_all(frame).await.expect("the server reads");
        let mut close = Vec::new();
        let read = tokio::time::timeout(std::time::Duration::from_secs(30), stream.read_to_end(&mut close)).await;
        read.expect("the connection ends in time").expect("in order");
        assert!(close.len() > 4, "{what}: no reason");
        assert_eq!((close[0], u16::from_be_bytes([close[2], close[3]])), (0x88, code), "{what}");
    }
}

#[tokio::test]
async fn a_message_in_tiny_fragments_with_pings_between_is_read_as_one() {
    let mut stream = Server::start().await.socket().await.stream.into_inner();
    let call = br#"{"jsonrpc":"2.0","id":1,"method":"toy.nothing"}"#;
    let mut frames = Vec::new();
    for (at, byte) in call.iter().enumerate() {
        let last = at + 1 == call.len();
        frames.extend([
            if at == 0 {
                1
            } else if last {
                0x80
            } else {
                0
            },
            0x81,
            0,
            0,
            0,
            0,
            *byte,
        ]);
        if !last {
            frames.extend([0x89, 0x80, 0, 0, 0, 0]);
        }
    }
    stream.write_all(&frames).await.expect("the server reads");
    // Pongs have two bytes; how many there are is the server's choice.
    loop {
        let mut header = [0; 2];
        stream.read_exact(&mut header).await.expect("the server writes");
        let mut payload = vec![0; usize::from(header[1])];
        stream.read_exact(&mut payload).await.expect("the server writes");
        if header[0] == 0x81 {
            assert_eq!(payload, br#"{"id":1,"jsonrpc":"2.0","result":true}"#);
            return;
        }
        assert_eq!(header, [0x8a, 0]);
    }
}

#[tokio::test]
async fn the_first_subprotocol_is_accepted() {
    let server = Server::start().await;
    let socket = Socket::open(server.address, &[("sec-websocket-protocol", "xo, other")]).await;
    assert_eq!(socket.handshake.headers()["sec-websocket-protocol"], "xo");
    assert!(!server.socket().await.handshake.headers().contains_key("sec-websocket-protocol"));
}

#[tokio::test]
async fn a_password_and_a_token_sign_in() {
    let server = Server::start().await.with_passwords().await;
    let mut socket = server.socket().await;
    let wrong = socket.call("session.signIn", json!({ "email": ADMIN, "password": "wrong" })).await;
    assert_eq!(wrong.expect_err("the password is wrong")["code"], 3);
    let token = server.token(ADMIN).await;
    assert_eq!(socket.call("session.signIn", json!({ "token": token.expose() })).await, Ok(json!(ADMIN)));
    assert_eq!(socket.call("toy.secret", json!({})).await, Ok(json!("the answer")));
    let mut other = server.socket().await;
    let right = other.call("session.signIn", json!({ "email": USER, "password": PASSWORD })).await;
    assert_eq!(right, Ok(json!(USER)));
}

#[tokio::test]
async fn the_cookie_signs_in_unless_another_site_opened_the_connection() {
    let server = Server::start().await;
    let cookie = format!("token={}", server.token(ADMIN).await.expose());
    let own = format!("http://{}", server.address);
    for (headers, allowed) in [
        (&[("cookie", cookie.as_str())][..], true),
        (&[("cookie", &cookie), ("origin", &own)], true),
        (&[("cookie", &cookie), ("origin", "https://evil.example")], false),
        (&[("cookie", &cookie), ("origin", "null")], false),
        (&[("cookie", "token=nonsense")], false),
    ] {
        let mut socket = Socket::open(server.address, headers).await;
        assert_eq!(socket.call("toy.secret", json!({})).await.is_ok(), allowed, "{headers:?}");
    }
}

#[tokio::test]
async fn a_revoked_token_ends_the_connection_with_a_reason() {
    let server = Server::start().await;
    let mut socket = server.signed_in(ADMIN).await;
    assert_eq!(socket.call("toy.secret", json!({})).await, Ok(json!("the answer")));
    let tokens = server.app.db().tokens().list(None).await.expect("the database answers");
    server.app.token_revoked(&tokens[0].id);
    let close = socket.closed().await;
    assert_eq!((u16::from(close.code), close.reason.as_str()), (1008, "the token has been revoked"));
}

#[tokio::test]
async fn a_client_that_closes_is_answered() {
    let server = Server::start().await;
    let mut socket = server.socket().await;
    let bye = CloseFrame { code: CloseCode::Normal, reason: "bye".into() };
    socket.stream.close(Some(bye.clone())).await.expect("the server reads");
    assert_eq!(socket.closed().await, bye);
}

#[tokio::test]
async fn a_server_that_stops_says_so() {
    let server = Server::start().await;
    let mut socket = server.socket().await;
    let stopped = tokio::spawn(server.stop());
    let close = socket.closed().await;
    assert_eq!((u16::from(close.code), close.reason.as_str()), (1001, "the server is stopping"));
    stopped.await.expect("the server stops");
}

#[tokio::test]
async fn an_action_on_many_objects_is_answered_in_parts_that_make_one_value() {
    let server = Server::start().await;
    let mut socket = server.signed_in(USER).await;
    let ids: Vec<_> = (0..1000).map(|number| format!("none-{number}")).collect();
    let report = socket.call("toy.touch", json!({ "selection": { "ids": ids } })).await.expect("it is a report");
    let objects = report["objects"].as_array().expect("a list");
    let told: Vec<_> = objects.iter().map(|object| object["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(told, ids);
    assert_eq!(
        objects[999]["error"],
        json!({ "message": "no such object none-999", "code": 1, "data": { "id": "none-999", "type": null } })
    );
    assert_eq!(report["counts"], json!({ "done": 0, "failed": 0, "refused": 1000, "would": 0, "skipped": 0 }));
    let refused = socket.call("toy.echo", json!({ "text": "x", "dryRun": true })).await.expect_err("it is no action");
    assert_eq!(refused["message"], "`toy.echo` takes no `dryRun`: it does not act on one object");
    assert_eq!(
        server.socket().await.call("toy.touch", json!({ "id": "x", "dryRun": true })).await.expect_err("nobody")["code"],
        2
    );
}

#[tokio::test]
async fn a_call_that_only_waits_ends_with_its_connection() {
    let server = Server::start().await;
    let mut socket = server.signed_in(USER).await;
    socket.send(r#"{"jsonrpc":"2.0","id":1,"method":"toy.doze","params":{}}"#).await;
    assert_eq!(socket.call("toy.echo", json!({ "text": "x" })).await, Ok(json!("x")));
    let running = || {
        let all = server.app.tasks().all();
        all.into_iter().find(|task| task.properties["method"] == "toy.doze").map(|task| task.status)
    };
    assert_eq!(running(), Some(app::Status::Pending));
    drop(socket);
    let limit = std::time::Duration::from_secs(30);
    let ended = async {
        while running() == Some(app::Status::Pending) {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(limit, ended).await.expect("it ends in time");
}
