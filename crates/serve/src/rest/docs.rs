//! The page that shows the document, with what it needs.

use axum::body::Body;
use http::{HeaderValue, Response, header};

/// A file of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum File {
    /// The page.
    Page,
    /// What fills it.
    Script,
    /// How it looks.
    Style,
    /// The document itself.
    Document,
}

impl File {
    /// Every file, by its path.
    pub(super) const ALL: [(&'static str, Self); 4] = [
        ("/docs", Self::Page),
        ("/docs/docs.js", Self::Script),
        ("/docs/docs.css", Self::Style),
        ("/docs/swagger.json", Self::Document),
    ];

    pub(super) fn mime(self) -> &'static str {
        match self {
            Self::Page => "text/html",
            Self::Script => "text/javascript",
            Self::Style => "text/css",
            Self::Document => "application/json",
        }
    }

    pub(super) fn summary(self) -> &'static str {
        match self {
            Self::Page => "Show what this server offers, for people.",
            Self::Script => "The script of that page.",
            Self::Style => "The style of that page.",
            Self::Document => "Tell what this server offers, for programs.",
        }
    }

    /// Answers with the file; `document` is the text of the document.
    pub(super) fn answer(self, document: &bytes::Bytes) -> Response<Body> {
        let body = match self {
            Self::Page => Body::from(include_str!("docs/docs.html")),
            Self::Script => Body::from(include_str!("docs/docs.js")),
            Self::Style => Body::from(include_str!("docs/docs.css")),
            Self::Document => Body::from(document.clone()),
        };
        let mut response = Response::new(body);
        let mime = format!("{}; charset=utf-8", self.mime());
        let mime = HeaderValue::from_str(&mime).expect("names of types");
        response.headers_mut().insert(header::CONTENT_TYPE, mime);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }
}
