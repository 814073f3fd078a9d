//! Disks that hold an image while hosts install from it, and where there is room for one.

mod storage;

use std::{io, time::Duration};

use app::{Connection, DiskFormat, RawVdi};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use op::{Error, Result};
use tokio::time::sleep;
use xapi::{Value, params};
use xapi_types::code;

pub(crate) use self::storage::{Place, places};
use crate::failure;

/// An image while it arrives.
pub(crate) type Pieces = BoxStream<'static, io::Result<Bytes>>;

/// Rest before the second attempt to delete it; it doubles with each.
const REST: Duration = Duration::from_millis(250);

/// Attempts, the first included, half a minute in all: a host that has just read from a disk lets go of it in its own
/// time.
const ATTEMPTS: u32 = 8;

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
        let mut attempt = 1;
        loop {
            match self.pool.call_async("VDI.destroy", params![&self.reference]).await {
                Err(Error::VdiInUse { .. }) if attempt < ATTEMPTS => {
                    sleep(REST * (1 << (attempt - 1))).await;
                    attempt += 1;
                }
                // Somebody else was quicker.
                Err(error) if failure::code(&error) == Some(code::HANDLE_INVALID) => return Ok(()),
                removed => return removed.map(drop),
            }
        }
    }
}
