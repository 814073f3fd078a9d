//! Content sent to a host over its HTTP handlers, and what a host sends: disks, VMs, files about itself.
//!
//! What surprises, where we send: a host answers `200 OK` before it has read anything, and how it ended is told by the task alone. So
//! the head of a request goes first, a host that sends it elsewhere is followed with nothing lost, and only then the
//! content goes out.

mod get;
pub(crate) mod head;
mod host_file;
mod put;
mod request;
mod system_status;

use std::io;

use bytes::Bytes;
use futures_util::Stream;
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::{
    get::Export,
    host_file::{HostFile, HostFileKind},
    system_status::SystemStatus,
};
use self::{put::Unsent, request::Request};
use crate::{Error, Pool, Task, Value, params};

/// A form that hosts write disks in, and read them from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFormat {
    /// Byte by byte as it is.
    Raw,
    /// A dynamic VHD, or a differencing one.
    Vhd,
    /// QCOW2; XCP-ng 8.3 and newer.
    Qcow2,
    /// Raw pieces, each with its offset (8 bytes) and length (4 bytes), little endian, before it; one of length 0 is the last.
    /// Hosts take it, and do not send it; what no piece has stays as it was.
    Pieces,
}

/// How a host compresses what it sends of a VM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// By gzip.
    Gzip,
    /// By zstd; XCP-ng 8 and newer.
    Zstd,
}

/// What to write over a disk, and how to call that.
#[derive(Clone, Copy, Debug)]
pub struct RawVdi<'a> {
    /// Reference or uuid of the disk; it is at least as large as the content, and no VM writes to it.
    pub vdi: &'a str,
    /// Form of the content.
    pub format: DiskFormat,
    /// Name of the task, as people see it at the pool.
    pub label: &'a str,
    /// Length of the content, in bytes; of what is not raw, where it is known.
    pub length: Option<u64>,
}

/// A VM that is to be made of an archive.
#[derive(Clone, Copy, Debug)]
pub struct NewVm<'a> {
    /// Reference of the storage repository for its disks.
    pub sr: &'a str,
    /// Name of the task, as people see it at the pool.
    pub label: &'a str,
    /// Length of the archive in bytes, where it is known.
    pub length: Option<u64>,
}

/// A disk to read.
#[derive(Clone, Copy, Debug)]
pub struct VdiContent<'a> {
    /// Reference or uuid of the disk.
    pub vdi: &'a str,
    /// Form to send it in.
    pub format: DiskFormat,
    /// Reference or uuid of a disk of the same chain: only what is different from it is sent, as a differencing VHD.
    pub base: Option<&'a str>,
    /// Name of the task, as people see it at the pool.
    pub label: &'a str,
}

/// A VM to read as an archive.
#[derive(Clone, Copy, Debug)]
pub struct VmContent<'a> {
    /// Reference of the VM, which does not run, or of a snapshot or template.
    pub vm: &'a str,
    /// How to compress it.
    pub compression: Compression,
    /// Name and description of the task, as people see it at the pool.
    pub label: (&'a str, &'a str),
}

/// An upload that is under way; dropping it breaks it off, and cancels its task.
#[derive(Debug)]
pub struct Upload {
    task: Task,
    sending: JoinHandle<Result<(), Unsent>>,
    _stop: DropGuard,
}

impl DiskFormat {
    /// Returns its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw | Self::Pieces => "raw",
            Self::Vhd => "vhd",
            Self::Qcow2 => "qcow2",
        }
    }
}

impl Compression {
    /// Returns its name on the wire. Hosts that know nothing but gzip take any other name for none.
    fn name(self) -> &'static str {
        match self {
            Self::None => "false",
            Self::Gzip => "true",
            Self::Zstd => "zstd",
        }
    }
}

impl Pool {
    /// Starts to write `content` over a disk from its beginning on.
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
        let mut query = vec![("format", what.format.name().to_owned()), ("vdi", what.vdi.to_owned())];
        query.extend((what.format == DiskFormat::Pieces).then(|| ("chunked", "true".to_owned())));
        self.upload("/import_raw_vdi/", query, (what.label, ""), what.length, content).await
    }

    /// Starts to make a VM of an archive, in the form that [`export_vm`](Self::export_vm) has, compressed or not.
    ///
    /// Content is asked for no faster than the host takes it. The task answers the references of what was made; of what
    /// fails, the host removes all that it has made.
    ///
    /// # Errors
    ///
    /// As [`import_raw_vdi`](Self::import_raw_vdi).
    pub async fn import_vm<S>(&self, what: NewVm<'_>, content: S) -> Result<Upload, Error>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        let query = vec![("sr_id", what.sr.to_owned())];
        self.upload("/import/", query, (what.label, ""), what.length, content).await
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
        self.upload("/pool_patch_upload", Vec::new(), (label, ""), Some(length), content).await
    }

    async fn upload<S>(
        &self,
        path: &'static str,
        query: Vec<(&'static str, String)>,
        label: (&str, &str),
        length: Option<u64>,
        content: S,
    ) -> Result<Upload, Error>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        let (task, followed) = self.task(label).await?;
        let stop = CancellationToken::new();
        let announced = Some(length.unwrap_or(put::ENDLESS));
        let request = Request { pool: self.clone(), verb: "PUT", path, query, task, announced };
        let put = put::Put { request, state: followed.state(), length, stop: stop.clone() };
        let sending = tokio::spawn(put.run(content));
        Ok(Upload { task: followed, sending, _stop: stop.drop_guard() })
    }

    /// Asks for the content of a disk, of which no VM writes to the latest state.
    ///
    /// # Errors
    ///
    /// As [`Pool::call`] of `task.create`, and what the host says before it begins.
    pub async fn export_raw_vdi(&self, what: VdiContent<'_>) -> Result<Export, Error> {
        let mut query = vec![("format", what.format.name().to_owned()), ("vdi", what.vdi.to_owned())];
        query.extend(what.base.map(|base| ("base", base.to_owned())));
        self.download("/export_raw_vdi/", query, (what.label, "")).await
    }

    /// Asks for a VM with its disks, as an archive.
    ///
    /// # Errors
    ///
    /// As [`export_raw_vdi`](Self::export_raw_vdi).
    pub async fn export_vm(&self, what: VmContent<'_>) -> Result<Export, Error> {
        let query = vec![("ref", what.vm.to_owned()), ("use_compression", what.compression.name().to_owned())];
        self.download("/export/", query, what.label).await
    }

    async fn download(
        &self,
        path: &'static str,
        query: Vec<(&'static str, String)>,
        label: (&str, &str),
    ) -> Result<Export, Error> {
        let (task, followed) = self.task(label).await?;
        let request = Request { pool: self.clone(), verb: "GET", path, query, task, announced: None };
        get::open(request, followed).await
    }

    /// Makes a task for a host to end.
    async fn task(&self, (label, description): (&str, &str)) -> Result<(String, Task), Error> {
        let task: String = self.call_as("task.create", params![label, description]).await?;
        // Between the task and who takes care of it nothing is waited for, so that none is left at the pool.
        let followed = self.follow(label, &task);
        Ok((task, followed))
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
                // It had all that it needed: what follows the end of an archive is nothing to a host.
                Ok(value) => Ok(value),
                Err(said @ Error::Failure(_)) => Err(said),
                _ => Err(error),
            },
        }
    }
}
