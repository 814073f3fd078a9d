//! How many VMs of a pool are read at the same time.
//!
//! Each export makes a host read disks and a snapshot grow; whoever comes later waits for a turn, in the order in which
//! they came, before anything is made at the pool. The task of who waits says so, and cancelling it ends the waiting, as
//! does a caller who leaves.

use std::{collections::HashMap, sync::Arc};

use op::{Error, Result};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Cx, On};

/// The turns of pools.
#[derive(Debug)]
pub(crate) struct ExportTurns {
    at_once: usize,
    /// By pool.
    pools: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// A turn, until this is dropped.
#[derive(Debug)]
pub struct ExportTurn {
    /// Nothing in a dry run.
    _permit: Option<OwnedSemaphorePermit>,
    has_waited: bool,
}

impl ExportTurn {
    /// Returns whether it came late: what is known of the VM may have changed meanwhile.
    pub fn has_waited(&self) -> bool {
        self.has_waited
    }
}

impl ExportTurns {
    pub(crate) fn new(at_once: u16) -> Self {
        Self { at_once: at_once.into(), pools: Mutex::default() }
    }

    fn of(&self, pool: &str) -> Arc<Semaphore> {
        let mut pools = self.pools.lock();
        Arc::clone(pools.entry(pool.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(self.at_once))))
    }
}

impl Cx {
    /// Returns a turn to read the VM `vm`, once its pool has one: `vmExportConcurrency` are read at the same time.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where it is cancelled while it waits.
    pub async fn turn_to_export(&self, vm: &On) -> Result<ExportTurn> {
        if self.rehearsal.is_some() {
            return Ok(ExportTurn { _permit: None, has_waited: false });
        }
        let turns = self.app.export_turns().of(vm.object.pool().as_str());
        if let Ok(turn) = Arc::clone(&turns).try_acquire_owned() {
            return Ok(ExportTurn { _permit: Some(turn), has_waited: false });
        }
        let at_once = self.app.config().xapi_options.vm_export_concurrency;
        vm.pool.inform(&format!("it waits: {at_once} VMs of the pool are exported already (`vmExportConcurrency`)"));
        if let Some(task) = &self.task {
            task.stops_by(&self.stop);
        }
        let turn = self.unless_stopped(turns.acquire_owned()).await;
        let turn = turn.ok_or_else(|| Error::refused("it was cancelled while it waited for its turn"))?;
        vm.pool.inform("its turn has come");
        Ok(ExportTurn { _permit: Some(turn.expect("nobody closes it")), has_waited: true })
    }
}
