//! What the server has acknowledged outlives its sudden death.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::client::Client;
use crate::server::Server;

/// Answers after which each life ends, with hundreds of writes under way.
const LIVES: [usize; 6] = [1, 2, 7, 23, 61, 120];
/// Writes that are asked for at once.
const AT_ONCE: usize = 300;

#[tokio::test]
async fn no_acknowledged_write_is_lost_when_the_server_is_killed() {
    let mut server = Server::demo().await;
    let mut kept = BTreeSet::new();
    let mut deleted = BTreeSet::new();
    for (life, answers) in LIVES.into_iter().enumerate() {
        let mut client = Client::signed_in(server.address).await;
        let email = format!("user-{life}");
        client.ok("user.create", json!({ "email": email, "password": "p" })).await;

        // What is deleted stays deleted; without an answer it may be either.
        let mut sent = BTreeMap::new();
        for description in kept.iter().take(answers / 2).cloned().collect::<Vec<_>>() {
            kept.remove(&description);
            let pattern = json!({ "description": description });
            let id = send(&mut client, sent.len(), "token.deleteOwn", json!({ "pattern": pattern })).await;
            sent.insert(id, (description, false));
        }
        for number in 0..AT_ONCE {
            let description = format!("token {life}-{number}");
            let id = send(&mut client, sent.len(), "token.create", json!({ "description": description })).await;
            sent.insert(id, (description, true));
        }
        for _ in 0..answers {
            let answer = client.answer().await.expect("the server answers");
            assert!(answer.get("error").is_none(), "{answer}");
            let (description, created) = sent.remove(&answer["id"].as_u64().unwrap()).expect("each is answered once");
            if created { &mut kept } else { &mut deleted }.insert(description);
        }
        server.kill().await;
        server = server.again().await;

        let mut client = Client::signed_in(server.address).await;
        let users = names(&client.ok("user.getAll", json!({})).await, "email");
        assert!(users.contains(&email), "after life {life}: `{email}` is lost");
        let found = names(&client.ok("user.getAuthenticationTokens", json!({})).await, "description");
        let lost: Vec<_> = kept.difference(&found).collect();
        assert!(lost.is_empty(), "after life {life}: {lost:?} lost of {}", kept.len());
        let risen: Vec<_> = deleted.intersection(&found).collect();
        assert!(risen.is_empty(), "after life {life}: {risen:?}");
    }
}

async fn send(client: &mut Client, number: usize, method: &str, params: Value) -> u64 {
    let id = 1000 + number as u64;
    let request = json!({ "id": id, "jsonrpc": "2.0", "method": method, "params": params });
    assert!(client.send(Message::text(request.to_string())).await);
    id
}

fn names(list: &Value, property: &str) -> BTreeSet<String> {
    list.as_array().unwrap().iter().filter_map(|item| Some(item[property].as_str()?.to_owned())).collect()
}

#[tokio::test]
async fn a_terminated_server_ends_cleanly_and_starts_again() {
    let mut server = Server::start(&["--demo"]).await;
    let mut client = Client::signed_in(server.address).await;
    client.ok("user.create", json!({ "email": "stays", "password": "p" })).await;
    assert_eq!(server.terminate().await, Some(0), "{}", server.printed());
    assert!(client.next().await.is_none(), "connections are closed");
    let server = server.again().await;
    let mut client = Client::signed_in(server.address).await;
    assert!(names(&client.ok("user.getAll", json!({})).await, "email").contains("stays"));
}
