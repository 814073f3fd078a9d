//! Files that the server fetches itself, by HTTP or HTTPS, through the proxy of the configuration where it has one.
//!
//! What surprises: whoever may name a URL may ask whatever the server reaches, and the server stands where users do not.
//! So who may is said in the configuration, administrators alone if it says nothing; addresses of the server itself and
//! of its own link are asked for by nobody, unless the configuration lets them.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use futures_util::TryStreamExt;
use op::{Context, Error, Result};
use reqwest::{Client, Proxy, StatusCode, dns, redirect::Policy};
use url::Url;

use super::{Content, Received};
use crate::{Cx, config::Urls};

/// How long a server of files may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// How often a server of files may send a request elsewhere.
const REDIRECTS: usize = 5;

/// Longest URL, in bytes.
const LONGEST: usize = 8192;

impl Cx {
    /// Begins to fetch what is at `url`; it comes no faster than it is taken, and the call that is cancelled ends it.
    ///
    /// # Errors
    ///
    /// [`Error::Unauthorized`] for a caller who may not, [`Error::InvalidParameters`] for something else than a URL of a
    /// file, [`Error::Refused`] where nothing answers with one.
    pub async fn fetch(&self, url: &str) -> Result<Received> {
        let limits = self.app.config().transfers;
        match limits.urls {
            Urls::Nobody => return Err(Error::refused("the configuration lets nobody have files fetched from URLs")),
            Urls::Admins if !self.admin() => return Err(Error::unauthorized("admin", None)),
            Urls::Admins | Urls::Anyone => {}
        }
        let url = checked(url, limits.local_urls)?;
        if let Some(rehearsal) = &self.rehearsal {
            match rehearsal.reach("fetch").await {}
        }
        let client = self.client(limits.local_urls, limits.stall.0)?;
        let shown = self.shown(&url);
        let told = |error: reqwest::Error| {
            Error::refused(format!("{shown} cannot be fetched: {}", causes(&error.without_url())))
        };
        let answer =
            client.get(url.clone()).header(http::header::ACCEPT_ENCODING, "identity").send().await.map_err(told)?;
        let status = answer.status();
        if !status.is_success() {
            let why = if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
                ": the proxy does not accept the user or the password of its URL"
            } else {
                ""
            };
            return Err(Error::refused(format!("{shown} cannot be fetched: it answers {status}{why}")));
        }
        let length = answer.content_length();
        let content_type = answer.headers().get(http::header::CONTENT_TYPE);
        let content_type = content_type.and_then(|kind| kind.to_str().ok()).map(ToOwned::to_owned);
        let broken = move |error: reqwest::Error| {
            io::Error::other(format!("{shown} breaks off: {}", causes(&error.without_url())))
        };
        let body = Content::stream(answer.bytes_stream().map_err(broken));
        let body = body.bounded(limits.longest.0, self.stop.clone(), ());
        Ok(Received { length, content_type, body })
    }

    /// Writes a URL for errors, with the proxy through which it is asked for.
    fn shown(&self, url: &Url) -> String {
        let proxy = self.app.config().http_proxy.as_deref().and_then(|proxy| xapi::Proxy::parse(proxy).ok());
        let through = proxy.map(|proxy| format!(" (through the proxy `{}`)", proxy.address()));
        format!("`{}`{}", shown(url), through.unwrap_or_default())
    }

    fn client(&self, local: bool, silence: Duration) -> Result<Client> {
        let redirects = Policy::custom(move |attempt| {
            if attempt.previous().len() > REDIRECTS {
                return attempt.error("it sends us on too often");
            }
            match checked(attempt.url().as_str(), local) {
                Ok(_) => attempt.follow(),
                Err(error) => attempt.error(error.to_string()),
            }
        });
        // Whoever has chosen one before is not overruled.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut builder = Client::builder()
            .redirect(redirects)
            .no_proxy()
            .no_gzip()
            .http1_only()
            .connect_timeout(CONNECT)
            .read_timeout(silence)
            .dns_resolver(Resolver { local });
        if let Some(proxy) = &self.app.config().http_proxy {
            let refused = |_| Error::refused("the `httpProxy` of the configuration is no URL of a proxy");
            builder = builder.proxy(Proxy::all(proxy).map_err(refused)?);
        }
        builder.build().map_err(|error| Error::failed(format!("files cannot be fetched: {}", causes(&error))))
    }
}

/// Reads a URL of a file.
fn checked(url: &str, local: bool) -> Result<Url> {
    let wrong = |why: &str| Err(Error::invalid(format!("`url` {why}")));
    if url.len() > LONGEST {
        return wrong("is longer than 8192 bytes");
    }
    let Ok(url) = Url::parse(url) else { return wrong("is no URL") };
    if !matches!(url.scheme(), "http" | "https") {
        return wrong("begins with something else than `http://` and `https://`");
    }
    let address = match url.host() {
        Some(url::Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(url::Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(url::Host::Domain(name)) if !local && (name == "localhost" || name.ends_with(".localhost")) => {
            return wrong("names the server itself");
        }
        _ => None,
    };
    match address {
        Some(address) if !local && is_local(address) => wrong("names the server itself, or its own link"),
        _ => Ok(url),
    }
}

/// Returns whether an address is one of the server itself, of its own link, or of nobody.
fn is_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_link_local() || address.is_unspecified() || address.is_broadcast()
        }
        IpAddr::V6(address) => address.is_loopback() || address.is_unicast_link_local() || address.is_unspecified(),
    }
}

/// Finds addresses of names, and forgets those that nobody is to ask.
struct Resolver {
    local: bool,
}

impl dns::Resolve for Resolver {
    fn resolve(&self, name: dns::Name) -> dns::Resolving {
        let local = self.local;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found.filter(|found| local || !is_local(found.ip())).collect();
            if found.is_empty() {
                return Err(format!("`{}` has no address that may be asked", name.as_str()).into());
            }
            Ok(Box::new(found.into_iter()) as dns::Addrs)
        })
    }
}

/// Returns a URL without what may be secret in it.
fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    let _ = (shown.set_username(""), shown.set_password(None));
    shown.set_query(None);
    shown.set_fragment(None);
    shown.to_string()
}

/// Returns an error with its causes.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{checked, shown};

    #[test]
    fn only_files_elsewhere_are_fetched() {
        for (url, local, good) in [
            ("https://example.org/a.xva", false, true),
            ("http://192.0.2.1:8080/a.xva", false, true),
            ("http://10.0.0.1/a.xva", false, true),
            ("file:///etc/passwd", true, false),
            ("ftp://example.org/a", true, false),
            ("a.xva", true, false),
            ("http://localhost/a", false, false),
            ("http://localhost/a", true, true),
            ("http://127.1/a", false, false),
            ("http://0x7f000001/a", false, false),
            ("http://[::1]/a", false, false),
            ("http://[::ffff:127.0.0.1]/a", false, false),
            ("http://169.254.169.254/latest/meta-data", false, false),
            ("http://0.0.0.0/", false, false),
        ] {
            assert_eq!(checked(url, local).is_ok(), good, "{url}");
        }
    }

    #[test]
    fn what_may_be_secret_in_a_url_is_not_shown() {
        let url = checked("https://me:pass@example.org/a?token=x#y", false).expect("a URL");
        assert_eq!(shown(&url), "https://example.org/a");
    }
}
