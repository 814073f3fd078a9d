//! Where a host listens.

use std::{fmt, net::Ipv6Addr, str::FromStr};

use crate::Error;

/// Scheme, host and port of a XAPI host.
///
/// Read from `192.0.2.1`, `xcp1.example.net:8443`, `[2001:db8::1]:443`, a bare IPv6 address, or any
/// of these after `https://` or `http://`; `https` and its port 443 are the default.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    tls: bool,
    host: String,
    port: u16,
}

impl Address {
    /// Returns whether the host is spoken to over TLS.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// Returns the name or the IP address, an IPv6 one without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns `host:port` as HTTP writes it, with brackets around an IPv6 address.
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Returns the address of another member of the same pool, as `host.address` or `HOST_IS_SLAVE`
    /// names it: scheme and port are this one's unless `text` has its own.
    ///
    /// # Errors
    ///
    /// [`Error::Address`] if the text is no address.
    pub fn member(&self, text: &str) -> Result<Self, Error> {
        let (tls, host, port) = split(text)?;
        Ok(Self { tls: tls.unwrap_or(self.tls), host, port: port.unwrap_or(self.port) })
    }

    /// Returns the same host at another port.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (tls, host, port) = split(text)?;
        let tls = tls.unwrap_or(true);
        Ok(Self { tls, host, port: port.unwrap_or(if tls { 443 } else { 80 }) })
    }
}

/// Splits into scheme, host and port; what the text leaves out is `None`.
fn split(text: &str) -> Result<(Option<bool>, String, Option<u16>), Error> {
    let text = text.trim();
    let wrong = |reason| Error::Address { text: text.to_owned(), reason };
    let (tls, rest) = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(true), rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(false), rest),
        Some(_) => return Err(wrong("only `https://` and `http://` are known")),
        None => (None, text),
    };
    let rest = rest.trim_start_matches('/');
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if rest.contains('@') {
        // The text is not repeated: a password may stand in it.
        return Err(Error::Address {
            text: "***".to_owned(),
            reason: "user name and password belong into fields of their own",
        });
    }
    let (host, port) = if let Some(bracketed) = rest.strip_prefix('[') {
        let (host, after) = bracketed.split_once(']').ok_or_else(|| wrong("the closing bracket is missing"))?;
        host.parse::<Ipv6Addr>().map_err(|_| wrong("no IPv6 address stands in the brackets"))?;
        match after {
            "" => (host, None),
            after => (host, Some(after.strip_prefix(':').ok_or_else(|| wrong("a port follows a colon"))?)),
        }
    } else if rest.parse::<Ipv6Addr>().is_ok() {
        (rest, None)
    } else {
        match rest.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        }
    };
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    if host.is_empty() {
        return Err(wrong("the host is missing"));
    }
    if !host.chars().all(is_name) || (host.contains(':') && host.parse::<Ipv6Addr>().is_err()) {
        return Err(wrong("the host is neither a name nor an IP address"));
    }
    let port = match port {
        None => None,
        Some(port) => match port.parse() {
            Ok(0) | Err(_) => return Err(wrong("the port is a number from 1 to 65535")),
            Ok(port) => Some(port),
        },
    };
    Ok((tls, host.to_owned(), port))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = if self.tls { 443 } else { 80 };
        if !self.tls {
            f.write_str("http://")?;
        }
        match (self.port == default, self.host.contains(':')) {
            (false, _) => f.write_str(&self.authority()),
            (true, true) => write!(f, "[{}]", self.host),
            (true, false) => f.write_str(&self.host),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_address_is_read() {
        for (text, shown, authority) in [
            ("192.0.2.1", "192.0.2.1", "192.0.2.1:443"),
            ("xcp1.example.net:8443", "xcp1.example.net:8443", "xcp1.example.net:8443"),
            ("http://xcp1", "http://xcp1", "xcp1:80"),
            ("HTTPS://xcp1:8443/", "xcp1:8443", "xcp1:8443"),
            ("http://xcp1:443", "http://xcp1:443", "xcp1:443"),
            ("[2001:db8::1]", "[2001:db8::1]", "[2001:db8::1]:443"),
            ("[2001:db8::1]:8443", "[2001:db8::1]:8443", "[2001:db8::1]:8443"),
            ("2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:443"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!((address.to_string(), address.authority()), (shown.to_owned(), authority.to_owned()));
            assert_eq!(address.to_string().parse::<Address>().unwrap(), address);
        }
    }

    #[test]
    fn a_member_has_scheme_and_port_of_the_address_that_named_it() {
        let first: Address = "http://127.0.0.1:8080".parse().unwrap();
        assert_eq!(first.member("127.0.0.2").unwrap().to_string(), "http://127.0.0.2:8080");
        assert_eq!(first.member("fd00::2").unwrap().to_string(), "http://[fd00::2]:8080");
        assert_eq!(first.member("127.0.0.2:81").unwrap().to_string(), "http://127.0.0.2:81");
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        for text in ["", "ftp://x", "[::1", "[x]:1", "host:", "host:0", "host:99999", "a b", "::g", "a:b:c"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
        let error = "https://root:hunter2@host".parse::<Address>().unwrap_err().to_string();
        assert!(error.contains("fields of their own") && !error.contains("hunter2"), "{error}");
    }
}
