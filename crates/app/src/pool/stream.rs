//! Content of disks and VMs, from a pool and to one.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::AbortHandle,
};
use xapi::{Export, NbdServer, NewVm, RawVdi, Upload, Value, VdiContent, VmContent};

use super::Connection;
use crate::task::At;

/// What a disk is written by.
const WRITE: &str = "import_raw_vdi";
/// What a VM is made by.
const IMPORT: &str = "VM.import";
/// What a patch is sent by.
const PATCH: &str = "pool_patch_upload";
/// What a disk is read by.
const READ: &str = "export_raw_vdi";
/// What a VM is read by.
const EXPORT: &str = "VM.export";

impl Connection {
    /// Writes `content` over a disk.
    ///
    /// # Errors
    ///
    /// What the host says in its task, or why the content did not reach it.
    pub async fn import_raw_vdi<S>(&self, what: RawVdi<'_>, content: S) -> op::Result<()>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        self.allowed(WRITE)?;
        if let Some(rehearsal) = self.rehearsal_of(WRITE, &[]) {
            return rehearsal.meet(self, WRITE, Vec::new()).await.map(drop);
        }
        self.carries();
        let upload = async { self.link.client().import_raw_vdi(what, content).await?.result().await };
        upload.await.map(drop).map_err(|error| self.translate(&error, WRITE))
    }

    /// Makes a VM of an archive, and returns the references of what was made of it. `begun` gets the reference of the
    /// task at the pool, which stands in `other_config.import_task` of what the host makes.
    ///
    /// # Errors
    ///
    /// As [`Connection::import_raw_vdi`].
    pub async fn import_vm<S>(&self, what: NewVm<'_>, content: S, begun: impl FnOnce(&str)) -> op::Result<Value>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        self.allowed(IMPORT)?;
        if let Some(rehearsal) = self.rehearsal_of(IMPORT, &[]) {
            return rehearsal.meet(self, IMPORT, Vec::new()).await;
        }
        self.carries();
        let upload = async {
            let upload = self.link.client().import_vm(what, content).await?;
            begun(upload.task().reference());
            self.followed(upload).await
        };
        upload.await.map_err(|error| self.translate(&error, IMPORT))
    }

    /// Sends the file of a patch for hosts before XenServer 7.1, `length` bytes of it, and returns the reference of what
    /// the pool makes of it.
    ///
    /// # Errors
    ///
    /// What the host says in its task, or why the content did not reach it.
    pub async fn upload_patch<S>(&self, label: &str, length: u64, content: S) -> op::Result<String>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        self.allowed(PATCH)?;
        if let Some(rehearsal) = self.rehearsal_of(PATCH, &[]) {
            return rehearsal.meet(self, PATCH, Vec::new()).await.map(|_| String::new());
        }
        self.carries();
        let upload = async { self.link.client().upload_patch(label, length, content).await?.result().await };
        let patch = upload.await.map_err(|error| self.translate(&error, PATCH))?;
        let none = || op::Error::failed("the host did not tell which patch it has made");
        patch.as_str().map(ToOwned::to_owned).ok_or_else(none)
    }

    fn carries(&self) {
        if let Some(at) = &self.task {
            at.carries();
        }
    }

    /// Waits for an upload, and tells how far the host is with it; where the call is cancelled, so is that.
    async fn followed(&self, upload: Upload) -> Result<Value, xapi::Error> {
        if let Some(at) = &self.task {
            let mut task = upload.task().clone();
            // Whoever sends sees to it that the task ends.
            let _ = at.follow(IMPORT, &mut task).await;
        }
        upload.result().await
    }

    /// Asks for the content of a disk.
    ///
    /// # Errors
    ///
    /// What the host says before it begins; what comes later is told by the pieces.
    pub async fn export_raw_vdi(&self, what: VdiContent<'_>) -> op::Result<Pieces> {
        self.allowed(READ)?;
        self.carries();
        let export = self.link.client().export_raw_vdi(what).await;
        Ok(self.pieces(export.map_err(|error| self.translate(&error, READ))?, READ, false))
    }

    /// Returns where a disk is offered by NBD; nowhere, if the pool has no network for that.
    ///
    /// # Errors
    ///
    /// As [`Connection::call`].
    pub async fn nbd_servers(&self, vdi: &str) -> op::Result<Vec<NbdServer>> {
        const METHOD: &str = "VDI.get_nbd_info";
        // As over HTTP: hosts attach the disk.
        self.allowed(READ)?;
        self.carries();
        self.link.client().nbd_servers(vdi).await.map_err(|error| self.translate(&error, METHOD))
    }

    /// Connects to one of [`nbd_servers`](Self::nbd_servers); NBD begins TLS by itself.
    ///
    /// # Errors
    ///
    /// Why it cannot be reached.
    pub async fn dial_nbd(
        &self,
        server: &NbdServer,
    ) -> Result<impl AsyncRead + AsyncWrite + Send + Unpin + use<>, xapi::Error> {
        self.link.client().dial_nbd(server).await
    }

    /// Asks for a VM with its disks, as an archive.
    ///
    /// # Errors
    ///
    /// As [`Connection::export_raw_vdi`].
    pub async fn export_vm(&self, what: VmContent<'_>) -> op::Result<Pieces> {
        self.allowed(EXPORT)?;
        self.carries();
        let export = self.link.client().export_vm(what).await;
        Ok(self.pieces(export.map_err(|error| self.translate(&error, EXPORT))?, EXPORT, true))
    }

    fn pieces(&self, export: Export, method: &'static str, follows: bool) -> Pieces {
        let at = self.task.as_ref().filter(|_| follows);
        let following = at.zip(export.task()).map(|(at, task)| Following::begin(at.clone(), method, task.clone()));
        Pieces { pool: self.clone(), export, method, _following: following }
    }
}

/// Content of a pool while it arrives; dropping it before its end cancels it there.
#[derive(Debug)]
pub struct Pieces {
    pool: Connection,
    export: Export,
    method: &'static str,
    _following: Option<Following>,
}

impl Pieces {
    /// Returns how many bytes are still to come, where the host has said that.
    pub fn length(&self) -> Option<u64> {
        self.export.length()
    }

    /// Returns the next piece, or nothing at the end of all that there is.
    ///
    /// # Errors
    ///
    /// What the host says in its task, or how the content broke off.
    pub async fn next(&mut self) -> op::Result<Option<Bytes>> {
        let piece = self.export.next().await;
        piece.map_err(|error| self.pool.translate(&error, self.method))
    }

    /// Returns the pieces as a stream, each asked for when it is wanted; it ends with the first error.
    pub fn stream(self) -> stream::BoxStream<'static, io::Result<Bytes>> {
        let pieces = stream::try_unfold(self, |mut pieces| async move {
            let piece = pieces.next().await.map_err(io::Error::other)?;
            Ok(piece.map(|piece| (piece, pieces)))
        });
        pieces.boxed()
    }
}

/// Somebody who tells how far the pool is.
#[derive(Debug)]
struct Following(AbortHandle);

impl Following {
    fn begin(at: At, method: &'static str, mut task: xapi::Task) -> Self {
        let following = tokio::spawn(async move { drop(at.follow(method, &mut task).await) });
        Self(following.abort_handle())
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.0.abort();
    }
}
