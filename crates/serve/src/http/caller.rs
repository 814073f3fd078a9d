//! Who a request comes from, as far as headers and addresses tell.

use std::net::IpAddr;

use app::{Forwarded, Http};
use http::{HeaderMap, HeaderName, Request, header};
use op::Secret;
use url::Url;

use super::cookie;
use crate::listen::Peer;

/// Where a request comes from and how.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Address of the client; the one that a trusted proxy names.
    pub(crate) address: IpAddr,
    /// Whether the client speaks TLS, to us or to a trusted proxy.
    pub(crate) tls: bool,
    /// Name and port under which the client knows the server.
    pub(crate) host: Option<String>,
    /// Origin of the server by its configuration.
    public: Option<String>,
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

impl Caller {
    pub(crate) fn of<B>(request: &Request<B>, peer: Peer, config: &Http) -> Self {
        let headers = request.headers();
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let mut address = peer.address.ip().to_canonical();
        let mut tls = peer.tls;
        // HTTP/2 has the host in the URI.
        let own = request.uri().authority().map(http::uri::Authority::as_str).or_else(|| text(header::HOST));
        let mut host = own.map(str::to_owned);
        if trusts(&config.use_forwarded_headers, address) {
            // Each proxy appends the peer it saw: the last is the one that our proxy vouches for.
            let last = text(FORWARDED_FOR).and_then(|line| line.rsplit(',').next());
            if let Some(client) = last.and_then(|client| client.trim().parse::<IpAddr>().ok()) {
                address = client.to_canonical();
            }
            if let Some(protocol) = text(FORWARDED_PROTO) {
                tls = protocol.trim().eq_ignore_ascii_case("https");
            }
            if let Some(name) = text(FORWARDED_HOST) {
                host = Some(name.trim().to_owned());
            }
        }
        let public = config.public_url.as_deref().and_then(|url| Url::parse(url).ok());
        Self { address, tls, host, public: public.map(|url| url.origin().ascii_serialization()) }
    }

    /// The application's view of it.
    pub(crate) fn peer(&self, headers: &HeaderMap) -> app::Peer {
        let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        app::Peer { address: self.address, user_agent: agent.map(|agent| agent.chars().take(256).collect()) }
    }

    /// The token that the request carries in a cookie.
    pub(crate) fn token(headers: &HeaderMap) -> Option<Secret> {
        cookie::get(headers, cookie::TOKEN).map(Secret::new)
    }

    /// Returns whether no page of another site made the request: browsers name the origin of the page.
    pub(crate) fn is_own_page(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        if self.public.as_deref() == Some(origin) {
            return true;
        }
        let (Ok(origin), Some(host)) = (Url::parse(origin), self.host.as_deref()) else { return false };
        // Only the name and port are compared: behind a proxy that tells nothing, the scheme is not known.
        let Ok(own) = Url::parse(&format!("{}://{host}", origin.scheme())) else { return false };
        matches!(origin.scheme(), "http" | "https") && origin.origin() == own.origin()
    }
}

fn trusts(whose: &Forwarded, peer: IpAddr) -> bool {
    match whose {
        Forwarded::Nobody => false,
        Forwarded::Everybody => true,
        Forwarded::From(peers) => peers.iter().any(|known| known.to_canonical() == peer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(config: &Http, headers: &[(&str, &str)]) -> (Caller, HeaderMap) {
        let mut request = Request::builder().uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).expect("a request");
        let peer = Peer { address: ([127, 0, 0, 1], 5000).into(), tls: false };
        (Caller::of(&request, peer, config), request.headers().clone())
    }

    #[test]
    fn a_page_of_another_site_is_not_ours() {
        let config = Http { public_url: Some("https://xo.example.org/".to_owned()), ..Http::default() };
        for (origin, ours) in [
            ("http://10.0.0.1:8080", true),
            ("https://10.0.0.1:8080", true),
            ("https://xo.example.org", true),
            ("http://xo.example.org", false),
            ("http://10.0.0.1", false),
            ("http://10.0.0.1:8080.evil.example", false),
            ("http://evil.example", false),
            ("null", false),
            ("file://", false),
        ] {
            let (caller, headers) = caller(&config, &[("host", "10.0.0.1:8080"), ("origin", origin)]);
            assert_eq!(caller.is_own_page(&headers), ours, "{origin}");
        }
        let (caller, headers) = caller(&config, &[("host", "10.0.0.1:8080")]);
        assert!(caller.is_own_page(&headers));
    }

    #[test]
    fn forwarding_headers_are_believed_of_those_who_are_trusted() {
        let headers = [("x-forwarded-for", "6.6.6.6, 192.0.2.7"), ("x-forwarded-proto", "https")];
        let seen = |trust| {
            let config = Http { use_forwarded_headers: trust, ..Http::default() };
            let (caller, _) = caller(&config, &headers);
            (caller.address.to_string(), caller.tls)
        };
        assert_eq!(seen(Forwarded::Nobody), ("127.0.0.1".to_owned(), false));
        assert_eq!(seen(Forwarded::From(vec![[10, 0, 0, 1].into()])), ("127.0.0.1".to_owned(), false));
        assert_eq!(seen(Forwarded::From(vec![[127, 0, 0, 1].into()])), ("192.0.2.7".to_owned(), true));
        assert_eq!(seen(Forwarded::Everybody), ("192.0.2.7".to_owned(), true));
    }
}
