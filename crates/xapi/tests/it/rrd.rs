//! Statistics: from the simulated pool, and from hosts that behave badly.

use std::{path::PathBuf, time::Duration};

use xapi::{Error, Pool, RrdQuery, RrdUpdates, Secret};
use xapi_sim::{Object, Sim, fault::Spoilt, profile::XENSERVER_7_1};
use xapi_types::json;

use crate::peer::{Peer, Reply, options, soon, usual};

const QUERY: &str = "GET /rrd_updates";

async fn small() -> Sim {
    Sim::builder().world("small").explicit().start().await.unwrap()
}

async fn connect(sim: &Sim) -> Pool {
    connect_with(sim, |_| {}).await
}

async fn connect_with(sim: &Sim, change: impl FnOnce(&mut xapi::Options)) -> Pool {
    let mut options = options(&format!("http://{}", sim.http_addr()));
    options.password = Secret::new("password");
    change(&mut options);
    soon(Pool::connect(options)).await.unwrap()
}

/// Asks for the last ten minutes.
fn minutes(sim: &Sim) -> RrdQuery {
    RrdQuery { start: sim.with(|world| world.now().unix()) - 595, interval: 5, keep: |_, _| true }
}

fn host(sim: &Sim, name: &str) -> (Object, String) {
    let host = sim.named("host", name).unwrap();
    (host, sim.with(|world| world.text(host, "address").to_owned()))
}

#[tokio::test]
async fn each_host_tells_its_own() {
    let sim = small().await;
    let pool = connect(&sim).await;
    for name in ["xcp-lab-1", "xcp-lab-2"] {
        let (object, address) = host(&sim, name);
        let updates = soon(pool.rrd_updates(&address, minutes(&sim))).await.unwrap();
        assert_eq!(updates.step, 5);
        assert!(updates.times.windows(2).all(|pair| pair[0] + 5 == pair[1]), "oldest first, without a hole");
        let uuid = sim.with(|world| world.uuid(object).to_owned());
        let hosts: Vec<_> = updates.columns.iter().filter(|column| column.kind == "host").collect();
        assert!(!hosts.is_empty() && hosts.iter().all(|column| column.uuid == uuid));
        assert!(updates.columns.iter().all(|column| column.values.len() == updates.times.len()));
        assert_eq!(sim.requests(object, "/rrd_updates"), 1);
    }
}

#[tokio::test]
async fn numbers_of_older_products_are_read_gaps_among_them() {
    let sim = Sim::builder().world("small").explicit().profile(&XENSERVER_7_1).start().await.unwrap();
    let pool = connect(&sim).await;
    let query = RrdQuery { start: 0, interval: 86_400, keep: |kind, name| kind == "host" && name == "loadavg" };
    let updates = soon(pool.rrd_updates(&host(&sim, "xcp-lab-1").1, query)).await.unwrap();
    assert_eq!((updates.columns.len(), updates.times.len()), (1, 366));
    let values = &updates.columns[0].values;
    assert!(values[0].is_nan(), "the host was not up a year ago");
    assert!(values.last().unwrap().is_finite());
}

#[tokio::test]
async fn a_session_that_has_ended_is_renewed() {
    let sim = small().await;
    let pool = connect(&sim).await;
    let (object, address) = host(&sim, "xcp-lab-2");
    sim.expire_sessions();
    soon(pool.rrd_updates(&address, minutes(&sim))).await.unwrap();
    assert_eq!(sim.requests(object, "/rrd_updates"), 1, "the first one was not let in");
}

#[tokio::test]
async fn statistics_come_over_tls_by_the_rules_of_the_pool() {
    let sim = small().await;
    let mut options = options(&format!("https://{}", sim.https_addr()));
    options.password = Secret::new("password");
    options.allow_unauthorized = true;
    let pool = soon(Pool::connect(options.clone())).await.unwrap();
    let (object, address) = host(&sim, "xcp-lab-2");
    soon(pool.rrd_updates(&address, minutes(&sim))).await.unwrap();
    // The other host shows another certificate than the one that it has to show.
    let pins = pool.certificates();
    sim.change_certificate(object).unwrap();
    options.pins = pins;
    let pool = soon(Pool::connect(options)).await.unwrap();
    let error = soon(pool.rrd_updates(&address, minutes(&sim))).await.unwrap_err();
    assert!(matches!(error, Error::Certificate(_)), "{error}");
}

