//! The `all` notifications.

use std::sync::Arc;

use app::{
    Delta, Object,
    model::{Kind, PoolId},
    xapi_types::AnyRef,
};
use serde_json::{Value, json};

use crate::{
    client::Socket,
    server::{ADMIN, Server, USER},
};

/// Returns a VM whose JSON has `padding` bytes more.
fn vm(id: &str, version: usize, padding: usize) -> Arc<Object> {
    let json = format!(r#"{{"id":"{id}","version":{version},"padding":"{}"}}"#, "x".repeat(padding));
    let object = Object::from_json(Kind::Vm, PoolId::new("pool"), AnyRef::default(), json.into());
    Arc::new(object.expect("it begins with its id"))
}

fn publish(server: &Server, entered: Vec<Arc<Object>>, left: Vec<Arc<Object>>) {
    server.app.feed().publish(Delta { pool: PoolId::new("pool"), entered, left });
}

/// Calls something, so that whatever the server does at the start of a connection is done.
async fn settled(mut socket: Socket) -> Socket {
    assert_eq!(socket.call("toy.nothing", json!({})).await, Ok(json!(true)));
    socket
}

#[tokio::test]
async fn a_change_is_told_as_enter_and_exit() {
    let server = Server::start().await;
    let mut socket = settled(server.signed_in(ADMIN).await).await;
    publish(&server, vec![vm("a", 1, 0), vm("b", 1, 0)], vec![vm("c", 1, 0)]);
    assert_eq!(
        socket.text().await,
        r#"{"jsonrpc":"2.0","method":"all","params":{"type":"enter","items":{"a":{"id":"a","version":1,"padding":""},"b":{"id":"b","version":1,"padding":""}}}}"#
    );
    assert_eq!(socket.text().await, r#"{"jsonrpc":"2.0","method":"all","params":{"type":"exit","items":{"c":0}}}"#);
}

#[tokio::test]
async fn a_pool_that_enters_whole_is_told_in_one_message() {
    let server = Server::start().await;
    let mut socket = settled(server.signed_in(ADMIN).await).await;
    let objects: Vec<_> = (0..5000).map(|n| vm(&n.to_string(), 1, 1000)).collect();
    publish(&server, objects.clone(), Vec::new());
    publish(&server, Vec::new(), objects);
    for kind in ["enter", "exit"] {
        let message: Value = serde_json::from_str(&socket.text().await).expect("notifications are JSON");
        assert_eq!(message["params"]["type"], kind);
        assert_eq!(message["params"]["items"].as_object().expect("by id").len(), 5000);
    }
}

#[tokio::test]
async fn who_may_see_nothing_is_told_nothing() {
    let server = Server::start().await;
    let mut user = settled(server.signed_in(USER).await).await;
    let mut unknown = settled(server.socket().await).await;
    let mut admin = settled(server.signed_in(ADMIN).await).await;
    publish(&server, vec![vm("a", 1, 0)], Vec::new());
    assert!(admin.text().await.contains(r#""a":"#));
    for socket in [&mut user, &mut unknown] {
        assert_eq!(socket.call("toy.echo", json!({ "text": "first" })).await, Ok(json!("first")));
    }
}

#[tokio::test]
async fn a_client_that_reads_slowly_is_brought_up_to_date() {
    const VERSIONS: usize = 500;
    const SIZE: usize = 100_000;
    let server = Server::start().await;
    let mut slow = settled(server.signed_in(ADMIN).await).await;
    let mut quick = settled(server.signed_in(ADMIN).await).await;
    // The quick one has got every change before the next: so the slow one could have, too.
    for version in 1..=VERSIONS {
        publish(&server, vec![vm("a", version, SIZE), vm(&format!("other{version}"), 1, 0)], Vec::new());
        assert!(quick.text().await.contains(&format!(r#""version":{version},"#)));
    }
    let (mut bytes, mut newest, mut others) = (0, 0, 0);
    while newest < VERSIONS || others < VERSIONS {
        let text = slow.text().await;
        bytes += text.len();
        let message: Value = serde_json::from_str(&text).expect("notifications are JSON");
        for (id, object) in message["params"]["items"].as_object().expect("by id") {
            if id == "a" {
                let version = object["version"].as_u64().expect("a number");
                assert!(version > newest as u64, "version {version} after {newest}");
                newest = usize::try_from(version).expect("small");
            } else {
                others += 1;
            }
        }
    }
    // What the sockets hold, and the bound of the queue; of 50 MB.
    assert!(bytes < VERSIONS * SIZE / 3, "{bytes} bytes were kept for a client that does not read");
}
