//! Replies that are not answers of calls.

/// A whole reply.
pub(crate) struct Reply {
    pub(crate) status: &'static str,
    /// Headers after the status line, in their order.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// 0 or 1: HTTP/1.0 or HTTP/1.1.
    pub(crate) version: u8,
    pub(crate) keep_alive: bool,
}

impl Reply {
    /// Makes a page of HTML that says what is wrong; the connection is closed after it.
    pub(crate) fn page(status: &'static str, title: &str, text: &str) -> Self {
        let body = format!("<html><body><h1>HTTP {title}</h1>{text}</body></html>").into_bytes();
        let headers = vec![
            ("content-length".to_owned(), body.len().to_string()),
            ("content-type".to_owned(), "text/html".to_owned()),
            ("connection".to_owned(), "close".to_owned()),
            ("cache-control".to_owned(), "no-cache, no-store".to_owned()),
        ];
        Self { status, headers, body, version: 1, keep_alive: false }
    }

    /// The page for a request that cannot be worked on.
    pub(crate) fn internal(detail: &str) -> Self {
        let mut escaped = Vec::new();
        super::write::xml_text(detail, &mut escaped);
        let detail = String::from_utf8_lossy(&escaped);
        let text = format!(
            "An unexpected error occurred; please wait a while and try again. If the problem persists, please \
             contact your support representative.<h1> Additional information </h1>{detail}"
        );
        Self::page("500 Internal Error", "500 internal server error", &text)
    }

    /// The page for a head that is too large.
    pub(crate) fn head_too_large() -> Self {
        let title = "431 request header fields too large";
        Self::page("431 Request Header Fields Too Large", title, "Exceeded the maximum header size.")
    }

    /// The page for a path that nobody serves. A `GET` of it leaves the connection open, whatever the header says.
    pub(crate) fn forbidden(keep_alive: bool) -> Self {
        let text = "Access to the requested resource is forbidden.";
        Self { keep_alive, ..Self::page("403 Forbidden", "403 forbidden", text) }
    }

    /// The page for a request without a session.
    pub(crate) fn unauthorised(realm: &str) -> Self {
        let text = "Please check your credentials and retry.";
        let mut reply = Self::page("401 Unauthorised", "401 unauthorised", text);
        reply.headers.push(("WWW-Authenticate".to_owned(), format!("Basic realm=\"{realm}\"")));
        reply
    }

    /// The page for a verb that no host knows.
    pub(crate) fn unknown_verb(verb: &str) -> Self {
        let text = format!("<p>Unknown {verb} not supported.<br /></p>");
        Self::page("501 Method not implemented", "501 Method Not Implemented", &text)
    }

    /// The reply to what a browser asks before it calls across origins.
    pub(crate) fn options(asked: Option<&str>) -> Self {
        let allowed = asked.map_or_else(|| "X-Requested-With".to_owned(), |asked| format!("{asked}, X-Requested-With"));
        let headers = [
            ("content-length", "0"),
            ("connection", "keep-alive"),
            ("cache-control", "no-cache, no-store"),
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Headers", &allowed),
            ("Access-Control-Allow-Methods", "PUT"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { status: "200 OK", headers, body: Vec::new(), version: 1, keep_alive: true }
    }

    /// A reply without a length: it ends when the connection does.
    pub(crate) fn until_close(version: u8, status: &'static str, more: &[(&str, &str)]) -> Self {
        let mut headers = vec![
            ("Connection".to_owned(), "close".to_owned()),
            ("Cache-Control".to_owned(), "no-cache, no-store".to_owned()),
        ];
        headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Self { status, headers, body: Vec::new(), version, keep_alive: false }
    }

    /// Returns the status line and the headers.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.{} {}\r\n", self.version, self.status);
        for (name, value) in &self.headers {
            head.push_str(name);
            head.push_str(": ");
            head.push_str(value);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        head.into_bytes()
    }
}
