//! TLS in both directions.

use std::sync::Arc;

use nbd::{Client, Error, Fingerprint, Tls, client::Options as ClientOptions, server::Options};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, SigningKey};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    sign::{CertifiedKey, SingleCertAndKey},
};

use crate::lab::{Lab, Running, noise};

/// An authority and a certificate for this machine.
struct Papers {
    authority: String,
    certificate: CertificateDer<'static>,
    certificate_pem: String,
    key: KeyPair,
}

impl Papers {
    fn new() -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let signed = authority.self_signed(&authority_key).unwrap();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().unwrap();
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
        Self {
            authority: signed.pem(),
            certificate: certificate.der().clone(),
            certificate_pem: certificate.pem(),
            key,
        }
    }

    fn server(&self) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        Arc::new(builder.with_no_client_auth().with_single_cert(vec![self.certificate.clone()], key).unwrap())
    }
}

fn with(tls: Tls) -> ClientOptions {
    ClientOptions { tls: Some(tls), ..ClientOptions::default() }
}

#[tokio::test]
async fn qemu_is_read_within_tls_by_its_fingerprint_only() {
    let lab = Lab::new();
    lab.disk("disk.raw", 4 << 20, &[(0, &noise(4 << 20, 1))]);
    let papers = Papers::new();
    lab.write("ca-cert.pem", papers.authority.as_bytes());
    lab.write("server-cert.pem", papers.certificate_pem.as_bytes());
    lab.write("server-key.pem", papers.key.serialize_pem().as_bytes());
    let object = "tls-creds-x509,id=t,dir=.,endpoint=server,verify-peer=no";
    let dir = object.replace("dir=.", &format!("dir={}", lab.path("").display()));
    let qemu = lab.qemu(&["--object", &dir, "--tls-creds", "t", "-r", "-f", "raw", "-x", "disk", "disk.raw"]);
    let pinned = Fingerprint::of_pem(&papers.certificate_pem).unwrap();
    assert_eq!(pinned, Fingerprint::of(&papers.certificate));
    for tls in [Tls::accept(), Tls::pinned(pinned)] {
        let options = ClientOptions { connections: 2, ..with(tls) };
        let client = Client::connect(&qemu.address, "disk", options).await.unwrap();
        assert!(client.export().tls);
        assert!(client.read(0, 4 << 20).await.unwrap() == lab.read("disk.raw"));
    }
    let other = with(Tls::pinned(Fingerprint::new([7; 32])));
    let error = Client::connect(&qemu.address, "disk", other).await.unwrap_err();
    assert!(matches!(&error, Error::OtherCertificate), "{error}");
    let plain = Client::connect(&qemu.address, "disk", ClientOptions::default()).await.unwrap_err();
    assert!(matches!(plain, Error::TlsRequired), "{plain}");
    let plain = Client::list(&qemu.address, &ClientOptions::default()).await.unwrap_err();
    assert!(matches!(plain, Error::TlsRequired), "{plain}");
}

