//! Hosts that are no hosts: each gives a clear error, and nothing hangs.

use std::time::Duration;

use tokio::{io::AsyncWriteExt, net::TcpListener};
use xapi::{Error, Options, Pool, Value, params};

use crate::peer::{Peer, Reply, options, raw, soon, usual};

/// Connects to a peer that answers `reply` to everything.
async fn connect_to(reply: Reply) -> Error {
    let peer = Peer::start(move |_| reply.clone()).await;
    soon(Pool::connect(impatient(peer.options()))).await.expect_err("it is no host")
}

/// Gives up soon, where giving up is what is seen.
fn impatient(mut options: Options) -> Options {
    options.limits.login = Duration::from_secs(2);
    options.limits.silence = Duration::from_millis(400);
    options
}

#[tokio::test]
async fn a_host_that_accepts_and_never_answers_is_given_up() {
    let error = connect_to(Reply::Silence).await;
    assert!(matches!(error, Error::Timeout { what: "answer" | "answer the login", .. }), "{error}");
}

#[tokio::test]
async fn a_host_that_accepts_and_never_begins_tls_is_given_up() {
    let address = raw(|stream| async move {
        let _open = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let mut options = options(&format!("https://{address}"));
    options.limits.tls = Duration::from_millis(100);
    let error = soon(Pool::connect(options)).await.unwrap_err();
    assert!(error.to_string().contains("did not finish the TLS handshake within 0.1 s"), "{error}");
}

#[tokio::test]
async fn a_host_that_refuses_is_named() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let error = soon(Pool::connect(options(&format!("https://127.0.0.1:{port}")))).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&format!("127.0.0.1:{port}")) && text.contains("refused"), "{text}");
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_named() {
    let error = soon(Pool::connect(options("no-such-host.invalid"))).await.unwrap_err();
    assert!(error.to_string().contains("cannot connect to `no-such-host.invalid`"), "{error}");
}

#[tokio::test]
async fn a_web_page_is_not_taken_for_a_host() {
    let page = b"<!DOCTYPE html><html><body>Welcome to nginx!</body></html>".to_vec();
    let error = connect_to(Reply::Http(200, "text/html", page)).await;
    assert!(error.to_string().contains("an HTML page that begins `<!DOCTYPE html>"), "{error}");
    let error = connect_to(Reply::Http(502, "text/html", b"<html>Bad Gateway</html>".to_vec())).await;
    assert!(error.to_string().contains("HTTP status 502"), "{error}");
}

#[tokio::test]
async fn garbage_is_not_taken_for_a_host() {
    let error = connect_to(Reply::Http(200, "application/json", vec![0xff, 0x00, 0x17, 0x80])).await;
    assert!(error.to_string().contains("not JSON"), "{error}");
    let error = connect_to(Reply::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())).await;
    assert!(matches!(error, Error::Answer { .. }) && error.to_string().contains("not HTTP"), "{error}");
    let error = connect_to(Reply::Http(200, "text/xml", b"<?xml version='1.0'?><nonsense/>".to_vec())).await;
    assert!(matches!(error, Error::Answer { .. }), "{error}");
}

#[tokio::test]
async fn json_that_ends_early_is_said_to() {
    let error = connect_to(Reply::Http(200, "application/json", br#"{"jsonrpc":"2.0","res"#.to_vec())).await;
    assert!(error.to_string().contains("ends early"), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_an_error() {
    let error = connect_to(Reply::Cut("\"OpaqueRef:x\"".to_owned(), 130)).await;
    assert!(matches!(error, Error::Broken { .. }), "{error}");
    assert!(error.to_string().contains("in the middle of an answer"), "{error}");
    let error = connect_to(Reply::Close).await;
    assert!(matches!(error, Error::Broken { .. }), "{error}");
}

#[tokio::test]
async fn an_answer_that_stalls_is_given_up() {
    let error = connect_to(Reply::Stall(b"{\"jsonrpc\":".to_vec())).await;
    assert!(error.to_string().contains("did not send the rest of its answer within 0.4 s"), "{error}");
}

#[tokio::test]
async fn tls_towards_a_plain_port_says_so() {
    let address = raw(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    })
    .await;
    let error = soon(Pool::connect(options(&format!("https://{address}")))).await.unwrap_err();
    assert!(error.to_string().contains("is this a plain HTTP port?"), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_refused_before_it_is_read() {
    let peer = Peer::start(|call| {
        usual(call, |_| Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{".to_vec()))
    })
    .await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    let error = soon(pool.call("VM.get_all", params![])).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit, .. } if limit == 512 << 20), "{error}");
}

#[tokio::test]
async fn a_host_that_never_answers_a_call_does_not_hold_up_others() {
    let peer = Peer::start(|call| {
        usual(call, |call| match call.method.as_str() {
            "VM.clean_shutdown" => Reply::Silence,
            _ => Reply::Result(Value::from("here")),
        })
    })
    .await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    let mut hanging = Vec::new();
    for _ in 0..20 {
        let pool = pool.clone();
        hanging.push(tokio::spawn(async move { pool.call("VM.clean_shutdown", params!["x"]).await }));
    }
    assert_eq!(soon(pool.call("VM.get_uuid", params!["x"])).await.unwrap(), Value::from("here"));
    let limit = Duration::from_millis(100);
    let error = soon(pool.call_within::<Value>(limit, "VM.start", params!["x"])).await.unwrap_err();
    assert!(matches!(error, Error::Busy { .. } | Error::Unknown { .. }), "{error}");
    hanging.iter().for_each(tokio::task::JoinHandle::abort);
}
