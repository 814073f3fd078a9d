//! Content that a host makes on behalf of a task: a VM as an archive, a disk as an image.
//!
//! What surprises: a host answers `200 OK` before it begins, tells no length and closes the connection at the end, which
//! looks the same when something breaks it off. So the end of the content is believed when the task says so.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use tokio::{io::AsyncReadExt, time::timeout};

use super::request::{Opened, Request};
use crate::{Error, Task, TaskState, dial::Connection, endpoint::Endpoint};

/// Bytes that are read at once, at most.
const PIECE: usize = 256 << 10;

/// Some hosts write the page of an error into the answer that has begun; no content begins like that.
const PAGE: &[u8] = b"HTTP/";

/// Content of a host while it arrives; dropping it before its end breaks it off, and cancels its task.
pub struct Export {
    endpoint: Arc<Endpoint>,
    /// Nothing once the host has closed it.
    stream: Option<Box<dyn Connection>>,
    buffer: BytesMut,
    /// Bytes that are missing, where that is known.
    left: Option<u64>,
    begun: bool,
    /// How long the host may be silent in between.
    patience: Duration,
    held: Held,
}

/// What has to be ended at the pool, with this value; nothing once that is done.
struct Held(Option<Inner>);

struct Inner {
    request: Request,
    task: Task,
    /// Whether a host may have got the request.
    asked: AtomicBool,
}

/// Asks for content; `task` is that of the request.
pub(super) async fn open(request: Request, task: Task) -> Result<Export, Error> {
    let mut held = Held(Some(Inner { request, task, asked: AtomicBool::new(false) }));
    let inner = held.inner();
    let patience = inner.request.pool.core().options.limits.read;
    match inner.request.open(&inner.asked).await {
        Ok(Opened { endpoint, head, .. }) if head.is_encoded => {
            Err(endpoint.nonsense("what it sends comes in a coding that nobody asked for"))
        }
        Ok(Opened { endpoint, stream, head }) => {
            let (buffer, left) = (BytesMut::from(&head.rest[..]), head.length);
            Ok(Export { endpoint, stream: Some(stream), buffer, left, begun: false, patience, held })
        }
        // The host says in the task why it does not begin.
        Err(failed) if failed.sent => Err(held.take().told(failed.error).await),
        Err(failed) => Err(failed.error),
    }
}

impl Export {
    /// Returns how many bytes are still to come, where the host has said that.
    pub fn length(&self) -> Option<u64> {
        self.left
    }

    /// Returns the task: its state tells how far it is, and it can be cancelled. Nothing at the end.
    pub fn task(&self) -> Option<&Task> {
        self.held.0.as_ref().map(|held| &held.task)
    }

    /// Returns the next piece, or nothing at the end of all that there is.
    ///
    /// # Errors
    ///
    /// What the host says in its task, if it says something; otherwise [`Error::Broken`] for content that is cut off and
    /// [`Error::Timeout`] for a host that is silent for as long as a read may take.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        if self.buffer.is_empty() {
            let read = self.read().await;
            if let Err(error) = read {
                self.stream = None;
                return Err(if self.held.0.is_some() { self.held.take().told(error).await } else { error });
            }
        }
        if self.buffer.is_empty() {
            if self.held.0.is_none() {
                return Ok(None);
            }
            if let Some(left @ 1..) = self.left {
                let error = self.endpoint.broken(format!("the host closed it {left} bytes before the end"));
                return Err(self.held.take().told(error).await);
            }
            let Inner { mut task, .. } = self.held.take();
            return match task.result_within(self.patience).await {
                Ok(_) => Ok(None),
                Err(Error::Timeout { limit, .. }) => Err(self.endpoint.broken(format!(
                    "the content has ended, and the host has not said within {limit:?} that this was all"
                ))),
                Err(error) => Err(error),
            };
        }
        if !self.begun {
            // Pieces of five bytes and more, but for the last; a page that comes in smaller ones is told by the task.
            if self.buffer.starts_with(PAGE) {
                let error = self.endpoint.nonsense("it sends a page instead of what it was asked for");
                return Err(self.held.take().told(error).await);
            }
            self.begun = true;
        }
        let piece = self.buffer.split().freeze();
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(piece.len() as u64);
        }
        Ok(Some(piece))
    }

    /// Reads on; nothing new in the buffer is the end.
    async fn read(&mut self) -> Result<(), Error> {
        let Some(stream) = self.stream.as_mut().filter(|_| self.left != Some(0)) else { return Ok(()) };
        self.buffer.reserve(PIECE);
        let mut state = self.held.inner().task.state();
        let failed = async {
            // What has arrived before goes first; a task that succeeds leaves the rest on its way.
            let failed = state.wait_for(|state| matches!(state, TaskState::Failed(_))).await.map(|_| ());
            if failed.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            read = timeout(self.patience, stream.read_buf(&mut self.buffer)) => match read {
                Ok(Ok(0)) => {
                    self.stream = None;
                    Ok(())
                }
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(self.endpoint.broken(error.to_string())),
                Err(_) => Err(self.endpoint.timeout("send more content", self.patience)),
            },
            () = failed => Err(self.endpoint.broken("the host gave up")),
        }
    }

    /// Returns the pieces as a stream, each asked for when it is wanted; it ends with the first error.
    pub fn pieces(self) -> impl Stream<Item = Result<Bytes, Error>> + Send {
        stream::try_unfold(self, |mut export| async move { Ok(export.next().await?.map(|piece| (piece, export))) })
    }
}

impl Held {
    fn inner(&mut self) -> &mut Inner {
        self.0.as_mut().expect("it is asked for until the end only")
    }

    fn take(&mut self) -> Inner {
        self.0.take().expect("it ends once")
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(inner) = self.0.take() else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(inner.abandon());
        }
    }
}

impl Inner {
    /// Returns what the task says, if it says something, or else `error`, and sees to it that the task ends.
    async fn told(mut self, error: Error) -> Error {
        let last_words = self.request.pool.core().options.limits.last_words;
        if *self.asked.get_mut() {
            match self.task.result_within(last_words).await {
                Err(said @ Error::Failure(_)) => return said,
                Ok(_) => return error,
                Err(_) => {}
            }
        }
        self.abandon().await;
        error
    }

    /// Ends the task, by way of the host if one works on it.
    async fn abandon(mut self) {
        let last_words = self.request.pool.core().options.limits.last_words;
        if self.asked.load(Ordering::Relaxed) {
            // It also sees that the connection is closed, once it writes.
            // Whoever waits for the end of this is not to wait for a host that says nothing.
            if let Err(error) = self.task.cancel_within(last_words).await {
                tracing::debug!(task = self.request.task, "the task of a transfer cannot be cancelled: {error}");
            }
            match self.task.result_within(last_words).await {
                Err(Error::Timeout { .. }) => {}
                _ => return,
            }
        }
        self.request.end_task().await;
    }
}

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export").field("endpoint", &self.endpoint).field("left", &self.left).finish_non_exhaustive()
    }
}
