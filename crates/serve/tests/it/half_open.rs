//! Sockets that are opened and say nothing, or nothing of interest.

use std::time::Duration;

use serde_json::json;
use serve::{ListenError, Listener};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    client::Socket,
    server::{ADMIN, Server},
};

/// More than may be without a request at once.
const MANY: usize = 700;
/// More than may be open without anybody signed in, each of which takes two files of this process.
const STRANGERS: usize = 2200;

/// Lets this process open as many files as it may; the usual limit is 1024.
fn raise_file_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("up to the hard limit it is allowed");
    let needed = 2 * STRANGERS as u64 + 100;
    assert!(limit.maximum.is_none_or(|most| most > needed), "this test needs {needed} open files");
}

#[tokio::test]
async fn many_silent_sockets_keep_nobody_out() {
    let server = Server::start().await;
    let mut silent = Vec::new();
    for number in 0..MANY {
        let mut stream = TcpStream::connect(server.address).await.expect("the server accepts");
        if number % 2 == 0 {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: ").await.expect("the server reads");
        }
        silent.push(stream);
    }
    let answer = server.get("/robots.txt").send().await.expect("the server answers");
    assert_eq!(answer.status(), 200);
    let mut nothing = [0; 1];
    let first = timeout(Duration::from_secs(30), silent[0].read(&mut nothing)).await.expect("the oldest is closed");
    assert!(matches!(first, Ok(0) | Err(_)));
}

#[tokio::test]
async fn connections_that_linger_after_a_request_keep_nobody_out() {
    raise_file_limit();
    let server = Server::start().await;
    let mut known = server.signed_in(ADMIN).await;
    let mut lingering = Vec::new();
    for _ in 0..STRANGERS {
        let mut stream = TcpStream::connect(server.address).await.expect("the server accepts");
        stream.write_all(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("the server reads");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.expect("the server answers");
        lingering.push(stream);
    }
    let mut rest = Vec::new();
    let first = timeout(Duration::from_secs(30), lingering[0].read_to_end(&mut rest)).await;
    first.expect("the one that was quiet longest is closed").expect("in order");
    assert_eq!(server.get("/robots.txt").send().await.expect("the server answers").status(), 200);
    assert_eq!(known.call("toy.secret", json!({})).await, Ok(json!("the answer")));
}

#[tokio::test]
async fn websockets_on_which_nobody_signs_in_keep_nobody_out() {
    raise_file_limit();
    let server = Server::start().await;
    let known = server.signed_in(ADMIN).await;
    let mut first = server.socket().await;
    let mut signs_in = server.socket().await;
    let token = server.token(ADMIN).await;
    assert_eq!(signs_in.call("session.signIn", json!({ "token": token.expose() })).await, Ok(json!(ADMIN)));
    let mut others = Vec::new();
    for _ in 0..STRANGERS {
        others.push(Socket::open(server.address, &[]).await);
    }
    let close = first.closed().await;
    let why = "too many connections without anybody signed in";
    assert_eq!((u16::from(close.code), close.reason.as_str()), (1013, why));
    for mut socket in [known, signs_in, others.pop().expect("it is the last")] {
        assert_eq!(socket.call("toy.nothing", json!({})).await, Ok(json!(true)));
    }
}

#[tokio::test]
async fn a_port_in_use_is_named_with_a_way_out() {
    let server = Server::start().await;
    let error = Listener::bind(&server.address.to_string(), None).await.expect_err("the port is taken");
    assert!(matches!(error, ListenError::InUse { .. }));
    let expected = format!(
        "cannot listen on `{}`: the port is in use; stop the other program or choose another port",
        server.address
    );
    assert_eq!(error.to_string(), expected);
}
