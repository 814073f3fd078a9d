//! Content sent to a host over its HTTP handlers, and what a host sends of itself.
//!
//! What surprises, where we send: a host answers `200 OK` before it has read anything, and how it ended is told by the task alone. So
//! the head of a request goes first, a host that sends it elsewhere is followed with nothing lost, and only then the
//! content goes out. Session and task stand in the query, since a host that names another one repeats the query only.

pub(crate) mod head;
mod host_file;
mod put;
mod system_status;

use std::io;

use bytes::Bytes;
use futures_util::Stream;
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use self::put::Unsent;
pub use self::{
    host_file::{HostFile, HostFileKind},
    system_status::SystemStatus,
};
use crate::{Error, Pool, Task, Value, params};

/// What to write over a disk, and how to call that.
#[derive(Clone, Copy, Debug)]
pub struct RawVdi<'a> {
    /// Reference or uuid of the disk; it is at least as large as the content, and no VM writes to it.
    pub vdi: &'a str,
    /// Name of the task, as people see it at the pool.
    pub label: &'a str,
    /// Length of the content, in bytes.
    pub length: u64,
}

/// An upload that is under way; dropping it breaks it off, and cancels its task.
#[derive(Debug)]
pub struct Upload {
    task: Task,
    sending: JoinHandle<Result<(), Unsent>>,
    _stop: DropGuard,
}

impl Pool {
    /// Starts to write `content` over a disk from its beginning on, byte by byte as it is.
    ///
    /// Content is asked for no faster than the host takes it.
    ///
    /// # Errors
    ///
    /// As [`Pool::call`] of `task.create`; what happens later is told by [`Upload::result`].
    pub async fn import_raw_vdi<S>(&self, what: RawVdi<'_>, content: S) -> Result<Upload, Error>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        let query = vec![("format", "raw".to_owned()), ("vdi", what.vdi.to_owned())];
        self.upload("/import_raw_vdi/", query, what.label, what.length, content).await
    }

    /// Starts to send the file of a patch for hosts before XenServer 7.1, `length` bytes of it; the task, which people see
    /// by `label`, ends with the reference of the `pool_patch`.
    ///
    /// # Errors
    ///
    /// As [`Pool::import_raw_vdi`].
    pub async fn upload_patch<S>(&self, label: &str, length: u64, content: S) -> Result<Upload, Error>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        self.upload("/pool_patch_upload", Vec::new(), label, length, content).await
    }

    async fn upload<S>(
        &self,
        path: &'static str,
        query: Vec<(&'static str, String)>,
        label: &str,
        length: u64,
        content: S,
    ) -> Result<Upload, Error>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        let task: String = self.call_as("task.create", params![label, ""]).await?;
        // Between the task and who takes care of it nothing is waited for, so that none is left at the pool.
        let followed = self.follow(label, &task);
        let stop = CancellationToken::new();
        let put =
            put::Put { pool: self.clone(), path, query, task, state: followed.state(), length, stop: stop.clone() };
        let sending = tokio::spawn(put.run(content));
        Ok(Upload { task: followed, sending, _stop: stop.drop_guard() })
    }
}

impl Upload {
    /// Returns the task: its state tells how far it is, and it can be cancelled.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// Waits until the host has everything and is done with it, and returns what the task says.
    ///
    /// # Errors
    ///
    /// What the host says in its task, if it says something: a full storage, a disk in use, a task that was
    /// cancelled. Otherwise why the content did not reach it: [`Error::Broken`], [`Error::Timeout`],
    /// [`Error::Content`] and what a connection can fail with.
    pub async fn result(mut self) -> Result<Value, Error> {
        let limit = self.task.limit();
        let sent = match timeout(limit, &mut self.sending).await {
            Ok(sent) => sent.unwrap_or(Err(Unsent { error: Error::Closed, told: false })),
            // Its task has the same limit, which is over then.
            Err(_) => Ok(()),
        };
        match sent {
            Ok(()) => self.task.result().await,
            Err(Unsent { error: error @ Error::Content { .. }, .. } | Unsent { error, told: false }) => Err(error),
            Err(Unsent { error, told: true }) => match self.task.result().await {
                Err(said @ Error::Failure(_)) => Err(said),
                _ => Err(error),
            },
        }
    }
}
