//! What goes wrong on demand.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use xapi_sim::{Object, Sim, control, fault::Spoilt};
use xapi_types::{Failure, Value};

use crate::{
    client::{Client, Raw, SOON, exchange, post, until_closed, until_open},
    rpc::{named, small, start},
};

/// Short enough not to slow the tests, and only ever waited for in full when nothing may come.
const A_MOMENT: Duration = Duration::from_millis(150);

const CALL: &[u8] = br#"{"method":"session.login_with_password","params":["root","password"],"id":1}"#;

/// Returns a connection that the simulator has accepted, as it answered on it.
async fn connected(sim: &Sim) -> Raw {
    let mut raw = Raw::connect(sim.http_addr()).await;
    raw.send(&post("/jsonrpc", CALL)).await;
    assert_eq!(raw.reply(SOON).await.status, "HTTP/1.1 200 OK");
    raw
}

fn host(sim: &Sim, name: &str) -> Object {
    sim.named("host", name).unwrap()
}

#[tokio::test]
async fn the_next_calls_of_a_method_fail_as_told() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    sim.fail_next("pool.get_all", "SR_FULL", ["1", "2"]);
    assert_eq!(client.err("pool.get_all", &[]).await, ["SR_FULL", "1", "2"]);
    client.ok("pool.get_all", &[]).await;
}

#[tokio::test]
async fn a_later_call_fails_as_told_and_those_before_and_after_do_not() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    sim.fail_after("pool.get_all", 2, &Failure::new("SR_FULL", ["1"]));
    for _ in 0..2 {
        client.ok("pool.get_all", &[]).await;
    }
    assert_eq!(client.err("pool.get_all", &[]).await, ["SR_FULL", "1"]);
    client.ok("pool.get_all", &[]).await;
}

#[tokio::test]
async fn a_call_that_is_told_to_cuts_the_connections_of_its_host() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let mut other = connected(&sim).await;
    sim.cut_after("pool.get_all", 0);
    let call = tokio::spawn(async move { client.ok("pool.get_all", &[]).await });
    assert!(other.closes(SOON).await);
    assert!(call.await.is_err(), "nothing is answered");
}

#[tokio::test]
async fn an_async_call_that_is_told_to_fail_answers_a_task_that_failed() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    sim.fail_next("VM.start", "NO_HOSTS_AVAILABLE", [] as [&str; 0]);
    let vm = named(&sim, "VM", "web");
    let task = client.ok("Async.VM.start", &[vm, false.into(), false.into()]).await;
    assert_eq!(client.ok("task.get_status", std::slice::from_ref(&task)).await.as_str(), Some("failure"));
    assert_eq!(client.ok("task.get_error_info", &[task]).await.to_string(), r#"["NO_HOSTS_AVAILABLE"]"#);
}

#[tokio::test]
async fn a_mute_host_takes_requests_and_never_answers() {
    let sim = start(small).await;
    sim.mute(host(&sim, "xen1"));
    let mut raw = Raw::connect(sim.http_addr()).await;
    raw.send(&post("/jsonrpc", CALL)).await;
    assert_eq!(raw.reply(A_MOMENT).await.status, "");
    sim.revive(host(&sim, "xen1"));
    assert_eq!(raw.reply(SOON).await.status, "HTTP/1.1 200 OK", "it answers once it is revived");
}

#[tokio::test]
async fn a_frozen_host_keeps_connections_open_and_silent() {
    let sim = start(small).await;
    let mut raw = connected(&sim).await;
    sim.freeze(host(&sim, "xen1"));
    raw.send(&post("/jsonrpc", CALL)).await;
    assert!(!raw.closes(A_MOMENT).await);
}

#[tokio::test]
async fn a_dead_host_refuses_connections_until_it_is_revived() {
    let sim = start(small).await;
    let mut raw = connected(&sim).await;
    sim.kill(host(&sim, "xen1"));
    assert!(raw.closes(SOON).await, "its connections are cut");
    until_closed(sim.http_addr()).await;
    sim.revive(host(&sim, "xen1"));
    until_open(sim.http_addr()).await;
}

#[tokio::test]
async fn answers_are_spoilt_as_told() {
    let sim = start(small).await;
    for (how, status, length, parses) in [
        (Spoilt::Html, "HTTP/1.1 200 OK", true, false),
        (Spoilt::Garbage, "HTTP/1.1 200 OK", true, false),
        (Spoilt::Truncated, "HTTP/1.1 200 OK", true, false),
        (Spoilt::Cut, "HTTP/1.1 200 OK", false, false),
    ] {
        sim.spoil(how, 1);
        let reply = exchange(sim.http_addr(), &post("/jsonrpc", CALL)).await;
        let announced = reply.header("content-length").unwrap().parse::<usize>().unwrap();
        assert_eq!((reply.status.as_str(), reply.body.len() == announced), (status, length), "{how:?}");
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_ok(), parses, "{how:?}");
    }
    let reply = exchange(sim.http_addr(), &post("/jsonrpc", CALL)).await;
    assert!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_ok(), "only what was asked for is spoilt");
}

