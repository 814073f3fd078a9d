//! Sessions: who is asked, when again, and what nobody sees.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use xapi::{Error, Pool, State, Value, params};

use crate::peer::{Peer, Reply, SESSION, options, soon, state, until, usual};

fn coordinator() -> impl Fn(&crate::peer::Call) -> Reply + Send + Sync + 'static {
    |call| usual(call, |_| Reply::Result("done".into()))
}

/// A host that names `master` to every call.
async fn slave_of(master: String) -> Peer {
    Peer::start(move |_| Reply::failure("HOST_IS_SLAVE", &[&master])).await
}

#[tokio::test]
async fn a_slave_is_followed_to_its_coordinator() {
    let master = Peer::start(coordinator()).await;
    let slave = slave_of(master.address.to_string()).await;
    let pool = soon(Pool::connect(slave.options())).await.unwrap();
    assert_eq!(pool.coordinator().unwrap().authority(), master.address.to_string());
    soon(pool.call("VM.start", params!["x"])).await.unwrap();
    assert_eq!(master.count("VM.start"), 1);
    assert_eq!(slave.calls().len(), 1);
}

#[tokio::test]
async fn a_slave_whose_coordinator_is_away_says_who_that_is() {
    let master = Peer::start(coordinator()).await;
    master.stop().await;
    let slave = slave_of(master.address.to_string()).await;
    let error = soon(Pool::connect(slave.options())).await.unwrap_err().to_string();
    assert!(error.contains(&format!("is a member of the pool of `http://{}`", master.address)), "{error}");
    assert!(error.contains("refused"), "{error}");
}

#[tokio::test]
async fn slaves_that_name_each_other_are_no_endless_way() {
    let error = soon(Pool::connect(slave_of("127.0.0.1".to_owned()).await.options())).await.unwrap_err();
    assert!(matches!(error, Error::Answer { .. } | Error::Coordinator { .. }), "{error}");
}

#[tokio::test]
async fn a_circle_of_slaves_is_said_to_be_one() {
    let first = Arc::new(Mutex::new(String::new()));
    let named = Arc::clone(&first);
    let other = Peer::start(move |_| Reply::failure("HOST_IS_SLAVE", &[&named.lock()])).await;
    let slave = slave_of(other.address.to_string()).await;
    *first.lock() = slave.address.to_string();
    let error = soon(Pool::connect(slave.options())).await.unwrap_err();
    assert!(error.to_string().contains("leads in a circle"), "{error}");
}

