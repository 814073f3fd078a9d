//! Files that a host makes of what it keeps: from the simulated pool, and from hosts that behave badly.

use std::time::Duration;

use futures_util::TryStreamExt;
use xapi::{Error, HostFileKind, Pool, Secret};
use xapi_sim::Sim;

use crate::peer::{Peer, Reply, options, soon, usual};

async fn fetch(pool: &Pool, host: &str, kind: HostFileKind) -> Result<Vec<u8>, Error> {
    let file = soon(pool.host_file(host, kind)).await?;
    let pieces = soon(file.pieces().try_collect::<Vec<_>>()).await?;
    Ok(pieces.concat())
}

#[tokio::test]
async fn each_host_is_asked_itself_and_again_with_a_new_session() {
    let sim = Sim::builder().world("small").explicit().start().await.unwrap();
    let host = sim.named("host", "xcp-lab-2").unwrap();
    let address = sim.with(|world| world.text(host, "address").to_owned());
    let mut options = options(&format!("http://{}", sim.http_addr()));
    options.password = Secret::new("password");
    let pool = soon(Pool::connect(options)).await.unwrap();
    let lines = fetch(&pool, &address, HostFileKind::Audit).await.unwrap();
    let lines = String::from_utf8(lines).unwrap();
    assert!(lines.lines().count() > 0 && lines.lines().all(|line| line.contains("|audit] ")), "{lines}");
    sim.expire_sessions();
    assert!(fetch(&pool, &address, HostFileKind::Logs).await.unwrap().starts_with(&[0x1f, 0x8b]));
    assert_eq!((sim.requests(host, "/audit_log"), sim.requests(host, "/host_logs_download")), (1, 1));
    sim.fail_next("/host_logs_download", "INTERNAL_ERROR", ["full"]);
    let error = fetch(&pool, &address, HostFileKind::Logs).await.unwrap_err();
    assert!(matches!(error, Error::Answer { .. }), "{error}");
}

#[tokio::test]
async fn a_host_that_falls_silent_is_given_up() {
    let peer = Peer::start(|call| match call.method.as_str() {
        "GET /audit_log" => Reply::Stall(b"[2026".to_vec()),
        _ => usual(call, |_| Reply::void()),
    });
    let peer = peer.await;
    let mut options = peer.options();
    options.limits.read = Duration::from_millis(400);
    let pool = soon(Pool::connect(options)).await.unwrap();
    let error = fetch(&pool, "127.0.0.1", HostFileKind::Audit).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
}
