//! Hosts that are no hosts: told as such, and nothing else suffers.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::client::Client;
use crate::server::Server;
use crate::wait::until;

/// Listens and gives everybody `answer` after what they said first, if anything; without one it stays silent.
async fn host(answer: Option<&'static [u8]>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut silent = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let Some(answer) = answer else {
                silent.push(stream);
                continue;
            };
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(answer).await;
            });
        }
    });
    format!("http://{address}")
}

async fn add(client: &mut Client, host: &str, connect: bool) -> String {
    let params = json!({ "host": host, "username": "root", "password": "hunter2-of-host", "autoConnect": connect });
    client.ok("server.add", params).await.as_str().unwrap().to_owned()
}

async fn status(client: &mut Client, id: &str) -> Value {
    let servers = client.ok("server.getAll", json!({})).await;
    servers.as_array().unwrap().iter().find(|server| server["id"] == id).expect("it is listed").clone()
}

#[tokio::test]
async fn answers_that_make_no_sense_are_told() {
    let server = Server::demo().await;
    let mut client = Client::signed_in(server.address).await;
    for (what, answer) in [
        ("nothing", &b""[..]),
        ("garbage", b"\x00\xff\x16\x03nonsense\r\n\r\n"),
        ("a web page", b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 20\r\n\r\n<html>Hello!</html>\n"),
        ("an error page", b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 4\r\n\r\nOops"),
        (
            "half an answer",
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"jsonrpc\":\"2.0\",\"resu",
        ),
        ("half of JSON", b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{\"jsonrpc"),
    ] {
        let id = add(&mut client, &host(Some(answer)).await, false).await;
        let error = client.refused("server.enable", json!({ "id": id })).await;
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{what}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{what}: {error}");
        let status = status(&mut client, &id).await;
        assert_ne!(status["status"], "connected", "{what}: {status}");
        client.ok("server.remove", json!({ "id": id })).await;
    }
    assert!(!server.printed().contains("hunter2"), "{}", server.printed());
    assert!(!server.printed().contains("panicked"), "{}", server.printed());
}

#[tokio::test]
async fn a_host_that_never_answers_holds_up_nobody() {
    let server = Server::demo().await;
    let (mut client, vms) = server.with_vms().await;
    let id = add(&mut client, &host(None).await, true).await;
    until("it is being connected", async || (status(&mut client, &id).await["status"] == "connecting").then_some(()))
        .await;
    let again = client.ok("xo.getAllObjects", json!({ "filter": { "type": "VM" } })).await;
    assert_eq!(again.as_object().unwrap().len(), vms.len());
    client.ok("server.disable", json!({ "id": id })).await;
    assert_eq!(status(&mut client, &id).await["status"], "disconnected");
    client.ok("server.remove", json!({ "id": id })).await;
}

#[tokio::test]
async fn a_pool_is_added_only_once() {
    let server = Server::demo().await;
    let (mut client, vms) = server.with_vms().await;
    let servers = client.ok("server.getAll", json!({})).await;
    let pool = &servers[0];
    assert_eq!(pool["status"], "connected", "{pool}");
    let host = pool["host"].as_str().unwrap();
    let params = json!({ "host": host, "username": "root", "password": "password" });
    let error = client.refused("server.add", params).await;
    assert_eq!((&error["code"], &error["data"]["objectType"]), (&json!(16), &json!("server")), "{error}");

    // The same pool under another name.
    let other = if host.contains("127.0.0.1") {
        host.replace("127.0.0.1", "localhost")
    } else {
        host.replace("localhost", "127.0.0.1")
    };
    let params = json!({ "host": other, "username": "root", "password": "password", "autoConnect": false, "allowUnauthorized": true });
    let id = client.ok("server.add", params).await;
    let error = client.refused("server.enable", json!({ "id": id })).await;
    assert!(error["message"].as_str().unwrap().contains("already"), "{error}");
    let again = client.ok("xo.getAllObjects", json!({ "filter": { "type": "VM" } })).await;
    assert_eq!(again.as_object().unwrap().len(), vms.len());
}

#[tokio::test]
async fn a_wrong_password_of_a_host_is_told() {
    let server = Server::demo().await;
    let (mut client, _) = server.with_vms().await;
    let servers = client.ok("server.getAll", json!({})).await;
    let id = servers[0]["id"].clone();
    client.ok("server.disable", json!({ "id": id })).await;
    client.ok("server.set", json!({ "id": id, "password": "hunter2-of-host" })).await;
    let error = client.refused("server.enable", json!({ "id": id })).await;
    assert_eq!(error["code"], 8, "{error}");
    let objects = client.ok("xo.getAllObjects", json!({})).await;
    assert_eq!(objects, json!({}), "a pool that was left is not shown");
    client.ok("server.set", json!({ "id": id, "password": "password" })).await;
    client.ok("server.enable", json!({ "id": id })).await;
    server.with_vms().await;
    assert!(!server.printed().contains("hunter2"), "{}", server.printed());
}
