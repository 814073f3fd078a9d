//! Tunnels to consoles: the simulated pool, and hosts that behave badly.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::TcpStream,
};
use xapi::{Error, Limits, Options, Pool, params};
use xapi_sim::{Object, Sim};

use crate::{
    peer::{Peer, Reply, SESSION, options, raw, read_head, soon, usual},
    proxy::proxy,
    vnc::Vnc,
};

async fn small() -> Sim {
    Sim::builder().world("small").pace(0.005).start().await.unwrap()
}

fn to(address: &str) -> Options {
    let mut options = options(address);
    options.password = "password".into();
    options
}

/// Connects, and waits until the members of the pool are known.
async fn connect(options: Options) -> Pool {
    let pool = soon(Pool::connect(options)).await.unwrap();
    let mut watch = pool.watch();
    soon(async { while !matches!(watch.next().await, Some(xapi::Event::InitDone)) {} }).await;
    pool
}

/// Returns where the console of `vm` is that speaks `protocol`.
async fn location(pool: &Pool, vm: Object, protocol: &str) -> String {
    let consoles: Vec<String> = soon(pool.call_as("VM.get_consoles", params![vm.to_string()])).await.unwrap();
    for console in consoles {
        let speaks: String = soon(pool.call_as("console.get_protocol", params![&*console])).await.unwrap();
        if speaks == protocol {
            return soon(pool.call_as("console.get_location", params![&*console])).await.unwrap();
        }
    }
    panic!("no console speaks {protocol}");
}

#[tokio::test]
async fn a_screen_is_seen_over_tls_at_whichever_host_it_is() {
    let sim = small().await;
    let pool = connect(to(&format!("https://{}", sim.https_addr())).allow_unauthorized(true)).await;
    let vms = sim.with(|world| {
        let runs = |vm: &Object| world.text(*vm, "power_state") == "Running" && !world.flag(*vm, "is_control_domain");
        let host = |vm: Object| world.uuid(world.object(vm, "resident_on")).to_owned();
        world.all("VM").filter(runs).map(|vm| (host(vm), vm)).collect::<std::collections::BTreeMap<_, _>>()
    });
    assert_eq!(vms.len(), 2, "one on each host");
    for vm in vms.into_values() {
        let tunnel = soon(pool.console(&location(&pool, vm, "rfb").await)).await.unwrap();
        let mut vnc = soon(Vnc::begin(tunnel)).await.unwrap();
        let name = sim.with(|world| world.text(vm, "name_label").to_owned());
        soon(vnc.see(&name)).await.unwrap();
        soon(vnc.type_text("hello")).await.unwrap();
        soon(vnc.see("> hello_")).await.unwrap();
    }
}

#[tokio::test]
async fn a_text_console_is_a_stream_of_text() {
    let sim = small().await;
    let pool = connect(to(&format!("http://{}", sim.http_addr()))).await;
    let dom0 = sim.named("VM", "Control domain on host: xcp-lab-2").unwrap();
    let mut tunnel = soon(pool.console(&location(&pool, dom0, "vt100").await)).await.unwrap();
    assert_eq!(tunnel.host().host(), "127.0.0.2");
    let mut seen = Vec::new();
    soon(async {
        tunnel.write_all(b"root\r").await.unwrap();
        while !String::from_utf8_lossy(&seen).ends_with("Password: ") {
            assert!(tunnel.read_buf(&mut seen).await.unwrap() > 0);
        }
    })
    .await;
}

#[tokio::test]
async fn a_tunnel_goes_through_the_proxy() {
    let sim = small().await;
    let asked = Arc::default();
    let mut options = to(&format!("https://{}", sim.https_addr())).allow_unauthorized(true);
    options.http_proxy = Some(xapi::Proxy::parse(&proxy(None, Arc::clone(&asked)).await).unwrap());
    let pool = connect(options).await;
    let dom0 = sim.named("VM", "Control domain on host: xcp-lab-2").unwrap();
    let tunnel = soon(pool.console(&location(&pool, dom0, "rfb").await)).await.unwrap();
    soon(Vnc::begin(tunnel)).await.unwrap();
    assert!(asked.lock().contains(&sim.addresses(0)[1].https.to_string()));
}

#[tokio::test]
async fn a_session_that_has_ended_is_renewed_for_a_tunnel() {
    let sim = small().await;
    let pool = connect(to(&format!("http://{}", sim.http_addr()))).await;
    let at = location(&pool, sim.named("VM", "web-1").unwrap(), "rfb").await;
    sim.expire_sessions();
    soon(pool.console(&at)).await.unwrap();
}

