//! Clients that mean no good: the server goes on for others. (What single frames and requests are answered is tested in
//! `serve`.)

use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{ADMIN, Client, PASSWORD};
use crate::server::Server;
use crate::wait::until;

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
