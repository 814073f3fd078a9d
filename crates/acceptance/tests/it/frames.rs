//! Bad input on the wire: answered or cut, never hanging, and the server goes on for others.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{ADMIN, Client, PASSWORD};
use crate::server::Server;
use crate::wait::until;

#[tokio::test]
async fn malformed_frames_are_answered_and_the_connection_stays() {
    let server = Server::demo().await;
    let mut client = Client::connect(server.address).await.unwrap();
    for (frame, code) in [
        ("{", -32700),
        ("", -32700),
        ("null", -32600),
        ("{}", -32600),
        (r#"{"jsonrpc":"1.0","id":1,"method":"system.getServerVersion"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":5}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":{},"method":"system.getServerVersion"}"#, -32600),
    ] {
        assert!(client.send(Message::text(frame)).await);
        let answer = client.answer().await.unwrap_or_else(|| panic!("`{frame}` ends the connection"));
        assert_eq!(answer["error"]["code"], code, "`{frame}`: {answer}");
    }
    assert!(client.send(Message::binary(vec![0xff, 0xfe, 0])).await);
    assert_eq!(client.answer().await.expect("an answer to garbage")["error"]["code"], -32700);
    let binary = br#"{"jsonrpc":"2.0","id":1,"method":"system.getServerVersion","params":{}}"#;
    assert!(client.send(Message::binary(binary.to_vec())).await);
    assert!(client.answer().await.expect("an answer")["result"].is_string(), "binary frames are read, too");
    client.ok("session.signIn", json!({ "email": ADMIN, "password": PASSWORD })).await;
}

#[tokio::test]
async fn an_oversized_message_is_cut_with_a_reason() {
    let server = Server::demo().await;
    let mut client = Client::connect(server.address).await.unwrap();
    let large =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "session.signIn", "params": { "email": "x".repeat(64 << 20) } });
    client.send(Message::text(large.to_string())).await;
    let answer = client.next().await;
    assert!(answer.as_ref().is_none_or(|answer| answer.get("error").is_some()), "{answer:?}");
    Client::signed_in(server.address).await;
}

#[tokio::test]
async fn deeply_nested_json_does_not_crash_the_server() {
    let server = Server::demo().await;
    let mut client = Client::connect(server.address).await.unwrap();
    client.send(Message::text("[".repeat(1 << 20))).await;
    let answer = client.answer().await;
    assert!(answer.as_ref().is_none_or(|answer| answer.get("error").is_some()), "{answer:?}");
    let mut client = Client::signed_in(server.address).await;
    let filter = format!("{}x", "!".repeat(100_000));
    client.refused("xo.getAllObjects", json!({ "filter": filter })).await;
    client.ok("system.getServerVersion", json!({})).await;
}

#[tokio::test]
async fn after_a_wrong_password_even_the_right_one_has_to_wait() {
    let server = Server::configured("[authentication]\nthrottlingDelay = '1 hour'\n").await;
    let mut client = Client::connect(server.address).await.unwrap();
    let wrong = client.refused("session.signIn", json!({ "email": ADMIN, "password": "hunter2" })).await;
    let unknown = client.refused("session.signIn", json!({ "email": "nobody", "password": "hunter2" })).await;
    assert_eq!((&wrong["code"], &wrong["message"]), (&json!(3), &unknown["message"]), "nobody learns who exists");
    let early = client.refused("session.signIn", json!({ "email": ADMIN, "password": PASSWORD })).await;
    assert_ne!(early["code"], 3, "{early}");
    assert!(!server.printed().contains("hunter2"));
}

#[tokio::test]
async fn the_wait_after_a_wrong_password_ends() {
    let server = Server::demo().await;
    let mut client = Client::connect(server.address).await.unwrap();
    client.refused("session.signIn", json!({ "email": ADMIN, "password": "hunter2" })).await;
    until("the right password is taken", async || {
        client.call("session.signIn", json!({ "email": ADMIN, "password": PASSWORD })).await.ok()
    })
    .await;
}

#[tokio::test]
async fn garbage_instead_of_http_is_cut() {
    let server = Server::demo().await;
    let zeros = vec![0; 100_000];
    for garbage in [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], b"GET\r\n\r\n", &zeros] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let _ = stream.write_all(garbage).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        let _ = tokio::time::timeout(crate::wait::LIMIT, read).await.expect("the connection ends");
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    Client::signed_in(server.address).await;
}

#[tokio::test]
async fn connections_that_say_nothing_keep_nobody_out() {
    // As many as this process may have open, up to the ten thousand that somebody may try.
    const WANTED: usize = 10_000;
    let server = Server::demo().await;
    let mut silent = Vec::new();
    while silent.len() < WANTED {
        match TcpStream::connect(server.address).await {
            Ok(stream) => silent.push(stream),
            Err(_) => break,
        }
    }
    // Leave this process the files that the rest of the test needs.
    silent.truncate(silent.len().saturating_sub(50));
    let opened = silent.len();
    assert!(opened > 500, "only {opened} connections could be opened");
    let mut client: Option<Client> = None;
    until("somebody who has something to say is served", async || {
        client = Client::connect(server.address).await;
        client.is_some().then_some(())
    })
    .await;
    let mut client = client.unwrap();
    let version: Value = client.ok("system.getServerVersion", json!({})).await;
    assert!(version.is_string());
}
