//! Reading and writing cookies.

use std::{fmt::Write, time::Duration};

use http::{HeaderMap, HeaderValue, header};

use app::{Cookies, SameSite};

/// Holds the token that signs its bearer in.
pub(crate) const TOKEN: &str = "token";
/// Tells one browser from another, so that signing in again renews its token.
pub(crate) const CLIENT_ID: &str = "clientId";
/// Remembers, percent-encoded, where somebody wanted to go who has to sign in first.
pub(crate) const RETURN_TO: &str = "returnTo";

/// Returns the value of the cookie `name`.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value.trim_matches('"')))
}

/// How long a browser keeps a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Until it is closed.
    Session,
    /// For so long.
    For(Duration),
    /// No longer.
    Forget,
}

/// Returns the `Set-Cookie` header; `tls` says whether the client came over HTTPS.
///
/// `value` is of our own making or a token that was found good, so it holds no `;`.
pub(crate) fn set(config: Cookies, name: &str, value: &str, keep: Keep, tls: bool) -> HeaderValue {
    let mut text = format!("{name}={value}");
    if let Keep::For(time) = keep {
        let _ = write!(text, "; Max-Age={}", time.as_secs());
    }
    text += "; Path=/";
    match keep {
        Keep::Session => {}
        Keep::For(time) => text = text + "; Expires=" + &http_date(time),
        Keep::Forget => text += "; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    }
    if config.http_only {
        text += "; HttpOnly";
    }
    if config.secure.unwrap_or(tls) {
        text += "; Secure";
    }
    text += match config.same_site {
        SameSite::Strict => "; SameSite=Strict",
        SameSite::Lax => "; SameSite=Lax",
        SameSite::None => "; SameSite=None",
    };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// Returns the moment `from_now` as HTTP writes it.
fn http_date(from_now: Duration) -> String {
    let moment = jiff::Timestamp::now() + from_now;
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; token=abc; b=2"));
        headers.append(header::COOKIE, HeaderValue::from_static("clientId=x"));
        assert_eq!(
            (get(&headers, TOKEN), get(&headers, CLIENT_ID), get(&headers, "oken")),
            (Some("abc"), Some("x"), None)
        );
    }

    #[test]
    fn by_default_scripts_and_other_sites_get_nothing() {
        let cookie = set(Cookies::default(), TOKEN, "abc", Keep::Session, false);
        assert_eq!(cookie, "token=abc; Path=/; HttpOnly; SameSite=Lax");
        let cookie = set(Cookies::default(), TOKEN, "abc", Keep::Session, true);
        assert_eq!(cookie, "token=abc; Path=/; HttpOnly; Secure; SameSite=Lax");
    }

    #[test]
    fn the_configuration_can_let_scripts_read() {
        let config = Cookies { http_only: false, secure: Some(false), same_site: SameSite::Strict };
        let cookie = set(config, TOKEN, "", Keep::Forget, true);
        assert_eq!(cookie, "token=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Strict");
    }
}
