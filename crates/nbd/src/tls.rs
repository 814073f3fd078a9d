//! TLS towards servers, whose certificates are mostly self-signed.

use std::{fmt, sync::Arc};

use aws_lc_rs::digest::{SHA256, digest};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, UnixTime, pem::PemObject},
};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::Error;

/// SHA-256 of a certificate in DER form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Makes it of the 32 bytes of the sum.
    pub fn new(sum: [u8; 32]) -> Self {
        Self(sum)
    }

    /// Computes the fingerprint of a certificate in DER form.
    pub fn of(certificate: &[u8]) -> Self {
        Self(digest(&SHA256, certificate).as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }

    /// Computes the fingerprint of the first certificate of a text in PEM form, such as `cert` of
    /// `VDI.get_nbd_info`; nothing if there is none.
    pub fn of_pem(text: &str) -> Option<Self> {
        CertificateDer::from_pem_slice(text.as_bytes()).ok().map(|certificate| Self::of(&certificate))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02X}", if at == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

/// How a client uses TLS.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Configuration, which decides whom to believe.
    pub(crate) config: Arc<ClientConfig>,
    /// Name to ask for; the server's address if there is none.
    pub(crate) name: Option<ServerName<'static>>,
}

impl Tls {
    /// Believes whom `config` believes, such as the one with which the same host is called.
    pub fn with(config: Arc<ClientConfig>) -> Self {
        Self { config, name: None }
    }

    /// Asks for `name` instead of the server's address: `subject` of `VDI.get_nbd_info`.
    #[must_use]
    pub fn named(mut self, name: ServerName<'static>) -> Self {
        self.name = Some(name);
        self
    }

    /// Believes only the server with this certificate.
    pub fn pinned(fingerprint: Fingerprint) -> Self {
        Self::verified(Some(fingerprint))
    }

    /// Believes any server. Nobody can listen, but whoever is in the middle can pass for the server.
    pub fn accept() -> Self {
        Self::verified(None)
    }

    fn verified(pinned: Option<Fingerprint>) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let algorithms = provider.signature_verification_algorithms;
        let builder = ClientConfig::builder_with_provider(Arc::<CryptoProvider>::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().expect("the provider has the default versions");
        let verifier = Arc::new(Verifier { pinned, algorithms });
        let config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
        Self::with(Arc::new(config))
    }
}

/// Returns what an error of a handshake tells.
pub(crate) fn refusal(error: std::io::Error) -> Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        // No verifier but ours says it.
        Some(rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)) => {
            Error::OtherCertificate
        }
        _ => Error::io("starting TLS", error),
    }
}

/// Compares fingerprints; that the server holds the key of its certificate is checked in any case.
#[derive(Debug)]
struct Verifier {
    pinned: Option<Fingerprint>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match self.pinned {
            Some(pinned) if pinned != Fingerprint::of(certificate) => {
                Err(CertificateError::ApplicationVerificationFailure.into())
            }
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
            .or_else(|error| version_1(error, message, certificate, signed, &self.algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
            .or_else(|error| version_1(error, message, certificate, signed, &self.algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Checks a signature by the key of a certificate of X.509 version 1, which old hosts have and which the TLS library
/// refuses to read; for any other certificate `error` stands.
fn version_1(
    error: rustls::Error,
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, rustls::Error> {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return Err(error) };
    // Versions are counted from 0.
    if parsed.version().0 != 0 {
        return Err(error);
    }
    let key = &parsed.public_key().subject_public_key.data;
    let of_scheme = algorithms.mapping.iter().filter(|(scheme, _)| *scheme == signed.scheme);
    let fits = |algorithm: &&dyn SignatureVerificationAlgorithm| {
        algorithm.verify_signature(key, message, signed.signature()).is_ok()
    };
    if of_scheme.flat_map(|(_, fitting)| fitting.iter().copied()).any(|algorithm| fits(&algorithm)) {
        return Ok(HandshakeSignatureValid::assertion());
    }
    Err(CertificateError::BadSignature.into())
}
