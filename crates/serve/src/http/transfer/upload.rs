//! The body of an upload, as an operation reads it.
//!
//! What surprises: an operation may answer before it has read all, because it refuses what it sees. A connection that is
//! closed then with bytes unread is reset, and the client may not see the answer; so the rest is read for a moment.

use std::{future::poll_fn, io, pin::Pin, time::Duration};

use app::{Content, Received};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{Request, header};
use hyper::body::{Body, Incoming};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::multipart::{self, File};

/// How long what nobody wants any more is read.
const LINGER: Duration = Duration::from_secs(5);

/// Returns what a request sends, and what has to be kept until it is answered: it tells that the client is there.
pub(super) async fn receive(request: Request<Incoming>, stall: Duration) -> (Received, DropGuard) {
    let gone = CancellationToken::new();
    let (head, body) = request.into_parts();
    let content_type = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    let length = body.size_hint().exact();
    let sent = Sent { body: Some(body), left: length, gone: gone.clone() };
    let pieces = stream::try_unfold(sent, move |mut sent| async move {
        let piece = timeout(stall, sent.next()).await.unwrap_or_else(|_| {
            let what = format!("the client has sent nothing for {} s", stall.as_secs());
            Err(io::Error::new(io::ErrorKind::TimedOut, what))
        });
        Ok(piece?.map(|piece| (piece, sent)))
    });
    let gone = gone.drop_guard();
    let Some(boundary) = content_type.as_deref().and_then(multipart::boundary) else {
        return (Received { length, content_type, body: Content::stream(pieces) }, gone);
    };
    let received = match multipart::file(boundary, length, pieces.boxed()).await {
        Ok(File { length, content_type, pieces }) => Received { length, content_type, body: Content::stream(pieces) },
        Err(error) => Received { length: None, content_type, body: Content::stream(stream::iter([Err(error)])) },
    };
    (received, gone)
}

struct Sent {
    /// Nothing once it has ended, well or not.
    body: Option<Incoming>,
    /// Bytes that are missing, where that is known.
    left: Option<u64>,
    /// Cancelled when the connection is closed.
    gone: CancellationToken,
}

impl Sent {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let Some(body) = &mut self.body else { return Ok(None) };
            let broken = |why: String| Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
            match poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
                Some(Ok(frame)) => {
                    let Ok(piece) = frame.into_data() else { continue };
                    if let Some(left) = &mut self.left {
                        *left = left.saturating_sub(piece.len() as u64);
                    }
                    if !piece.is_empty() {
                        return Ok(Some(piece));
                    }
                }
                Some(Err(error)) => {
                    self.body = None;
                    return broken(format!("the client broke it off: {error}"));
                }
                None => {
                    self.body = None;
                    return match self.left {
                        Some(left @ 1..) => broken(format!("the client broke it off {left} bytes before its end")),
                        // The end of one without a length looks the same when the connection is dropped.
                        None if self.gone.is_cancelled() => broken("the client broke it off".to_owned()),
                        _ => Ok(None),
                    };
                }
            }
        }
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        let Some(mut body) = self.body.take().filter(|body| !body.is_end_stream()) else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(timeout(LINGER, async move {
            while let Some(Ok(_)) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {}
        }));
    }
}
