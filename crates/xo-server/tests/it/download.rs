//! Downloads over HTTP of what hosts of a simulated pool send.

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use xapi_sim::fault::Spoilt;

use crate::view::{LIMIT, Served};

const PATH: &str = "/system-status";

/// What stands at the end of an answer in chunks that is whole.
const END: &[u8] = b"\r\n0\r\n\r\n";

/// Calls `method`, and returns all that the server sends to who fetches what it offers.
async fn fetch(lab: &Served, method: &str, id: &str) -> Vec<u8> {
    let offered = lab.client().await.call(method, json!({ "id": id })).await;
    let path = offered["$getFrom"].as_str().expect("a path");
    let mut stream = TcpStream::connect(lab.address).await.expect("the server listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: xo\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("the server reads");
    let mut answer = Vec::new();
    // A connection that is cut off may be an error.
    let _ = timeout(LIMIT, stream.read_to_end(&mut answer)).await.expect("it ends in time");
    answer
}

#[tokio::test]
async fn the_status_of_hosts_is_fetched_whole_or_seen_not_to_be() {
    let lab = Served::new().await;
    let (host, pool) = lab.sim.with(|world| {
        let master = world.master();
        let pool = world.list("pool")[0];
        (world.uuid(master).to_owned(), world.uuid(pool).to_owned())
    });
    let has = |answer: &[u8], text: &[u8]| answer.windows(text.len()).any(|window| window == text);
    let whole = fetch(&lab, "host.getSystemStatus", &host).await;
    assert!(whole.starts_with(b"HTTP/1.1 200 OK\r\n") && whole.ends_with(END) && has(&whole, b"BZh9"));
    let all = fetch(&lab, "pool.getSystemStatuses", &pool).await;
    assert!(all.starts_with(b"HTTP/1.1 200 OK\r\n") && all.ends_with(END) && has(&all, host.as_bytes()));
    lab.sim.spoil_at(PATH, Spoilt::Cut);
    let cut = fetch(&lab, "host.getSystemStatus", &host).await;
    assert!(!cut.ends_with(END), "{}", String::from_utf8_lossy(&cut));
    lab.sim.fail_next(PATH, "SYSTEM_STATUS_RETRIEVAL_FAILED", ["no tool"]);
    let failed = String::from_utf8(fetch(&lab, "host.getSystemStatus", &host).await).expect("a text");
    assert!(failed.starts_with("HTTP/1.1 502 Bad Gateway\r\n") && failed.contains("HTTP status 500"), "{failed}");
}
