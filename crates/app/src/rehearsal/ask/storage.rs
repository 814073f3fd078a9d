//! What a pool does to disks and storage.

use model::Kind;
use op::{Error, Result};
use serde_json::{Map, json};
use xapi::{Value, params};
use xapi_types::{class, code};

use super::id_of;
use crate::Connection;

/// What not every storage can do with a disk; storage lists it with `vdi_` before it.
const OF_STORAGE: &[&str] = &["clone", "destroy", "disable_cbt", "enable_cbt", "resize", "snapshot"];

/// Refuses to copy or move disks to storage that takes none; the pool chooses where there is no `sr`.
pub(super) async fn expect_room(pool: &Connection, sr: Option<&Value>, method: &str) -> Result<()> {
    let Some(sr) = sr.and_then(Value::as_str).filter(|sr| sr.starts_with("OpaqueRef:")) else { return Ok(()) };
    let allowed: Vec<String> = pool.ask("SR.get_allowed_operations", params![sr], method).await?;
    if allowed.iter().any(|allowed| allowed == "vdi_create") {
        return Ok(());
    }
    Err(Error::refused("no disk can be made on that storage now"))
}

/// Refuses to move a disk that no VM has, with the error that makes callers copy it, or to where its VM cannot reach it.
pub(super) async fn expect_movable(pool: &Connection, vdi: &str, sr: Option<&Value>, method: &str) -> Result<()> {
    expect_room(pool, sr, method).await?;
    let record: class::Vdi = pool.ask("VDI.get_record", params![vdi], method).await?;
    let Some(vbd) = record.vbds.first() else {
        let mut data = Map::new();
        data.insert("code".to_owned(), json!(code::VDI_NEEDS_VM_FOR_MIGRATE));
        let message = "no VM has the disk".to_owned();
        return Err(Error::Failed { message, name: "XapiError", data });
    };
    for sr in [Some(record.sr.to_string()), sr.and_then(Value::as_str).map(ToOwned::to_owned)].into_iter().flatten() {
        let allowed: Vec<String> = pool.ask("SR.get_allowed_operations", params![&sr], method).await?;
        let has_disks = allowed.iter().any(|allowed| allowed == "scan");
        if has_disks && !allowed.iter().any(|allowed| allowed == "vdi_mirror") {
            return Err(Error::refused("disks that a VM has cannot move to or from a storage of images"));
        }
    }
    if record.cbt_enabled {
        return Err(Error::refused("its changed blocks are tracked"));
    }
    let vm: String = pool.ask("VBD.get_VM", params![vbd.to_string()], method).await?;
    let host: String = pool.ask("VM.get_resident_on", params![vm], method).await?;
    let is_there = |pbd: &class::Pbd| {
        pbd.currently_attached
            && pbd.host.to_string() == host
            && sr.and_then(Value::as_str) == Some(&pbd.sr.to_string())
    };
    let mut pbds = pool.app.store().snapshot().of_kind(Kind::Pbd);
    if host.starts_with("OpaqueRef:NULL") || pbds.any(|pbd| pbd.get().is_some_and(is_there)) {
        return Ok(());
    }
    Err(Error::refused("the host that its VM runs on is not connected to that storage"))
}

/// Refuses what the storage of a disk cannot do.
pub(super) async fn expect_support(pool: &Connection, name: &str, vdi: &str, method: &str) -> Result<()> {
    let sr: String = pool.ask("VDI.get_SR", params![vdi], method).await?;
    let allowed: Vec<String> = pool.ask("SR.get_allowed_operations", params![sr], method).await?;
    let of_storage = format!("vdi_{name}");
    // Storage that is busy, or not connected, lists nothing of the kind.
    let says = allowed.iter().any(|allowed| allowed.starts_with("vdi_")) && OF_STORAGE.contains(&name);
    if says && !allowed.contains(&of_storage) {
        return Err(Error::refused(format!("its storage does not support `{name}`")));
    }
    Ok(())
}

/// Returns a disk that a running VM has, by disk and VM, of those that are wanted.
pub(super) fn attached(pool: &Connection, wanted: impl Fn(&str, &str) -> bool) -> Option<String> {
    let objects = pool.app.store().snapshot();
    let mut vbds = objects.of_kind(Kind::Vbd).filter_map(|vbd| {
        let vbd = vbd.get::<class::Vbd>().filter(|vbd| vbd.currently_attached)?;
        Some((vbd.vdi.to_string(), vbd.vm.to_string()))
    });
    vbds.find(|(vdi, vm)| wanted(vdi, vm)).map(|(vdi, _)| vdi)
}

/// Refuses to take storage from a host while a VM there uses it.
pub(super) fn expect_unused(pool: &Connection, pbd: &str) -> Result<()> {
    let store = pool.app.store();
    let Some(pbd) = store.get(pbd) else { return Ok(()) };
    let Some(record) = pbd.get::<class::Pbd>().filter(|pbd| pbd.currently_attached) else { return Ok(()) };
    let is_here = |vdi: &str, vm: &str| {
        let on_it = store.get(vdi).is_some_and(|vdi| vdi.get::<class::Vdi>().is_some_and(|vdi| vdi.sr == record.sr));
        on_it && store.get(vm).is_some_and(|vm| vm.get::<class::Vm>().is_some_and(|vm| vm.resident_on == record.host))
    };
    match attached(pool, is_here) {
        Some(vdi) => Err(Error::VdiInUse { object: id_of(pool, &vdi), operation: "unplug".to_owned() }),
        None => Ok(()),
    }
}

/// Refuses to take away the discs of guest tools.
pub(super) async fn expect_own(pool: &Connection, sr: &str, method: &str) -> Result<()> {
    if pool.ask("SR.get_is_tools_sr", params![sr], method).await? {
        return Err(Error::refused("it holds the guest tools of its hosts"));
    }
    Ok(())
}

/// Refuses to delete storage with disks on it.
pub(super) async fn expect_empty(pool: &Connection, sr: &str, method: &str) -> Result<()> {
    expect_own(pool, sr, method).await?;
    let disks: Vec<String> = pool.ask("SR.get_VDIs", params![sr], method).await?;
    match disks.len() {
        0 => Ok(()),
        count => Err(Error::refused(format!("there are disks on it: {count}"))),
    }
}
