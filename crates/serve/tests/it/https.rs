//! TLS.

use std::os::unix::fs::PermissionsExt;

use serve::{Certificate, Listener};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::server::Server;

#[tokio::test]
async fn a_self_signed_certificate_is_made_once_and_its_key_is_private() {
    let folder = tempfile::tempdir().expect("a folder");
    let (cert, key) = (folder.path().join("tls/cert.pem"), folder.path().join("tls/key.pem"));
    let certificate = Certificate::self_signed(&cert, &key).expect("the folder can be written");
    let made = std::fs::read(&cert).expect("it is written");
    let mode = key.metadata().expect("it is written").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    Certificate::self_signed(&cert, &key).expect("it is there");
    assert_eq!(std::fs::read(&cert).expect("it is there"), made);
    let server = Server::with(|_| {}, Some(certificate)).await;
    let url = format!("https://{}/robots.txt", server.tls.expect("a TLS listener"));
    let answer = server.http.get(url).send().await.expect("TLS works");
    assert_eq!(answer.version(), reqwest::Version::HTTP_2);
    assert!(answer.headers().contains_key("strict-transport-security"));
    let plain = server.get("/robots.txt").send().await.expect("HTTP works");
    assert!(!plain.headers().contains_key("strict-transport-security"));
}

#[tokio::test]
async fn plain_requests_are_sent_to_the_tls_port() {
    let folder = tempfile::tempdir().expect("a folder");
    let certificate = Certificate::self_signed(folder.path().join("c"), folder.path().join("k")).expect("it is made");
    let server = Server::with(|config| config.http.redirect_to_https = true, Some(certificate)).await;
    let tls = server.tls.expect("a TLS listener");
    let answer = server.get("/a?b=c").send().await.expect("the server answers");
    assert_eq!(answer.status(), 301);
    assert_eq!(answer.headers()["location"].to_str().ok(), Some(format!("https://{tls}/a?b=c").as_str()));
    let answer = server.http.get(format!("https://{tls}/signin")).send().await.expect("the server answers");
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn plain_http_on_the_tls_port_is_told_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let certificate = Certificate::self_signed(folder.path().join("c"), folder.path().join("k")).expect("it is made");
    let server = Server::with(|_| {}, Some(certificate)).await;
    let tls = server.tls.expect("a TLS listener");
    let answer = server.http.get(format!("http://{tls}/")).send().await.expect("the server answers");
    assert_eq!(answer.status(), 400);
    let text = answer.text().await.expect("text");
    assert_eq!(text, "This port speaks HTTPS: write https:// before the address.\n");
    // Other nonsense, or half a greeting, is closed or waits, and keeps nobody out.
    for nonsense in [&[0, 1, 2, 3][..], &[22, 3, 1], &[0xff; 300]] {
        let mut stream = TcpStream::connect(tls).await.expect("the server accepts");
        stream.write_all(nonsense).await.expect("the server reads");
        let answer = server.http.get(format!("https://{tls}/robots.txt")).send().await.expect("TLS works");
        assert_eq!(answer.status(), 200);
    }
}

#[tokio::test]
async fn a_bad_certificate_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    Certificate::self_signed(path("cert"), path("key")).expect("it is made");
    Certificate::self_signed(path("cert2"), path("key2")).expect("it is made");
    std::fs::write(path("text"), "no PEM").expect("the folder can be written");
    for (cert, key, says) in [
        ("missing", "key", "cannot read `"),
        ("text", "key", "no certificate in `"),
        ("cert", "text", "no private key in `"),
        ("cert", "key2", "cannot be used with key `"),
    ] {
        let certificate = Certificate::files(path(cert), path(key));
        let error = Listener::bind("127.0.0.1:0", Some(&certificate)).await.expect_err("it is bad").to_string();
        assert!(error.contains(says) && error.contains(folder.path().to_str().expect("text")), "{cert} {key}: {error}");
    }
}
