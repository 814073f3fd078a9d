//! Disks of a new VM: those of its template, and those made for it.

use std::collections::BTreeMap;

use app::Connection;
use op::{Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Map;
use tracing::warn;
use xapi::{Value, params};
use xapi_types::{class, code};

use crate::{
    size::Size,
    vm::{
        device::{self, NewVbd},
        record_of, xapi_code,
    },
};

/// A disk to make.
#[derive(Deserialize, JsonSchema)]
pub(super) struct NewDisk {
    /// Size, in bytes or as `2 GiB`.
    size: Size,
    /// Id of its storage repository; the default of the pool when left out.
    #[serde(rename = "SR")]
    sr: Option<String>,
    /// What it is for; it makes no difference.
    #[serde(rename = "type")]
    #[allow(dead_code, reason = "every disk is for its user")]
    usage: Option<String>,
    /// Its name; that of the VM with its place when left out.
    name_label: Option<String>,
    /// Text for people.
    #[schemars(length(min = 0))]
    name_description: Option<String>,
    #[serde(flatten)]
    #[allow(dead_code, reason = "clients of the original send more than it reads")]
    rest: Map<String, serde_json::Value>,
}

/// What becomes of a disk of the template.
#[derive(Default, Deserialize, JsonSchema)]
pub(super) struct TemplateDisk {
    /// Its size, in bytes or as `2 GiB`; it cannot become smaller.
    size: Option<Size>,
    /// Id of the storage repository to move it to.
    #[serde(rename = "$SR")]
    sr: Option<String>,
    /// Its name.
    name_label: Option<String>,
    /// Text for people.
    #[schemars(length(min = 0))]
    name_description: Option<String>,
    /// Whether it goes; only `vm.createInPool` says so.
    #[serde(skip)]
    pub(super) destroy: bool,
    #[serde(flatten)]
    #[allow(dead_code, reason = "clients of the original send more than it reads")]
    rest: Map<String, serde_json::Value>,
}

impl NewDisk {
    pub(super) fn sr(&self) -> Option<&str> {
        self.sr.as_deref()
    }
}

impl TemplateDisk {
    pub(super) fn sr(&self) -> Option<&str> {
        self.sr.as_deref()
    }
}

/// Makes the disks of the template, by place, as wanted; `moves` has their new storage.
pub(super) async fn change(
    pool: &Connection,
    vm: &str,
    wanted: &BTreeMap<String, TemplateDisk>,
    moves: &BTreeMap<String, String>,
) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let record = record_of(pool, vm).await?;
    for vbd in device::vbds(pool, &record).await? {
        let place = vbd.record.userdevice.as_str();
        let (Some(wanted), Some(disk)) = (wanted.get(place), vbd.disk()) else { continue };
        if wanted.destroy {
            pool.call("VBD.destroy", params![&vbd.reference]).await?;
            pool.call_async("VDI.destroy", params![disk]).await?;
            continue;
        }
        let record: class::Vdi = pool.call_as("VDI.get_record", params![&disk]).await?;
        if let Some(name) = wanted.name_label.as_deref().filter(|name| *name != record.name_label) {
            pool.call("VDI.set_name_label", params![&disk, name]).await?;
        }
        if let Some(text) = wanted.name_description.as_deref().filter(|text| *text != record.name_description) {
            pool.call("VDI.set_name_description", params![&disk, text]).await?;
        }
        let disk = match moves.get(place) {
            Some(sr) if *sr != record.sr.to_string() => move_to(pool, &vbd, &disk, sr).await?,
            _ => disk,
        };
        match wanted.size {
            Some(Size(size)) if size > record.virtual_size => {
                pool.call_async("VDI.resize", params![disk, size]).await?;
            }
            Some(Size(size)) if size < record.virtual_size => {
                let least = record.virtual_size;
                return Err(Error::invalid(format!(
                    "disk {place} of the template has {least} bytes, more than {size}"
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Moves a disk to another storage and returns what it is there.
async fn move_to(pool: &Connection, vbd: &device::Vbd, disk: &str, sr: &str) -> Result<String> {
    match pool.call_async("VDI.pool_migrate", params![disk, sr, Value::structure::<&str>([])]).await {
        Ok(moved) => return crate::vm::made(&moved, "disk"),
        Err(Error::NoHostsAvailable) => {}
        Err(error) if may_be_copied(&error) => {}
        Err(error) => return Err(error),
    }
    // Some hosts move the disks of running VMs only: this one is copied instead.
    let copy = crate::vm::made(&pool.call_async("VDI.copy", params![disk, sr]).await?, "disk")?;
    let record = &vbd.record;
    let attach = async {
        pool.call("VBD.destroy", params![&vbd.reference]).await?;
        let new = NewVbd {
            vm: &record.vm.to_string(),
            vdi: &copy,
            drive: false,
            bootable: record.bootable,
            read_only: false,
            position: Some(record.userdevice.to_string()),
        };
        new.attach(pool).await
    };
    let attached = attach.await;
    // One of the two is in use by nobody now.
    let left = if attached.is_ok() { disk } else { &copy };
    if let Err(error) = pool.call_async("VDI.destroy", params![left]).await {
        warn!("cannot delete the disk `{left}` that was copied for a new VM: {error}");
    }
    attached.map(|_| copy)
}

fn may_be_copied(error: &Error) -> bool {
    matches!(xapi_code(error), Some(code::VDI_NEEDS_VM_FOR_MIGRATE | code::LICENCE_RESTRICTION))
}

/// Makes the new disks and attaches them; a VM that had none boots from the first.
pub(super) async fn add(pool: &Connection, vm: &str, wanted: &[NewDisk], storages: &[String]) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let record = record_of(pool, vm).await?;
    let mut bootable = device::vbds(pool, &record).await?.iter().all(|vbd| vbd.disk().is_none());
    for (at, (disk, sr)) in wanted.iter().zip(storages).enumerate() {
        let name = disk.name_label.clone().unwrap_or_else(|| format!("{}_{at}", record.name_label));
        let fields = Value::structure([
            ("name_label", Value::from(name)),
            ("name_description", disk.name_description.as_deref().unwrap_or_default().into()),
            ("SR", sr.into()),
            ("virtual_size", disk.size.0.into()),
            ("type", "user".into()),
            ("sharable", false.into()),
            ("read_only", false.into()),
            ("other_config", Value::structure::<&str>([])),
        ]);
        let vdi: String = pool.call_as("VDI.create", vec![fields]).await?;
        let new = NewVbd { vm, vdi: &vdi, drive: false, bootable, read_only: false, position: None };
        if let Err(error) = new.attach(pool).await {
            if let Err(error) = pool.call_async("VDI.destroy", params![&vdi]).await {
                warn!("cannot delete the disk `{vdi}` that was made for a new VM: {error}");
            }
            return Err(error);
        }
        bootable = false;
    }
    Ok(())
}
