//! Headers that keep browsers from being turned against their users.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Scripts and connections of this server only, no plugins, no framing by others. Styles are inline because
/// the UI's components set them so.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
     font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; \
     form-action 'self'; frame-ancestors 'none'";

/// What pages of the original's clients need, which are mounted from elsewhere: scripts in their HTML.
const MOUNTED_POLICY: &str = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; \
     base-uri 'self'; form-action 'self'; frame-ancestors 'self'";

/// Two years, the least that browsers' preload lists want.
const STRICT_TRANSPORT: &str = "max-age=63072000";

/// Marks an answer as a page of a mounted folder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mounted;

/// Adds the headers to an answer.
pub(crate) fn protect(headers: &mut HeaderMap, mounted: bool, tls: bool) {
    let policy = if mounted { MOUNTED_POLICY } else { POLICY };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, if mounted { "SAMEORIGIN" } else { "DENY" }),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if tls {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static(STRICT_TRANSPORT));
    }
}
