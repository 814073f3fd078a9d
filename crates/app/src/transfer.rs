//! One-time URLs: what an operation hands out besides its answer.
//!
//! A URL works once, for five minutes, and for who asked: a request with the same user's token, or from the same
//! address, since command lines fetch it without any token.

use std::{
    collections::HashMap,
    fmt::{self, Write},
    io,
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use bytes::Bytes;
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::Session;

/// How long a URL works.
const VALIDITY: Duration = Duration::from_secs(300);
/// URLs that wait at the same time, each holding what it will send; the oldest goes first.
const WAITING: usize = 256;

/// A download that waits for its request.
pub struct Download {
    /// MIME type.
    pub content_type: &'static str,
    /// Name to save it under.
    pub file_name: Option<String>,
    /// The content, made as it is sent.
    pub body: Content,
}

/// What a download sends, no faster than the client takes it; it is dropped when the client goes.
pub struct Content(BoxStream<'static, io::Result<Bytes>>);

impl Content {
    /// Content that is made here, piece by piece.
    pub fn parts(parts: impl Iterator<Item = Bytes> + Send + 'static) -> Self {
        Self(stream::iter(parts.map(Ok)).boxed())
    }

    /// Content that comes from elsewhere, which begins when the download does. It has limits of its own for what it
    /// waits for; an error before its first piece refuses the download, a later one breaks it off.
    pub fn stream(pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self(pieces.boxed())
    }

    /// Returns the pieces.
    pub fn into_stream(self) -> BoxStream<'static, io::Result<Bytes>> {
        self.0
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { content_type, file_name, .. } = self;
        f.debug_struct("Download").field("content_type", content_type).field("file_name", file_name).finish()
    }
}

/// Who requests a one-time URL.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// Id of the user whose token the request carries.
    pub user: Option<&'a str>,
    /// Address of the client.
    pub address: IpAddr,
}

/// Why a request for a one-time URL is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such URL, or no longer.
    Unknown,
    /// It is somebody else's; it still works for them.
    NotYours,
}

/// The one-time URLs that wait; clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Transfers(Arc<Mutex<HashMap<String, Waiting>>>);

#[derive(Debug)]
struct Waiting {
    download: Download,
    suffix: String,
    user: Option<String>,
    address: IpAddr,
    until: Instant,
}

impl Transfers {
    /// Offers `download` to the user and address of `session`; returns the path, `/api/<token>` or
    /// `/api/<token>/<file name>`.
    pub fn offer(&self, session: &Session, download: Download) -> String {
        let token = BASE64URL.encode(rand::random::<[u8; 32]>());
        let suffix = download.file_name.as_deref().map_or_else(String::new, |name| format!("/{}", encoded(name)));
        let path = format!("/api/{token}{suffix}");
        let waiting = Waiting {
            download,
            suffix,
            user: session.user().map(|user| user.id.clone()),
            address: session.peer().address,
            until: Instant::now() + VALIDITY,
        };
        let mut all = self.0.lock();
        let now = Instant::now();
        all.retain(|_, waiting| now < waiting.until);
        if all.len() >= WAITING
            && let Some(oldest) = all.iter().min_by_key(|(_, waiting)| waiting.until).map(|(token, _)| token.clone())
        {
            all.remove(&oldest);
        }
        all.insert(token, waiting);
        path
    }

    /// Forgets all that waits.
    pub(crate) fn clear(&self) {
        // What is dropped may be the last to hold something, so not under the lock.
        drop(std::mem::take(&mut *self.0.lock()));
    }

    /// Returns the MIME type and file name of what waits at `path`, which goes on waiting.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub fn look(&self, path: &str, caller: Caller<'_>) -> Result<(&'static str, Option<String>), Refusal> {
        let all = self.0.lock();
        let (_, Waiting { download, .. }) = find(&all, path, caller)?;
        Ok((download.content_type, download.file_name.clone()))
    }

    /// Takes what waits at `path`, as the request has it (still percent-encoded, without query).
    ///
    /// # Errors
    ///
    /// [`Refusal`]; only a request that gets the download uses the URL up.
    pub fn take(&self, path: &str, caller: Caller<'_>) -> Result<Download, Refusal> {
        let mut all = self.0.lock();
        let token = find(&all, path, caller)?.0.to_owned();
        Ok(all.remove(&token).expect("it was just there").download)
    }
}

/// Returns what waits at `path` for `caller`, with its token.
fn find<'a>(
    all: &'a HashMap<String, Waiting>,
    path: &'a str,
    caller: Caller<'_>,
) -> Result<(&'a str, &'a Waiting), Refusal> {
    let rest = path.strip_prefix("/api/").ok_or(Refusal::Unknown)?;
    let (token, suffix) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let waiting = all.get(token).ok_or(Refusal::Unknown)?;
    if waiting.suffix != suffix || Instant::now() >= waiting.until {
        return Err(Refusal::Unknown);
    }
    let same_user = waiting.user.as_deref().is_some_and(|user| caller.user == Some(user));
    if !same_user && caller.address != waiting.address {
        return Err(Refusal::NotYours);
    }
    Ok((token, waiting))
}

fn encoded(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests;