#[tokio::test]
async fn a_server_without_tls_is_refused_by_who_wants_it() {
    let lab = Lab::new();
    lab.disk("disk.raw", 512, &[]);
    let qemu = lab.qemu(&["-r", "-f", "raw", "disk.raw"]);
    let error = Client::connect(&qemu.address, "", with(Tls::accept())).await.unwrap_err();
    assert!(matches!(error, Error::NoTls(_)), "{error}");
    let running = Running::start(Options::default()).await;
    let error = Client::connect(&running.address(), "", with(Tls::accept())).await.unwrap_err();
    assert_eq!(error.to_string(), "the NBD server has no TLS: this server has no TLS");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nbdinfo_and_our_client_reach_our_server_within_tls_only() {
    let lab = Arc::new(Lab::new());
    lab.disk("disk.raw", 1 << 20, &[(0, b"within")]);
    let papers = Papers::new();
    lab.write("ca-cert.pem", papers.authority.as_bytes());
    let options = Options { tls: Some(papers.server()), tls_required: true, ..Options::default() };
    let running = Running::start(options).await;
    running.shelf.put("disk", lab.export("disk.raw", false).await);
    let folder = lab.path("");
    let uri = format!("nbds://localhost:{}/disk?tls-certificates={}", running.port, folder.display());
    let info = lab.meanwhile("nbdinfo", &[&uri]).await;
    assert!(info.contains("newstyle-fixed with TLS, using structured packets"), "{info}");
    let error = lab.try_meanwhile("nbdinfo", &[&running.uri("disk")]).await.unwrap_err();
    assert!(error.contains("TLS"), "{error}");
    let client =
        Client::connect(&running.address(), "disk", with(Tls::pinned(Fingerprint::of(&papers.certificate)))).await;
    assert!(client.unwrap().read(0, 6).await.unwrap() == b"within"[..]);
    let plain = Client::connect(&running.address(), "disk", ClientOptions::default()).await.unwrap_err();
    assert!(matches!(plain, Error::TlsRequired), "{plain}");
}

#[tokio::test]
async fn certificates_of_version_1_are_taken_and_their_keys_checked() {
    let lab = Lab::new();
    lab.disk("disk.raw", 512, &[]);
    let (certificate, key) = version_1();
    let thief = KeyPair::generate().unwrap();
    for (key, is_owner) in [(&key, true), (&thief, false)] {
        let tls = Some(serving(&certificate, key));
        let running = Running::start(Options { tls, ..Options::default() }).await;
        running.shelf.put("disk", lab.export("disk.raw", false).await);
        let pinned = with(Tls::pinned(Fingerprint::of(&certificate)));
        let client = Client::connect(&running.address(), "disk", pinned).await;
        assert_eq!(client.is_ok(), is_owner);
    }
}

/// Serves a certificate that the TLS library would not load by itself.
fn serving(certificate: &CertificateDer<'static>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let key = aws_lc_rs::sign::any_supported_type(&key).unwrap();
    let certified = CertifiedKey::new(vec![certificate.clone()], key);
    let provider = aws_lc_rs::default_provider();
    let builder = ServerConfig::builder_with_provider(provider.into()).with_safe_default_protocol_versions().unwrap();
    Arc::new(builder.with_no_client_auth().with_cert_resolver(Arc::new(SingleCertAndKey::from(certified))))
}

/// Makes a certificate of X.509 version 1: one of version 3 without version and extensions.
fn version_1() -> (CertificateDer<'static>, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let modern = CertificateParams::new(vec!["old".to_owned()]).unwrap().self_signed(&key).unwrap().der().clone();
    let [signed, algorithm, _] = items(content(&modern)).try_into().unwrap();
    // Context tags 0 and 3 are version and extensions.
    let kept = items(content(signed)).into_iter().filter(|item| item[0] != 0xa0 && item[0] != 0xa3);
    let signed = element(0x30, &kept.flatten().copied().collect::<Vec<_>>());
    let signature = [&[0], &key.sign(&signed).unwrap()[..]].concat();
    let certificate = element(0x30, &[&signed[..], algorithm, &element(0x03, &signature)].concat());
    (certificate.into(), key)
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82, length[0], length[1]], content].concat()
}

/// Returns the lengths of head and content of the DER element at the beginning of `der`.
fn lengths(der: &[u8]) -> (usize, usize) {
    match usize::from(der[1]) {
        short @ 0..0x80 => (2, short),
        long => {
            let bytes = long - 0x80;
            (2 + bytes, der[2..2 + bytes].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
        }
    }
}

fn content(der: &[u8]) -> &[u8] {
    let (head, length) = lengths(der);
    &der[head..head + length]
}

fn items(mut der: &[u8]) -> Vec<&[u8]> {
    let mut items = Vec::new();
    while !der.is_empty() {
        let (head, length) = lengths(der);
        let (item, rest) = der.split_at(head + length);
        items.push(item);
        der = rest;
    }
    items
}
