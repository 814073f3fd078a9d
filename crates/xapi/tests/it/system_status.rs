//! The archive that a host makes of itself: from the simulated pool, and from hosts that behave badly.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use xapi::{Error, Pool, Secret, SystemStatus};
use xapi_sim::{Sim, fault::Spoilt};

use crate::peer::{Peer, Reply, options, soon, usual};

const PATH: &str = "/system-status";
const QUERY: &str = "GET /system-status";

async fn read(mut status: SystemStatus) -> Result<Vec<u8>, Error> {
    let mut all = Vec::new();
    while let Some(piece) = soon(status.next()).await? {
        all.extend_from_slice(&piece);
    }
    Ok(all)
}

async fn fetch(pool: &Pool, host: &str) -> Result<Vec<u8>, Error> {
    read(soon(pool.system_status(host)).await?).await
}

#[tokio::test]
async fn each_host_is_asked_itself_and_again_with_a_new_session_over_tls_too() {
    let sim = Sim::builder().world("small").explicit().start().await.unwrap();
    let host = sim.named("host", "xcp-lab-2").unwrap();
    let address = sim.with(|world| world.text(host, "address").to_owned());
    for at in [format!("http://{}", sim.http_addr()), format!("https://{}", sim.https_addr())] {
        let mut options = options(&at);
        options.password = Secret::new("password");
        options.allow_unauthorized = true;
        let pool = soon(Pool::connect(options)).await.unwrap();
        let before = sim.requests(host, PATH);
        assert!(fetch(&pool, &address).await.unwrap().starts_with(b"BZh"));
        sim.expire_sessions();
        assert!(fetch(&pool, &address).await.unwrap().starts_with(b"BZh"));
        assert_eq!(sim.requests(host, PATH), before + 2);
        for how in [Spoilt::Cut, Spoilt::Truncated] {
            sim.spoil_at(PATH, how);
            let error = fetch(&pool, &address).await.unwrap_err();
            assert!(matches!(error, Error::Broken { .. }), "{error}");
        }
    }
}

#[tokio::test]
async fn a_host_that_falls_silent_is_given_up() {
    let peer = Peer::start(|call| match call.method.as_str() {
        QUERY => Reply::Stall(b"BZh9".to_vec()),
        _ => usual(call, |_| Reply::void()),
    });
    let peer = peer.await;
    let mut options = peer.options();
    options.limits.read = Duration::from_millis(400);
    let pool = soon(Pool::connect(options)).await.unwrap();
    let error = fetch(&pool, "127.0.0.1").await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
}

#[tokio::test]
async fn whoever_wants_no_more_ends_the_connection_to_the_host() {
    let ended = Arc::new(Notify::new());
    let told = Arc::clone(&ended);
    let peer = Peer::start(move |call| match call.method.as_str() {
        QUERY => Reply::Endless(b"BZh9".to_vec(), Arc::clone(&told)),
        _ => usual(call, |_| Reply::void()),
    });
    let peer = peer.await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    let mut status = soon(pool.system_status("127.0.0.1")).await.unwrap();
    assert!(soon(status.next()).await.unwrap().is_some());
    drop(status);
    soon(ended.notified()).await;
}
