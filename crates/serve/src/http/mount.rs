//! Folders of the configuration, served under a path.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::SystemTime,
};

use app::Paths;
use axum::body::Body;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use tokio::fs::{self, File};
use tokio_util::io::ReaderStream;

use super::{compress::Worthwhile, reply, security::Mounted};

/// Bytes read from a file at a time.
const PIECE: usize = 64 * 1024;

/// Paths and the folders behind them, longest path first.
#[derive(Debug)]
pub(super) struct Mounts(Vec<(String, Vec<PathBuf>)>);

impl Mounts {
    pub(super) fn new(mounts: &BTreeMap<String, Paths>) -> Self {
        let mut mounts: Vec<_> =
            mounts.iter().map(|(path, folders)| (path.trim_end_matches('/').to_owned(), folders.0.clone())).collect();
        mounts.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        Self(mounts)
    }

    /// Returns whether a path is below one of these.
    pub(super) fn covers(&self, path: &str) -> bool {
        self.0.iter().any(|(prefix, _)| below(path, prefix).is_some())
    }

    /// Answers with the file that a path names, `None` when no folder has it.
    pub(super) async fn answer<B>(&self, request: &Request<B>) -> Option<Response<Body>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return None;
        }
        let path = request.uri().path();
        for (prefix, folders) in &self.0 {
            let Some(rest) = below(path, prefix) else { continue };
            if rest.is_empty() && !prefix.is_empty() {
                return Some(reply::redirect(StatusCode::MOVED_PERMANENTLY, format_args!("{prefix}/")));
            }
            let Some(relative) = relative(rest) else { continue };
            for folder in folders {
                let file = folder.join(&relative);
                let Some(meta) = inside(folder, &file).await else { continue };
                if meta.is_dir() {
                    if !path.ends_with('/') {
                        return Some(reply::redirect(StatusCode::MOVED_PERMANENTLY, format_args!("{path}/")));
                    }
                    let index = file.join("index.html");
                    if let Some(meta) = inside(folder, &index).await.filter(std::fs::Metadata::is_file) {
                        return send(&index, &meta, request).await;
                    }
                } else if meta.is_file() {
                    return send(&file, &meta, request).await;
                }
            }
        }
        None
    }
}

/// Returns what follows `prefix` in `path`, if that is below it.
fn below<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    path.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns the file path that a URL path means, `None` for one that leads out of the folder or to a hidden file.
fn relative(path: &str) -> Option<PathBuf> {
    let mut relative = PathBuf::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let part = percent_decode(part)?;
        if part.starts_with('.') || part.contains(['/', '\\', '\0']) {
            return None;
        }
        relative.push(part);
    }
    Some(relative)
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let code = digit(rest.next())? * 16 + digit(rest.next())?;
            bytes.push(u8::try_from(code).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Returns what a file is, if no link leads out of `folder`.
async fn inside(folder: &Path, file: &Path) -> Option<std::fs::Metadata> {
    let (folder, file) = (fs::canonicalize(folder).await.ok()?, fs::canonicalize(file).await.ok()?);
    if !file.starts_with(folder) {
        return None;
    }
    fs::metadata(file).await.ok()
}

async fn send<B>(file: &Path, meta: &std::fs::Metadata, request: &Request<B>) -> Option<Response<Body>> {
    let changed = meta.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let tag = format!("W/\"{:x}-{:x}\"", meta.len(), changed.as_millis());
    let mime = mime_guess::from_path(file).first_or_octet_stream();
    let mime = if mime.type_() == "text" { format!("{mime}; charset=utf-8") } else { mime.to_string() };
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let unchanged = known.is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag));
    let mut response = Response::new(Body::empty());
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else if request.method() == Method::GET {
        let file = File::open(file).await.ok()?;
        *response.body_mut() = Body::from_stream(ReaderStream::with_capacity(file, PIECE));
    }
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).ok()?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=0"));
    if !unchanged {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&mime).ok()?);
        headers.insert(header::CONTENT_LENGTH, meta.len().into());
    }
    response.extensions_mut().insert(Mounted);
    response.extensions_mut().insert(Worthwhile);
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        for path in ["/../etc/passwd", "/%2e%2e/etc", "/a%2f..%2fb", "/.git/config", "/a\\b", "/%00", "/%zz", "/%"] {
            assert_eq!(relative(path), None, "{path}");
        }
        assert_eq!(relative("/a/b%20c/"), Some(PathBuf::from("a/b c")));
    }

    #[test]
    fn a_prefix_ends_at_a_slash() {
        assert_eq!(below("/v5/index.js", "/v5"), Some("/index.js"));
        assert_eq!(below("/v56", "/v5"), None);
        assert_eq!(below("/a", ""), Some("/a"));
    }
}
