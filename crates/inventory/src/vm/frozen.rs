//! A VM as it is at one moment, to be read.

use app::{Cx, ExportTurn, On};
use op::Result;
use xapi_types::{class, enums::VmPowerState};

use super::snapshot;
use crate::transit::Temporary;

/// A VM that can be read, as it is its turn: it does not run, or it is a snapshot that is there for this alone.
#[derive(Debug)]
pub(crate) struct Frozen {
    /// Reference of what is read.
    pub(crate) reference: String,
    snapshot: Option<Temporary>,
    _turn: ExportTurn,
}

impl Frozen {
    /// Waits for a turn, and makes a snapshot of a VM that runs, with a name that tells `what` it is for.
    pub(super) async fn of(cx: &Cx, vm: &On, record: &class::Vm, what: &str) -> Result<Self> {
        let turn = cx.turn_to_export(vm).await?;
        let now = if turn.has_waited() { Some(super::record(vm).await?) } else { None };
        let record = now.as_ref().unwrap_or(record);
        if matches!(record.power_state, VmPowerState::Halted | VmPowerState::Suspended) {
            return Ok(Self { reference: vm.reference(), snapshot: None, _turn: turn });
        }
        let snapshot = Box::pin(snapshot::passing(cx, vm, record, what)).await?;
        Ok(Self { reference: snapshot.reference().to_owned(), snapshot: Some(snapshot), _turn: turn })
    }

    /// Removes the snapshot.
    pub(crate) async fn let_go(self) {
        if let Some(snapshot) = self.snapshot {
            snapshot.remove().await;
        }
    }
}
