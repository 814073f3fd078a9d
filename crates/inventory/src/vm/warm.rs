//! Moving a VM that runs to other storage, in its pool or another, with no more rest than it takes to send what has changed.
//!
//! | | the guest |
//! |---|---|
//! | a snapshot is made, its disks are copied to the new storage | runs |
//! | the VM is shut down, what its disks have more than the snapshot is sent after | rests |
//! | the new VM is started, if that is wanted | runs |
//!
//! Disks go from host to host through the server, which keeps nothing of them. Until the new VM is whole nothing is lost:
//! where something fails, the new one goes and the old one is started again.

mod target;

use app::{Cx, On};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::params;
use xapi_types::{
    class,
    enums::{VmOperations, VmPowerState},
};

use self::target::Target;
use super::{block, delete, device, import, snapshot};
use crate::{kind, transit::Temporary};

/// What the old VM is blocked with, as the original has it.
const BLOCKED: &str =
    "This VM has been migrated somewhere else and might not be up to date, check twice before starting it.";

/// What would start the old VM.
const STARTS: [&str; 2] = ["start", "start_on"];

/// Move a running VM to a storage repository, in its pool or another, and return the id of the VM there: it is shut down
/// only for as long as what has changed meanwhile takes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct WarmMigration {
    /// VM to move.
    vm: Id<kind::Vm>,
    /// Storage repository to move it to.
    sr: Id<kind::Sr>,
    /// Whether to start it there.
    start_destination_vm: bool,
    /// Whether to delete what was moved; otherwise it stays, and is kept from being started.
    delete_source_vm: bool,
}

impl Op<Cx> for WarmMigration {
    type Output = String;
    const SPEC: Spec = Spec::admin("vm.warmMigration")
        .with(&[Need::administrate("vm", "migrate-send"), Need::administrate("sr", "import:vm")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let (vm, sr) = (cx.on(&self.vm)?, cx.on(&self.sr)?);
        import::expect_disks(&sr.object)?;
        let record = super::record(&vm).await?;
        if !record.vtpms.is_empty() {
            let id = vm.object.id();
            return Err(Error::refused(format!("`{id}` has a TPM, whose keys no host gives away; remove it before")));
        }
        if !matches!(record.power_state, VmPowerState::Running | VmPowerState::Halted) {
            let id = vm.object.id();
            return Err(Error::incorrect_state(id, "power_state", "Running", record.power_state.as_str()));
        }
        let runs = record.power_state == VmPowerState::Running;
        if runs && !record.allowed_operations.contains(&VmOperations::CleanShutdown) {
            let id = vm.object.id();
            let why = "install guest tools, lift what blocks it, or shut it down before";
            return Err(Error::refused(format!("the guest of `{id}` cannot be asked to shut down now: {why}")));
        }
        let app = cx.app.clone();
        app.through(Box::pin(self.move_it(cx, vm, sr, record))).await
    }
    fn would(&self, _: &str) -> Option<String> {
        let then = match (self.start_destination_vm, self.delete_source_vm) {
            (true, true) => "started there and deleted here",
            (true, false) => "started there and kept from being started here",
            (false, true) => "deleted here",
            (false, false) => "kept from being started here",
        };
        Some(format!("it would be copied, shut down, brought up to date there, and {then}"))
    }
}

impl WarmMigration {
    async fn move_it(self, cx: Cx, vm: On, sr: On, record: class::Vm) -> Result<String> {
        let runs = record.power_state == VmPowerState::Running;
        let base = if runs { Some(snapshot::passing(&cx, &vm, &record, "warm migration").await?) } else { None };
        let moved = self.copy(&cx, &vm, &sr, &record, base.as_ref()).await;
        if let Some(base) = base {
            base.remove().await;
        }
        let id = moved?;
        // From here on the new VM is the one.
        if self.delete_source_vm {
            delete::discard(&vm.pool, &vm.reference()).await;
        }
        if self.start_destination_vm {
            let new: String = sr.pool.call_as("VM.get_by_uuid", params![id.as_str()]).await?;
            sr.pool.call_async("VM.start", params![new, false, false]).await?;
        }
        Ok(id)
    }

    /// Makes the new VM and brings it up to date; where that fails, all is as it was before.
    async fn copy(&self, cx: &Cx, vm: &On, sr: &On, record: &class::Vm, base: Option<&Temporary>) -> Result<String> {
        let source = match base {
            Some(base) => super::record_of(&vm.pool, base.reference()).await?,
            None => record.clone(),
        };
        let target = Target::make(cx, vm, sr, record).await?;
        let copied = async {
            let disks = target.copy(&vm.pool, &source).await?;
            target.expect_wanted()?;
            let Some(_) = base else { return block_starts(vm).await.map(|()| None) };
            vm.pool.call_async("VM.clean_shutdown", params![vm.reference()]).await?;
            Ok(Some(disks))
        };
        let disks = match copied.await {
            Ok(disks) => disks,
            Err(error) => {
                target.remove().await;
                return Err(error);
            }
        };
        let finished = async {
            if let Some(disks) = &disks {
                block_starts(vm).await?;
                target.update(&vm.pool, &super::record(vm).await?, disks).await?;
            }
            target.finish(&record.name_label).await
        };
        match finished.await {
            Ok(id) => target.keep().await.map(|()| id),
            Err(error) => {
                target.remove().await;
                resume(vm, disks.is_some()).await;
                Err(error)
            }
        }
    }
}

/// Keeps the old VM from being started.
async fn block_starts(vm: &On) -> Result<()> {
    for operation in STARTS {
        vm.pool.call("VM.remove_from_blocked_operations", params![vm.reference(), operation]).await?;
        vm.pool.call("VM.add_to_blocked_operations", params![vm.reference(), operation, BLOCKED]).await?;
    }
    Ok(())
}

/// Lets the old VM go on, whose place nobody has taken.
async fn resume(vm: &On, ran: bool) {
    let resumed = async {
        drop(block::lift(vm, &STARTS).await?);
        if ran {
            vm.pool.call_async("VM.start", params![vm.reference(), false, false]).await?;
        }
        Ok::<_, Error>(())
    };
    if let Err(error) = resumed.await {
        warn!(vm.id = vm.object.id(), "a VM that could not be moved is not as it was before: {error}");
        vm.pool.warn("the VM could not be started again", &error);
    }
}

/// Returns the disks of a VM by their places.
pub(super) async fn disks_of(pool: &app::Connection, record: &class::Vm) -> Result<Vec<(String, device::Vbd)>> {
    let vbds = device::vbds(pool, record).await?;
    Ok(vbds.into_iter().map(|vbd| (vbd.record.userdevice.to_string(), vbd)).collect())
}
