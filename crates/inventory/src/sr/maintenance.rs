//! Taking a storage repository out of service for a while.
//!
//! What was stopped for that is noted in the repository's `other_config`, in the words of the original, so that either
//! program can end what the other began.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use app::{
    Connection, Cx, On,
    model::{Kind, Object, Snapshot},
};
use futures_util::future::join_all;
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracing::warn;
use xapi::params;
use xapi_types::{class, enums::VmPowerState};

use super::attachment::{bring_back, detach};
use crate::kind;

/// Key of the note.
const NOTE: &str = "xo:maintenanceState";

/// What was stopped.
#[derive(Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct Note {
    /// Milliseconds since 1970.
    timestamp: i64,
    /// Uuids of VMs that were shut down, each with whether it was paused.
    shutdown_vms: BTreeMap<String, bool>,
    /// Uuids of attachments that were disconnected.
    unplugged_pbds: Vec<String>,
}

/// Take a storage repository out of service: VMs that use it are shut down, hosts are disconnected from it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Enable {
    /// Storage repository.
    id: Id<kind::Sr>,
    /// VMs that may be shut down for that; all that use it and run must be among them.
    vms_to_shutdown: Option<Vec<String>>,
}

impl Op<Cx> for Enable {
    type Output = ();
    const SPEC: Spec = Spec::admin("sr.enableMaintenanceMode").with(&[Need::operate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let sr = cx.on(&self.id)?;
        if note(&sr).await?.is_some() {
            return Err(Error::incorrect_state(sr.object.id(), "inMaintenanceMode", true, false));
        }
        let vms = running(&cx.app.store().snapshot(), &sr.object);
        let permitted = self.vms_to_shutdown.unwrap_or_default();
        if vms.iter().any(|vm| !permitted.iter().any(|id| id == vm.id())) {
            let all: Vec<&str> = vms.iter().map(|vm| vm.id()).collect();
            return Err(Error::incorrect_state(sr.object.id(), "vmsToShutdown", permitted, all));
        }
        let mut note = Note { timestamp: jiff::Timestamp::now().as_millisecond(), ..Note::default() };
        // The mark comes first, so that of two who ask only one goes on.
        sr.pool.call("SR.add_to_other_config", params![sr.reference(), NOTE, mark(note.timestamp)]).await?;
        let mut stopped = Vec::new();
        let mut detached = Vec::new();
        let result = stop(&sr, &vms, &mut note, &mut stopped, &mut detached).await;
        if result.is_err() {
            bring_back(&sr.pool, &detached).await;
            start(&sr.pool, &stopped).await;
            remove_note(&sr).await.unwrap_or_else(|error| {
                warn!(sr.id = sr.object.id(), "cannot take back that storage is in maintenance: {error}");
            });
        }
        result
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("VMs that use it would be shut down, and hosts disconnected from it".to_owned())
    }
}

/// What stands in the repository while VMs are being shut down.
fn mark(timestamp: i64) -> String {
    serde_json::json!({ "timestamp": timestamp }).to_string()
}

/// Shuts the VMs down, disconnects the hosts, and notes both.
async fn stop(
    sr: &On,
    vms: &[Arc<Object>],
    note: &mut Note,
    stopped: &mut Vec<(String, bool)>,
    detached: &mut Vec<String>,
) -> Result<()> {
    let shut = join_all(vms.iter().map(|vm| shut_down(&sr.pool, vm))).await;
    let mut first = Ok(());
    for (vm, result) in vms.iter().zip(shut) {
        match result {
            Ok(()) => {
                note.shutdown_vms.insert(vm.id().to_owned(), is_paused(vm));
                stopped.push((vm.xapi_ref().to_string(), is_paused(vm)));
            }
            Err(error) if first.is_ok() => first = Err(error),
            Err(_) => {}
        }
    }
    first?;
    *detached = detach(&sr.pool, &sr.reference()).await?;
    for pbd in detached.iter() {
        note.unplugged_pbds.push(sr.pool.call_as("PBD.get_uuid", params![pbd]).await?);
    }
    remove_note(sr).await?;
    let text = serde_json::to_string(note).expect("texts and numbers have a JSON form");
    sr.pool.call("SR.add_to_other_config", params![sr.reference(), NOTE, text]).await.map(drop)
}

/// Asks the guest to shut down, and pulls the plug where it does not.
async fn shut_down(pool: &Connection, vm: &Object) -> Result<()> {
    let reference = vm.xapi_ref().to_string();
    if let Err(error) = pool.call_async("VM.clean_shutdown", params![&reference]).await {
        warn!(vm.id = vm.id(), "pulling the plug of a VM that does not shut down: {error}");
        pool.call_async("VM.hard_shutdown", params![reference]).await?;
    }
    Ok(())
}

/// Starts VMs again, as far as they can.
async fn start(pool: &Connection, vms: &[(String, bool)]) -> Vec<Error> {
    let started = vms.iter().map(|(vm, paused)| pool.call_async("VM.start", params![vm, *paused, true]));
    let errors: Vec<Error> = join_all(started).await.into_iter().filter_map(Result::err).collect();
    for error in &errors {
        warn!("cannot start a VM again whose storage was in maintenance: {error}");
    }
    errors
}

fn is_paused(vm: &Object) -> bool {
    vm.get::<class::Vm>().is_some_and(|vm| vm.power_state == VmPowerState::Paused)
}

/// Returns the VMs that run and have a disk of the repository.
fn running(objects: &Snapshot, sr: &Object) -> Vec<Arc<Object>> {
    let vdis = sr.get::<class::Sr>().map_or(&[][..], |sr| &sr.vdis).iter();
    let vdis = vdis.filter_map(|vdi| objects.by_ref(&vdi.erase())?.get::<class::Vdi>());
    let vbds = vdis.flat_map(|vdi| &vdi.vbds);
    let vbds = vbds.filter_map(|vbd| objects.by_ref(&vbd.erase())?.get::<class::Vbd>());
    let vms = vbds.filter_map(|vbd| objects.by_ref(&vbd.vm.erase()));
    let runs = |vm: &class::Vm| matches!(vm.power_state, VmPowerState::Running | VmPowerState::Paused);
    // The domain of a host has disks for a moment, and cannot be shut down.
    let vms = vms.filter(|vm| vm.kind() == Kind::Vm && vm.get::<class::Vm>().is_some_and(runs));
    let by_id: HashMap<&str, _> = vms.map(|vm| (vm.id(), vm)).collect();
    let mut vms: Vec<_> = by_id.into_values().cloned().collect();
    vms.sort_unstable_by(|one, other| one.id().cmp(other.id()));
    vms
}

/// Put a storage repository back into service: hosts are connected, VMs that were shut down for it are started.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Disable {
    /// Storage repository.
    id: Id<kind::Sr>,
}

