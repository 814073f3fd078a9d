//! Sockets that are opened and say nothing.

use std::time::Duration;

use serve::{ListenError, Listener};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::server::Server;

/// More than may be without a request at once.
const MANY: usize = 700;

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
