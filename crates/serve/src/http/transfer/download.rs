//! The body of a download: what comes from elsewhere is held open no longer than the client wants it.

use std::{io, time::Duration};

use app::{Content, TransferLimits};
use axum::body::Body;
use bytes::Bytes;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::{sync::mpsc, time::timeout};

/// Pieces between where they come from and the connection: one is sent while the next is made.
const BETWEEN: usize = 1;

/// What is on its way to the client; the end is said, since silence may mean that it broke off.
enum Piece {
    Some(io::Result<Bytes>),
    End,
}

/// Waits for the first piece: a download that cannot begin has no head that says it could. One that fails later is broken
/// off, so that no client takes it for whole; so is one that the client does not take in time.
pub(super) async fn begin(content: Content, limits: &TransferLimits) -> io::Result<Body> {
    let begin = content.begins().unwrap_or(limits.begin.0);
    let mut pieces = content.into_stream();
    let first = timeout(begin, pieces.next()).await.map_err(|_| {
        let what = format!("nothing has come after {} s", begin.as_secs());
        io::Error::new(io::ErrorKind::TimedOut, what)
    })?;
    let first = first.transpose()?;
    let (to, from) = mpsc::channel(BETWEEN);
    let pieces = stream::iter(first.map(Ok)).chain(pieces).boxed();
    tokio::spawn(pass(pieces, to, limits.stall.0));
    let passed = stream::unfold(Some(from), |from| async move {
        let mut from = from?;
        match from.recv().await {
            Some(Piece::Some(Ok(piece))) => Some((Ok(piece), Some(from))),
            Some(Piece::Some(Err(error))) => Some((Err(error), None)),
            Some(Piece::End) => None,
            None => Some((Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read")), None)),
        }
    });
    // Compression asks again after the end.
    Ok(Body::from_stream(passed.fuse()))
}

/// Passes on what comes; ends, and lets go of where it comes from, once the client is gone or takes nothing for so long.
async fn pass(mut pieces: BoxStream<'static, io::Result<Bytes>>, to: mpsc::Sender<Piece>, stall: Duration) {
    loop {
        let piece = tokio::select! {
            biased;
            () = to.closed() => return,
            piece = pieces.next() => piece.map_or(Piece::End, Piece::Some),
        };
        let is_last = !matches!(piece, Piece::Some(Ok(_)));
        if to.send_timeout(piece, stall).await.is_err() || is_last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use app::Duration as Span;
    use http_body_util::BodyExt;

    use super::*;

    fn limits() -> TransferLimits {
        TransferLimits { begin: Span::from_millis(5000), stall: Span::from_millis(5000), ..TransferLimits::default() }
    }

    /// Returns what tells `held` while it is there, piece by piece without end.
    fn endless(held: Arc<()>) -> Content {
        Content::stream(stream::repeat_with(move || {
            assert!(Arc::strong_count(&held) > 0);
            Ok(Bytes::from_static(b"x"))
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_stops_reading_lets_go_of_the_source_and_gets_no_end() {
        let held = Arc::new(());
        let mut body = begin(endless(held.clone()), &limits()).await.expect("it begins");
        body.frame().await.expect("a piece").expect("it is good");
        while Arc::strong_count(&held) > 1 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let mut end = None;
        while let Some(frame) = body.frame().await {
            end = Some(frame);
        }
        end.expect("something").expect_err("it is not whole");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_slowly_gets_all() {
        let content = Content::parts((0..10).map(|_| Bytes::from_static(b"x")));
        let mut body = begin(content, &limits()).await.expect("it begins");
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            length += frame.expect("it is good").into_data().expect("data").len();
            tokio::time::sleep(Duration::from_millis(4900)).await;
        }
        assert_eq!(length, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_says_nothing_is_given_up_and_one_that_stops_goes_with_the_client() {
        let held = Arc::new(());
        let keeps = held.clone();
        let silent = Content::stream(stream::pending().inspect(move |_| {
            assert!(Arc::strong_count(&keeps) > 0);
        }));
        let error = begin(silent, &limits()).await.expect_err("nothing comes");
        assert_eq!((error.kind(), Arc::strong_count(&held)), (io::ErrorKind::TimedOut, 1));
        assert_eq!(error.to_string(), "nothing has come after 5 s");
        let patient = Content::stream(stream::pending()).begins_within(Duration::from_secs(60));
        let error = begin(patient, &limits()).await.expect_err("nothing comes");
        assert_eq!(error.to_string(), "nothing has come after 60 s");
        let keeps = held.clone();
        let one = stream::iter([Ok(Bytes::from_static(b"x"))]).chain(stream::pending()).inspect(move |_| {
            assert!(Arc::strong_count(&keeps) > 0);
        });
        let mut body = begin(Content::stream(one), &limits()).await.expect("it begins");
        body.frame().await.expect("a piece").expect("it is good");
        drop(body);
        while Arc::strong_count(&held) > 1 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}
