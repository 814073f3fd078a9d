//! Going back to a snapshot.

use app::{Connection, Cx, On};
use op::{Error, Id, Level, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::params;
use xapi_types::{Map, class, enums::VmPowerState};

use super::{device, permit::permit, snapshot};
use crate::kind;

/// What backups note on the VM and the disks they took; it would not be true of what comes back.
const NOTES_OF_BACKUPS: &[&str] = &[
    "xo:backup:contentKey",
    "xo:backup:datetime",
    "xo:backup:deltaChainLength",
    "xo:backup:exported",
    "xo:backup:includeNonNbdQcow2Fix",
    "xo:backup:job",
    "xo:backup:schedule",
    "xo:backup:vm",
    "xo:copy_of",
];

/// Take a VM back to a snapshot of it; if it ran then, it runs again.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Revert {
    /// Snapshot to go back to.
    snapshot: Id<kind::Snapshot>,
}

impl Op<Cx> for Revert {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.revert", &[Need::view("snapshot", "read")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let snapshot = cx.on(&self.snapshot)?;
        let record = super::record(&snapshot).await?;
        let Some(shown) = cx.app.store().get(&record.snapshot_of.to_string()) else {
            return Err(Error::refused("the VM that the snapshot was made of is gone; make a new one with `vm.clone`"));
        };
        permit(&cx, Level::Operate, "revert-snapshot", &shown)?;
        revert(&snapshot, &record, shown.id()).await
    }
}

/// Take a VM back to one of its snapshots, if wanted with a snapshot of what it is now; if it ran then, it runs again.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RevertSnapshot {
    /// VM to take back.
    id: Id<kind::Vm>,
    /// Snapshot of it to go back to.
    snapshot_id: Id<kind::Snapshot>,
    /// Whether to make a snapshot before; no when left out.
    snapshot_before: Option<bool>,
}

impl Op<Cx> for RevertSnapshot {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "vm.revertSnapshot",
        &[
            Need::operate("id", "revert-snapshot"),
            Need::unchecked("snapshotId", "it must be of the VM, on which the right is held"),
        ],
    )
    .rest(&[Rest::action("/vms/{id}/actions/revert_snapshot")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let (vm, snapshot) = (cx.on(&self.id)?, cx.on(&self.snapshot_id)?);
        let record = super::record(&snapshot).await?;
        if record.snapshot_of.to_string() != vm.reference() {
            let (id, vm) = (snapshot.object.id(), vm.object.id());
            return Err(Error::invalid(format!("`{id}` is no snapshot of VM `{vm}`")));
        }
        if self.snapshot_before == Some(true) {
            permit(&cx, Level::Operate, "snapshot", &vm.object)?;
            let before = super::record(&vm).await?;
            let name = format!("{}_{:.3}", before.name_label, jiff::Timestamp::now());
            let made = snapshot::plain(&cx, &vm, &before, &name).await?;
            vm.pool.call("VM.set_is_a_template", params![super::made(&made, "snapshot")?, false]).await?;
        }
        revert(&snapshot, &record, vm.object.id()).await
    }
    fn would(&self, first: &str) -> Option<String> {
        let before = "a snapshot of it would be made, and it would be taken back to the other";
        (first == "VM.snapshot").then(|| before.to_owned())
    }
}

/// Takes the VM `id` back to a snapshot of it.
async fn revert(snapshot: &On, record: &class::Vm, id: &str) -> Result<()> {
    let (pool, vm) = (&snapshot.pool, record.snapshot_of.to_string());
    pool.call_async("VM.revert", params![snapshot.reference()]).await?;
    if let Err(error) = clean(pool, &vm).await {
        warn!(vm.id = id, "cannot take old notes of backups off a reverted VM: {error}");
        pool.warn("old notes of backups stay on the VM", &error);
    }
    let ran = record.snapshot_info.get("power-state-at-snapshot").is_some_and(|state| state == "Running");
    if ran && let Err(error) = go_on(pool, &vm).await {
        warn!(vm.id = id, "a reverted VM does not run again: {error}");
        pool.warn("the VM does not run again", &error);
    }
    Ok(())
}

/// Takes the notes of backups off the VM and its disks.
async fn clean(pool: &Connection, vm: &str) -> Result<()> {
    let record = super::record_of(pool, vm).await?;
    remove_notes(pool, "VM", vm, &record.other_config).await?;
    for disk in device::vbds(pool, &record).await?.iter().filter_map(device::Vbd::disk) {
        let notes: Map<String, String> = pool.call_as("VDI.get_other_config", params![&disk]).await?;
        remove_notes(pool, "VDI", &disk, &notes).await?;
    }
    Ok(())
}

async fn remove_notes<K: PartialEq + PartialEq<str>, V>(
    pool: &Connection,
    class: &str,
    object: &str,
    notes: &Map<K, V>,
) -> Result<()> {
    let method = format!("{class}.remove_from_other_config");
    for key in NOTES_OF_BACKUPS.iter().filter(|key| notes.contains_key::<str>(key)) {
        pool.call(&method, params![object, *key]).await?;
    }
    Ok(())
}

async fn go_on(pool: &Connection, vm: &str) -> Result<()> {
    match pool.call_as("VM.get_power_state", params![vm]).await? {
        VmPowerState::Halted => pool.call_async("VM.start", params![vm, false, false]).await.map(drop),
        VmPowerState::Suspended => pool.call_async("VM.resume", params![vm, false, true]).await.map(drop),
        _ => Ok(()),
    }
}
