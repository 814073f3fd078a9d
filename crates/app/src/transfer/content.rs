//! What is sent at a one-time URL, whichever way.

use std::{
    fmt, io,
    pin::Pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::CancellationToken;

use crate::Cx;

/// A download that waits for its request.
pub struct Download {
    /// MIME type.
    pub content_type: &'static str,
    /// Name to save it under.
    pub file_name: Option<String>,
    /// The content, made as it is sent.
    pub body: Content,
}

/// A download that begins with its request.
pub(super) struct Later {
    pub(super) content_type: &'static str,
    pub(super) file_name: String,
    pub(super) make: Box<dyn FnOnce(Cx) -> Content + Send>,
}

/// Content that is made or arrives piece by piece, no faster than it is taken; who drops it ends it.
pub struct Content {
    pieces: BoxStream<'static, io::Result<Bytes>>,
    begins: Option<Duration>,
    length: Length,
}

/// Length of content in bytes, where that is known at last: it may only be found with the first piece. Clones are the
/// same.
#[derive(Clone, Debug, Default)]
pub struct Length(Arc<OnceLock<u64>>);

impl Length {
    /// Tells the length; only the first time counts.
    pub fn tell(&self, length: u64) {
        let _ = self.0.set(length);
    }

    /// Returns the length, once it is known.
    pub fn get(&self) -> Option<u64> {
        self.0.get().copied()
    }
}

impl Content {
    /// Content that is made here, piece by piece.
    pub fn parts(parts: impl Iterator<Item = Bytes> + Send + 'static) -> Self {
        Self::stream(stream::iter(parts.map(Ok)))
    }

    /// Content that comes from elsewhere, which begins when it is first asked for. It has limits of its own for what it
    /// waits for; an error before its first piece refuses the download, a later one breaks it off.
    pub fn stream(pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self { pieces: pieces.fuse().boxed(), begins: None, length: Length::default() }
    }

    /// The same, as long as `length` says once its first piece is there.
    #[must_use]
    pub fn of_length(self, length: Length) -> Self {
        Self { length, ..self }
    }

    /// Returns the length, which may be told with the first piece.
    pub fn length(&self) -> Length {
        self.length.clone()
    }

    /// The same, whose first piece may take so long, whatever the configuration says.
    #[must_use]
    pub fn begins_within(self, limit: Duration) -> Self {
        Self { begins: Some(limit), ..self }
    }

    /// Returns how long the first piece may take, where it says so.
    pub fn begins(&self) -> Option<Duration> {
        self.begins
    }

    /// Returns the pieces.
    pub fn into_stream(self) -> BoxStream<'static, io::Result<Bytes>> {
        self.pieces
    }

    /// The same, which fails once it has taken so long, from when it is first asked for.
    #[must_use]
    pub fn within(self, longest: Duration) -> Self {
        self.bounded(longest, CancellationToken::new(), ())
    }

    /// The same, which fails once `stop` is cancelled or it has taken `longest`. It keeps `held` as long.
    pub(super) fn bounded<H: Send + 'static>(mut self, longest: Duration, stop: CancellationToken, held: H) -> Self {
        let pieces = std::mem::replace(&mut self.pieces, stream::empty().boxed());
        let bounded = Bounded { pieces, late: None, longest, stop, _held: held };
        let next = |bounded: Option<Bounded<H>>| async move {
            let mut bounded = bounded?;
            let piece = bounded.next().await?;
            let goes_on = piece.is_ok().then_some(bounded);
            Some((piece, goes_on))
        };
        Self { pieces: stream::unfold(Some(bounded), next).fuse().boxed(), ..self }
    }
}

struct Bounded<H> {
    pieces: BoxStream<'static, io::Result<Bytes>>,
    /// Set when it is first asked for.
    late: Option<Pin<Box<Sleep>>>,
    longest: Duration,
    stop: CancellationToken,
    _held: H,
}

impl<H> Bounded<H> {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        let late = self.late.get_or_insert_with(|| Box::pin(sleep(self.longest)));
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Some(Err(io::Error::other("it has been cancelled"))),
            () = late => {
                let what = format!("it was not whole after {} s", self.longest.as_secs());
                Some(Err(io::Error::new(io::ErrorKind::TimedOut, what)))
            }
            piece = self.pieces.next() => piece,
        }
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { content_type, file_name, .. } = self;
        f.debug_struct("Download").field("content_type", content_type).field("file_name", file_name).finish()
    }
}

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { content_type, file_name, .. } = self;
        f.debug_struct("Later").field("content_type", content_type).field("file_name", file_name).finish()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const PIECE: Bytes = Bytes::from_static(b"x");

    #[tokio::test(start_paused = true)]
    async fn content_that_takes_too_long_fails_and_lets_go() {
        let held = Arc::new(());
        let slow = stream::unfold((), |()| async {
            sleep(Duration::from_secs(1)).await;
            Some((Ok(PIECE), ()))
        });
        let longest = Duration::from_millis(2500);
        let mut pieces =
            Content::stream(slow).bounded(longest, CancellationToken::new(), Arc::clone(&held)).into_stream();
        assert_eq!(pieces.next().await.unwrap().unwrap(), PIECE);
        assert_eq!(pieces.next().await.unwrap().unwrap(), PIECE);
        assert_eq!(pieces.next().await.unwrap().unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(Arc::strong_count(&held), 1);
        assert!(pieces.next().await.is_none());
    }

    #[tokio::test]
    async fn content_that_nobody_wants_any_more_fails_and_what_is_whole_ends() {
        let stop = CancellationToken::new();
        let parts = || Content::parts([PIECE, PIECE].into_iter());
        let hour = Duration::from_secs(3600);
        assert_eq!(parts().bounded(hour, stop.clone(), ()).into_stream().filter_map(async |x| x.ok()).count().await, 2);
        let mut pieces = parts().bounded(hour, stop.clone(), ()).into_stream();
        assert!(pieces.next().await.unwrap().is_ok());
        stop.cancel();
        assert!(pieces.next().await.unwrap().is_err());
        assert!(pieces.next().await.is_none());
    }
}
