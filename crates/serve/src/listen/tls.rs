//! Certificates: given ones, and one that the server makes for itself.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio_rustls::TlsAcceptor;
use tracing::info;

/// The longest life that Apple's systems accept of a certificate trusted by hand.
const SELF_SIGNED_LIFE: Duration = Duration::from_secs(825 * 24 * 3600);
/// A self-signed certificate is made anew so long before its end.
const RENEW_BEFORE: Duration = Duration::from_secs(30 * 24 * 3600);

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file holds no certificate or no key.
    #[error("no {what} in `{}`: it must be PEM text, the key without a passphrase", path.display())]
    Content {
        /// `certificate` or `private key`.
        what: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// Certificate and key cannot be used together.
    #[error("certificate `{}` cannot be used with key `{}`", cert.display(), key.display())]
    Pair {
        /// The certificate file.
        cert: PathBuf,
        /// The key file.
        key: PathBuf,
        /// What the TLS library says.
        source: rustls::Error,
    },
    /// No self-signed certificate could be made.
    #[error("cannot make a self-signed certificate")]
    SelfSigned(#[from] rcgen::Error),
}

/// A certificate chain and its private key, as files.
#[derive(Clone, Debug)]
pub struct Certificate {
    cert: PathBuf,
    key: PathBuf,
}

impl Certificate {
    /// Uses the given PEM files.
    pub fn files(cert: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self { cert: cert.into(), key: key.into() }
    }

    /// Uses the given files, after writing a self-signed certificate there if there is none or if the
    /// self-signed one ends soon. The key can be read by its owner alone.
    ///
    /// # Errors
    ///
    /// [`TlsError::Write`] if the files cannot be written.
    pub fn self_signed(cert: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Result<Self, TlsError> {
        let this = Self::files(cert, key);
        if !this.cert.exists() || !this.key.exists() || this.ends_soon() {
            this.make()?;
        }
        Ok(this)
    }

    /// Returns whether the certificate is one that signs itself and is at its end.
    fn ends_soon(&self) -> bool {
        let Ok(cert) = CertificateDer::from_pem_file(&self.cert) else { return false };
        let Ok((_, cert)) = x509_parser::parse_x509_certificate(&cert) else { return false };
        let ends = u64::try_from(cert.validity().not_after.timestamp()).unwrap_or(0);
        let limit = SystemTime::now() + RENEW_BEFORE;
        cert.issuer() == cert.subject() && SystemTime::UNIX_EPOCH + Duration::from_secs(ends) < limit
    }

    fn make(&self) -> Result<(), TlsError> {
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned();
        let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
        if !host.is_empty() && host != "localhost" && host.is_ascii() {
            names.push(host.clone());
        }
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, if host.is_empty() { "xo-server" } else { &host });
        params.not_before = SystemTime::now().into();
        params.not_after = (SystemTime::now() + SELF_SIGNED_LIFE).into();
        let key = KeyPair::generate()?;
        let cert = params.self_signed(&key)?;
        write(&self.key, key.serialize_pem().as_bytes(), 0o600)?;
        write(&self.cert, cert.pem().as_bytes(), 0o644)?;
        info!(cert = %self.cert.display(), "made a self-signed certificate");
        Ok(())
    }

    /// Reads the files and makes what accepts TLS connections.
    pub(super) fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        let read = |path: &Path| fs::read(path).map_err(|source| TlsError::Read { path: path.to_owned(), source });
        let none = |what, path: &Path| TlsError::Content { what, path: path.to_owned() };
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&read(&self.cert)?)
            .collect::<Result<_, _>>()
            .map_err(|_| none("certificate", &self.cert))?;
        if chain.is_empty() {
            return Err(none("certificate", &self.cert));
        }
        let key = PrivateKeyDer::from_pem_slice(&read(&self.key)?).map_err(|_| none("private key", &self.key))?;
        let pair = |source| TlsError::Pair { cert: self.cert.clone(), key: self.key.clone(), source };
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(pair)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(pair)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config.ticketer = aws_lc_rs::Ticketer::new().map_err(pair)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// Writes a whole file, beside first, so that a crash leaves the old one.
fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), TlsError> {
    let failed = |source| TlsError::Write { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let beside = path.with_extension("new");
    let _ = fs::remove_file(&beside);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside).map_err(failed)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&beside, path).map_err(failed)
}
