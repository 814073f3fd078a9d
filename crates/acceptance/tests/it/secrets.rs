//! No secret reaches a log, however much is logged.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::client::{Client, http_client};
use crate::server::Server;
use crate::wait::until;

#[tokio::test]
async fn no_secret_reaches_the_log_at_any_level() {
    let mut server = Server::configured("[logs]\nfilter = 'trace'\n").await;
    let mut client = Client::signed_in(server.address).await;
    let mut secrets = vec!["hunter2-wrong", "hunter2-of-bob", "hunter2-of-bob-again"]
        .into_iter()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    let bob = client.ok("user.create", json!({ "email": "bob", "password": "hunter2-of-bob" })).await;
    client.ok("user.set", json!({ "id": bob, "password": "hunter2-of-bob-again" })).await;
    let token = client.ok("token.create", json!({ "description": "a description" })).await.as_str().unwrap().to_owned();

    let mut other = Client::connect(server.address).await.unwrap();
    other.refused("session.signIn", json!({ "email": "nobody", "password": "hunter2-wrong" })).await;
    other.refused("session.signIn", json!({ "token": "hunter2-wrong" })).await;
    other.ok("session.signIn", json!({ "token": token })).await;
    other.ok("session.signIn", json!({ "email": "bob", "password": "hunter2-of-bob-again" })).await;
    let http = http_client();
    let url = format!("{}api/", server.url());
    let _ = http.get(&url).header("cookie", format!("token={token}")).send().await;
    let form = "username=bob&password=hunter2-of-bob-again&remember-me=on";
    let form = http
        .post(format!("{}signin/local", server.url()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    let cookies: Vec<_> = form
        .send()
        .await
        .unwrap()
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap().to_owned())
        .collect();
    let cookie = cookies
        .iter()
        .find_map(|cookie| cookie.strip_prefix("token=")?.split(';').next())
        .expect("a token in a cookie");
    secrets.extend([token, cookie.to_owned()]);

    assert_eq!(server.terminate().await, Some(0));
    until("the log is complete", async || server.printed().contains("stopped").then_some(())).await;
    let printed = server.printed();
    for secret in &secrets {
        let lines: Vec<_> = printed.lines().filter(|line| line.contains(secret)).collect();
        assert!(lines.is_empty(), "{lines:#?}");
    }
}

/// A host that sends back what it was sent, as some web servers do with what they do not understand.
async fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut said = vec![0; 1 << 16];
                let Ok(length) = stream.read(&mut said).await else { return };
                let head = format!("HTTP/1.1 500 No\r\ncontent-type: text/html\r\ncontent-length: {length}\r\n\r\n");
                let _ = stream.write_all(&[head.as_bytes(), &said[..length]].concat()).await;
            });
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn no_secret_of_a_host_comes_back_or_lies_open_on_the_disk() {
    let mut server = Server::configured("[logs]\nfilter = 'trace'\n").await;
    let (mut client, vms) = server.with_vms().await;
    let mut answers = Vec::new();
    let params =
        json!({ "host": echo().await, "username": "root", "password": "hunter2-of-host", "autoConnect": false });
    let id = client.ok("server.add", params).await;
    answers.push(client.refused("server.enable", json!({ "id": id })).await);
    let proxy = "http://me:hunter2-of-proxy@127.0.0.1:9";
    client.ok("server.set", json!({ "id": id, "httpProxy": proxy })).await;
    answers.push(client.refused("server.enable", json!({ "id": id })).await);
    for params in [
        json!({ "host": "h", "username": "u", "password": ["hunter2-in-a-list"] }),
        json!({ "host": "h", "username": "u", "pasword": "hunter2-misspelt" }),
    ] {
        answers.push(client.refused("server.add", params).await);
    }
    // What a pool keeps for somebody else goes through the journal.
    let vm = vms.keys().next().unwrap();
    for key in ["vm-data/password", "vm-data/admin_pass", "vm-data/anything"] {
        let data = json!({ key: "hunter2-of-guest" });
        client.ok("vm.set", json!({ "id": vm, "xenStoreData": data })).await;
        let wrong = json!({ "id": vm, "xenStoreData": data, "share": true });
        answers.push(client.refused("vm.set", wrong).await);
    }
    answers.push(client.ok("journal.query", json!({ "object": vm })).await);
    answers.push(client.ok("server.getAll", json!({})).await);
    for answer in &answers {
        let text = answer.to_string().replace(proxy, "as it was given");
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert_eq!(server.terminate().await, Some(0));
    until("the log is complete", async || server.printed().contains("stopped").then_some(())).await;
    let printed = server.printed();
    let lines: Vec<_> = printed.lines().filter(|line| line.contains("hunter2")).collect();
    assert!(lines.is_empty(), "{lines:#?}");
    let database = server.database();
    for file in std::fs::read_dir(database.parent().unwrap()).unwrap() {
        let path = file.unwrap().path();
        let bytes = if path.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
        let found = bytes.windows(7).position(|window| window == b"hunter2");
        let around =
            found.map(|at| String::from_utf8_lossy(&bytes[at.saturating_sub(100)..(at + 40).min(bytes.len())]));
        assert!(around.is_none(), "{}: {around:?}", path.display());
    }
}
