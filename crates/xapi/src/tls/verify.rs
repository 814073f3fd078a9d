//! Which certificates are accepted.

use std::{fmt, sync::Arc};

use parking_lot::Mutex;
use rustls::{
    CertificateError as RustlsCertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{CertificateError, Fingerprint, Problem};
use crate::Address;

/// Whom to believe.
#[derive(Debug)]
pub(super) enum Trust {
    /// Only this certificate.
    Pinned(Fingerprint),
    /// Certificates of known authorities.
    Authorities(Arc<WebPkiServerVerifier>),
    /// Any certificate.
    Anything,
}

/// Decides about the certificate of one host.
pub(super) struct Verifier {
    address: Address,
    trust: Trust,
    algorithms: WebPkiSupportedAlgorithms,
    seen: Arc<Mutex<Option<Fingerprint>>>,
}

impl Verifier {
    pub(super) fn new(
        address: Address,
        trust: Trust,
        provider: &CryptoProvider,
        seen: Arc<Mutex<Option<Fingerprint>>>,
    ) -> Self {
        Self { address, trust, algorithms: provider.signature_verification_algorithms, seen }
    }

    fn refuse(error: CertificateError) -> Error {
        Error::InvalidCertificate(RustlsCertificateError::Other(OtherError(Arc::new(error))))
    }

    /// Remembers what was accepted; that it differs from last time is worth a line in the log.
    fn remember(&self, shown: Fingerprint) {
        let before = self.seen.lock().replace(shown);
        if let Some(before) = before.filter(|before| *before != shown) {
            tracing::warn!(
                host = %self.address,
                "the certificate of `{}` has changed from {before} to {shown}; it is not pinned, so it is accepted",
                self.address
            );
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("address", &self.address).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = Fingerprint::of(certificate);
        match &self.trust {
            Trust::Pinned(pinned) if *pinned != shown => {
                let problem = Problem::Changed { pinned: *pinned };
                return Err(Self::refuse(CertificateError::new(&self.address, certificate, problem)));
            }
            Trust::Pinned(_) | Trust::Anything => {}
            Trust::Authorities(authorities) => {
                authorities
                    .verify_server_cert(certificate, intermediates, name, ocsp, now)
                    .map_err(|error| Self::refuse(CertificateError::explain(&self.address, certificate, &error)))?;
            }
        }
        self.remember(shown);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
            .or_else(|error| version_1(error, message, certificate, signed, &self.algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
            .or_else(|error| version_1(error, message, certificate, signed, &self.algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Checks a signature by the key of a certificate of X.509 version 1, which old and hand-made hosts
/// have and which the TLS library refuses to read; for any other certificate `error` stands.
fn version_1(
    error: Error,
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return Err(error) };
    if parsed.version().0 != 0 {
        return Err(error);
    }
    let key = &parsed.public_key().subject_public_key.data;
    let fitting = algorithms.mapping.iter().find(|(scheme, _)| *scheme == signed.scheme).map(|(_, fitting)| *fitting);
    let valid = |algorithm: &&&dyn rustls::pki_types::SignatureVerificationAlgorithm| {
        algorithm.verify_signature(key, message, signed.signature()).is_ok()
    };
    match fitting.and_then(|fitting| fitting.iter().find(valid)) {
        Some(_) => Ok(HandshakeSignatureValid::assertion()),
        None => Err(Error::InvalidCertificate(RustlsCertificateError::BadSignature)),
    }
}
