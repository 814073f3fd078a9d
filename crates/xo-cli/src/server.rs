//! The server to talk to: where it is, who we are there, and the HTTP client that reaches it.

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::{COOKIE, LOCATION};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use url::Url;

use crate::Failure;
use crate::config::Config;
use crate::invocation::Options;

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Who we are to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    Nobody,
    Token(Secret),
    Password { user: String, password: Secret, otp: Option<Secret> },
}

/// A server and the way to it.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// Base address: `http` or `https`, without credentials, ending in a slash.
    pub(crate) url: Url,
    pub(crate) credentials: Credentials,
    pub(crate) allow_unauthorized: bool,
    http: reqwest::Client,
}

/// Time that a connection may take to be made, TLS included.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);

impl Server {
    /// Returns the server of `--url`, or else the registered one.
    pub(crate) fn of(options: &Options) -> Result<Self, Failure> {
        if let Some(url) = &options.url {
            return Self::new(url, Credentials::Nobody, options.allow_unauthorized);
        }
        let config = Config::load()?;
        let (url, token) = config.server().ok_or_else(|| {
            Failure::Usage(
                "no server is registered; run `xo-cli register <XO-Server URL> <username>` or give `--url`".into(),
            )
        })?;
        let allow_unauthorized = options.allow_unauthorized || config.allow_unauthorized();
        Self::new(url, Credentials::Token(Secret(token.into())), allow_unauthorized)
    }

    /// Makes a server of what the user typed. Credentials in the URL are taken out of it: `token@` or `user:password@`;
    /// others count where there are none.
    pub(crate) fn new(text: &str, credentials: Credentials, allow_unauthorized: bool) -> Result<Self, Failure> {
        let (url, found) = address(text)?;
        // There is one provider in the tree; a second call finds it installed.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(concat!("xo-cli/", env!("CARGO_PKG_VERSION")))
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_LIMIT)
            .tcp_keepalive(Duration::from_secs(30))
            .tcp_keepalive_interval(Duration::from_secs(10))
            .tcp_keepalive_retries(3)
            .tls_danger_accept_invalid_certs(allow_unauthorized)
            .build()
            .map_err(|error| Failure::Connection(format!("cannot set up TLS: {}", innermost(&error))))?;
        Ok(Self { url, credentials: found.unwrap_or(credentials), allow_unauthorized, http })
    }

    /// Starts a request to `path` that shows nothing of who we are: whether to sign in is decided later.
    pub(crate) fn bare(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url.join(path).expect("a base address takes a relative one"))
    }

    /// Starts a request to `path`, an address relative to the server as it gave it to us. The token goes along, but to
    /// no other server.
    pub(crate) fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Failure> {
        let url = self
            .url
            .join(path)
            .map_err(|error| Failure::Connection(format!("server sent an address that is none, `{path}`: {error}")))?;
        let same_server = url.origin() == self.url.origin();
        let request = self.http.request(method, url);
        Ok(match &self.credentials {
            Credentials::Token(Secret(token)) if same_server => {
                request.header(COOKIE, format!("authenticationToken={token}; token={token}"))
            }
            _ => request,
        })
    }

    /// Follows a redirection of a plain HTTP server to its HTTPS address; nothing else is followed.
    pub(crate) fn follow(&mut self, answer: &Response) -> bool {
        let redirected = matches!(
            answer.status(),
            StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT
        );
        let location = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        let Some(location) = location.and_then(|location| self.url.join(location).ok()) else { return false };
        let secured = self.url.scheme() == "http" && location.scheme() == "https" && location.host() == self.url.host();
        if redirected && secured {
            // `http` with a host can become `https`, and its port be set or unset.
            let _ = self.url.set_scheme("https");
            let _ = self.url.set_port(location.port());
        }
        redirected && secured
    }

    /// Tells what happened to a transfer: whether it could not start, or what broke off.
    pub(crate) fn broken(&self, what: &str, error: &reqwest::Error) -> Failure {
        if error.is_connect() {
            self.unreachable(error)
        } else {
            Failure::Transfer(format!("{what} broke off: {}", innermost(error)))
        }
    }

    /// Tells that the server does not take who we say that we are, and the way out.
    pub(crate) fn refuses_credentials(&self) -> Failure {
        let url = &self.url;
        Failure::Connection(match &self.credentials {
            Credentials::Password { user, .. } => format!("`{url}` refuses this user name or password: `{user}`"),
            _ => format!(
                "`{url}` refuses the token, which may have expired; `xo-cli register {url} <username>` gets a new one"
            ),
        })
    }

    /// Tells in one line why the server could not be reached, and the way out where there is one.
    pub(crate) fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let url = &self.url;
        Failure::Connection(match tls_error(error) {
            Some(rustls::Error::InvalidCertificate(reason)) => {
                format!("certificate of `{url}` is refused: {reason}; `--allowUnauthorized` (`--au`) accepts it anyway")
            }
            Some(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)) => {
                format!("`{url}` does not speak TLS; is it an `http://` address?")
            }
            Some(error) => format!("no TLS connection to `{url}`: {error}"),
            None if error.is_timeout() => {
                format!("cannot connect to `{url}`: no answer within {} seconds", CONNECT_LIMIT.as_secs())
            }
            None => format!("cannot connect to `{url}`: {}", innermost(error)),
        })
    }
}

