//! JSON-RPC over WebSocket.

use bytes::Bytes;
use serde_json::json;
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
