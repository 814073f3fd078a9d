//! What is wrong with a certificate, for a person to act on.

use std::{fmt, str::FromStr};

use aws_lc_rs::digest::{SHA256, digest};
use x509_parser::prelude::{FromDer, X509Certificate, X509Name};

use crate::Address;

/// SHA-256 of a certificate, written as `AB:CD:…` of 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Computes the fingerprint of a certificate in DER form.
    pub fn of(certificate: &[u8]) -> Self {
        let hash = digest(&SHA256, certificate);
        Self(hash.as_ref().try_into().expect("SHA-256 has 32 bytes"))
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

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    type Err = &'static str;

    /// Reads 64 hexadecimal digits, with or without colons.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: String = text.chars().filter(|c| *c != ':').collect();
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| "a fingerprint is 64 hexadecimal digits (SHA-256)")?;
        Ok(Self(bytes))
    }
}

/// A certificate that is not accepted.
#[derive(Clone, Debug)]
pub struct CertificateError {
    /// Host that showed it.
    pub address: Address,
    /// What is wrong with it.
    pub problem: Problem,
    /// Its fingerprint, by which it can be pinned.
    pub fingerprint: Fingerprint,
    /// Whom it is for, such as `CN=xcp1`; empty if it cannot be read.
    pub subject: String,
    /// Who signed it; empty if it cannot be read.
    pub issuer: String,
    /// From when until when it is valid, seconds since the epoch; none if it cannot be read.
    pub validity: Option<(i64, i64)>,
}

/// What is wrong with a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// It is not the one that is pinned for this host.
    Changed {
        /// Fingerprint that was expected.
        pinned: Fingerprint,
    },
    /// The host signed it itself.
    SelfSigned,
    /// An authority signed it that is not known here.
    UnknownIssuer {
        /// The authority's name.
        issuer: String,
    },
    /// Its time is over.
    Expired,
    /// Its time has not come; often one of the clocks is wrong.
    NotYetValid,
    /// It is for other names.
    OtherName {
        /// Names that it is for.
        names: Vec<String>,
    },
    /// It is of X.509 version 1, which no verification accepts.
    OldVersion,
    /// Something else.
    Other(String),
}

impl CertificateError {
    /// Describes what `error` says about `certificate`, in DER form.
    pub(super) fn explain(address: &Address, certificate: &[u8], error: &rustls::Error) -> Self {
        let parsed = X509Certificate::from_der(certificate).ok().map(|(_, parsed)| parsed);
        let problem = parsed.as_ref().map_or_else(|| other(error), |parsed| problem(parsed, error));
        Self::new(address, certificate, problem)
    }

    /// Says that the certificate has `problem`.
    pub(super) fn new(address: &Address, certificate: &[u8], problem: Problem) -> Self {
        let parsed = X509Certificate::from_der(certificate).ok().map(|(_, parsed)| parsed);
        let parsed = parsed.as_ref();
        Self {
            address: address.clone(),
            problem,
            fingerprint: Fingerprint::of(certificate),
            subject: parsed.map(|parsed| name(parsed.subject())).unwrap_or_default(),
            issuer: parsed.map(|parsed| name(parsed.issuer())).unwrap_or_default(),
            validity: parsed.map(|parsed| {
                let validity = parsed.validity();
                (validity.not_before.timestamp(), validity.not_after.timestamp())
            }),
        }
    }
}

fn problem(certificate: &X509Certificate<'_>, error: &rustls::Error) -> Problem {
    use rustls::CertificateError as E;
    if certificate.version().0 == 0 {
        return Problem::OldVersion;
    }
    let rustls::Error::InvalidCertificate(error) = error else { return other(error) };
    match error {
        E::Expired | E::ExpiredContext { .. } => Problem::Expired,
        E::NotValidYet | E::NotValidYetContext { .. } => Problem::NotYetValid,
        E::NotValidForName | E::NotValidForNameContext { .. } => Problem::OtherName { names: names(certificate) },
        // A certificate of its own issuer that is no authority is reported in several ways.
        _ if certificate.subject() == certificate.issuer() => Problem::SelfSigned,
        E::UnknownIssuer => Problem::UnknownIssuer { issuer: name(certificate.issuer()) },
        error => Problem::Other(error.to_string()),
    }
}

fn other(error: &rustls::Error) -> Problem {
    Problem::Other(error.to_string())
}

fn name(name: &X509Name<'_>) -> String {
    printable(&name.to_string())
}

/// Names of the certificate; what a stranger wrote there is cut to what a line of a log can bear.
fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    use x509_parser::extensions::GeneralName;
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return vec![name(certificate.subject())] };
    let text = |general: &GeneralName<'_>| match general {
        GeneralName::DNSName(dns) => Some(printable(dns)),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|ip| std::net::IpAddr::from(ip).to_string()),
            _ => <[u8; 16]>::try_from(*bytes).ok().map(|ip| std::net::IpAddr::from(ip).to_string()),
        },
        _ => None,
    };
    names.value.general_names.iter().filter_map(text).take(8).collect()
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).take(200).collect()
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, problem, fingerprint, subject, .. } = self;
        let allow = "allow unauthorized certificates for this server";
        match problem {
            Problem::Changed { pinned } => write!(
                f,
                "the certificate of `{address}` has changed: its SHA-256 fingerprint is {fingerprint}, not {pinned}; \
                 if the host was reinstalled or its certificate replaced, accept the new one, otherwise somebody may \
                 be in between"
            ),
            Problem::SelfSigned => write!(
                f,
                "the certificate of `{address}` ({subject}) is signed by the host itself; {allow}, or install one on \
                 the host that a known authority has signed (SHA-256 fingerprint {fingerprint})"
            ),
            Problem::UnknownIssuer { issuer } => write!(
                f,
                "the certificate of `{address}` ({subject}) is signed by an authority that is not known here, \
                 {issuer}; add that to the system's authorities, or {allow} (SHA-256 fingerprint {fingerprint})"
            ),
            Problem::Expired => write!(
                f,
                "the certificate of `{address}` ({subject}) has expired; renew it on the host, or {allow} \
                 (SHA-256 fingerprint {fingerprint})"
            ),
            Problem::NotYetValid => write!(
                f,
                "the certificate of `{address}` ({subject}) is not valid yet; compare the clocks of both machines, \
                 or {allow}"
            ),
            Problem::OtherName { names } => write!(
                f,
                "the certificate of `{address}` is for {}; use one of these names as the address, or {allow}",
                names.join(", ")
            ),
            Problem::OldVersion => write!(
                f,
                "the certificate of `{address}` ({subject}) is of X.509 version 1, which cannot be verified; replace \
                 it on the host, or {allow} (SHA-256 fingerprint {fingerprint})"
            ),
            Problem::Other(reason) => {
                write!(f, "the certificate of `{address}` ({subject}) is not accepted: {reason}; fix it, or {allow}")
            }
        }
    }
}

impl std::error::Error for CertificateError {}
