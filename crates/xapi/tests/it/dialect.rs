//! Hosts that speak older dialects.

use xapi::{Dialect, Pool, Value, params};

use crate::peer::{Call, Peer, Reply, soon, usual};

fn echo(call: &Call) -> Reply {
    usual(call, |call| match call.method.as_str() {
        "VM.get_VCPUs_max" => Reply::Result(4_i64.into()),
        _ => Reply::failure("VM_BAD_POWER_STATE", &["OpaqueRef:vm", "halted", "running"]),
    })
}

async fn check(peer: Peer, dialect: Dialect) {
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    assert_eq!(pool.dialect(), Some(dialect));
    let vcpus: Value = soon(pool.call("VM.get_VCPUs_max", params!["OpaqueRef:vm"])).await.unwrap();
    assert_eq!(vcpus.as_int(), Some(4));
    let error = soon(pool.call("VM.start", params!["OpaqueRef:vm", false, true])).await.unwrap_err();
    assert_eq!(error.failure().unwrap().params, ["OpaqueRef:vm", "halted", "running"]);
    let last = peer.calls().pop().unwrap();
    assert_eq!(last.path, if dialect == Dialect::Xml { "/" } else { "/jsonrpc" });
    assert_eq!((last.json, last.version_2), (dialect != Dialect::Xml, dialect == Dialect::Json2));
    assert_eq!(last.params[2], Value::Bool(false));
}

#[tokio::test]
async fn json_rpc_2_is_spoken_where_it_is_understood() {
    check(Peer::start(echo).await, Dialect::Json2).await;
}

#[tokio::test]
async fn json_rpc_1_is_spoken_to_hosts_that_refuse_version_2() {
    let peer = Peer::start(|call| {
        if call.version_2 { Reply::Http(500, "text/html", b"<html>Internal Error</html>".to_vec()) } else { echo(call) }
    });
    check(peer.await, Dialect::Json1).await;
}

#[tokio::test]
async fn json_rpc_1_is_spoken_to_hosts_that_ignore_the_version() {
    let peer = Peer::start(|call| match call.method.as_str() {
        "session.login_with_password" if call.version_2 => {
            let body = br#"{"result":"OpaqueRef:s","error":null,"id":1}"#;
            Reply::Http(200, "application/json", body.to_vec())
        }
        _ => echo(call),
    });
    check(peer.await, Dialect::Json1).await;
}

#[tokio::test]
async fn xml_rpc_is_spoken_to_hosts_that_answer_it() {
    let peer = Peer::start(|call| {
        let fault = b"<?xml version=\"1.0\"?><methodResponse><fault><value>?</value></fault></methodResponse>";
        if call.json { Reply::Http(200, "text/xml", fault.to_vec()) } else { echo(call) }
    });
    check(peer.await, Dialect::Xml).await;
}

#[tokio::test]
async fn xml_rpc_is_spoken_to_hosts_that_know_nothing_else() {
    let peer = Peer::start(|call| {
        if call.json { Reply::Http(500, "text/html", b"<html>Internal Error</html>".to_vec()) } else { echo(call) }
    });
    check(peer.await, Dialect::Xml).await;
}

#[tokio::test]
async fn bare_words_for_numbers_are_read() {
    let peer = Peer::start(|call| usual(call, |_| Reply::Json(r#"{"progress":nan,"name":"nan"}"#.to_owned()))).await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    let record = soon(pool.call("task.get_record", params!["OpaqueRef:t"])).await.unwrap();
    assert!(record.get("progress").unwrap().as_float().unwrap().is_nan());
    assert_eq!(record.get("name").unwrap().as_str(), Some("nan"));
}
