//! Disks that hold an image while hosts install from it, and where there is room for one.

mod storage;

use std::io;

use app::{Connection, DiskFormat, RawVdi};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use op::Result;
use xapi::{Value, params};

pub(crate) use self::storage::{Place, places};
use crate::transit::delete_disk;

/// An image while it arrives.
pub(crate) type Pieces = BoxStream<'static, io::Result<Bytes>>;

/// A disk of ours; who makes it also calls [`Disk::remove`].
pub(crate) struct Disk {
    pool: Connection,
    reference: String,
    name: &'static str,
}

impl Disk {
    /// Makes an empty disk of `length` bytes on the storage `sr`; the name and what it is for are told to people who find
    /// it.
    pub(crate) async fn make(
        pool: &Connection,
        sr: &str,
        length: u64,
        (name, description): (&'static str, &str),
    ) -> Result<Self> {
        let fields = Value::structure([
            ("name_label", Value::from(name)),
            ("name_description", description.into()),
            ("SR", sr.into()),
            ("virtual_size", i64::try_from(length).unwrap_or(i64::MAX).into()),
            ("type", "user".into()),
            ("sharable", false.into()),
            ("read_only", false.into()),
            ("other_config", Value::structure::<&str>([])),
        ]);
        let reference = pool.call_as("VDI.create", params![fields]).await?;
        Ok(Self { pool: pool.clone(), reference, name })
    }

    /// Writes the image to it, no faster than its host takes it. `sr` is what people call the storage.
    pub(crate) async fn fill(&self, sr: &str, length: u64, pieces: Pieces) -> Result<()> {
        let label = format!("[XO] Importing content into VDI {} on SR {sr}", self.name);
        let what = RawVdi { vdi: &self.reference, format: DiskFormat::Raw, label: &label, length: Some(length) };
        self.pool.import_raw_vdi(what, pieces).await
    }

    /// Returns its reference.
    pub(crate) fn reference(&self) -> &str {
        &self.reference
    }

    /// Returns its uuid.
    pub(crate) async fn uuid(&self) -> Result<String> {
        self.pool.call_as("VDI.get_uuid", params![&self.reference]).await
    }

    /// Deletes it.
    ///
    /// # Errors
    ///
    /// Why it stays.
    pub(crate) async fn remove(self) -> Result<()> {
        delete_disk(&self.pool, &self.reference).await
    }
}
