//! Certificates of simulated hosts: self-signed, made at start.

use std::{fmt, sync::Arc};

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject},
};
use xapi_types::{Failure, code};

/// A certificate could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The certificate itself.
    #[error("cannot make a certificate for `{name}`")]
    Make {
        /// Host that it was for.
        name: String,
        /// What went wrong.
        source: rcgen::Error,
    },
    /// The TLS set-up that uses it.
    #[error("cannot use the certificate for `{name}`")]
    Use {
        /// Host that it was for.
        name: String,
        /// What went wrong.
        source: rustls::Error,
    },
}

/// A certificate with its key, as the ports of a host show it.
#[derive(Clone)]
pub(crate) struct Shown {
    pub(crate) config: Arc<ServerConfig>,
    /// The certificate and its chain, in PEM.
    pub(crate) pem: String,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Makes a fresh key, a certificate for `name` and the TLS set-up that shows it, TLS 1.2 and up.
///
/// # Errors
///
/// If the name cannot stand in a certificate.
pub(crate) fn fresh(name: &str) -> Result<Shown, Error> {
    let make = |source| Error::Make { name: name.to_owned(), source };
    let mut params = CertificateParams::new(vec![name.to_owned(), "localhost".to_owned()]).map_err(make)?;
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().map_err(make)?;
    let certificate = params.self_signed(&key).map_err(make)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = usable(vec![certificate.der().clone()], key);
    let config = config.map_err(|source| Error::Use { name: name.to_owned(), source })?;
    Ok(Shown { config, pem: certificate.pem() })
}

fn usable(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))?;
    Ok(Arc::new(config))
}

/// Makes the TLS set-up of a certificate with its chain and its key, in PEM.
///
/// # Errors
///
/// As hosts: what is wrong with the key, with the certificate, or that they do not belong together.
pub(crate) fn given(pem: &str, key: &str) -> Result<Shown, Failure> {
    let wrong = |code: &str| Failure::new::<String>(code, []);
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes());
    let key = key.map_err(|_| wrong(code::SERVER_CERTIFICATE_KEY_INVALID))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| wrong(code::SERVER_CERTIFICATE_INVALID))?;
    let config = usable(chain, key).map_err(|_| wrong(code::SERVER_CERTIFICATE_KEY_MISMATCH))?;
    Ok(Shown { config, pem: pem.to_owned() })
}
