//! One such thing.

use std::time::Duration;

use app::{App, Connection};
use op::{Error, Result};
use tokio::time::sleep;
use tracing::warn;
use xapi::params;
use xapi_types::code;

use super::MARK;
use crate::{entry, failure, vm};

/// Rest before the second attempt to delete a disk; it doubles with each.
const REST: Duration = Duration::from_millis(250);

/// Attempts, the first included, half a minute in all: a host that has just read from a disk or written to it lets go of
/// it in its own time.
const ATTEMPTS: u32 = 8;

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A VM or a snapshot of one, with its disks.
    Vm,
    /// A disk or a snapshot of one.
    Vdi,
}

/// Something that goes with this value.
#[derive(Debug)]
pub(crate) struct Temporary {
    app: App,
    pool: Connection,
    what: What,
    /// Nothing once it is gone, or is there to stay.
    reference: Option<String>,
}

impl Temporary {
    /// Takes care of what stands at a pool.
    pub(crate) fn new(app: &App, pool: &Connection, what: What, reference: &str) -> Self {
        Self { app: app.clone(), pool: pool.clone(), what, reference: Some(reference.to_owned()) }
    }

    /// Returns its reference.
    pub(crate) fn reference(&self) -> &str {
        self.reference.as_deref().expect("it is there until it is removed or kept")
    }

    /// Marks it, so that it is found if the server is killed.
    pub(crate) async fn mark(&self) -> Result<()> {
        let mark = super::mark(&self.app).await?;
        entry::set(&self.pool, self.what.class(), self.reference(), "other_config", MARK, Some(&mark)).await
    }

    /// Lets it stay, and takes the mark off it.
    pub(crate) async fn keep(mut self) -> Result<String> {
        let class = self.what.class();
        entry::set(&self.pool, class, self.reference(), "other_config", MARK, None).await?;
        Ok(self.reference.take().expect("it is there until it is removed or kept"))
    }

    /// Removes it; a failure goes to the log.
    pub(crate) async fn remove(mut self) {
        if let Some(reference) = self.reference.take() {
            self.what.remove(&self.pool, &reference).await;
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let Some(reference) = self.reference.take() else { return };
        let (pool, what) = (self.pool.clone(), self.what);
        self.app.take_back(async move { what.remove(&pool, &reference).await });
    }
}

impl What {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Vm => "VM",
            Self::Vdi => "VDI",
        }
    }

    pub(super) async fn remove(self, pool: &Connection, reference: &str) {
        match self {
            Self::Vm => vm::discard(pool, reference).await,
            Self::Vdi => {
                if let Err(error) = delete_disk(pool, reference).await {
                    warn!("cannot delete the disk `{reference}` that is not needed any more: {error}");
                    pool.warn("a disk that is not needed any more cannot be deleted", &error);
                }
            }
        }
    }
}

/// Deletes a disk that a host may still hold for a moment.
///
/// # Errors
///
/// Why it stays.
pub(crate) async fn delete_disk(pool: &Connection, disk: &str) -> Result<()> {
    let mut attempt = 1;
    loop {
        match pool.call_async("VDI.destroy", params![disk]).await {
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
