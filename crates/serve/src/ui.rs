//! The web UI: the files that its build left in `web/dist`, embedded in the program.
//!
//! A file whose name carries a hash of its content is kept by browsers for good; every other is asked for
//! again and answered 304 when unchanged. Each is sent compressed as the client likes best, from a
//! compressed file beside it where the build made one, else compressed once and kept.

mod asset;
mod encoding;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode, header};
use rust_embed::RustEmbed;

use self::asset::Assets;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// What the build copies as it is: icon and manifest, which are there without a build too.
#[derive(RustEmbed)]
#[folder = "../../web/public"]
struct Public;

/// The icon that pages name, and that browsers get which ask for [`USUAL_ICON`] whatever a page names.
const ICON: &str = "favicon.svg";
const USUAL_ICON: &str = "favicon.ico";

/// Shown where the web was not built.
const PLACEHOLDER: &str = include_str!("ui/not-built.html");

/// The embedded UI.
pub(crate) struct Ui {
    assets: Assets,
}

impl Ui {
    pub(crate) fn new() -> Self {
        let read = |path: &str| Dist::get(path).or_else(|| Public::get(path));
        Self { assets: Assets::new(move |path| read(path).map(|file| Bytes::from(file.data.into_owned()))) }
    }

    /// Returns whether there is such a file.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.assets.get(path.trim_start_matches('/')).is_some()
    }

    /// Answers a request for a file of the UI, `None` when there is no such file.
    pub(crate) fn file(&self, path: &str, method: &Method, headers: &HeaderMap) -> Option<Response<Body>> {
        let path = path.trim_start_matches('/');
        if matches!(extension(path), "br" | "gz") {
            return None;
        }
        let path = if path == USUAL_ICON { ICON } else { path };
        self.assets.get(path).map(|asset| asset.respond(method, headers))
    }

    /// Answers with the page that the UI starts from, which shows what the URL asks for.
    pub(crate) fn page(&self, method: &Method, headers: &HeaderMap) -> Response<Body> {
        if let Some(index) = self.assets.get("index.html") {
            return index.respond(method, headers);
        }
        Response::builder()
            .status(StatusCode::OK)
            .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
            .header(header::CACHE_CONTROL, "no-store")
            .body(Body::from(PLACEHOLDER))
            .expect("the parts are valid")
    }
}

/// Returns whether a path names a page rather than a part of one.
pub(crate) fn is_page(path: &str) -> bool {
    extension(path) == "html"
}

fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}