/// Splits an address as typed into the base URL and the credentials in it.
fn address(text: &str) -> Result<(Url, Option<Credentials>), Failure> {
    let wrong = |why: &str| Failure::Usage(format!("`{text}` is not the address of a server: {why}"));
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => "http",
        "https" | "wss" => "https",
        other => return Err(wrong(&format!("scheme `{other}` is neither http nor https"))),
    };
    let mut url = Url::parse(&format!("{scheme}://{rest}")).map_err(|error| wrong(&error.to_string()))?;
    let decoded = |text: &str| {
        let bytes = url::form_urlencoded::parse(format!("={}", text.replace('+', "%2B")).as_bytes())
            .next()
            .map(|(_, value)| value.into_owned());
        bytes.unwrap_or_default()
    };
    let credentials = match (decoded(url.username()), url.password().map(decoded)) {
        (user, Some(password)) => Some(Credentials::Password { user, password: Secret(password), otp: None }),
        (token, None) if !token.is_empty() => Some(Credentials::Token(Secret(token))),
        _ => None,
    };
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok((url, credentials))
}

fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        // What an I/O error wraps is not its source but itself.
        next = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// Returns the deepest cause, which says what happened without repeating how we got there.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    let text = error.to_string();
    // `Connection refused (os error 111)`
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_understood_as_typed() {
        for (text, expected) in [
            ("http://xo.my-company.net", "http://xo.my-company.net/"),
            ("xo.my-company.net", "https://xo.my-company.net/"),
            ("xo:8443", "https://xo:8443/"),
            ("wss://xo/sub", "https://xo/sub/"),
            ("WS://[::1]:80/?a#b", "http://[::1]/"),
        ] {
            assert_eq!(address(text).unwrap(), (Url::parse(expected).unwrap(), None), "{text}");
        }
    }

    #[test]
    fn credentials_are_taken_out_of_the_address() {
        let (url, credentials) = address("https://a-b_%2Bc+d@xo").unwrap();
        assert_eq!(url.as_str(), "https://xo/");
        assert_eq!(credentials, Some(Credentials::Token(Secret("a-b_+c+d".into()))));
        let (_, credentials) = address("https://me%40x:p%20w@xo").unwrap();
        let password = Secret("p w".into());
        assert_eq!(credentials, Some(Credentials::Password { user: "me@x".into(), password, otp: None }));
    }

    #[test]
    fn what_is_no_address_is_named() {
        for text in ["ftp://xo", "http://", "", "http://a b"] {
            let error = address(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` is not the address of a server: ")), "{error}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let server = Server::new("http://tok@xo", Credentials::Nobody, false).unwrap();
        assert!(!format!("{server:?}").contains("tok"), "{server:?}");
    }
}
