//! Pools behind an HTTP proxy.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncWriteExt, copy_bidirectional},
    net::TcpStream,
};
use xapi::{Compression, Error, Pool, Proxy, RrdQuery, VmContent, params};
use xapi_sim::Sim;

use crate::{
    http_proxy::{HttpProxy, Mood},
    peer::{Peer, Reply, options, raw, read_head, soon, usual},
};

/// Starts a proxy that wants `authorization` and writes down whom it was asked for.
pub(crate) async fn proxy(authorization: Option<&'static str>, asked: Arc<Mutex<Vec<String>>>) -> String {
    let address = raw(move |mut stream| {
        let asked = Arc::clone(&asked);
        async move {
            let Some(head) = read_head(&mut stream).await else { return };
            let target = head.split(' ').nth(1).unwrap().to_owned();
            asked.lock().push(target.clone());
            if authorization.is_some_and(|wanted| !head.contains(wanted)) {
                let _ = stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
                return;
            }
            let Ok(mut host) = TcpStream::connect(&target).await else {
                let _ = stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").await;
                return;
            };
            let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n").await;
            let _ = copy_bidirectional(&mut stream, &mut host).await;
        }
    })
    .await;
    address.to_string()
}

#[tokio::test]
async fn a_pool_is_reached_through_a_proxy_with_a_password() {
    let peer = Peer::start(|call| usual(call, |_| Reply::void())).await;
    let asked = Arc::default();
    // "bob:secret" in base64.
    let proxy = proxy(Some("Proxy-Authorization: Basic Ym9iOnNlY3JldA=="), Arc::clone(&asked)).await;
    let mut options = peer.options();
    options.http_proxy = Some(Proxy::parse(&format!("http://bob:secret@{proxy}")).unwrap());
    let pool = soon(Pool::connect(options)).await.unwrap();
    soon(pool.call("VM.start", params!["x"])).await.unwrap();
    assert_eq!(asked.lock().first(), Some(&peer.address.to_string()));
}

#[tokio::test]
async fn statistics_of_other_hosts_come_through_the_proxy_too() {
    let sim = xapi_sim::Sim::builder().world("small").explicit().start().await.unwrap();
    let asked = Arc::default();
    let mut options = options(&format!("http://{}", sim.http_addr()));
    options.password = "password".into();
    options.http_proxy = Some(Proxy::parse(&proxy(None, Arc::clone(&asked)).await).unwrap());
    let pool = soon(Pool::connect(options)).await.unwrap();
    let second = sim.addresses(0)[1].http;
    let query = RrdQuery { start: -60, interval: 5, keep: |_, _| true };
    soon(pool.rrd_updates(&second.ip().to_string(), query)).await.unwrap();
    assert!(asked.lock().contains(&second.to_string()));
}

#[tokio::test]
async fn a_proxy_that_refuses_says_why() {
    let peer = Peer::start(|call| usual(call, |_| Reply::void())).await;
    let proxy = proxy(Some("Proxy-Authorization: Basic nobody"), Arc::default()).await;
    let refusal = async |url: String| {
        let mut options = peer.options();
        options.http_proxy = Some(Proxy::parse(&url).unwrap());
        soon(Pool::connect(options)).await.unwrap_err().to_string()
    };
    assert!(refusal(format!("http://{proxy}")).await.contains("wants a user and a password"));
    let wrong = refusal(format!("http://bob:secret@{proxy}")).await;
    assert!(wrong.contains("does not accept the user or the password") && !wrong.contains("secret"), "{wrong}");
}

#[tokio::test]
async fn errors_tell_the_proxy_from_the_host() {
    let peer = Peer::start(|call| usual(call, |_| Reply::void())).await;
    peer.stop().await;
    let proxy = proxy(None, Arc::default()).await;
    let mut options = peer.options();
    options.http_proxy = Some(Proxy::parse(&proxy).unwrap());
    let error = soon(Pool::connect(options.clone())).await.unwrap_err();
    assert!(error.to_string().contains("answers `HTTP/1.1 502 Bad Gateway`"), "{error}");
    // The port of the host refuses, so it stands for a proxy that is away.
    options.http_proxy = Some(Proxy::parse(&peer.address.to_string()).unwrap());
    let error = soon(Pool::connect(options)).await.unwrap_err();
    assert!(matches!(error, Error::Connect { .. }) && error.to_string().contains("cannot be reached"), "{error}");
}

#[tokio::test]
async fn a_proxy_that_says_nothing_is_waited_for_no_longer_than_a_connection_may_take() {
    let peer = Peer::start(|call| usual(call, |_| Reply::void())).await;
    let proxy = HttpProxy::start().await;
    proxy.set(Mood::Silent);
    let mut options = peer.options();
    options.limits.connect = Duration::from_millis(200);
    options.http_proxy = Some(Proxy::parse(&proxy.url()).unwrap());
    let error = soon(Pool::connect(options)).await.unwrap_err();
    let text = error.to_string();
    let told = format!(
        "`{}` (through the proxy `http://{}`) did not accept a connection",
        peer.options().address,
        proxy.address()
    );
    assert!(text.contains(&told), "{error:?}: {text}");
    assert!(!text.contains("pr0xy-password"), "{text}");
}

#[tokio::test]
async fn an_export_whose_proxy_falls_silent_ends_and_says_so() {
    let sim = Sim::builder().world("small").pace(0.005).start().await.unwrap();
    let vm = sim.with(|world| {
        let sr = world.by_name("SR", "NFS storage").unwrap();
        let vm = world.create("VM", [("name_label", "packed".into()), ("power_state", "Halted".into())]);
        let vdi = world.create("VDI", [("name_label", "disk".into()), ("SR", sr.into()), ("managed", true.into())]);
        world.set(vdi, "virtual_size", 64_i64 << 20);
        world.create(
            "VBD",
            [("VM", vm.into()), ("VDI", vdi.into()), ("type", "Disk".into()), ("userdevice", "0".into())],
        );
        for block in 0..32 {
            world.disks.write(vdi, block * (2 << 20), &vec![7; 2 << 20]);
        }
        vm
    });
    let proxy = HttpProxy::start().await;
    let mut options = options(&format!("http://{}", sim.http_addr()));
    options.password = "password".into();
    options.http_proxy = Some(Proxy::parse(&proxy.url()).unwrap());
    options.limits.connect = Duration::from_millis(500);
    options.limits.read = Duration::from_secs(1);
    options.limits.last_words = Duration::from_millis(200);
    let pool = soon(Pool::connect(options)).await.unwrap();
    let what = VmContent { vm: &vm.to_string(), compression: Compression::None, label: ("transfer", "packed") };
    let mut export = soon(pool.export_vm(what)).await.unwrap();
    soon(export.next()).await.unwrap().expect("a piece");
    proxy.set(Mood::Silent);
    let error = loop {
        match soon(export.next()).await {
            Ok(piece) => assert!(piece.is_some(), "half of it is not all"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Timeout { what: "send more content", .. }), "{error}");
    assert!(error.to_string().contains("(through the proxy `http"), "{error}");
}
