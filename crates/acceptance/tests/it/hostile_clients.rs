//! Clients that mean no good: the server goes on for others. (What single frames and requests are answered is tested in
//! `serve`.)

use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{ADMIN, Client, PASSWORD, http_client};
use crate::server::Server;
use crate::wait::{until, until_within};

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

/// Lets this process open as many files as it may, which the server does by itself; returns how many that is.
fn raise_file_limit() -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("up to the hard limit it is allowed");
    limit.maximum.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX)
}

#[tokio::test]
async fn ten_thousand_half_open_sockets_keep_nobody_out_cost_little_and_are_let_go() {
    // This process has files for other tests open, too.
    let wanted = raise_file_limit().saturating_sub(1000).min(10_000);
    assert!(wanted > 1000, "this test needs more than 2000 open files; raise the hard limit");
    let server = Server::demo().await;
    let (_, _) = server.with_vms().await;
    let before = server.memory();
    let mut sockets = Vec::new();
    for number in 0..wanted {
        let mut socket = TcpStream::connect(server.address).await.expect("the server accepts");
        // Some say nothing, some begin and never end.
        if number % 2 == 1 {
            socket.write_all(b"POST /signin/local HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.expect("the server reads");
        }
        sockets.push(socket);
        if number % 1000 == 999 {
            let asked = tokio::time::Instant::now();
            let mut client = Client::connect(server.address).await.expect("others are let in");
            client.ok("system.getServerVersion", json!({})).await;
            let took = asked.elapsed();
            assert!(took < Duration::from_secs(5), "beside {number} silent sockets an answer took {took:?}");
        }
    }
    let (during, open) = (server.memory(), server.open_files());
    println!("{wanted} half-open sockets: {before} → {during} KiB of memory, {open} files open");
    assert!(during < before + 64 * 1024, "the memory went from {before} to {during} KiB");
    assert!(open < 1000, "{open} files are open");
    until_within(Duration::from_secs(60), "the sockets are let go", async || (server.open_files() < 100).then_some(()))
        .await;
    let mut client = Client::signed_in(server.address).await;
    client.ok("system.getServerVersion", json!({})).await;
    drop(sockets);
}

#[tokio::test]
async fn unread_answers_of_strangers_cost_little() {
    let server = Server::demo().await;
    let (_, _) = server.with_vms().await;
    let before = server.memory();
    let mut clients = Vec::new();
    // The answers to unknown names repeat them.
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "x".repeat(60_000) }).to_string();
    for _ in 0..50 {
        let mut client = Client::connect(server.address).await.expect("the server accepts connections");
        let send = async { while client.send(Message::text(call.as_str())).await {} };
        // Until the server takes no more.
        let _ = tokio::time::timeout(Duration::from_millis(200), send).await;
        clients.push(client);
    }
    let after = server.memory();
    println!("50 strangers who do not read: {before} → {after} KiB of memory");
    assert!(after < before + 256 * 1024, "the memory went from {before} to {after} KiB");
    let mut client = Client::signed_in(server.address).await;
    client.ok("system.getServerVersion", json!({})).await;
}

#[tokio::test]
async fn a_flood_of_sign_ins_does_not_keep_others_waiting() {
    // Each client has an address of its own, as behind a proxy that is trusted.
    let server = Server::configured("[http]\nuseForwardedHeaders = true\n").await;
    let mut flood = Client::connect_from(server.address, "192.0.2.1").await;
    for number in 0..300 {
        let params = json!({ "email": format!("user{number}"), "password": "wrong" });
        let call = json!({ "jsonrpc": "2.0", "id": number, "method": "session.signIn", "params": params });
        assert!(flood.send(Message::text(call.to_string())).await);
    }
    let mut honest = Client::connect_from(server.address, "192.0.2.2").await;
    let asked = tokio::time::Instant::now();
    honest.ok("session.signIn", json!({ "email": ADMIN, "password": PASSWORD })).await;
    assert!(asked.elapsed() < Duration::from_secs(15), "it took {:?}", asked.elapsed());
}

#[tokio::test]
async fn slow_readers_of_a_long_list_hold_neither_threads_nor_memory_and_are_cut() {
    const READERS: usize = 100;
    let server = Server::start(&["--demo=large:10000"]).await;
    let (mut client, _) = server.with_vms().await;
    let token = client.ok("token.create", json!({})).await;
    let token = token.as_str().expect("a token is text");
    let list = format!("http://{}/rest/v0/vms?fields=*", server.address);
    let http = http_client();
    let whole = async || {
        let answer = http.get(&list).bearer_auth(token).send().await.expect("the server answers");
        answer.bytes().await.expect("the whole list").len()
    };
    until("all are seen", async || (whole().await > 10_000_000).then_some(())).await;
    drop(client);
    let (memory, threads, open) = (server.memory(), server.threads(), server.open_files());
    let mut readers = Vec::new();
    for _ in 0..READERS {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small buffer");
        let mut socket = socket.connect(server.address).await.expect("the server accepts");
        let request = format!("GET /rest/v0/vms?fields=* HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n");
        socket.write_all(request.as_bytes()).await.expect("the server reads");
        // The answer begins, and nothing more of it is read.
        socket.readable().await.expect("it begins");
        readers.push(socket);
    }
    assert!(whole().await > 10_000_000, "others read on");
    until("no thread waits for them", async || (server.threads() <= threads + 4).then_some(())).await;
    // What the beginnings of a hundred answers took for a moment is given back, though none of them is read.
    let given_back = async || (server.memory() < memory + 128 * 1024).then(|| server.open_files());
    let held = until("the memory is given back", given_back).await;
    // Of the files that were open before, those of the first client may be closed by now.
    assert!(held + 10 >= open + READERS, "only {held} of {READERS} readers were there still, beside {open}");
    until("they are cut", async || (server.open_files() < open + 10).then_some(())).await;
    drop(readers);
}
