//! One file of the UI in each of its forms.

use std::{
    io::Write,
    sync::{Arc, OnceLock},
};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode, header};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::encoding::Encoding;

/// A file smaller than this is not worth compressing: it fits one packet.
const WORTH_COMPRESSING: usize = 1400;
/// Of 11; above 9 each step multiplies the time for a percent of size, and the build's own files have 11.
const BROTLI_QUALITY: i32 = 9;

type Read = Box<dyn Fn(&str) -> Option<Bytes> + Send + Sync>;

/// All files, each read once.
pub(super) struct Assets {
    read: Read,
    loaded: Mutex<FxHashMap<String, Arc<Asset>>>,
}

impl Assets {
    pub(super) fn new(read: impl Fn(&str) -> Option<Bytes> + Send + Sync + 'static) -> Self {
        Self { read: Box::new(read), loaded: Mutex::default() }
    }

    pub(super) fn get(&self, path: &str) -> Option<Arc<Asset>> {
        if let Some(asset) = self.loaded.lock().get(path) {
            return Some(asset.clone());
        }
        let plain = (self.read)(path)?;
        let beside = |encoding: Encoding| {
            let kept = OnceLock::new();
            if let Some(bytes) = encoding.extension().and_then(|extension| (self.read)(&format!("{path}.{extension}")))
            {
                let _ = kept.set(bytes);
            }
            kept
        };
        let asset = Arc::new(Asset::new(path, plain, beside(Encoding::Brotli), beside(Encoding::Gzip)));
        // Unoptimised builds read the folder at each request, so that a new build of the web shows.
        if !cfg!(debug_assertions) {
            self.loaded.lock().insert(path.to_owned(), asset.clone());
        }
        Some(asset)
    }
}

/// One file.
pub(super) struct Asset {
    mime: String,
    /// Whether the name changes with the content.
    hashed: bool,
    hash: String,
    plain: Bytes,
    brotli: OnceLock<Bytes>,
    gzip: OnceLock<Bytes>,
}

impl Asset {
    fn new(path: &str, plain: Bytes, brotli: OnceLock<Bytes>, gzip: OnceLock<Bytes>) -> Self {
        let mime = mime_guess::from_path(path).first_or_octet_stream();
        let mime = if mime.type_() == "text" || mime.subtype() == "javascript" {
            format!("{mime}; charset=utf-8")
        } else {
            mime.to_string()
        };
        let mut hasher = rustc_hash::FxHasher::default();
        std::hash::Hasher::write(&mut hasher, &plain);
        let hash = format!("{:016x}{:x}", std::hash::Hasher::finish(&hasher), plain.len());
        Self { mime, hashed: is_hashed(path), hash, plain, brotli, gzip }
    }

    /// Returns the bytes in the form that the client likes best, and which form that is.
    fn bytes(&self, wanted: Encoding) -> (Bytes, Encoding) {
        let compressible = self.mime.starts_with("text/")
            || ["javascript", "json", "svg", "wasm", "xml"].iter().any(|kind| self.mime.contains(kind));
        if self.plain.len() < WORTH_COMPRESSING || !compressible {
            return (self.plain.clone(), Encoding::Identity);
        }
        let bytes = match wanted {
            Encoding::Brotli => self.brotli.get_or_init(|| brotli(&self.plain)),
            Encoding::Gzip => self.gzip.get_or_init(|| gzip(&self.plain)),
            Encoding::Identity => &self.plain,
        };
        (bytes.clone(), wanted)
    }

    pub(super) fn respond(&self, method: &Method, headers: &HeaderMap) -> Response<Body> {
        let (bytes, encoding) = self.bytes(Encoding::best(headers));
        let tag = format!("\"{}-{}\"", self.hash, encoding.name().unwrap_or("id"));
        let caching = if self.hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
        let response = Response::builder()
            .header(header::ETAG, &tag)
            .header(header::CACHE_CONTROL, caching)
            .header(header::VARY, "Accept-Encoding");
        let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
        if known.is_some_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag)) {
            return response.status(StatusCode::NOT_MODIFIED).body(Body::empty()).expect("the parts are valid");
        }
        let mut response =
            response.header(header::CONTENT_TYPE, &self.mime).header(header::CONTENT_LENGTH, bytes.len());
        if let Some(encoding) = encoding.name() {
            response = response.header(header::CONTENT_ENCODING, encoding);
        }
        let body = if method == Method::HEAD { Body::empty() } else { Body::from(bytes) };
        response.body(body).expect("the parts are valid")
    }
}

/// Returns whether a file is named by its content, as the web's build does: `assets/index-B6s5GVDV.js`.
fn is_hashed(path: &str) -> bool {
    let Some(file) = path.strip_prefix("assets/") else { return false };
    let stem = file.rsplit('/').next().unwrap_or(file).split('.').next().unwrap_or_default();
    let hash = stem.len().checked_sub(9).and_then(|at| stem.get(at..));
    hash.is_some_and(|hash| {
        hash.starts_with('-') && hash[1..].chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    })
}

fn brotli(plain: &[u8]) -> Bytes {
    let mut compressed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: BROTLI_QUALITY, ..Default::default() };
    brotli::BrotliCompress(&mut &plain[..], &mut compressed, &params).expect("writing to memory does not fail");
    compressed.into()
}

fn gzip(plain: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).expect("writing to memory does not fail");
    encoder.finish().expect("writing to memory does not fail").into()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn assets() -> Assets {
        Assets::new(|path| match path {
            "index.html" => Some(Bytes::from_static(b"<p>hello")),
            "assets/index-B6s5GVDV.js" => Some(Bytes::from(vec![b'a'; 10_000])),
            "assets/index-B6s5GVDV.js.br" => Some(Bytes::from_static(b"made by the build")),
            _ => None,
        })
    }

    fn get(path: &str, headers: &[(header::HeaderName, &'static str)]) -> Response<Body> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        assets().get(path).expect("the file exists").respond(&Method::GET, &headers)
    }

    #[test]
    fn a_file_named_by_its_content_is_kept_for_good() {
        assert_eq!(
            get("assets/index-B6s5GVDV.js", &[]).headers()["cache-control"],
            "public, max-age=31536000, immutable"
        );
        assert_eq!(get("index.html", &[]).headers()["cache-control"], "no-cache");
        for path in ["assets/logo.svg", "assets/a-b.js", "index-B6s5GVDV.js"] {
            assert!(!is_hashed(path), "{path}");
        }
    }

    #[test]
    fn a_file_is_sent_in_the_form_the_client_takes() {
        let length = |accepts| {
            let response = get("assets/index-B6s5GVDV.js", &[(header::ACCEPT_ENCODING, accepts)]);
            let form = response.headers().get("content-encoding").map_or("", |e| e.to_str().expect("text")).to_owned();
            (form, response.headers()["content-length"].to_str().expect("text").parse().expect("a number"))
        };
        assert_eq!(length("br, gzip"), ("br".to_owned(), "made by the build".len()));
        let (form, size) = length("gzip");
        assert!(form == "gzip" && size < 100, "{form} {size}");
        assert_eq!(length("identity"), (String::new(), 10_000));
    }

    #[test]
    fn an_unchanged_file_is_not_sent_again() {
        let first = get("index.html", &[]);
        let tag = first.headers()["etag"].to_str().expect("text").to_owned().leak();
        assert_eq!(get("index.html", &[(header::IF_NONE_MATCH, tag)]).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(get("index.html", &[(header::IF_NONE_MATCH, "\"other\"")]).status(), StatusCode::OK);
    }
}
