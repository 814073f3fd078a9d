//! HTTP proxies.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{Address, Error, Secret};

/// An HTTP proxy, read from `http://proxy:3128` or `http://user:password@proxy:3128`.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    address: Address,
    credentials: Option<Secret>,
}

impl Proxy {
    /// Reads the URL of a proxy; without a scheme it is `http`.
    ///
    /// # Errors
    ///
    /// [`Error::Address`] if it is none, without what may be a password.
    pub fn parse(url: &str) -> Result<Self, Error> {
        let rest = match url.trim().split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some(_) => {
                return Err(Error::Address {
                    text: "***".to_owned(),
                    reason: "a proxy is reached by `http://`, whatever it is used for",
                });
            }
            None => url.trim(),
        };
        let (user, host) = match rest.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, rest),
        };
        let credentials = user.map(|user| {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            Secret::new(STANDARD.encode(format!("{}:{}", decoded(name), decoded(password))))
        });
        Ok(Self { address: format!("http://{host}").parse()?, credentials })
    }

    /// Returns where the proxy listens.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Returns the value of the `Proxy-Authorization` header, if the proxy wants a user.
    pub(crate) fn authorization(&self) -> Option<Secret> {
        self.credentials.as_ref().map(|encoded| Secret::new(format!("Basic {}", encoded.expose())))
    }
}

/// Decodes `%41` as URLs have it.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        let byte =
            escape.and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|d| u8::from_str_radix(d, 16).ok());
        out.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = if self.credentials.is_some() { "***@" } else { "" };
        write!(f, "{user}{}", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_has_an_address_and_hides_its_password() {
        let proxy = Proxy::parse("http://bob:p%40ss@proxy:3128").unwrap();
        assert_eq!(proxy.address().to_string(), "http://proxy:3128");
        assert_eq!(proxy.authorization().unwrap().expose(), format!("Basic {}", STANDARD.encode("bob:p@ss")));
        assert_eq!(format!("{proxy:?}"), "***@http://proxy:3128");
        assert!(Proxy::parse("proxy:3128").unwrap().authorization().is_none());
        assert!(Proxy::parse("socks5://bob:secret@proxy").is_err_and(|error| !error.to_string().contains("secret")));
    }
}