#[tokio::test]
async fn answers_that_are_none_are_refused_with_the_reason() {
    let sim = small().await;
    let pool = connect(&sim).await;
    let (_, address) = host(&sim, "xcp-lab-2");
    for (how, reason) in [
        (Spoilt::Cut, "closed it in the middle"),
        (Spoilt::Truncated, "ends"),
        (Spoilt::Garbage, "is no part of JSON"),
        (Spoilt::Html, "is no part of JSON"),
    ] {
        sim.spoil_at("/rrd_updates", how);
        let error = soon(pool.rrd_updates(&address, minutes(&sim))).await.unwrap_err().to_string();
        assert!(error.contains(reason), "{how:?}: {error}");
    }
    sim.fail_next("/rrd_updates", "INTERNAL_ERROR", ["no daemon"]);
    let error = soon(pool.rrd_updates(&address, minutes(&sim))).await.unwrap_err().to_string();
    assert!(error.contains("HTTP status 500"), "{error}");
    soon(pool.rrd_updates(&address, minutes(&sim))).await.unwrap();
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_refused_told_length_or_not() {
    let sim = small().await;
    let pool = connect_with(&sim, |options| options.limits.statistics = 10_000).await;
    let error = soon(pool.rrd_updates(&host(&sim, "xcp-lab-1").1, minutes(&sim))).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 10_000, .. }), "{error}");

    let endless = format!(r#"HTTP/1.0 200 OK{}{{"meta":{{"legend":["{}"#, "\r\n\r\n", "a\",\"".repeat(20_000));
    let peer = Peer::start(move |call| match call.method.as_str() {
        QUERY => Reply::Raw(endless.clone().into_bytes()),
        _ => usual(call, |_| Reply::void()),
    });
    let peer = peer.await;
    let mut options = peer.options();
    options.limits.statistics = 10_000;
    let pool = soon(Pool::connect(options)).await.unwrap();
    let query = RrdQuery { start: 0, interval: 5, keep: |_, _| true };
    let error = soon(pool.rrd_updates("127.0.0.1", query)).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 10_000, .. }), "{error}");
}

#[tokio::test]
async fn a_host_that_falls_silent_is_not_waited_for_without_end() {
    let peer = Peer::start(|call| match call.method.as_str() {
        QUERY => Reply::Stall(br#"{"meta":{"start":1,"#.to_vec()),
        _ => usual(call, |_| Reply::void()),
    });
    let peer = peer.await;
    let mut options = peer.options();
    options.limits.silence = Duration::from_millis(100);
    let pool = soon(Pool::connect(options)).await.unwrap();
    let query = RrdQuery { start: 0, interval: 5, keep: |_, _| true };
    let error = soon(pool.rrd_updates("127.0.0.1", query)).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
}

#[tokio::test]
async fn a_host_that_is_down_is_named_and_the_pool_stays_connected() {
    let sim = small().await;
    let pool = connect(&sim).await;
    let (object, address) = host(&sim, "xcp-lab-2");
    sim.kill(object);
    soon(async { while tokio::net::TcpStream::connect(sim.addresses(0)[1].http).await.is_ok() {} }).await;
    let error = soon(pool.rrd_updates(&address, minutes(&sim))).await.unwrap_err();
    assert!(matches!(&error, Error::Connect { address: at, .. } if at.host() == address), "{error}");
    assert!(pool.coordinator().is_some());
}

#[tokio::test]
async fn a_connection_that_closes_before_an_answer_is_tried_once_more() {
    let peer = Peer::start(|call| match call.method.as_str() {
        QUERY => Reply::Close,
        _ => usual(call, |_| Reply::void()),
    });
    let peer = peer.await;
    let pool = soon(Pool::connect(peer.options())).await.unwrap();
    let query = RrdQuery { start: -60, interval: 5, keep: |_, _| true };
    let error = soon(pool.rrd_updates("127.0.0.1", query)).await.unwrap_err();
    assert!(matches!(error, Error::Broken { .. }), "{error}");
    assert_eq!(peer.count(QUERY), 2);
}

/// What real hosts answered to requests for statistics is read, or refused with what they said.
#[tokio::test]
async fn recorded_answers_are_understood() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/xapi/traces");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("SKIPPED: no recorded traffic in {}", folder.display());
        return;
    };
    let mut seen = 0;
    for path in entries.map(|entry| entry.unwrap().path()) {
        if !path.to_string_lossy().contains("rrd_updates") {
            continue;
        }
        let trace = json::parse(&std::fs::read(&path).unwrap()).unwrap();
        let text = |name: &str| trace.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let headers = trace.get("response_headers").and_then(|value| value.as_array()).unwrap();
        let headers: Vec<_> = headers.iter().map(|header| header.as_str().unwrap()).collect();
        let (status, body) = (text("response_status"), text("response_body"));
        let answer = format!("{status}\r\n{}\r\n\r\n{body}", headers.join("\r\n"));
        let peer = Peer::start(move |call| match call.method.as_str() {
            QUERY => Reply::Raw(answer.clone().into_bytes()),
            _ => usual(call, |_| Reply::void()),
        });
        let pool_of = peer.await;
        let pool = soon(Pool::connect(pool_of.options())).await.unwrap();
        let query = RrdQuery { start: 0, interval: 5, keep: |_, _| true };
        let outcome: Result<RrdUpdates, Error> = soon(pool.rrd_updates("127.0.0.1", query)).await;
        let code = status.split(' ').nth(1).unwrap().to_owned();
        match (code.as_str(), outcome) {
            ("200", Ok(updates)) => assert!(updates.step > 0),
            ("401", Err(error)) => assert!(error.is("SESSION_INVALID"), "{error}"),
            (code, Err(error)) => assert!(error.to_string().contains(&format!("HTTP status {code}")), "{error}"),
            (code, other) => panic!("{}: {code} is read as {other:?}", path.display()),
        }
        seen += 1;
    }
    assert!(seen > 0, "some of the recordings ask for statistics");
}
