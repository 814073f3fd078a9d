//! Certificates: which are believed, and what is said of those that are not.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_RSA_SHA256, SigningKey};
use rustls::{
    ServerConfig, SupportedProtocolVersion,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    sign::{CertifiedKey, SingleCertAndKey},
    version::{TLS12, TLS13},
};
use xapi::{CertificateError, Error, Fingerprint, Options, Pool, Problem, params};

use crate::peer::{Peer, Reply, soon, usual};

/// A certificate with its key.
struct Identity {
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

fn params_for(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

fn self_signed(name: &str) -> Identity {
    let key = KeyPair::generate().unwrap();
    Identity { certificate: params_for(name).self_signed(&key).unwrap().der().clone(), key }
}

/// An authority, with its certificate in PEM form.
fn authority() -> (Issuer<'static, KeyPair>, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = params_for("an-authority");
    params.distinguished_name.push(DnType::CommonName, "An Authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), pem)
}

fn signed(params: &CertificateParams, issuer: &Issuer<'_, KeyPair>) -> Identity {
    let key = KeyPair::generate().unwrap();
    Identity { certificate: params.signed_by(&key, issuer).unwrap().der().clone(), key }
}

impl Identity {
    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.certificate)
    }

    fn config(&self, versions: &[&'static SupportedProtocolVersion]) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let key = aws_lc_rs::sign::any_supported_type(&key).unwrap();
        let certified = CertifiedKey::new(vec![self.certificate.clone()], key);
        let provider = aws_lc_rs::default_provider();
        let builder = ServerConfig::builder_with_provider(provider.into()).with_protocol_versions(versions).unwrap();
        let resolver = Arc::new(SingleCertAndKey::from(certified));
        Arc::new(builder.with_no_client_auth().with_cert_resolver(resolver))
    }

    async fn serve(&self) -> Peer {
        self.serve_with(self.config(&[&TLS12, &TLS13])).await
    }

    async fn serve_with(&self, config: Arc<ServerConfig>) -> Peer {
        Peer::start_with(Some(config), |call| usual(call, |_| Reply::Result("done".into()))).await
    }
}

async fn refusal(options: Options) -> CertificateError {
    match soon(Pool::connect(options)).await {
        Err(Error::Certificate(error)) => *error,
        other => panic!("{other:?}"),
    }
}

async fn works(options: Options) -> Pool {
    let pool = soon(Pool::connect(options)).await.unwrap();
    soon(pool.call("VM.start", params!["x"])).await.unwrap();
    pool
}

#[tokio::test]
async fn a_self_signed_certificate_is_refused_with_the_way_out() {
    let identity = self_signed("127.0.0.1");
    let peer = identity.serve().await;
    let error = refusal(peer.options()).await;
    assert_eq!((error.problem.clone(), error.fingerprint), (Problem::SelfSigned, identity.fingerprint()));
    let text = error.to_string();
    assert!(text.contains("allow unauthorized certificates for this server"), "{text}");
    assert!(text.contains(&identity.fingerprint().to_string()), "{text}");
    assert!(peer.calls().is_empty(), "no password goes to a host that is not believed");
}

#[tokio::test]
async fn a_self_signed_certificate_is_accepted_where_that_is_allowed() {
    let identity = self_signed("some-other-name");
    let peer = identity.serve().await;
    let pool = works(peer.options().allow_unauthorized(true)).await;
    assert_eq!(pool.certificates().get(&peer.address.to_string()), Some(&identity.fingerprint()));
}

#[tokio::test]
async fn the_certificate_of_a_known_authority_is_accepted() {
    let (issuer, pem) = authority();
    let peer = signed(&params_for("127.0.0.1"), &issuer).serve().await;
    let mut options = peer.options();
    options.authorities = pem;
    works(options).await;
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_said() {
    let (issuer, pem) = authority();
    let check = async |params: CertificateParams, authorities: &str| {
        let peer = signed(&params, &issuer).serve().await;
        let mut options = peer.options();
        options.authorities = authorities.to_owned();
        refusal(options).await
    };
    let unknown = check(params_for("127.0.0.1"), "").await;
    assert!(
        matches!(&unknown.problem, Problem::UnknownIssuer { issuer } if issuer.contains("An Authority")),
        "{unknown}"
    );
    let mut expired = params_for("127.0.0.1");
    expired.not_after = rcgen::date_time_ymd(2001, 1, 1);
    assert_eq!(check(expired, &pem).await.problem, Problem::Expired);
    let mut early = params_for("127.0.0.1");
    early.not_before = rcgen::date_time_ymd(4000, 1, 1);
    assert_eq!(check(early, &pem).await.problem, Problem::NotYetValid);
    let other = check(params_for("xcp1.example.net"), &pem).await;
    assert_eq!(other.problem, Problem::OtherName { names: vec!["xcp1.example.net".to_owned()] });
    assert!(other.to_string().contains("is for xcp1.example.net; use one of these names"), "{other}");
}

#[tokio::test]
async fn a_pinned_certificate_is_accepted_and_any_other_is_a_change() {
    let (first, second) = (self_signed("127.0.0.1"), self_signed("127.0.0.1"));
    for (allow, shown) in [(false, &first), (true, &first), (false, &second), (true, &second)] {
        let peer = shown.serve().await;
        let mut options = peer.options().allow_unauthorized(allow);
        options.pins.insert(peer.address.to_string(), first.fingerprint());
        if shown.fingerprint() == first.fingerprint() {
            works(options).await;
            continue;
        }
        let error = refusal(options).await;
        assert_eq!(error.problem, Problem::Changed { pinned: first.fingerprint() });
        assert!(error.to_string().contains("has changed"), "{error}");
        assert!(peer.calls().is_empty(), "no password goes to a host that has changed");
    }
}

#[tokio::test]
async fn the_ciphers_and_the_curve_of_real_hosts_are_understood() {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let identity = Identity { certificate: params_for("xcp1").self_signed(&key).unwrap().der().clone(), key };
    let mut provider = aws_lc_rs::default_provider();
    provider.kx_groups = vec![aws_lc_rs::kx_group::SECP384R1];
    provider.cipher_suites = vec![aws_lc_rs::cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384];
    let builder = ServerConfig::builder_with_provider(provider.into()).with_protocol_versions(&[&TLS12]).unwrap();
    let key = PrivatePkcs8KeyDer::from(identity.key.serialize_der());
    let config = builder.with_no_client_auth().with_single_cert(vec![identity.certificate.clone()], key.into());
    let peer = identity.serve_with(Arc::new(config.unwrap())).await;
    works(peer.options().allow_unauthorized(true)).await;
}

#[tokio::test]
async fn certificates_of_version_1_are_accepted_where_that_is_allowed() {
    let old = version_1();
    for version in [&TLS12, &TLS13] {
        let peer = old.serve_with(old.config(&[version])).await;
        let error = refusal(peer.options()).await;
        assert_eq!(error.problem, Problem::OldVersion);
        works(peer.options().allow_unauthorized(true)).await;
        let mut pinned = peer.options();
        pinned.pins.insert(peer.address.to_string(), old.fingerprint());
        works(pinned).await;
    }
}

#[tokio::test]
async fn a_host_without_the_key_of_its_certificate_is_refused_whatever_is_allowed() {
    for shown in [self_signed("127.0.0.1"), version_1()] {
        let thief = Identity { certificate: shown.certificate, key: KeyPair::generate().unwrap() };
        for version in [&TLS12, &TLS13] {
            let peer = thief.serve_with(thief.config(&[version])).await;
            let error = soon(Pool::connect(peer.options().allow_unauthorized(true))).await.unwrap_err();
            assert!(matches!(error, Error::Tls { .. }), "{error}");
            assert!(peer.calls().is_empty());
        }
    }
}

/// Makes a certificate of X.509 version 1: one of version 3 without version and extensions.
fn version_1() -> Identity {
    let key = KeyPair::generate().unwrap();
    let modern = params_for("old").self_signed(&key).unwrap().der().clone();
    let [tbs, algorithm, _signature] = items(content(&modern)).try_into().unwrap();
    // Context tags 0 and 3 are version and extensions.
    let kept: Vec<u8> =
        items(content(tbs)).into_iter().filter(|i| i[0] != 0xa0 && i[0] != 0xa3).flatten().copied().collect();
    let tbs = element(0x30, &kept);
    let mut signature = vec![0];
    signature.extend(key.sign(&tbs).unwrap());
    let certificate = element(0x30, &[&tbs[..], algorithm, &element(0x03, &signature)].concat());
    Identity { certificate: certificate.into(), key }
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