#[tokio::test]
async fn what_the_pool_refuses_is_an_error_that_says_so() {
    let sim = small().await;
    let pool = connect(to(&format!("http://{}", sim.http_addr()))).await;
    let at = location(&pool, sim.named("VM", "web-1").unwrap(), "rfb").await;
    let refused = async |at: &str| soon(pool.console(at)).await.unwrap_err().to_string();
    assert!(refused("https://192.0.2.99/console?uuid=x").await.contains("no member of the pool"));
    assert!(refused("https://").await.contains("no path"));
    assert!(refused("https://127.0.0.1/console?a b").await.contains("a path that is none"));
    assert!(refused("https://127.0.0.1/console?uuid=x").await.contains("HTTP status 404"));
    sim.fail_next("/console", "INTERNAL_ERROR", [""; 0]);
    assert!(refused(&at).await.contains("HTTP status 500"));
}

/// Starts a pool of one host that answers these texts to `CONNECT`, one after the other; returns what it was asked.
async fn answering(answers: Vec<String>) -> (Pool, String, Arc<Mutex<Vec<String>>>) {
    answering_within(Limits::default().silence, answers).await
}

/// The same, for a client that waits for an answer for `silence` once it is connected.
async fn answering_within(silence: Duration, answers: Vec<String>) -> (Pool, String, Arc<Mutex<Vec<String>>>) {
    let heads = Arc::<Mutex<Vec<String>>>::default();
    let peer = Arc::new(Peer::start(|call| usual(call, |_| Reply::void())).await);
    let seen = Arc::clone(&heads);
    let host = raw(move |mut stream| {
        let (answers, heads, peer) = (answers.clone(), Arc::clone(&seen), Arc::clone(&peer));
        async move {
            let Some(head) = read_head(&mut stream).await else { return };
            if head.starts_with("CONNECT") {
                let at = heads.lock().len();
                heads.lock().push(head);
                let here = stream.local_addr().unwrap().to_string();
                let answer = answers.get(at).map_or_else(String::new, |answer| answer.replace("HERE", &here));
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.read(&mut [0; 1]).await;
                return;
            }
            // Calls are the peer's.
            let Ok(mut calls) = TcpStream::connect(peer.address).await else { return };
            let _ = calls.write_all(head.as_bytes()).await;
            let _ = copy_bidirectional(&mut stream, &mut calls).await;
        }
    })
    .await;
    let mut options = to(&format!("http://{host}"));
    options.limits.silence = silence;
    let pool = soon(Pool::connect(options)).await.unwrap();
    (pool, format!("https://{host}/console?uuid=x"), heads)
}

#[tokio::test]
async fn what_comes_with_the_head_belongs_to_the_console() {
    let answer = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nRFB 003.008\n".to_owned();
    let (pool, at, heads) = answering(vec![answer]).await;
    let mut tunnel = soon(pool.console(&at)).await.unwrap();
    let mut greeting = [0; 12];
    soon(tunnel.read_exact(&mut greeting)).await.unwrap();
    assert_eq!(&greeting, b"RFB 003.008\n");
    let head = heads.lock()[0].clone();
    assert!(head.starts_with("CONNECT /console?uuid=x HTTP/1.0\r\n"), "{head}");
    assert!(head.contains(&format!("\r\nCookie: session_id={SESSION}\r\n")), "{head}");
}

#[tokio::test]
async fn a_host_that_sends_to_another_is_followed_twice() {
    let found = "HTTP/1.1 302 Found\r\nLocation: https://HERE/console?uuid=y\r\n\r\n";
    for (times, works) in [(2, true), (3, false)] {
        let answers = [found].repeat(times).into_iter().chain(["HTTP/1.1 200 OK\r\n\r\n"]).map(ToOwned::to_owned);
        let (pool, at, heads) = answering(answers.collect()).await;
        assert_eq!(soon(pool.console(&at)).await.is_ok(), works, "sent {times} times");
        let heads = heads.lock();
        assert_eq!(heads.len(), 3);
        assert!(heads[1..].iter().all(|head| head.starts_with("CONNECT /console?uuid=y ")), "{heads:?}");
    }
}

#[tokio::test]
async fn hosts_that_answer_nonsense_are_left() {
    let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(100 << 10));
    for (answer, wanted) in [
        ("SSH-2.0-OpenSSH_9.2\r\n", "not HTTP"),
        ("HTTP/1.1 302 Found\r\nLocation: https://192.0.2.99/console?uuid=x\r\n\r\n", "no member of the pool"),
        ("HTTP/1.1 302 Found\r\n\r\n", "HTTP status 302"),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "HTTP status 403"),
        (&endless, "longer than"),
    ] {
        let (pool, at, heads) = answering(vec![answer.to_owned()]).await;
        let error = soon(pool.console(&at)).await.unwrap_err();
        assert!(error.to_string().contains(wanted), "{error}");
        assert_eq!(heads.lock().len(), 1);
    }
}

#[tokio::test]
async fn a_host_that_never_answers_is_left_in_time() {
    let (pool, at, heads) = answering_within(Duration::from_millis(50), vec![String::new()]).await;
    let error = soon(pool.console(&at)).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    assert_eq!(heads.lock().len(), 1);
}