/// A host of the pool with this UUID.
fn pool_of(uuid: &'static str, member: Option<String>) -> impl Fn(&crate::peer::Call) -> Reply + Send + Sync + 'static {
    move |call| match call.method.as_str() {
        "pool.get_all_records" => Reply::Json(format!(r#"{{"OpaqueRef:pool":{{"uuid":"{uuid}"}}}}"#)),
        "host.get_all_records" => Reply::Result(Value::structure(
            member.iter().map(|address| (address.as_str(), Value::structure([("address", Value::from(address))]))),
        )),
        _ => usual(call, |_| Reply::Result("done".into())),
    }
}

#[tokio::test]
async fn a_host_that_has_left_the_pool_is_not_taken_for_it() {
    let left = Peer::start(pool_of("another-pool", None)).await;
    let master = Peer::start(pool_of("this-pool", Some(left.address.to_string()))).await;
    let pool = soon(Pool::connect(master.options())).await.unwrap();
    until(|| master.count("host.get_all_records") == 1).await;
    soon(pool.call("VM.get_all", params![])).await.unwrap();
    master.stop().await;
    pool.call("VM.get_all", params![]).await.unwrap_err();
    until(|| left.count("session.logout") >= 1).await;
    assert_eq!(left.count("VM.get_all"), 0);
    let _back = Peer::start_at(master.address, pool_of("this-pool", None)).await;
    state(&pool, State::is_live).await;
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_not_tried_again() {
    let peer = Peer::start(|_| Reply::failure("SESSION_AUTHENTICATION_FAILED", &["root", "no such user"])).await;
    let pool = Pool::open(peer.options());
    let reason = match state(&pool, |state| matches!(state, State::Failed { .. })).await {
        State::Failed { reason } => reason,
        other => panic!("{other:?}"),
    };
    assert!(reason.is_refused() && reason.is_permanent());
    let error = soon(pool.call("VM.get_all", params![])).await.unwrap_err();
    assert!(error.is("SESSION_AUTHENTICATION_FAILED"), "{error}");
    assert_eq!(peer.count("session.login_with_password"), 1);
    pool.retry();
    until(|| peer.count("session.login_with_password") == 2).await;
}

#[tokio::test]
async fn an_ended_session_is_renewed_once_for_all_callers() {
    let logins = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&logins);
    let peer = Peer::start(move |call| match call.method.as_str() {
        "session.login_with_password" => {
            Reply::Result(format!("OpaqueRef:session-{}", count.fetch_add(1, Ordering::SeqCst) + 1).into())
        }
        _ if call.text(0) == "OpaqueRef:session-1" => Reply::failure("SESSION_INVALID", &[call.text(0)]),
        _ => usual(call, |_| Reply::Result("done".into())),
    })
    .await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    let callers: Vec<_> = (0..10)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move { pool.call("VM.start", params!["x"]).await })
        })
        .collect();
    for caller in callers {
        assert_eq!(soon(caller).await.unwrap().unwrap(), Value::from("done"));
    }
    assert_eq!(logins.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_host_that_ends_every_session_is_not_asked_for_ever() {
    let peer = Peer::start(|call| match call.method.as_str() {
        "session.login_with_password" => Reply::Result(SESSION.into()),
        _ => Reply::failure("SESSION_INVALID", &[call.text(0)]),
    })
    .await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    let error = soon(pool.call("VM.start", params!["x"])).await.unwrap_err();
    assert!(error.is("SESSION_INVALID") && !error.to_string().contains(SESSION), "{error}");
    assert!(peer.count("VM.start") <= 4);
}

#[tokio::test]
async fn a_pool_whose_coordinator_changes_is_followed() {
    let second = Peer::start(coordinator()).await;
    let (named, is_slave) = (second.address.to_string(), Arc::new(AtomicBool::new(false)));
    let switch = Arc::clone(&is_slave);
    let first = Peer::start(move |call| {
        if switch.load(Ordering::SeqCst) {
            Reply::failure("HOST_IS_SLAVE", &[&named])
        } else {
            usual(call, |_| Reply::Result("done".into()))
        }
    })
    .await;
    let pool = soon(Pool::connect(first.options())).await.unwrap();
    is_slave.store(true, Ordering::SeqCst);
    // Not even a call that changes something was done by a host that is a slave: it is safe to repeat.
    soon(pool.call("VM.start", params!["x"])).await.unwrap();
    assert_eq!((second.count("VM.start"), pool.coordinator().unwrap().port()), (1, second.address.port()));
}

#[tokio::test]
async fn when_the_coordinator_dies_the_other_members_are_asked() {
    let third = Peer::start(coordinator()).await;
    let second = slave_of(third.address.to_string()).await;
    let members = [second.address.to_string()];
    let first = Peer::start(move |call| match call.method.as_str() {
        "host.get_all_records" => Reply::Result(Value::structure(
            members.iter().map(|address| (address.as_str(), Value::structure([("address", Value::from(address))]))),
        )),
        _ => usual(call, |_| Reply::Result("done".into())),
    })
    .await;
    let pool = soon(Pool::connect(first.options())).await.unwrap();
    until(|| first.count("host.get_all_records") == 1).await;
    soon(pool.call("VM.get_all", params![])).await.unwrap();
    first.stop().await;
    soon(pool.call("VM.get_all", params![])).await.unwrap();
    assert_eq!(pool.coordinator().unwrap().port(), third.address.port());
}

#[tokio::test]
async fn a_call_that_may_have_been_done_is_not_repeated() {
    let peer = Peer::start(|call| {
        usual(call, |call| if call.method == "VM.start" { Reply::Close } else { Reply::Result("done".into()) })
    })
    .await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    let error = soon(pool.call("VM.start", params!["x"])).await.unwrap_err();
    assert!(matches!(&error, Error::Unknown { method, .. } if method == "VM.start"), "{error}");
    assert_eq!(peer.count("VM.start"), 1);
    // The session has survived, and so has the pool.
    soon(pool.call("VM.clean_reboot", params!["x"])).await.unwrap();
    assert_eq!(peer.count("session.login_with_password"), 1);
}

#[tokio::test]
async fn a_read_is_repeated_until_it_is_answered() {
    let failures = AtomicUsize::new(2);
    let peer = Peer::start(move |call| {
        usual(call, |_| {
            let fails = failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
            if fails { Reply::Close } else { Reply::Result("done".into()) }
        })
    })
    .await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    assert_eq!(soon(pool.call("VM.get_uuid", params!["x"])).await.unwrap(), Value::from("done"));
    assert_eq!(peer.count("VM.get_uuid"), 3);
}

#[tokio::test]
async fn a_pool_that_comes_back_is_found_again() {
    let peer = Peer::start(coordinator()).await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    peer.stop().await;
    let error = soon(pool.call("VM.get_all", params![])).await.unwrap_err();
    assert!(matches!(error, Error::Connect { .. } | Error::Broken { .. }), "{error}");
    let stale = state(&pool, |state| !state.is_live()).await;
    assert!(matches!(stale, State::Stale { .. }), "{stale:?}");
    let _again = Peer::start_at(peer.address, coordinator()).await;
    state(&pool, State::is_live).await;
    soon(pool.call("VM.get_all", params![])).await.unwrap();
}

#[tokio::test]
async fn a_pool_that_was_never_there_is_found_when_it_comes() {
    let peer = Peer::start(coordinator()).await;
    peer.stop().await;
    let pool = Pool::open(peer.options());
    state(&pool, |state| matches!(state, State::Failed { reason } if !reason.is_permanent())).await;
    let _late = Peer::start_at(peer.address, coordinator()).await;
    state(&pool, State::is_live).await;
}

#[tokio::test]
async fn closing_logs_out_and_ends_calls() {
    let peer = Peer::start(coordinator()).await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    soon(pool.close()).await;
    assert_eq!(peer.count("session.logout"), 1);
    assert_eq!(peer.calls().last().unwrap().text(0), SESSION);
    assert!(matches!(soon(pool.call("VM.get_all", params![])).await, Err(Error::Closed)));
}

#[tokio::test]
async fn dropping_the_last_clone_logs_out() {
    let peer = Peer::start(coordinator()).await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    drop(pool.clone());
    soon(pool.call("VM.get_all", params![])).await.unwrap();
    drop(pool);
    until(|| peer.count("session.logout") == 1).await;
}

#[tokio::test]
async fn calls_share_few_connections() {
    let peer = Peer::start(coordinator()).await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    for _ in 0..50 {
        soon(pool.call("VM.start", params!["x"])).await.unwrap();
    }
    assert!(peer.connections() <= 3, "{} connections", peer.connections());
}

#[tokio::test]
async fn at_most_twenty_calls_are_under_way() {
    let peer =
        Peer::start(|call| usual(call, |_| Reply::After(Duration::from_millis(30), Box::new(Reply::void())))).await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    let calls: Vec<_> = (0..60)
        .map(|at| {
            let pool = pool.clone();
            let method = if at % 2 == 0 { "VM.get_uuid" } else { "VM.start" };
            tokio::spawn(async move { pool.call(method, params!["x"]).await })
        })
        .collect();
    for call in calls {
        soon(call).await.unwrap().unwrap();
    }
    assert!((2..=20).contains(&peer.most_at_once()), "{} at once", peer.most_at_once());
}

#[tokio::test]
async fn no_secret_is_in_what_is_printed() {
    let peer = Peer::start(|call| match call.method.as_str() {
        "VM.start" => Reply::Http(200, "text/html", format!("<html>hunter2-password {SESSION}</html>").into_bytes()),
        "VM.get_uuid" => Reply::failure("INTERNAL_ERROR", &[&format!("{:?}", call.params)]),
        _ => usual(call, |_| Reply::void()),
    })
    .await;
    let options = peer.options();
    let pool = soon(Pool::connect(options.clone())).await.unwrap();
    let nonsense = soon(pool.call("VM.start", params!["x"])).await.unwrap_err();
    let failure = soon(pool.call("VM.get_uuid", params!["hunter2-password"])).await.unwrap_err();
    for printed in [
        format!("{options:?}"),
        format!("{pool:?}"),
        format!("{nonsense} {nonsense:?}"),
        format!("{failure} {failure:?}"),
    ] {
        assert!(printed.contains("***") && !printed.contains("hunter2") && !printed.contains(SESSION), "{printed}");
    }
}

#[tokio::test]
async fn the_address_of_a_pool_may_carry_a_path_and_any_case() {
    let peer = Peer::start(coordinator()).await;
    let pool = Pool::connect(options(&format!("HTTP://{}/", peer.address)));
    soon(pool).await.unwrap();
}