#[tokio::test]
async fn a_restart_of_the_toolstack_forgets_sessions_and_tasks_without_a_word() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    client.ok("task.create", &["mine".into(), "".into()]).await;
    let all = client.events(&["*"], "", 5.0).await;
    let mut raw = connected(&sim).await;
    sim.restart_toolstack();
    assert!(raw.closes(SOON).await);
    assert_eq!(client.err("VM.get_all", &[]).await, ["SESSION_INVALID", &client.session]);
    let again = Client::login(sim.http_addr()).await;
    let changed = again.events(&["*"], all.token(), 0.2).await;
    assert!(!changed.brief().contains(&"task del".to_owned()), "{:?}", changed.brief());
    assert_eq!(changed.0.get("valid_ref_counts").unwrap().get("task"), Some(&Value::Int(0)));
}

#[tokio::test]
async fn another_host_takes_over_when_the_master_dies() {
    let sim = start(small).await;
    let (first, second) = (sim.addresses(0)[0].http, sim.addresses(0)[1].http);
    sim.fail_over(host(&sim, "xen2"));
    let client = Client::login(second).await;
    let pool = client.ok("pool.get_all_records", &[]).await.as_struct().unwrap()[0].1.clone();
    assert_eq!(pool.get("master"), Some(&named(&sim, "host", "xen2")));
    sim.revive(host(&sim, "xen1"));
    until_open(first).await;
    let reply = exchange(first, &post("/jsonrpc", CALL)).await.text();
    assert!(reply.contains("HOST_IS_SLAVE") && reply.contains(&second.ip().to_string()), "{reply}");
}

#[tokio::test]
async fn lost_events_are_never_told() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let all = client.events(&["*"], "", 5.0).await;
    sim.drop_events(1);
    client.ok("VM.add_tags", &[named(&sim, "VM", "web"), "blue".into()]).await;
    assert_eq!(client.events(&["vm"], all.token(), 0.2).await.brief(), Vec::<String>::new());
}

#[tokio::test]
async fn a_slow_host_sends_no_faster_than_told() {
    let sim = start(small).await;
    sim.slow_answers(Some(100));
    let mut raw = Raw::connect(sim.http_addr()).await;
    raw.send(&post("/jsonrpc", CALL)).await;
    assert_eq!(raw.reply(A_MOMENT).await.status, "", "the head alone takes longer");
    sim.slow_answers(None);
}

#[tokio::test]
async fn a_host_can_get_another_certificate() {
    let sim = start(small).await;
    let before = certificate(&sim).await;
    assert_eq!(before, certificate(&sim).await);
    sim.change_certificate(host(&sim, "xen1")).unwrap();
    assert_ne!(before, certificate(&sim).await);
}

#[tokio::test]
async fn a_host_shows_the_certificate_that_it_is_given() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let master = sim.with(|world| {
        let metrics = world.create("host_metrics", [("live", true.into())]);
        let master = world.master();
        world.set(master, "metrics", metrics);
        master.to_string()
    });
    let key = rcgen::KeyPair::generate().unwrap();
    let made = rcgen::CertificateParams::new(vec!["xen1".to_owned()]).unwrap().self_signed(&key).unwrap();
    let install = async |certificate: &str, key: &str| {
        let params = [&master, certificate, key, ""].map(Into::into);
        client.call("host.install_server_certificate", &params).await
    };
    let other = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let refused = install(&made.pem(), &other).await.unwrap_err();
    assert_eq!(refused.code, "SERVER_CERTIFICATE_KEY_MISMATCH");
    assert_eq!(install("x", &other).await.unwrap_err().code, "SERVER_CERTIFICATE_INVALID");
    install(&made.pem(), &key.serialize_pem()).await.unwrap();
    assert_eq!(certificate(&sim).await, made.der().to_vec());
}

#[tokio::test]
async fn the_control_api_does_what_the_library_does() {
    let sim = Arc::new(start(small).await);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(control::serve(listener, Arc::clone(&sim)));
    let body = json!({ "method": "pool.get_all", "code": "SR_FULL", "params": ["1"] }).to_string();
    assert_eq!(exchange(address, &post("/fail", body.as_bytes())).await.text(), "{}");
    let client = Client::login(sim.http_addr()).await;
    assert_eq!(client.err("pool.get_all", &[]).await, ["SR_FULL", "1"]);
    let reply = exchange(address, &post("/mute", br#"{"host":"nobody"}"#)).await;
    assert_eq!(reply.status, "HTTP/1.1 400 Bad Request");
    assert_eq!(reply.text(), r#"{"error":"no `host` is called `nobody`"}"#);
    assert!(exchange(address, b"GET / HTTP/1.1\r\n\r\n").await.text().contains("\"restart-toolstack\""));
}

/// Returns the certificate that the first host shows, as it is sent.
async fn certificate(sim: &Sim) -> Vec<u8> {
    use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    config.dangerous().set_certificate_verifier(Arc::new(Anything(provider)));
    let stream = TcpStream::connect(sim.https_addr()).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    // A call goes through as well.
    stream.write_all(&post("/jsonrpc", CALL)).await.unwrap();
    let mut start = [0; 15];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200 OK");
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

/// Takes any certificate.
#[derive(Debug)]
struct Anything(Arc<rustls::crypto::CryptoProvider>);

impl rustls::client::danger::ServerCertVerifier for Anything {
    fn verify_server_cert(
        &self,
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: &rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
