//! The authorities that the system knows.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use rustls::{
    RootCertStore,
    client::WebPkiServerVerifier,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, pem::PemObject},
};

/// Where systems keep their bundle: Debian, Fedora, openSUSE, Alpine. `SSL_CERT_FILE` goes first.
const BUNDLES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Returns a verifier for certificates signed by the system's authorities, which are read once, or by
/// those in `further`, in PEM form.
pub(super) fn verifier(provider: &Arc<CryptoProvider>, further: &str) -> Result<Arc<WebPkiServerVerifier>, String> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    let mut roots = Arc::clone(ROOTS.get_or_init(|| Arc::new(load())));
    if !further.is_empty() {
        let all = Arc::make_mut(&mut roots);
        for certificate in CertificateDer::pem_slice_iter(further.as_bytes()) {
            let certificate = certificate.map_err(|error| format!("the further authorities are no PEM: {error}"))?;
            all.add(certificate).map_err(|error| format!("one of the further authorities is none: {error}"))?;
        }
    }
    if roots.is_empty() {
        return Err("this system has no bundle of certificate authorities, so no certificate can be verified; \
                    install one (`ca-certificates`) or allow unauthorized certificates for this server"
            .to_owned());
    }
    WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider)).build().map_err(|error| error.to_string())
}

fn load() -> RootCertStore {
    let own = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    let mut files = own.into_iter().chain(BUNDLES.iter().map(PathBuf::from));
    let mut roots = RootCertStore::empty();
    if let Some(certificates) = files.find_map(|file| CertificateDer::pem_file_iter(file).ok()) {
        // One that cannot be read must not take the others with it.
        roots.add_parsable_certificates(certificates.filter_map(Result::ok));
    }
    roots
}
