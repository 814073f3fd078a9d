//! Updates since XenServer 7.1: images on a disk of the pool, which hosts install from.
//!
//! | step | what is taken back where a later one fails |
//! |---|---|
//! | a disk is made and filled while the archive arrives | it is deleted |
//! | discs of the guest tools leave their drives: hosts could not replace them | nothing: they are ejected anyway |
//! | the pool looks at the disk and makes an update of it | it is deleted, unless it is on a host; then its disk |
//! | each host says whether it could install it | |
//! | each host installs it | what is installed stays, and is told |

use app::{
    Connection, Cx, On,
    hotfix::{Hotfix, Kind},
    model::Kind as Class,
};
use op::{Error, Result};
use tracing::warn;
use xapi::params;
use xapi_types::{class, code, enums::VbdType};

use super::archive;
use crate::{
    failure,
    image_disk::{Disk, places},
};

/// Name of the disk, as the original calls it, and what it is for.
const DISK: (&str, &str) = ("[XO] Patch ISO", "image of an update while it is installed");

pub(super) async fn install(cx: &Cx, hotfix: &Hotfix, hosts: &[&On]) -> Result<()> {
    let pool = &hosts[0].pool;
    let (update, disk) = match known(pool, &hotfix.uuid).await? {
        Some(update) => (update, None),
        None => introduced(cx, hotfix, hosts[0]).await?,
    };
    let installed = on_hosts(cx, pool, &update, hosts).await;
    let cleaned = clean(pool, &update, disk).await;
    installed.and(cleaned)
}

/// Returns the update where the pool has it with its image.
async fn known(pool: &Connection, uuid: &str) -> Result<Option<String>> {
    let update: String = match pool.call_as("pool_update.get_by_uuid", params![uuid]).await {
        Err(error) if failure::code(&error) == Some(code::UUID_INVALID) => return Ok(None),
        found => found?,
    };
    let record: class::PoolUpdate = pool.call_as("pool_update.get_record", params![&update]).await?;
    Ok(record.vdi.get().map(|_| update))
}

/// Sends the image to the pool, and lets it make an update of it.
async fn introduced(cx: &Cx, hotfix: &Hotfix, host: &On) -> Result<(String, Option<Disk>)> {
    let member = archive(cx, hotfix, Kind::Iso).await?;
    let length = member.length;
    let place = places(cx, vec![host.clone()], length)?.remove(0);
    let disk = Disk::make(&host.pool, &place.sr, length, DISK).await?;
    let made = async {
        disk.fill(&place.name, length, member.pieces).await?;
        eject_tools(cx, host).await;
        host.pool.call_as::<String>("pool_update.introduce", params![disk.reference()]).await
    };
    match made.await {
        Ok(update) => Ok((update, Some(disk))),
        Err(error) => {
            remove(disk).await;
            // Somebody was quicker.
            let is_there = failure::code(&error) == Some(code::UPDATE_ALREADY_EXISTS);
            let known = if is_there { known(&host.pool, &hotfix.uuid).await? } else { None };
            known.map(|update| (update, None)).ok_or(error)
        }
    }
}

async fn remove(disk: Disk) {
    if let Err(error) = disk.remove().await {
        warn!("the disk of an update stays: {error}");
    }
}

/// Takes the discs of the guest tools out of the drives of VMs: hosts could not replace them. One that stays is told, and by
/// the host if it minds.
async fn eject_tools(cx: &Cx, host: &On) {
    let objects = cx.app.store().snapshot();
    let is_tools = |vbd: &class::Vbd| {
        let vdi = cx.app.store().get(&vbd.vdi.to_string());
        vdi.and_then(|vdi| Some(vdi.get::<class::Vdi>()?.is_tools_iso)).unwrap_or(false)
    };
    for object in objects.of_pool(host.object.pool().as_str()).filter(|object| object.kind() == Class::Vbd) {
        let Some(vbd) = object.get::<class::Vbd>() else { continue };
        if vbd.r#type != VbdType::Cd || vbd.empty || !is_tools(vbd) {
            continue;
        }
        if let Err(error) = host.pool.call("VBD.eject", params![object.xapi_ref().to_string()]).await {
            host.pool.warn(&format!("the disc of the guest tools stays in drive `{}`", object.id()), &error);
        }
    }
}

/// Lets all hosts say whether they could install it before the first one does.
async fn on_hosts(cx: &Cx, pool: &Connection, update: &str, hosts: &[&On]) -> Result<()> {
    for host in hosts {
        pool.call_async("pool_update.precheck", params![update, host.reference()]).await?;
    }
    for host in hosts {
        if cx.stopped() {
            return Err(Error::refused(format!("the call has been cancelled before host `{}`", host.object.id())));
        }
        pool.call_async("pool_update.apply", params![update, host.reference()]).await?;
    }
    Ok(())
}

/// Takes back the image, and the update where no host has it.
async fn clean(pool: &Connection, update: &str, disk: Option<Disk>) -> Result<()> {
    let cleaned = async {
        let record: class::PoolUpdate = pool.call_as("pool_update.get_record", params![update]).await?;
        let method = if record.hosts.is_empty() { "pool_update.destroy" } else { "pool_update.pool_clean" };
        pool.call_async(method, params![update]).await.map(drop)
    };
    let cleaned = cleaned.await;
    if let Some(disk) = disk {
        // It has gone with the update, unless that failed.
        remove(disk).await;
    }
    cleaned
}