impl Op<Cx> for Disable {
    type Output = ();
    const SPEC: Spec = Spec::admin("sr.disableMaintenanceMode").with(&[Need::operate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let sr = cx.on(&self.id)?;
        let Some(text) = note(&sr).await? else {
            return Err(Error::incorrect_state(sr.object.id(), "inMaintenanceMode", false, true));
        };
        let note: Note = serde_json::from_str(&text).unwrap_or_else(|error| {
            warn!(sr.id = sr.object.id(), "cannot read what was stopped for maintenance: {error}");
            Note::default()
        });
        remove_note(&sr).await?;
        let mut errors = Vec::new();
        let plugged = note.unplugged_pbds.iter().map(|pbd| {
            let pool = &sr.pool;
            async move {
                let pbd: String = pool.call_as("PBD.get_by_uuid", params![pbd]).await?;
                pool.call_async("PBD.plug", params![pbd]).await
            }
        });
        errors.extend(join_all(plugged).await.into_iter().filter_map(Result::err));
        let mut vms = Vec::new();
        for (vm, paused) in note.shutdown_vms {
            match sr.pool.call_as::<String>("VM.get_by_uuid", params![vm]).await {
                Ok(vm) => vms.push((vm, paused)),
                Err(error) => errors.push(error),
            }
        }
        errors.extend(start(&sr.pool, &vms).await);
        match errors.len() {
            0 => Ok(()),
            1 => Err(errors.swap_remove(0)),
            _ => {
                let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
                Err(Error::failed(all.join("; ")))
            }
        }
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("hosts would be connected to it, and the VMs started that were shut down for it".to_owned())
    }
}

/// Returns the note, if the repository is in maintenance.
async fn note(sr: &On) -> Result<Option<String>> {
    let record: class::Sr = sr.pool.call_as("SR.get_record", params![sr.reference()]).await?;
    Ok(record.other_config.get(NOTE).map(ToString::to_string))
}

async fn remove_note(sr: &On) -> Result<()> {
    sr.pool.call("SR.remove_from_other_config", params![sr.reference(), NOTE]).await.map(drop)
}
