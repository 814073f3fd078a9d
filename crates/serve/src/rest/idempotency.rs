//! `Idempotency-Key`: what a client asks again under a key of its own, since it has not seen the answer, is done once.
//!
//! The first answer to a `POST` is kept for its user and the key, and given again to the same request. A request that
//! comes while the first still runs waits for it. The key is forgotten where nothing can have been done
//! ([`is_kept`]); keys do not outlive the server. The request goes on where its client has gone.

mod keys;

use std::{sync::Arc, time::Duration};

use aws_lc_rs::digest::{Context, SHA256};
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use serde_json::{Map, Value};
use tokio::time::Instant;
use tracing::error;

pub(super) use self::keys::Keys;
use self::keys::{Begun, Fingerprint};
use super::{Asked, refusal::Refusal};

pub(super) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is that of an earlier request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Most bytes of a key; a UUID has 36.
const LONGEST_KEY: usize = 255;
/// Largest answer that is kept: ids and reports of bulk actions are smaller.
const LARGEST_ANSWER: usize = 256 * 1024;
/// How long a request waits for the first under its key: proxies wait for a minute.
const PATIENCE: Duration = Duration::from_secs(30);

/// The key that a request has, and what it asks.
pub(super) struct Key {
    user: String,
    name: String,
    asked: Fingerprint,
}

/// An answer that is given again.
#[derive(Debug)]
enum Kept {
    Answer {
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    },
    Refused(Refusal),
    /// Something was done whose answer is too large to be kept.
    TooLarge(StatusCode),
}

impl Key {
    /// Reads the key of a `POST`; nothing where there is none.
    pub(super) fn read(
        method: &Method,
        headers: &HeaderMap,
        path: &str,
        asked: &Asked,
        body: &Map<String, Value>,
    ) -> Result<Option<Self>, Refusal> {
        let mut lines = headers.get_all(KEY).iter();
        let Some(line) = lines.next().filter(|_| method == Method::POST) else { return Ok(None) };
        let wrong = |message: &str| Refusal::invalid("Idempotency-Key", message, None);
        if lines.next().is_some() {
            return Err(wrong("it is given twice"));
        }
        let key = line.to_str().map_err(|_| wrong("it is no ASCII text"))?.trim();
        // The draft writes it as a text in quotes, most clients do not.
        let key = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
        if key.is_empty() || key.len() > LONGEST_KEY {
            return Err(wrong("it has 1 to 255 characters"));
        }
        let user = asked.who.session.user().ok_or_else(Refusal::unauthenticated)?;
        let asked = fingerprint(path, headers, asked, body);
        Ok(Some(Self { user: user.id.clone(), name: key.to_owned(), asked }))
    }
}

/// Returns what tells one request from another; a one-time password belongs to the sign-in.
fn fingerprint(path: &str, headers: &HeaderMap, asked: &Asked, body: &Map<String, Value>) -> Fingerprint {
    let mut hash = Context::new(&SHA256);
    let mut put = |part: &[u8]| {
        hash.update(&part.len().to_be_bytes());
        hash.update(part);
    };
    put(path.as_bytes());
    for (name, value) in asked.query.pairs().filter(|(name, _)| *name != "otp") {
        put(name.as_bytes());
        put(value.as_bytes());
    }
    put(b"");
    for name in [http::header::IF_MATCH, http::header::IF_NONE_MATCH] {
        headers.get_all(name).iter().for_each(|line| put(line.as_bytes()));
        put(b"");
    }
    put(&serde_json::to_vec(body).expect("JSON has a text"));
    hash.finish().as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Runs a request unless one with the same key has run, and answers with what came of the first.
pub(super) async fn once(
    keys: &Arc<Keys>,
    key: Key,
    run: impl Future<Output = Result<Response<Body>, Refusal>> + Send + 'static,
) -> Result<Response<Body>, Refusal> {
    let deadline = Instant::now() + PATIENCE;
    let turn = loop {
        match keys.begin(&key.user, &key.name, key.asked)? {
            Begun::First(turn) => break turn,
            Begun::Again(kept) => return kept.answer(),
            Begun::Running(mut ended) => {
                // Where it ends without an answer to keep, it is this one's turn.
                if tokio::time::timeout_at(deadline, ended.changed()).await.is_err() {
                    let message = "the first request with this Idempotency-Key is still running";
                    return Err(Refusal::new(StatusCode::CONFLICT, message));
                }
            }
        }
    };
    let run = tokio::spawn(async move {
        let (answer, kept) = keep(run.await).await;
        turn.end(kept);
        answer
    });
    run.await.unwrap_or_else(|panic| {
        error!("a request panicked: {panic}");
        Err(op::Error::failed("the request stopped unexpectedly").into())
    })
}

/// Returns the answer, and what of it is kept.
async fn keep(answer: Result<Response<Body>, Refusal>) -> (Result<Response<Body>, Refusal>, Option<Kept>) {
    let response = match answer {
        Ok(response) => response,
        Err(refusal) => {
            let kept = is_kept(refusal.status()).then(|| Kept::Refused(refusal.clone()));
            return (Err(refusal), kept);
        }
    };
    let status = response.status();
    let size = response.body().size_hint().exact();
    if size.is_none_or(|size| size > LARGEST_ANSWER as u64) {
        return (Ok(response), Some(Kept::TooLarge(status)));
    }
    let (head, body) = response.into_parts();
    let Ok(body) = body.collect().await else { return (Err(op::Error::failed("the answer broke off").into()), None) };
    let (headers, body) = (head.headers.clone(), body.to_bytes());
    let kept = Kept::Answer { status, headers, body: body.clone() };
    (Ok(Response::from_parts(head, Body::from(body))), Some(kept))
}

/// Returns whether a refusal is the answer for good: with these, nothing was begun, and the client shall come again.
fn is_kept(status: StatusCode) -> bool {
    !matches!(
        status,
        StatusCode::UNAUTHORIZED
            | StatusCode::PRECONDITION_FAILED
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
    )
}

impl Kept {
    fn answer(&self) -> Result<Response<Body>, Refusal> {
        let mut response = match self {
            Self::Answer { status, headers, body } => {
                let mut response = Response::new(Body::from(body.clone()));
                *response.status_mut() = *status;
                *response.headers_mut() = headers.clone();
                response
            }
            Self::Refused(refusal) => return Err(refusal.clone()),
            Self::TooLarge(status) => {
                let message = format!("this has been done, with status {status}; the answer was too large to be kept");
                return Err(Refusal::new(StatusCode::CONFLICT, message));
            }
        };
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        Ok(response)
    }

    /// About how much memory it takes, in bytes.
    fn size(&self) -> usize {
        match self {
            Self::Answer { headers, body, .. } => {
                let headers = headers.iter().map(|(name, value)| name.as_str().len() + value.len());
                headers.sum::<usize>() + body.len()
            }
            Self::Refused(refusal) => refusal.size(),
            Self::TooLarge(_) => 0,
        }
    }
}
