//! TLS towards hosts, whose certificates are mostly self-signed.
//!
//! Three ways to trust a host: a pinned fingerprint (which alone decides, where there is one), the
//! authorities that the system knows, or, when the options say so, anything. The signature of the
//! handshake is checked in all of them: whoever answers holds the key of the certificate shown.

mod certificate;
mod roots;
mod verify;

use std::sync::Arc;

use parking_lot::Mutex;
use rustls::{
    ClientConfig,
    crypto::{CryptoProvider, aws_lc_rs},
};

use crate::{Address, Error, Options};

pub use certificate::{CertificateError, Fingerprint, Problem};
use verify::{Trust, Verifier};

/// What a handshake needs to know about one host.
pub(crate) struct Tls {
    /// Configuration with the host's own verifier.
    pub(crate) config: Arc<ClientConfig>,
    seen: Arc<Mutex<Option<Fingerprint>>>,
}

impl Tls {
    /// Prepares TLS with the host at `address`.
    pub(crate) fn new(address: &Address, options: &Options) -> Result<Self, Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let trust = if let Some(pin) = options.pins.get(&address.authority()) {
            Trust::Pinned(*pin)
        } else if options.allow_unauthorized {
            Trust::Anything
        } else {
            Trust::Authorities(
                roots::verifier(&provider, &options.authorities).map_err(|reason| no_tls(address, reason))?,
            )
        };
        let seen = Arc::default();
        let verifier = Verifier::new(address.clone(), trust, &provider, Arc::clone(&seen));
        let config = config(provider, verifier).map_err(|error| no_tls(address, error.to_string()))?;
        Ok(Self { config: Arc::new(config), seen })
    }

    /// Returns the fingerprint of the certificate that the host showed last.
    pub(crate) fn seen(&self) -> Option<Fingerprint> {
        *self.seen.lock()
    }
}

fn config(provider: Arc<CryptoProvider>, verifier: Verifier) -> Result<ClientConfig, rustls::Error> {
    // TLS 1.2 and 1.3: hosts offer 1.2 with ECDHE-RSA-AES-GCM over secp384r1.
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

fn no_tls(address: &Address, reason: String) -> Error {
    Error::Tls { address: address.clone(), reason }
}

/// Turns what a failed handshake left into an error that says what is wrong with the certificate.
pub(crate) fn handshake_error(address: &Address, error: &std::io::Error) -> Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if let Some(rustls::Error::InvalidCertificate(rustls::CertificateError::Other(other))) = inner
        && let Some(certificate) = other.0.downcast_ref::<CertificateError>()
    {
        return Error::Certificate(Box::new(certificate.clone()));
    }
    let hint = match inner {
        Some(rustls::Error::InvalidMessage(_)) => " (is this a plain HTTP port?)",
        Some(rustls::Error::AlertReceived(_) | rustls::Error::PeerIncompatible(_)) => {
            " (TLS 1.2 with modern ciphers is needed)"
        }
        _ => "",
    };
    no_tls(address, format!("{error}{hint}"))
}
