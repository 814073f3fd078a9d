//! One `PUT` of content.
//!
//! | the host | we |
//! |---|---|
//! | answers `200` | send the content |
//! | answers `302` | ask the host that it names, if that is a member of the pool; at most twice |
//! | answers anything else | fail; the task says why |
//! | takes nothing for as long as a read may take | fail |
//! | closes before all is sent | fail; the task says why |

use std::{
    io,
    sync::atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::watch,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::request::{Opened, Request};
use crate::{Error, TaskState, endpoint::Failed};

/// What a host is told of content whose length nobody knows, 1 PiB: it wants some length, and no transfer coding.
pub(super) const ENDLESS: u64 = 1 << 50;

/// A `PUT` with everything that it needs but the content.
pub(super) struct Put {
    pub(super) request: Request,
    /// State of the task.
    pub(super) state: watch::Receiver<TaskState>,
    /// Length of the content in bytes, where it is known; otherwise the content itself tells the host where it ends.
    pub(super) length: Option<u64>,
    /// Breaks it off.
    pub(super) stop: CancellationToken,
}

/// Content did not arrive.
#[derive(Debug)]
pub(super) struct Unsent {
    pub(super) error: Error,
    /// Whether the host has ended the task, so that this says more.
    pub(super) told: bool,
}

impl Put {
    /// Sends `content`; if that fails, the task is not left to itself.
    pub(super) async fn run<S>(self, content: S) -> Result<(), Unsent>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin,
    {
        let mut state = self.state.clone();
        let asked = AtomicBool::new(false);
        let failed = tokio::select! {
            sent = self.send(content, &asked) => match sent {
                Ok(()) => return Ok(()),
                Err(failed) => failed,
            },
            // Somebody cancelled it, or the host gave up.
            _ = state.wait_for(TaskState::is_over) => return Ok(()),
            () = self.stop.cancelled() => Failed { error: Error::Closed, sent: asked.load(Ordering::Relaxed) },
        };
        // A host that has got the request ends the task, now that the connection is closed; no other one does.
        let last_words = self.request.pool.core().options.limits.last_words;
        let over = timeout(last_words, state.wait_for(TaskState::is_over));
        let told = failed.sent && over.await.is_ok_and(|over| over.is_ok());
        if !told {
            self.request.end_task().await;
        }
        Err(Unsent { error: failed.error, told })
    }

    async fn send<S>(&self, content: S, asked: &AtomicBool) -> Result<(), Failed>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin,
    {
        let opened = self.request.open(asked).await?;
        self.write(opened, content).await.map_err(Failed::sent)
    }

    /// Writes the content, and waits until the host closes the connection.
    async fn write<S>(&self, opened: Opened, mut content: S) -> Result<(), Error>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin,
    {
        let Opened { endpoint, stream, .. } = opened;
        let patience = self.request.pool.core().options.limits.read;
        let taken = |written: Result<io::Result<()>, _>| match written {
            Ok(written) => written.map_err(|error| endpoint.broken(error.to_string())),
            Err(_) => Err(endpoint.timeout("take more content", patience)),
        };
        let (mut reader, mut writer) = tokio::io::split(stream);
        let sending = async {
            let (mut left, whole) = (self.length.unwrap_or(ENDLESS), self.length.unwrap_or(ENDLESS));
            while let Some(piece) = content.next().await {
                let piece = piece.map_err(|error| Error::Content { reason: error.to_string() })?;
                let longer = || Error::Content { reason: format!("it is longer than {whole} bytes") };
                left = left.checked_sub(piece.len() as u64).ok_or_else(longer)?;
                taken(timeout(patience, writer.write_all(&piece)).await)?;
            }
            if self.length.is_none() {
                // Whoever reads on sees that there is no more.
                return taken(timeout(patience, writer.shutdown()).await);
            }
            if left > 0 {
                return Err(Error::Content { reason: format!("it ends {left} bytes before its {whole}") });
            }
            taken(timeout(patience, writer.flush()).await)
        };
        let closed = async {
            let mut rest = [0; 512];
            while reader.read(&mut rest).await.is_ok_and(|length| length > 0) {}
        };
        tokio::pin!(closed);
        tokio::select! {
            biased;
            sent = sending => sent?,
            () = &mut closed => return Err(endpoint.broken("the host closed it before it had everything")),
        }
        // The task ends this earlier where the host keeps the connection open.
        closed.await;
        Ok(())
    }
}
